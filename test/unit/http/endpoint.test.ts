import type { APIGatewayProxyEvent, Context } from "aws-lambda";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { endpoint } from "../../../lib/http/endpoint.ts";
import { AppError, type ErrorCode, type ErrorName } from "../../../lib/runtime/errors.ts";
import { noMetrics } from "../../../lib/runtime/metrics.ts";
import { noTracer } from "../../../lib/runtime/tracer.ts";
import { recordedLog } from "../../support/recorded-log.ts";

/** The level and sentence that the log gets where an endpoint's work throws this. */
async function loggedOf(name: ErrorName, code: ErrorCode) {
  const log = recordedLog();
  const config = { corsAllowedOrigins: [] };
  const services = { config, clock: { now: () => new Date(0) }, log, metrics: noMetrics, tracer: noTracer };
  const handler = endpoint(
    { method: "GET", path: "/", summary: "Any", description: "Any.", tag: "Runs", response: z.unknown() },
    () => services as never,
    async () => {
      throw new AppError(name, code, "It did not work.");
    },
  );
  const event = { headers: {}, requestContext: { requestId: "r1" } } as unknown as APIGatewayProxyEvent;
  await handler(event, {} as Context);
  return log.lines.map(({ level, message }) => `${level}: ${message}`);
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
