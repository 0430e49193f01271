import { describe, expect, it } from "vitest";
import { envelope, errorCodes, errorResponse, statusOf } from "../../../lib/http/envelope.ts";
import { AppError } from "../../../lib/runtime/errors.ts";

const answerTo = (error: unknown) => {
  const { statusCode, headers, body } = errorResponse(error, "request-1", { "x-request-id": "request-1" });
  return { statusCode, headers, body: JSON.parse(body) };
};

describe("the envelope", () => {
  it("holds data, the time and the version, and what else is known", () => {
    expect(envelope([1], { total: 1 }, new Date("2026-03-02T15:30:00Z"))).toEqual({
      data: [1],
      meta: { timestamp: "2026-03-02T15:30:00.000Z", version: "1.0", total: 1 },
    });
  });

  it("of a refusal holds code, message and details", () => {
    const details = { active_run_id: "R" };
    const error = new AppError("Conflict", "ANALYSIS_ALREADY_RUNNING", "An analysis is already running.", { details });
    expect(answerTo(error)).toEqual({
      statusCode: 409,
      headers: { "content-type": "application/json", "x-request-id": "request-1" },
      body: { error: { code: "ANALYSIS_ALREADY_RUNNING", message: "An analysis is already running.", details } },
    });
  });

  it("has no details where there are none", () => {
    expect(answerTo(new AppError("NotFound", "NOT_FOUND", "There is no run x.")).body).toEqual({
      error: { code: "NOT_FOUND", message: "There is no run x." },
    });
  });

  it.each([
    [new TypeError("Cannot read properties of undefined (reading 'secret')"), "INTERNAL_ERROR"],
    ["a thrown text", "INTERNAL_ERROR"],
    [undefined, "INTERNAL_ERROR"],
    [new AppError("Conflict", "INTERNAL_ERROR", "secret", { details: { secret: 1 } }), "INTERNAL_ERROR"],
    [new AppError("StoreUnavailable", "DATABASE_ERROR", "secret", { cause: new Error("secret") }), "DATABASE_ERROR"],
    [new AppError("InvalidStoredItem", "DATABASE_ERROR", "secret"), "DATABASE_ERROR"],
  ])("of a 500 says nothing of what happened (%s), but under which id the log has it", (error, code) => {
    const { statusCode, body } = answerTo(error);
    expect(statusCode).toBe(500);
    expect(body.error).toEqual({ code, message: expect.any(String), details: { request_id: "request-1" } });
    expect(JSON.stringify(body)).not.toMatch(/secret|thrown|TypeError| at /);
  });

  it("says how long to wait, in whole seconds", () => {
    const error = new AppError("NotReady", "NOT_READY", "Not yet.", { retryAfterSeconds: 1.2 });
    expect(answerTo(error)).toMatchObject({ statusCode: 503, headers: { "retry-after": "2" } });
  });

  it("has one status for each published code", () => {
    expect(statusOf).toMatchObject({
      VALIDATION_ERROR: 422,
      UNAUTHORIZED: 401,
      NOT_FOUND: 404,
      ANALYSIS_ALREADY_RUNNING: 409,
      IDEMPOTENCY_MISMATCH: 422,
      UNSUPPORTED_MEDIA_TYPE: 415,
      PAYLOAD_TOO_LARGE: 413,
      RATE_LIMITED: 429,
      NOT_READY: 503,
      REDDIT_API_ERROR: 502,
      OPENAI_API_ERROR: 502,
      DATABASE_ERROR: 500,
      INTERNAL_ERROR: 500,
    });
    expect(errorCodes.every((code) => statusOf[code] >= 400)).toBe(true);
  });
});
