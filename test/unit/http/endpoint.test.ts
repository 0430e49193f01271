import type { APIGatewayProxyEvent, Context } from "aws-lambda";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import type { ApiAnswer, ApiRequest, Contract } from "../../../lib/http/contract.ts";
import { endpoint } from "../../../lib/http/endpoint.ts";
import { AppError, type ErrorCode, type ErrorName } from "../../../lib/runtime/errors.ts";
import { noMetrics } from "../../../lib/runtime/metrics.ts";
import { noTracer } from "../../../lib/runtime/tracer.ts";
import { recordedLog } from "../../support/recorded-log.ts";

/** Answers a request to an endpoint of this contract, and what its log got. */
async function answerOf<P, Q, B>(
  contract: Partial<Contract<P, Q, B>>,
  work: (request: ApiRequest<P, Q, B>) => Promise<ApiAnswer>,
  request: { pathParameters?: Record<string, string>; headers?: Record<string, string>; body?: string } = {},
  authorizer: object | null = { apiKeyId: "key-1", rights: "trade" },
) {
  const log = recordedLog();
  const config = { corsAllowedOrigins: [] };
  const services = { config, clock: { now: () => new Date(0) }, log, metrics: noMetrics, tracer: noTracer };
  const any = {
    method: "POST",
    path: "/",
    summary: "Any",
    description: "Any.",
    tag: "Runs",
    response: z.unknown(),
  } as const;
  const handler = endpoint({ ...any, ...contract }, () => services as never, work);
  const requestContext = { requestId: "r1", authorizer };
  const event = { headers: {}, requestContext, ...request } as unknown as APIGatewayProxyEvent;
  const { statusCode, body } = await handler(event, {} as Context);
  return { status: statusCode, body: JSON.parse(body), logged: log.lines };
}

/** The level and sentence that the log gets where an endpoint's work throws this. */
async function loggedOf(name: ErrorName, code: ErrorCode) {
  const { logged } = await answerOf({}, async () => {
    throw new AppError(name, code, "It did not work.");
  });
  return logged.map(({ level, message }) => `${level}: ${message}`);
}

describe("what an endpoint logs", () => {
  it("is a refusal where the request was at fault", async () => {
    expect(await loggedOf("NotFound", "NOT_FOUND")).toEqual(["info: request refused"]);
    expect(await loggedOf("Conflict", "RUN_NOT_ACTIVE")).toEqual(["info: request refused"]);
  });

  it("is a failure where it was ours, whatever its code", async () => {
    expect(await loggedOf("BadConfiguration", "CONFIGURATION_ERROR")).toEqual(["error: request failed"]);
    expect(await loggedOf("BrokerUnavailable", "PRICE_UNAVAILABLE")).toEqual(["error: request failed"]);
    expect(await loggedOf("NotReady", "NOT_READY")).toEqual(["error: request failed"]);
  });
});

describe("the right of a key", () => {
  const answered = async () => ({ data: null });
  const statusWith = async (contract: Partial<Contract>, rights: unknown) =>
    (await answerOf(contract, answered, {}, { apiKeyId: "key-1", rights })).status;

  it.each([
    ["GET", undefined, { read: 200, trade: 200 }],
    ["GET", "trade", { read: 403, trade: 200 }],
    ["POST", undefined, { read: 403, trade: 200 }],
    ["POST", "read", { read: 200, trade: 200 }],
    ["PUT", undefined, { read: 403, trade: 200 }],
    ["PATCH", undefined, { read: 403, trade: 200 }],
    ["DELETE", undefined, { read: 403, trade: 200 }],
  ] as const)("decides about %s where the contract names %s", async (method, right, { read, trade }) => {
    const contract = { method, ...(right && { right }) };
    expect(await statusWith(contract, "read")).toBe(read);
    expect(await statusWith(contract, "trade")).toBe(trade);
    expect(await statusWith(contract, "admin")).toBe(403);
    expect(await statusWith({ ...contract, open: true }, "read")).toBe(200);
  });

  it("is asked for before anything is read of the request, and the refusal says what is lacking", async () => {
    const read = { apiKeyId: "key-1", rights: "read" };
    const refused = await answerOf({ body: z.strictObject({}) }, answered, { body: "no JSON" }, read);
    expect([refused.status, refused.body.error]).toEqual([
      403,
      {
        code: "FORBIDDEN",
        message: 'This API key may not do that: it needs the right "trade".',
        details: { needed: "trade", held: "read" },
      },
    ]);
    expect(refused.logged.map(({ level, fields }) => [level, fields.code])).toEqual([["info", "FORBIDDEN"]]);
  });

  it("is not asked for where no key is checked, nor of an answer that was kept from before there were rights", async () => {
    expect((await answerOf({}, answered, {}, null)).status).toBe(200);
    expect((await answerOf({}, answered, {}, { apiKeyId: "key-1" })).status).toBe(200);
  });
});

