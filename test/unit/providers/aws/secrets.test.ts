import { inspect } from "node:util";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { loadCredentials } from "../../../../lib/providers/aws/secrets.ts";
import { readConfig } from "../../../../lib/runtime/config.ts";
import { startSecretsService } from "../../../support/secrets-service.ts";

let service: Awaited<ReturnType<typeof startSecretsService>>;
beforeEach(async () => {
  service = await startSecretsService('{"OPENAI_API_KEY":"canary-key","SCHWAB_CLIENT_ID":"id","more":1}');
  for (const [name, value] of Object.entries(service.environment)) vi.stubEnv(name, value);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await service.close();
});

const credentials = (variables: Record<string, string>) => loadCredentials(readConfig(variables).environment);
const deployed = { PROVIDER_SECRET_ID: "arn:providers", OPENAI_API_KEY: "of the environment" };

it("a deployed stage has the credentials of its secret", async () => {
  expect(await credentials(deployed)).toEqual({ OPENAI_API_KEY: "canary-key", SCHWAB_CLIENT_ID: "id" });
  expect(service.calls).toEqual([{ action: "GetSecretValue", input: { SecretId: "arn:providers" } }]);
});

it("elsewhere they are those of the environment", async () => {
  expect(await credentials({ OPENAI_API_KEY: "of the environment" })).toEqual({ OPENAI_API_KEY: "of the environment" });
  expect(service.calls).toEqual([]);
});

it("a secret that cannot be read is not ready, and is asked for again", async () => {
  service.scene.fail = () => ({ status: 400, type: "AccessDeniedException" });
  await expect(credentials(deployed)).rejects.toMatchObject({ name: "NotReady", code: "NOT_READY", retryable: true });
  service.scene.fail = () => undefined;
  expect(await credentials(deployed)).toMatchObject({ OPENAI_API_KEY: "canary-key" });
});

it("a secret that nobody has filled in yet is not ready, and is asked for again", async () => {
  const [version] = service.versions;
  if (version) version.value = "{}";
  await expect(credentials(deployed)).rejects.toMatchObject({
    name: "NotReady",
    code: "NOT_READY",
    message: "The secret with the providers' credentials is not set.",
  });
});

it("a damaged secret is not ready, and not quoted", async () => {
  const [version] = service.versions;
  if (version) version.value = "canary-key";
  const error = await credentials(deployed).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: "NotReady", code: "NOT_READY" });
  expect(inspect(error)).not.toContain("canary");
});
