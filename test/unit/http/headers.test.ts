import type { APIGatewayProxyEvent, Context } from "aws-lambda";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { answerHeaders, corsHeaders, headerOf, preflightHeaders, requestIdOf } from "../../../lib/http/headers.ts";

const allowed = ["http://localhost:5173", "https://signals.example"];
const event = (headers: Record<string, string | undefined> | null, requestId: string | undefined = "gateway-id") =>
  ({ headers, requestContext: { requestId } }) as never as APIGatewayProxyEvent;

describe("a header", () => {
  it("is found in any letter case, and absent without throwing", () => {
    expect(headerOf(event({ "Content-TYPE": "a/b" }), "content-type")).toBe("a/b");
    expect(headerOf(event({ "x-a": undefined }), "x-a")).toBeUndefined();
    expect(headerOf(event(null), "x-a")).toBeUndefined();
  });
});

describe("the request id", () => {
  it("is the client's where it is short and visible", () => {
    expect(requestIdOf(event({ "X-Request-ID": "client-1" }))).toBe("client-1");
    expect(requestIdOf(event({ "x-request-id": "x".repeat(128) }))).toBe("x".repeat(128));
  });

  it.each(["", "x".repeat(129), "x".repeat(5_000), "a\nb", "a\r\nlevel: ERROR", "a b", "\u001b[31m", "ü"])(
    "is ours where the client's is %j",
    (sent) => {
      expect(requestIdOf(event({ "x-request-id": sent }))).toBe("gateway-id");
    },
  );

  it("is the function's own where the gateway gave none", () => {
    const bare = { headers: null, requestContext: undefined } as never as APIGatewayProxyEvent;
    expect(requestIdOf(bare, { awsRequestId: "lambda-id" } as Context)).toBe("lambda-id");
    expect(requestIdOf(bare)).toBe("unknown");
  });

  it("never holds anything that could forge a log line or a header", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (sent) => {
        expect(requestIdOf(event({ "x-request-id": sent }))).toMatch(/^[\x21-\x7e]{1,128}$/);
      }),
    );
  });
});

describe("CORS", () => {
  it("echoes a listed origin and lets its page read the answer, without credentials", () => {
    expect(corsHeaders("https://signals.example", allowed)).toEqual({
      vary: "Origin",
      "access-control-allow-origin": "https://signals.example",
      "access-control-expose-headers": "X-Request-ID, Retry-After",
    });
  });

  it.each([
    undefined,
    "null",
    "*",
    "https://evil.example",
    "https://signals.example.evil.example",
    "HTTPS://SIGNALS.EXAMPLE",
  ])("tells the origin %s nothing", (origin) => {
    expect(corsHeaders(origin, allowed)).toEqual({ vary: "Origin" });
    expect(preflightHeaders(origin, allowed)).toEqual({ vary: "Origin" });
  });

  it("answers a preflight with the methods and headers of the API", () => {
    expect(preflightHeaders("http://localhost:5173", allowed)).toEqual({
      vary: "Origin",
      "access-control-allow-origin": "http://localhost:5173",
      "access-control-allow-methods": "GET, POST, PUT, PATCH, DELETE, OPTIONS",
      "access-control-allow-headers": "Content-Type, Authorization, X-API-Key, X-Request-ID, Idempotency-Key",
      "access-control-expose-headers": "X-Request-ID, Retry-After",
      "access-control-max-age": "600",
    });
  });
});

it("every answer carries its id, is not stored and not sniffed", () => {
  const headers = answerHeaders(event({ origin: "https://signals.example" }), {} as Context, allowed);
  expect(headers).toEqual({
    "x-request-id": "gateway-id",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    vary: "Origin",
    "access-control-allow-origin": "https://signals.example",
    "access-control-expose-headers": "X-Request-ID, Retry-After",
  });
});