describe("a request that may be repeated", () => {
  const params = z.object({ id: z.string() });
  const body = z.object({ reason: z.string() });
  const asked = {
    pathParameters: { id: "p1" },
    headers: { "Idempotency-Key": "k1" },
    body: '{"reason":"enough"}',
  };
  const repeatable = async (request: ApiRequest<unknown, unknown, unknown>) => ({ data: request.repeatable });

  it("is told from others by the contract's word, the path's variables, the key, its sender and its body", async () => {
    const { body: answer } = await answerOf({ params, body, idempotent: "close" }, repeatable, asked);
    expect(answer.data).toEqual({ operation: "close#p1", key: "k1", apiKeyId: "key-1", body: { reason: "enough" } });
  });

  it("is of all there is where the path has no variables", async () => {
    const { body: answer } = await answerOf({ idempotent: "analyze" }, repeatable, asked);
    expect(answer.data).toEqual({ operation: "analyze", key: "k1", apiKeyId: "key-1" });
  });

  it("stands alone without a key, and where the contract promises nothing", async () => {
    const keyless = await answerOf({ params, idempotent: "close" }, repeatable, { ...asked, headers: {} });
    expect(keyless.body.data).not.toHaveProperty("key");
    const { body: answer } = await answerOf({ params }, repeatable, asked);
    expect(answer.data).not.toHaveProperty("key");
  });

  it("is refused with a key that is none", async () => {
    const headers = { "idempotency-key": "two words" };
    expect(await answerOf({ idempotent: "analyze" }, repeatable, { headers })).toMatchObject({
      status: 422,
      body: { error: { code: "VALIDATION_ERROR", details: [{ field: "Idempotency-Key" }] } },
    });
  });
});

describe("an error", () => {
  const refuse = async () => {
    throw new AppError("Conflict", "RUN_NOT_ACTIVE", "The run is over.", { details: { status: "failed" } });
  };

  it("stands in the envelope", async () => {
    expect(await answerOf({}, refuse)).toMatchObject({
      status: 409,
      body: { error: { code: "RUN_NOT_ACTIVE", message: "The run is over.", details: { status: "failed" } } },
    });
  });

  it("is the whole body where the contract wants it bare, whoever refuses", async () => {
    const { status, body } = await answerOf({ bareErrors: true }, refuse);
    expect(status).toBe(409);
    expect(body).toEqual({ code: "RUN_NOT_ACTIVE", message: "The run is over.", details: { status: "failed" } });
    const unreadable = await answerOf({ bareErrors: true, body: z.object({}) }, refuse, { body: "{" });
    expect(unreadable.status).toBe(422);
    expect(unreadable.body).toEqual({
      code: "VALIDATION_ERROR",
      message: "body: must be valid JSON.",
      details: [{ field: "body", problem: "must be valid JSON" }],
    });
    const broken = await answerOf({ bareErrors: true }, async () => {
      throw new Error("a secret");
    });
    expect(broken).toMatchObject({ status: 500, body: { code: "INTERNAL_ERROR", details: { request_id: "r1" } } });
    expect(JSON.stringify(broken.body)).not.toContain("secret");
  });
});
