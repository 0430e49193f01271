import type { APIGatewayRequestAuthorizerEvent } from "aws-lambda";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  apiKeySchema,
  authorizer,
  checkNewKey,
  digestOf,
  keyOf,
  type StoredApiKey,
} from "../../../lib/access/authorizer.ts";

const key = "k".repeat(43);
const other = "o".repeat(43);

describe("the key of a request", () => {
  const from = (event: unknown) => keyOf(event as Parameters<typeof keyOf>[0]);

  it.each([
    ["X-API-Key", { headers: { "X-API-Key": key } }],
    ["a lower-case header", { headers: { "x-api-key": key } }],
    ["Authorization: Bearer", { headers: { Authorization: `Bearer ${key}` } }],
    ["bearer in lower case", { headers: { authorization: `bearer ${key}` } }],
    ["both, where they are equal", { headers: { "X-API-Key": key, Authorization: `Bearer ${key}` } }],
    ["multi-value headers alone", { multiValueHeaders: { "X-API-Key": [key] } }],
    ["multi-value headers beside null headers", { headers: null, multiValueHeaders: { "x-api-key": [key, key] } }],
    ["X-API-Key beside another scheme", { headers: { "X-API-Key": key, Authorization: "Basic YTpi" } }],
  ])("is read from %s", (_where, event) => {
    expect(from(event)).toBe(key);
  });

  it.each([
    ["no headers object", {}],
    ["null headers", { headers: null, multiValueHeaders: null }],
    ["empty headers", { headers: {}, multiValueHeaders: {} }],
    ["undefined values", { headers: { "x-api-key": undefined }, multiValueHeaders: { "x-api-key": undefined } }],
    ["two different keys", { headers: { "X-API-Key": key, Authorization: `Bearer ${other}` } }],
    ["the header twice with two keys", { multiValueHeaders: { "X-API-Key": [key, other] } }],
    ["another scheme", { headers: { Authorization: `Basic ${key}` } }],
    ["Bearer without a key", { headers: { Authorization: "Bearer " } }],
    ["a header of 10 KB", { headers: { "X-API-Key": "k".repeat(10_240) } }],
    ["the query string", { headers: {}, queryStringParameters: { "x-api-key": key, api_key: key } }],
    ["values that are no text", { headers: { "x-api-key": 5 }, multiValueHeaders: { "x-api-key": [null, {}] } }],
  ])("is none with %s", (_what, event) => {
    expect(from(event)).toBeUndefined();
  });

  it("is looked for without ever throwing", () => {
    const headers = fc.option(fc.dictionary(fc.string(), fc.anything()), { nil: null });
    const many = fc.option(fc.dictionary(fc.string(), fc.array(fc.anything())), { nil: undefined });
    fc.assert(
      fc.property(headers, many, (headers, multiValueHeaders) => {
        expect(["string", "undefined"]).toContain(typeof from({ headers, multiValueHeaders }));
      }),
    );
  });
});

