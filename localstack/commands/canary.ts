import { setTimeout as pause } from "node:timers/promises";
import * as z from "zod";
import { gatewayErrors } from "../../lib/http/gateway-errors.ts";
import type { ApiAnswer, ApiClient } from "./client.ts";

const parameterSchema = z.object({
  name: z.string(),
  in: z.string(),
  required: z.boolean().default(false),
  schema: z.object({ enum: z.array(z.string()).optional() }),
});
const operationSchema = z.object({
  security: z.array(z.unknown()).optional(),
  parameters: z.array(parameterSchema).default([]),
});
const documentSchema = z.object({
  paths: z.record(z.string(), z.object({ get: operationSchema.optional() })),
});

/** One GET of the served document. */
export interface GetOperation {
  path: string;
  /** Answers without a key. */
  open: boolean;
  pathVariables: string[];
  /** What its query needs, with a value that is allowed. */
  query: Record<string, string>;
}

/** A fresh stage of API Gateway answers 403 to everybody for some seconds. */
const longestUntilReadyMs = 60_000;
/** The name of nothing; short enough to be anybody's. */
const nobody = "nobody";

/** Waits until a deployment that may be seconds old says that it is ready. */
export async function waitUntilReady(api: ApiClient): Promise<void> {
  const until = performance.now() + longestUntilReadyMs;
  for (;;) {
    const ready = await api.call("GET", "/api/v1/health/ready").catch((error: Error) => error);
    if (!(ready instanceof Error) && ready.status === 200) return;
    if (performance.now() > until) {
      throw new Error(`not ready: ${ready instanceof Error ? ready.message : describe(ready)}`);
    }
    await pause(1_000);
  }
}

/** Every GET that the deployment itself says it has. */
export async function readGets(api: ApiClient): Promise<GetOperation[]> {
  const { status, body } = await api.call("GET", "/openapi.json");
  if (status !== 200) throw new Error(`GET /openapi.json answered ${status}`);
  return Object.entries(documentSchema.parse(body).paths).flatMap(([path, { get }]) => {
    if (!get) return [];
    const needed = get.parameters.filter((parameter) => parameter.required && parameter.in === "query");
    return {
      path,
      open: get.security?.length === 0,
      pathVariables: get.parameters.filter((parameter) => parameter.in === "path").map(({ name }) => name),
      query: Object.fromEntries(needed.map(({ name, schema }) => [name, schema.enum?.[0] ?? ""])),
    };
  });
}

/**
 * Asks every one of these, with `names` in the place of its path variables. Throws one sentence about the first that
 * failed on the server's side or never got to its function; answers what those said that only want a setting nobody has
 * made yet.
 */
export async function askEvery(
  api: ApiClient,
  gets: readonly GetOperation[],
  names: (path: string, variable: string) => string = () => nobody,
): Promise<{ unset: string[] }> {
  const unset: string[] = [];
  for (const { path, query } of gets) {
    const filled = path.replaceAll(/\{(\w+)\}/g, (_, variable: string) => encodeURIComponent(names(path, variable)));
    const search = new URLSearchParams(query).toString();
    const asked = search === "" ? filled : `${filled}?${search}`;
    const answer = await api.call("GET", asked);
    const missing = missingSetting(answer);
    if (missing !== undefined) unset.push(`GET ${asked}: ${missing}`);
    else if (answer.status >= 500 || isTurnedAway(answer)) throw new Error(`GET ${asked} answered ${describe(answer)}`);
  }
  return { unset };
}

const faultSchema = z.object({ code: z.string(), message: z.string() });
/** In the envelope, or bare as version 1 of answer runs has it. */
const errorSchema = z.union([z.object({ error: faultSchema }), faultSchema.transform((error) => ({ error }))]);

/** On a stage whose secret is not filled yet: that is no fault of the deployment. */
function missingSetting({ status, body }: ApiAnswer): string | undefined {
  const error = errorSchema.safeParse(body).data?.error;
  const isUnset = status === 503 && error?.code === "NOT_READY" && error.message.endsWith("is not set.");
  return isUnset ? error.message : undefined;
}

/** By the gateway, which refuses the key or does not know the path: no function of ours answers 401, 403 or its words. */
function isTurnedAway({ status, body }: ApiAnswer): boolean {
  if (status === 401 || status === 403) return true;
  const message = errorSchema.safeParse(body).data?.error.message;
  return status === 404 && (message === undefined || message === gatewayErrors.RESOURCE_NOT_FOUND.message);
}

function describe({ status, body }: ApiAnswer): string {
  return `${status}: ${typeof body === "string" ? body.slice(0, 500) : JSON.stringify(body)}`;
}
