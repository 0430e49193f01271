import type { APIGatewayProxyEvent, Context } from "aws-lambda";

/** A header by its name in any letter case; the last one where it was sent twice, as API Gateway does. */
export function headerOf(event: Pick<APIGatewayProxyEvent, "headers">, name: string): string | undefined {
  for (const [header, value] of Object.entries(event.headers ?? {})) {
    if (header.toLowerCase() === name && value !== undefined) return value;
  }
  return undefined;
}

/** The client's `X-Request-ID` where it is short and visible, else ours: what is logged must not be forged. */
export function requestIdOf(
  event: Pick<APIGatewayProxyEvent, "headers" | "requestContext">,
  context?: Context,
): string {
  const sent = headerOf(event, "x-request-id");
  if (sent !== undefined && /^[\x21-\x7e]{1,128}$/.test(sent)) return sent;
  return event.requestContext?.requestId ?? context?.awsRequestId ?? "unknown";
}

const allowedMethods = "GET, POST, PUT, PATCH, DELETE, OPTIONS";
const allowedHeaders = "Content-Type, Authorization, X-API-Key, X-Request-ID, Idempotency-Key";
const exposedHeaders = "X-Request-ID, Retry-After";

/** Headers that let a listed origin's page read the answer; an origin that is not listed is never echoed. */
export function corsHeaders(origin: string | undefined, allowedOrigins: readonly string[]): Record<string, string> {
  if (origin === undefined || !allowedOrigins.includes(origin)) return { vary: "Origin" };
  return { vary: "Origin", "access-control-allow-origin": origin, "access-control-expose-headers": exposedHeaders };
}

/** The answer to a preflight (spec orders 2.2). The API has no OPTIONS methods: what stands in front of it sends this. */
export function preflightHeaders(
  origin: string | undefined,
  allowedOrigins: readonly string[],
): Record<string, string> {
  const headers = corsHeaders(origin, allowedOrigins);
  if (!("access-control-allow-origin" in headers)) return headers;
  return {
    ...headers,
    "access-control-allow-methods": allowedMethods,
    "access-control-allow-headers": allowedHeaders,
    "access-control-max-age": "600",
  };
}

/** What every answer of an endpoint carries. */
export function answerHeaders(
  event: APIGatewayProxyEvent,
  context: Context,
  allowedOrigins: readonly string[],
): Record<string, string> {
  return {
    "x-request-id": requestIdOf(event, context),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...corsHeaders(headerOf(event, "origin"), allowedOrigins),
  };
}
