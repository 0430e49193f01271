/** An error the gateway itself answers, before any function runs. */
export interface GatewayError {
  status: number;
  code: string;
  message: string;
}

/**
 * The gateway's own errors in the API's words, by API Gateway's response types. The template is made from this table,
 * and the local front answers from it, so that both say the same.
 */
export const gatewayErrors = {
  DEFAULT_4XX: { status: 400, code: "VALIDATION_ERROR", message: "The request is not valid." },
  DEFAULT_5XX: { status: 500, code: "INTERNAL_ERROR", message: "The request failed for an unexpected reason." },
  UNAUTHORIZED: { status: 401, code: "UNAUTHORIZED", message: "A valid API key is required." },
  ACCESS_DENIED: { status: 401, code: "UNAUTHORIZED", message: "A valid API key is required." },
  INVALID_API_KEY: { status: 401, code: "UNAUTHORIZED", message: "A valid API key is required." },
  AUTHORIZER_FAILURE: { status: 500, code: "INTERNAL_ERROR", message: "The API key could not be checked." },
  AUTHORIZER_CONFIGURATION_ERROR: { status: 500, code: "INTERNAL_ERROR", message: "The API key could not be checked." },
  RESOURCE_NOT_FOUND: { status: 404, code: "NOT_FOUND", message: "There is no such path or method." },
  MISSING_AUTHENTICATION_TOKEN: { status: 404, code: "NOT_FOUND", message: "There is no such path or method." },
  REQUEST_TOO_LARGE: { status: 413, code: "PAYLOAD_TOO_LARGE", message: "The body is too large." },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, code: "UNSUPPORTED_MEDIA_TYPE", message: "The body must be JSON." },
  THROTTLED: { status: 429, code: "RATE_LIMITED", message: "Too many requests; try again in a second." },
  QUOTA_EXCEEDED: { status: 429, code: "RATE_LIMITED", message: "Too many requests; try again in a second." },
  INTEGRATION_FAILURE: { status: 502, code: "INTERNAL_ERROR", message: "The request failed for an unexpected reason." },
  INTEGRATION_TIMEOUT: { status: 504, code: "INTERNAL_ERROR", message: "The request took too long." },
} satisfies Record<string, GatewayError>;

/** The envelope, as JSON text. */
export function errorBody({ code, message }: GatewayError): string {
  return JSON.stringify({ error: { code, message } });
}
