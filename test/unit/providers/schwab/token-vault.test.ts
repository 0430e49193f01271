import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { BrokerTokens, TokenVault } from "../../../../lib/providers/schwab/login.ts";
import { createTokenVault } from "../../../../lib/providers/schwab/token-vault.ts";
import { readConfig } from "../../../../lib/runtime/config.ts";
import { freshTokens } from "../../../support/broker.ts";
import { startSecretsService } from "../../../support/secrets-service.ts";

const open = (variables: Record<string, string>) => createTokenVault(readConfig(variables).environment);
const tokens = (number: number): BrokerTokens => ({
  ...freshTokens,
  access_token: `canary-access-${number}`,
  refresh_token: `canary-refresh-${number}`,
});
const notReady = { name: "NotReady", code: "NOT_READY", retryable: true };

/** Twenty renewals of the same tokens at once: the numbers of those that were stored. */
async function race(vaults: readonly TokenVault[], previous: BrokerTokens | null): Promise<number[]> {
  const numbers = Array.from({ length: 20 }, (_, index) => 101 + index);
  const stored = await Promise.all(
    numbers.map((number, index) => vaults[index % vaults.length]?.rotate(previous, tokens(number))),
  );
  return numbers.filter((_, index) => stored[index]);
}

describe("a vault in a file", () => {
  const folder = mkdtempSync(join(tmpdir(), "vault-"));
  const path = join(folder, "broker-tokens.json");
  afterAll(() => rmSync(folder, { recursive: true }));
  beforeEach(() => rmSync(path, { force: true }));
  const vault = () => open({ BROKER_TOKEN_FILE: path });

  it("holds nothing before the first login, and then what was stored", async () => {
    const file = await vault();
    expect(await file.read()).toBeNull();
    expect(await file.rotate(null, tokens(1))).toBe(true);
    expect(await file.read()).toEqual(tokens(1));
    expect(await (await vault()).read()).toEqual(tokens(1));
  });

  it("can be read by its owner only, also where it was open before, and leaves nothing beside it", async () => {
    writeFileSync(path, JSON.stringify(tokens(1)), { mode: 0o644 });
    await (await vault()).rotate(tokens(1), tokens(2));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(["broker-tokens.json"]);
  });

  it("is left alone by somebody who has not seen the newest tokens", async () => {
    const file = await vault();
    await file.rotate(null, tokens(1));
    expect(await file.rotate(null, tokens(2))).toBe(false);
    expect(await file.rotate(tokens(3), tokens(2))).toBe(false);
    expect(await file.read()).toEqual(tokens(1));
  });

  it("lets one of twenty renewals at once win", async () => {
    const file = await vault();
    await file.rotate(null, tokens(1));
    const stored = await race([file], tokens(1));
    expect(stored).toHaveLength(1);
    expect(await file.read()).toEqual(tokens(stored[0] ?? 0));
  });

  it.each([
    ["cut short", '{"access_token":"canary-acc'],
    ["no JSON", "canary-access-1"],
    ["empty", ""],
    ["of another shape", '{"access_token":"canary-access-1"}'],
  ])("that is %s is not ready, is not overwritten, and what is in it is not quoted", async (_what, text) => {
    writeFileSync(path, text);
    const file = await vault();
    for (const use of [() => file.read(), () => file.rotate(null, tokens(1))]) {
      const error = await use().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject(notReady);
      expect(inspect(error)).not.toContain("canary");
    }
    expect(readFileSync(path, "utf8")).toBe(text);
  });

  it("works again after a failure", async () => {
    const file = await vault();
    writeFileSync(path, "{");
    await expect(file.rotate(null, tokens(1))).rejects.toMatchObject(notReady);
    rmSync(path);
    expect(await file.rotate(null, tokens(1))).toBe(true);
  });

  it("that cannot be written says so", async () => {
    const nowhere = await open({ BROKER_TOKEN_FILE: join(folder, "missing", "tokens.json") });
    expect(await nowhere.read()).toBeNull();
    await expect(nowhere.rotate(null, tokens(1))).rejects.toMatchObject({
      ...notReady,
      message: "The broker's tokens could not be stored.",
    });
  });
});

