import middy from "@middy/core";
import httpJsonBodyParser from "@middy/http-json-body-parser";
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from "aws-lambda";
import type { Clock } from "../runtime/clock.ts";
import type { Config } from "../runtime/config.ts";
import { AppError, isAppError } from "../runtime/errors.ts";
import { inInvocation, type Telemetry } from "../runtime/invocation.ts";
import type { Log } from "../runtime/logger.ts";
import type { ApiAnswer, ApiRequest, Contract } from "./contract.ts";
import { envelope, errorResponse, jsonResponse, statusOf } from "./envelope.ts";
import { answerHeaders, requestIdOf } from "./headers.ts";
import { readRequest, refuseUnreadableBody, refuseWithoutRight } from "./request.ts";

/** What the HTTP layer itself needs of the services. */
export interface HttpServices extends Telemetry {
  config: Config;
  clock: Clock;
  log: Log;
}

/**
 * The Lambda handler of one endpoint: reads and checks the request, calls the work, checks and wraps its answer, and
 * turns every failure into an error body. It never throws. The contract stays readable on the handler, for the
 * OpenAPI document.
 */
export function endpoint<P, Q, B, S extends HttpServices>(
  contract: Contract<P, Q, B>,
  load: () => S,
  work: (request: ApiRequest<P, Q, B>, services: S) => Promise<ApiAnswer>,
) {
  const answer = async (event: APIGatewayProxyEvent, context: Context): Promise<APIGatewayProxyResult> => {
    const services = load();
    const result = await inInvocation(services, {}, async () => work(readRequest(contract, event), services));
    const headers = { ...answerHeaders(event, context, services.config.corsAllowedOrigins), ...result.headers };
    const status = result.status ?? contract.status ?? 200;
    if (contract.raw === "text/html" || contract.raw === "text/csv") {
      headers["content-type"] = `${contract.raw}; charset=utf-8`;
      return { statusCode: status, headers, body: String(result.data) };
    }
    const data = contract.response.parse(result.data);
    const body = contract.raw ? data : envelope(data, result.meta ?? {}, services.clock.now());
    return jsonResponse(status, body, headers);
  };

  const parser = httpJsonBodyParser({ disableContentTypeCheck: true });
  const handler = middy<APIGatewayProxyEvent, APIGatewayProxyResult>()
    .before((request) => {
      refuseWithoutRight(contract, request.event);
      if (contract.body === undefined) return;
      if (!request.event.body) {
        // Only a body that is absent reads as an empty object; the JSON text `null` is a body, and refused.
        Object.assign(request.event, { body: {} });
        return;
      }
      refuseUnreadableBody(request.event);
      parser.before?.(request as never);
    })
    .onError((request) => {
      request.response = failed(contract, load, request.event, request.context, request.error);
    })
    .handler(answer);
  return Object.assign(handler, { contract: contract as Contract });
}

function failed<S extends HttpServices>(
  contract: Pick<Contract, "method" | "path" | "bareErrors">,
  load: () => S,
  event: APIGatewayProxyEvent,
  context: Context,
  thrown: unknown,
): APIGatewayProxyResult {
  const error = fromParser(thrown);
  const requestId = requestIdOf(event, context);
  let headers: Record<string, string> = { "x-request-id": requestId };
  try {
    const { config, log } = load();
    headers = answerHeaders(event, context, config.corsAllowedOrigins);
    const fields = { requestId, method: contract.method, path: contract.path, error };
    if (isAppError(error) && statusOf[error.code] < 500) {
      log.info("request refused", { ...fields, error: undefined, code: error.code, problem: error.message });
    } else log.error("request failed", fields);
  } catch {
    // The services themselves could not be built: their error is the one being answered.
  }
  return errorResponse(error, requestId, headers, contract.bareErrors);
}

/** The body parser's refusals carry a status; they are all faults of the body. */
function fromParser(error: unknown): unknown {
  const status = (error as { statusCode?: number } | undefined)?.statusCode;
  if (status !== 422 && status !== 400) return error;
  return new AppError("InvalidRequest", "VALIDATION_ERROR", "body: must be valid JSON.", {
    details: [{ field: "body", problem: "must be valid JSON" }],
  });
}
