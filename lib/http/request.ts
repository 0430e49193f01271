import type { APIGatewayProxyEvent } from "aws-lambda";
import * as z from "zod";
import { AppError } from "../runtime/errors.ts";
import type { ApiRequest, Contract } from "./contract.ts";
import { headerOf } from "./headers.ts";

const idempotencyKeySchema = z.string().regex(/^[\x21-\x7e]{1,200}$/, "must be 1–200 visible ASCII characters");

/** The request as its contract describes it. Throws `VALIDATION_ERROR` with one entry per bad field. */
export function readRequest<P, Q, B>(contract: Contract<P, Q, B>, event: APIGatewayProxyEvent): ApiRequest<P, Q, B> {
  const params = readPart(contract.params, decodedParams(event), "path");
  const query = readPart(contract.query, queryOf(event), "query");
  const body = readPart(contract.body, event.body as unknown, "body");
  const key = headerOf(event, "idempotency-key");
  const apiKeyId = event.requestContext?.authorizer?.apiKeyId;
  return {
    params: params as P,
    query: query as Q,
    body: body as B,
    headers: lowerCased(event.headers ?? {}),
    idempotencyKey: key === undefined ? undefined : (readPart(idempotencyKeySchema, key, "Idempotency-Key") as string),
    apiKeyId: typeof apiKeyId === "string" ? apiKeyId : "",
  };
}

/** Only JSON in UTF-8 is read. Throws `UNSUPPORTED_MEDIA_TYPE`. */
export function refuseForeignMedia(event: APIGatewayProxyEvent): void {
  const [type = "", ...parameters] = (headerOf(event, "content-type") ?? "").toLowerCase().split(";");
  const charset = parameters.map((parameter) => parameter.trim()).find((parameter) => parameter.startsWith("charset="));
  const readable = type.trim() === "application/json" && (charset === undefined || /^charset="?utf-8"?$/.test(charset));
  if (!readable) {
    throw new AppError("InvalidRequest", "UNSUPPORTED_MEDIA_TYPE", "The body must be application/json in UTF-8.");
  }
}

function readPart(schema: z.ZodType | undefined, value: unknown, part: string): unknown {
  // A part the contract does not speak of must be empty: unknown query parameters are refused with their name.
  const expected = schema ?? (part === "query" ? z.strictObject({}) : z.unknown());
  const parsed = expected.safeParse(value);
  if (parsed.success) return parsed.data;
  // An id that cannot exist is an unknown id (spec api 1).
  if (part === "path") throw new AppError("NotFound", "NOT_FOUND", "There is nothing at this address.");
  const details = parsed.error.issues.flatMap((issue) => problemsOf(issue, part));
  const message = details.map(({ field, problem }) => `${field}: ${problem}`).join("; ");
  throw new AppError("InvalidRequest", "VALIDATION_ERROR", `${message}.`, { details });
}

function problemsOf(issue: z.core.$ZodIssue, part: string): { field: string; problem: string }[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((field) => ({ field: field.slice(0, 100), problem: "is not known here" }));
  }
  return [{ field: issue.path.map(String).join(".").slice(0, 100) || part, problem: issue.message }];
}

/** Query parameters, each given once; a parameter given twice is handed on as an array, which no schema accepts. */
function queryOf(event: APIGatewayProxyEvent): Record<string, unknown> {
  const many = event.multiValueQueryStringParameters ?? {};
  const entries = Object.entries(many).map(([name, values]) => [name, values?.length === 1 ? values[0] : values]);
  const single = Object.entries(event.queryStringParameters ?? {}).filter(([name]) => !(name in many));
  return Object.fromEntries([...single, ...entries]);
}

function decodedParams(event: APIGatewayProxyEvent): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(event.pathParameters ?? {}).map(([name, value]) => [name, value && safelyDecoded(value)]),
  );
}

function safelyDecoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

function lowerCased(headers: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name.toLowerCase(), value]])),
  );
}
