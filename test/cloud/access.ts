import * as z from "zod";
import type { ApiClient } from "../../localstack/commands/client.ts";
import type { Deployment } from "./cloud.ts";

/** The login at the broker as a person does it; the status of the page it ends on. */
export async function logIn(api: ApiClient): Promise<number> {
  const { body } = await api.call("GET", "/auth/schwab/login");
  const { url } = z.object({ data: z.object({ url: z.string() }) }).parse(body).data;
  const consent = await fetch(url, { redirect: "manual" });
  const callback = new URL(consent.headers.get("location") ?? "");
  return (await api.call("GET", `/auth/schwab/callback${callback.search}`)).status;
}

/** What the authorizer answers a key, which the gateway of this stage does not ask. */
export async function effectOf({ invoke }: Deployment, key: string): Promise<string | undefined> {
  const methodArn = "arn:aws:execute-api:us-east-1:000000000000:api/localstack/GET/runs";
  const answer = await invoke("authorize", { type: "REQUEST", methodArn, headers: { "x-api-key": key } });
  const policy = z.object({ policyDocument: z.object({ Statement: z.array(z.object({ Effect: z.string() })) }) });
  return policy.parse(answer).policyDocument.Statement[0]?.Effect;
}

/** The status of the answer to a page's preflight, and the origin it lets in. */
export async function preflight({ baseUrl }: ApiClient, origin: string): Promise<[number, string | null]> {
  const { status, headers } = await fetch(`${baseUrl}/runs/any/status`, { method: "OPTIONS", headers: { origin } });
  return [status, headers.get("access-control-allow-origin")];
}
