import type { APIGatewayProxyEvent, APIGatewayProxyResult } from "aws-lambda";
import { type GatewayError, gatewayErrors } from "../../lib/http/gateway-errors.ts";
import type { NamedContract } from "../../lib/http/openapi.ts";
import type { Log } from "../../lib/runtime/logger.ts";
import type { createAuthorizer } from "./authorizer.ts";

/** The longest that API Gateway waits for a function. */
const longestMs = 29_000;

/** What calls a function, and how long it may take by its own settings. */
export interface Integration {
  contract: NamedContract;
  call: (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>;
  timeoutMs: number;
}

const tooLong = Symbol("too long");

/** Has the key checked, calls the function and reads its answer. What goes wrong on the way is the gateway's own error. */
export async function integrate(
  { contract, call, timeoutMs }: Integration,
  event: APIGatewayProxyEvent,
  authorize: ReturnType<typeof createAuthorizer>,
  log: Log,
): Promise<APIGatewayProxyResult | GatewayError> {
  const fields = { requestId: event.requestContext.requestId, method: contract.method, path: contract.path };
  if (!contract.open) {
    try {
      const authorized = await authorize(event);
      if (isGatewayError(authorized)) return authorized;
      event.requestContext.authorizer = authorized;
    } catch (error) {
      log.error("the key could not be checked", { ...fields, error });
      return gatewayErrors.AUTHORIZER_FAILURE;
    }
  }
  try {
    const answer = await within(Math.min(timeoutMs, longestMs), call(event));
    if (answer === tooLong) {
      log.error("the function took too long", fields);
      return gatewayErrors.INTEGRATION_TIMEOUT;
    }
    if (Number.isInteger(answer?.statusCode)) return answer;
    log.error("the function's answer is none", fields);
  } catch (error) {
    log.error("the function failed", { ...fields, error });
  }
  return gatewayErrors.INTEGRATION_FAILURE;
}

export function isGatewayError(answer: object): answer is GatewayError {
  return "code" in answer && "message" in answer;
}

function within<T>(ms: number, work: Promise<T>): Promise<T | typeof tooLong> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(tooLong), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
