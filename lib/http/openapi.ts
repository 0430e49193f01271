import * as z from "zod";
import { apiVersion } from "../runtime/version.ts";
import type { Contract } from "./contract.ts";
import { errorCodes, statusOf } from "./envelope.ts";

type Json = Record<string, unknown>;

/** Codes every endpoint may answer; those that need a key may also answer 401. */
const commonErrors = [
  "VALIDATION_ERROR",
  "RATE_LIMITED",
  "CONFIGURATION_ERROR",
  "DATABASE_ERROR",
  "INTERNAL_ERROR",
] as const;
const bodyErrors = ["UNSUPPORTED_MEDIA_TYPE", "PAYLOAD_TOO_LARGE"] as const;

/** The OpenAPI 3.1 document of these contracts, in the order of their paths. */
export function openApiDocument(contracts: readonly Contract[]): Json {
  const paths: Record<string, Json> = {};
  const sorted = contracts.toSorted((a, b) => (`${a.path} ${a.method}` < `${b.path} ${b.method}` ? -1 : 1));
  for (const contract of sorted) {
    paths[contract.path] = { ...paths[contract.path], [contract.method.toLowerCase()]: operation(contract) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "WSB Signals API",
      version: apiVersion,
      description: "Is r/wallstreetbets worth listening to? Runs, signals and what became of them.",
    },
    security: [{ apiKey: [] }],
    paths,
    components: {
      securitySchemes: { apiKey: { type: "apiKey", in: "header", name: "x-api-key" } },
      schemas: { Error: errorSchema },
    },
  };
}

const errorSchema = {
  type: "object",
  required: ["error"],
  properties: {
    error: {
      type: "object",
      required: ["code", "message"],
      properties: {
        code: { type: "string", enum: errorCodes },
        message: { type: "string" },
        details: { description: "For 422 an array of {field, problem}, otherwise an object." },
      },
    },
  },
};

function operation(contract: Contract): Json {
  const parameters = [...parametersOf(contract.params, "path"), ...parametersOf(contract.query, "query")];
  if (contract.body) parameters.push(idempotencyKey);
  return {
    summary: contract.summary,
    operationId: `${contract.method.toLowerCase()}${contract.path.replace(/[^a-z0-9]+(.)?/gi, (_, next = "") => next.toUpperCase())}`,
    ...(contract.open && { security: [] }),
    ...(parameters.length > 0 && { parameters }),
    ...(contract.body && { requestBody: { content: json(jsonSchema(contract.body, "input")) } }),
    responses: {
      ...success(contract),
      ...(contract.redirect !== undefined && { 302: { description: contract.redirect } }),
      ...withPages(contract, failures(contract)),
    },
  };
}

const idempotencyKey = {
  name: "Idempotency-Key",
  in: "header",
  required: false,
  description: "The same key and body get the first answer again.",
  schema: { type: "string", maxLength: 200 },
};

function success(contract: Contract): Json {
  const status = String(contract.status ?? 200);
  const content = jsonSchema(contract.response, "output");
  if (contract.raw === "text/html" || contract.raw === "text/csv") {
    const description = contract.raw === "text/html" ? "The page." : "The file.";
    return { [status]: { description, content: { [contract.raw]: { schema: content } } } };
  }
  return {
    [status]: { description: contract.summary, content: json(contract.raw ? content : enveloped(contract, content)) },
  };
}

/** Some failures are answered with a page, the others of the same status with the envelope. */
function withPages({ pages = {}, response }: Contract, failed: Record<string, FailureAnswer>): Json {
  const page = { "text/html": { schema: jsonSchema(response, "output") } };
  const added = Object.entries(pages).map(([status, when]) => {
    const { description, content } = failed[status] ?? {};
    const both = description === undefined ? when : `${description}. ${when}`;
    return [status, { description: both, content: { ...content, ...page } }];
  });
  return { ...failed, ...Object.fromEntries(added) };
}

function enveloped(contract: Contract, data: Json): Json {
  const meta = contract.meta ? jsonSchema(contract.meta, "output") : { type: "object", properties: {}, required: [] };
  return {
    type: "object",
    required: ["data", "meta"],
    properties: {
      data,
      meta: {
        type: "object",
        required: ["timestamp", "version", ...((meta.required as string[] | undefined) ?? [])],
        properties: { timestamp: { type: "string" }, version: { type: "string" }, ...(meta.properties as Json) },
      },
    },
  };
}

interface FailureAnswer {
  description: string;
  content: Json;
}

function failures(contract: Contract): Record<string, FailureAnswer> {
  const codes = [
    ...commonErrors,
    ...(contract.body ? bodyErrors : []),
    ...(contract.open ? [] : (["UNAUTHORIZED"] as const)),
    ...(contract.errors ?? []),
  ];
  const byStatus = Map.groupBy(codes, (code) => statusOf[code]);
  return Object.fromEntries(
    [...byStatus]
      .toSorted(([a], [b]) => a - b)
      .map(([status, ofStatus]) => [
        String(status),
        { description: ofStatus.join(", "), content: json({ $ref: "#/components/schemas/Error" }) },
      ]),
  );
}

function parametersOf(schema: z.ZodType | undefined, place: "path" | "query"): Json[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = jsonSchema(schema, "input") as { properties?: Json; required?: string[] };
  return Object.entries(properties).map(([name, content]) => ({
    name,
    in: place,
    required: place === "path" || required.includes(name),
    schema: content,
  }));
}

function jsonSchema(schema: z.ZodType, io: "input" | "output"): Json {
  const { $schema: _, ...content } = z.toJSONSchema(schema, { io, unrepresentable: "any" }) as Json;
  return content;
}

function json(schema: Json): Json {
  return { "application/json": { schema } };
}