it("without a place for them there are no tokens, and none can be stored", async () => {
  const none = await open({});
  expect(await none.read()).toBeNull();
  await expect(none.rotate(null, tokens(1))).rejects.toMatchObject(notReady);
});

describe("a vault in a secret", () => {
  let service: Awaited<ReturnType<typeof startSecretsService>>;
  beforeEach(async () => {
    service = await startSecretsService();
    for (const [name, value] of Object.entries(service.environment)) vi.stubEnv(name, value);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await service.close();
  });
  // A file beside it is not looked at.
  const vault = () => open({ BROKER_SECRET_ID: "arn:tokens", BROKER_TOKEN_FILE: "/nowhere/tokens.json" });
  const labels = () => service.versions.map((version) => [...version.labels].sort());

  it("holds null before the first login, and then what was stored", async () => {
    const secret = await vault();
    expect(await secret.read()).toBeNull();
    expect(await secret.rotate(null, tokens(1))).toBe(true);
    expect(await secret.read()).toEqual(tokens(1));
    expect(service.calls.every(({ input }) => input.SecretId === "arn:tokens")).toBe(true);
  });

  it("makes new tokens current in a step of its own, and keeps labels on three versions at most", async () => {
    const secret = await vault();
    for (const number of [1, 2, 3]) await secret.rotate(number === 1 ? null : tokens(number - 1), tokens(number));
    expect(service.calls.slice(0, 3).map(({ action }) => action)).toEqual([
      "GetSecretValue",
      "PutSecretValue",
      "UpdateSecretVersionStage",
    ]);
    expect(labels()).toEqual([[], [], ["AWSPREVIOUS"], ["AWSCURRENT", "NEXT"]]);
  });

  it("is left alone by somebody who has not seen the newest tokens", async () => {
    const secret = await vault();
    await secret.rotate(null, tokens(1));
    expect(await secret.rotate(null, tokens(2))).toBe(false);
    expect(await secret.read()).toEqual(tokens(1));
    expect(service.versions).toHaveLength(2);
  });

  it("lets one of twenty renewals at once win, from two containers", async () => {
    const containers = [await vault(), await vault()];
    await containers[0]?.rotate(null, tokens(1));
    const stored = await race(containers, tokens(1));
    expect(stored).toHaveLength(1);
    expect(service.current()).toBe(JSON.stringify(tokens(stored[0] ?? 0)));
  });

  it("knows that it has won where the answer to its move was lost", async () => {
    let lost = 0;
    service.scene.fail = (action) =>
      action === "UpdateSecretVersionStage" && lost++ === 0 ? "lose the answer" : undefined;
    expect(await (await vault()).rotate(null, tokens(1))).toBe(true);
    expect(service.current()).toBe(JSON.stringify(tokens(1)));
    expect(lost).toBe(2);
  });

  it.each([
    ["PutSecretValue", { status: 400, type: "LimitExceededException" }],
    ["UpdateSecretVersionStage", { status: 400, type: "AccessDeniedException" }],
  ])("says so where %s is refused, and keeps the old tokens", async (failing, failure) => {
    const secret = await vault();
    await secret.rotate(null, tokens(1));
    service.scene.fail = (action) => (action === failing ? failure : undefined);
    await expect(secret.rotate(tokens(1), tokens(2))).rejects.toMatchObject({
      ...notReady,
      message: "The broker's tokens could not be stored.",
    });
    expect(service.current()).toBe(JSON.stringify(tokens(1)));
  });

  it.each([
    ["is gone", { status: 400, type: "ResourceNotFoundException" }],
    ["may not be read", { status: 400, type: "AccessDeniedException" }],
    ["fails again and again", { status: 500, type: "InternalServiceError" }],
  ])("that %s is not ready, and is read again the next time", async (_what, failure) => {
    const secret = await vault();
    service.scene.fail = () => failure;
    await expect(secret.read()).rejects.toMatchObject({
      ...notReady,
      message: "The broker's tokens could not be read.",
    });
    service.scene.fail = () => undefined;
    expect(await secret.read()).toBeNull();
  });

  it("whose value is damaged is not ready, without quoting it", async () => {
    const [version] = service.versions;
    if (version) version.value = "canary-access-1";
    const error = await (await vault()).read().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject(notReady);
    expect(inspect(error)).not.toContain("canary");
  });
});