describe("the authorizer", () => {
  const stored = (more: Partial<StoredApiKey> = {}): StoredApiKey => ({
    sk: digestOf(key),
    id: "KEY-1",
    label: "test",
    rights: "trade",
    created_at: "2026-03-02T00:00:00.000Z",
    revoked_at: null,
    ...more,
  });
  const methodArn = "arn:aws:execute-api:eu-central-1:123456789012:abc123/prod/GET/runs/01/status";
  const wholeApi = (Effect: "Allow" | "Deny") => ({
    Version: "2012-10-17",
    Statement: [
      {
        Action: "execute-api:Invoke",
        Effect,
        Resource: "arn:aws:execute-api:eu-central-1:123456789012:abc123/prod/*",
      },
    ],
  });
  /** What API Gateway keeps for the next request with the same key; of an error it would keep nothing. */
  const refused = { principalId: "unknown", policyDocument: wholeApi("Deny") };
  const event = (sent: string | undefined, arn = methodArn) =>
    ({
      methodArn: arn,
      headers: sent === undefined ? null : { "x-api-key": sent },
    }) as never as APIGatewayRequestAuthorizerEvent;

  function ring(...keys: StoredApiKey[]) {
    const state = { keys, asked: [] as string[], nowMs: 0 };
    const authorize = authorizer(() => ({
      find: async (digest) => {
        state.asked.push(digest);
        return state.keys.find((known) => known.sk === digest);
      },
      nowMs: () => state.nowMs,
    }));
    return { state, authorize };
  }

  it("answers a good key with its id, its rights and one policy for the whole API, whatever was called", async () => {
    const { authorize } = ring(stored({ rights: "read" }));
    const context = { apiKeyId: "KEY-1", rights: "read" };
    const policy = { principalId: "KEY-1", context, policyDocument: wholeApi("Allow") };
    expect(await authorize(event(key))).toEqual(policy);
    expect(await authorize(event(key, methodArn.replace("GET/runs/01/status", "POST/analyze")))).toEqual(policy);
  });

  it("looks for a digest only, never for the key", async () => {
    const { authorize, state } = ring(stored());
    await authorize(event(key));
    expect(state.asked).toEqual([digestOf(key)]);
    expect(digestOf("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });

  it.each([
    ["no key", undefined],
    ["an unknown key", other],
    ["an empty key", ""],
    ["a key of 10 KB", "k".repeat(10_240)],
  ])("refuses the whole API, by a policy and not by an error, to %s", async (_what, sent) => {
    expect(await ring(stored()).authorize(event(sent))).toEqual(refused);
  });

  it("fails, which no gateway keeps, where the keys cannot be read", async () => {
    const authorize = authorizer(() => ({ find: () => Promise.reject(new Error("no table")), nowMs: () => 0 }));
    await expect(authorize(event(key))).rejects.toThrow("no table");
  });

  it("refuses a revoked key", async () => {
    const { authorize } = ring(stored({ revoked_at: "2026-03-02T12:00:00.000Z" }));
    expect(await authorize(event(key))).toEqual(refused);
  });

  it("refuses a key whose stored digest is another one", async () => {
    const authorize = authorizer(() => ({ find: async () => stored({ sk: digestOf(other) }), nowMs: () => 0 }));
    expect(await authorize(event(key))).toEqual(refused);
    const short = authorizer(() => ({ find: async () => stored({ sk: "short" }), nowMs: () => 0 }));
    expect(await short(event(key))).toEqual(refused);
  });

  it("takes a key as soon as it is added: it remembers no wrong ones itself", async () => {
    const { authorize, state } = ring();
    expect(await authorize(event(key))).toEqual(refused);
    state.keys.push(stored());
    expect((await authorize(event(key))).principalId).toBe("KEY-1");
  });

  it("reads a good key once in 30 seconds, so that a revoked one is refused within a minute", async () => {
    const { authorize, state } = ring(stored());
    await authorize(event(key));
    state.keys[0] = stored({ revoked_at: "2026-03-02T12:00:00.000Z" });
    state.nowMs = 30_000;
    expect((await authorize(event(key))).principalId).toBe("KEY-1");
    expect(state.asked).toHaveLength(1);
    state.nowMs = 30_001;
    expect(await authorize(event(key))).toEqual(refused);
  });

  it("finds all rights with a key that was stored before there were any", () => {
    const { rights, ...before } = stored();
    expect(apiKeySchema.parse(before).rights).toBe("trade");
  });

  it("keeps several keys valid at once", async () => {
    const { authorize } = ring(stored(), stored({ sk: digestOf(other), id: "KEY-2" }));
    expect((await authorize(event(key))).principalId).toBe("KEY-1");
    expect((await authorize(event(other))).principalId).toBe("KEY-2");
  });
});

describe("a new key", () => {
  it.each(["", "short", "admin", "CHANGE-ME", "k".repeat(31), `${"k".repeat(40)} `, "ü".repeat(40)])(
    "is refused: %j",
    (bad) => {
      expect(() => checkNewKey(bad)).toThrow(/^Bad setting: API_KEY must /);
    },
  );

  it("of 32 visible characters is taken", () => {
    expect(() => checkNewKey("k".repeat(32))).not.toThrow();
  });
});
