import type { APIGatewayProxyEvent } from "aws-lambda";
import * as z from "zod";
import { AppError, invalidRequest } from "../runtime/errors.ts";
import type { ApiRequest, Contract } from "./contract.ts";
import { headerOf } from "./headers.ts";
import { allows, rightOf } from "./rights.ts";

/** The longest body that is read, in bytes. What stands in front of the functions may refuse it before they see it. */
export const mostBodyBytes = 256 * 1024;

const badKey = "must be 1–200 visible ASCII characters";
export const idempotencyKeySchema = z
  .string()
  .min(1, badKey)
  .max(200, badKey)
  .regex(/^[\x21-\x7e]*$/, badKey);

/**
 * The request as its contract describes it. An `Idempotency-Key` is read only where the contract promises to honour it.
 * Throws `VALIDATION_ERROR` with one entry per bad field.
 */
export function readRequest<P, Q, B>(contract: Contract<P, Q, B>, event: APIGatewayProxyEvent): ApiRequest<P, Q, B> {
  const params = readPart(contract.params, decodedParams(event), "path");
  const query = readPart(contract.query, queryOf(event), "query");
  const body = readPart(contract.body, event.body as unknown, "body") as B;
  const authorized = event.requestContext?.authorizer?.apiKeyId;
  const apiKeyId = typeof authorized === "string" ? authorized : "";
  return {
    params: params as P,
    query: query as Q,
    body,
    headers: lowerCased(event.headers ?? {}),
    repeatable: {
      operation: [contract.idempotent, ...Object.values(params ?? {})].join("#"),
      key: contract.idempotent === undefined ? undefined : idempotencyKeyOf(event),
      apiKeyId,
      body,
    },
    apiKeyId,
  };
}

/**
 * A known key is let in by the authorizer, which says what it may do: its answer is kept for the whole API, so what each
 * operation asks for is looked at here. Where nothing is said of rights no key was checked: at an open endpoint, and on a
 * stage without an authorizer. Throws `FORBIDDEN`.
 */
export function refuseWithoutRight(contract: Pick<Contract, "method" | "right" | "open">, event: APIGatewayProxyEvent) {
  const needed = rightOf(contract);
  const held = event.requestContext?.authorizer?.rights ?? "trade";
  if (contract.open || allows(held, needed)) return;
  const message = `This API key may not do that: it needs the right "${needed}".`;
  throw new AppError("Forbidden", "FORBIDDEN", message, { details: { needed, held } });
}

function idempotencyKeyOf(event: APIGatewayProxyEvent): string | undefined {
  const key = headerOf(event, "idempotency-key");
  return key === undefined ? undefined : (readPart(idempotencyKeySchema, key, "Idempotency-Key") as string);
}

/**
 * Only JSON in UTF-8 is read, and not too much of it. A body of no type is JSON, as API Gateway has it. Throws
 * `PAYLOAD_TOO_LARGE` or `UNSUPPORTED_MEDIA_TYPE`.
 */
export function refuseUnreadableBody(event: APIGatewayProxyEvent): void {
  if (Buffer.byteLength(event.body ?? "", event.isBase64Encoded ? "base64" : "utf8") > mostBodyBytes) {
    throw new AppError("InvalidRequest", "PAYLOAD_TOO_LARGE", "The body is too large.");
  }
  const [type, ...parameters] = (headerOf(event, "content-type") || "application/json").toLowerCase().split(";");
  const charset = parameters.map((parameter) => parameter.trim()).find((parameter) => parameter.startsWith("charset="));
  const readable =
    type?.trim() === "application/json" && (charset === undefined || /^charset="?utf-8"?$/.test(charset));
  if (!readable) {
    throw new AppError("InvalidRequest", "UNSUPPORTED_MEDIA_TYPE", "The body must be application/json in UTF-8.");
  }
}

function readPart(schema: z.ZodType | undefined, value: unknown, part: string): unknown {
  if (schema === undefined && part !== "query") return undefined;
  // A query the contract does not speak of must be empty: unknown parameters are refused with their name.
  const expected = schema ?? z.strictObject({});
  const parsed = expected.safeParse(value);
  const details = parsed.success
    ? illFormedFields(parsed.data, part).map((field) => ({ field, problem: "must be well-formed Unicode" }))
    : parsed.error.issues.flatMap((issue) => problemsOf(issue, part));
  if (parsed.success && details.length === 0) return parsed.data;
  // An id that cannot exist is an unknown id (spec api 1).
  if (part === "path") throw new AppError("NotFound", "NOT_FOUND", "There is nothing at this address.");
  throw invalidRequest(details);
}

function problemsOf(issue: z.core.$ZodIssue, part: string): { field: string; problem: string }[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((field) => ({ field: field.slice(0, 100), problem: "is not known here" }));
  }
  return [{ field: fieldOf(issue.path, part), problem: issue.message }];
}

function fieldOf(path: readonly PropertyKey[], part: string): string {
  return path.map(String).join(".").slice(0, 100) || part;
}

/**
 * The fields that hold what is no text: half a surrogate pair, or the sign that gateways put in the place of bytes that
 * are no UTF-8. The store would keep something else than what was sent.
 */
function illFormedFields(whole: unknown, part: string): string[] {
  const fields: string[] = [];
  // A list of what is still to be looked at, and no recursion: a body may be nested as deep as it is long.
  const waiting = [{ field: "", value: whole }];
  for (const { field, value } of waiting) {
    const members = typeof value === "object" && value !== null ? Object.entries(value) : [];
    const texts = typeof value === "string" ? [value] : members.map(([name]) => name);
    fields.push(...texts.filter(isIllFormed).map(() => field || part));
    for (const [name, content] of members) {
      waiting.push({ field: (field ? `${field}.${name}` : name).slice(0, 100), value: content });
    }
  }
  return fields;
}

function isIllFormed(text: string): boolean {
  return !text.isWellFormed() || text.includes("\ufffd");
}

/** Query parameters, each given once; a parameter given twice is handed on as an array, which no schema accepts. */
function queryOf(event: APIGatewayProxyEvent): Record<string, unknown> {
  const many = event.multiValueQueryStringParameters ?? {};
  const entries = Object.entries(many).map(([name, values]) => [name, values?.length === 1 ? values[0] : values]);
  const single = Object.entries(event.queryStringParameters ?? {}).filter(([name]) => !(name in many));
  return Object.fromEntries([...single, ...entries]);
}

/** API Gateway hands path variables over as they were sent; so does the local front. They are decoded here, and once. */
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
