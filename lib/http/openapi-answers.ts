import { STATUS_CODES } from "node:http";
import * as z from "zod";
import type { ErrorCode } from "../runtime/errors.ts";
import type { Contract } from "./contract.ts";
import { errorCodes, statusOf } from "./envelope.ts";
import { gatewayErrors } from "./gateway-errors.ts";
import type { Json, SchemaCollection } from "./openapi-schemas.ts";
import { rightOf } from "./rights.ts";

/** Codes every endpoint may answer; those that need a key may also answer 401. */
const commonErrors = [
  "VALIDATION_ERROR",
  "RATE_LIMITED",
  "CONFIGURATION_ERROR",
  "DATABASE_ERROR",
  "INTERNAL_ERROR",
] as const;
const bodyErrors = ["UNSUPPORTED_MEDIA_TYPE", "PAYLOAD_TOO_LARGE"] as const;

const problemSchema = z.object({ field: z.string(), problem: z.string() }).meta({ id: "Problem" });
const bareErrorSchema = z
  .object({
    code: z.enum(errorCodes),
    message: z.string(),
    details: z
      .union([problemSchema.array(), z.looseObject({})])
      .optional()
      .describe("For 422 one entry per bad field, fifty at most; otherwise an object."),
  })
  .meta({ id: "BareError" });
// Its content stands in it, and not under a name: only who asks for bare errors has to know that name.
const errorSchema = z.object({ error: z.object(bareErrorSchema.shape) }).meta({ id: "ApiError" });
const metaSchema = z.object({ timestamp: z.iso.datetime(), version: z.string() }).meta({ id: "Meta" });

/** Everything an operation may answer; failures are collected in `shared`, by status and codes. */
export function answersOf(contract: Contract, collection: SchemaCollection, shared: Record<string, Json>): Json {
  return {
    ...success(contract, collection),
    ...(contract.redirect !== undefined && { 302: { description: contract.redirect } }),
    ...failures(contract, collection, shared),
  };
}

function success(contract: Contract, collection: SchemaCollection): Json {
  const content = collection.jsonSchema(contract.response, "output");
  const type = contract.raw ?? "application/json";
  const schema = contract.raw ? content : enveloped(contract, content, collection);
  return { [contract.status ?? 200]: { description: contract.summary, content: { [type]: { schema } } } };
}

function enveloped({ meta }: Contract, data: Json, collection: SchemaCollection): Json {
  return {
    type: "object",
    properties: { data, meta: meta ? extendedMeta(meta, collection) : collection.jsonSchema(metaSchema, "output") },
    required: ["data", "meta"],
    additionalProperties: false,
  };
}

/** What every `meta` has, and the members that a contract adds, under the name of these. */
function extendedMeta(meta: z.ZodObject, collection: SchemaCollection): Json {
  const { id, ...rest } = z.globalRegistry.get(meta) ?? {};
  const whole = collection.jsonSchema(metaSchema.extend(meta.shape).meta(rest), "output");
  return id === undefined ? whole : collection.add(id, whole);
}

function failures(contract: Contract, collection: SchemaCollection, shared: Record<string, Json>): Json {
  const own = ownErrors(contract);
  const known = new Set<string>(own.map(({ code }) => code));
  // What the gateway says of paths that do not exist, of keys and of bodies is no answer of an operation without them.
  const gateway = Object.values(gatewayErrors).filter(({ code }) => known.has(code));
  const codes = Map.groupBy([...own, ...gateway], ({ status }) => status);
  const { pages = {}, bareErrors } = contract;
  const statuses = new Set([...codes.keys(), ...Object.keys(pages).map(Number)]);
  const answers = [...statuses].map((status) => {
    const named = [...new Set(codes.get(status)?.map(({ code }) => code))];
    const description = `${STATUS_CODES[status]}: ${named.join(", ")}.`;
    const bodies = [
      ...(own.some((error) => error.status === status) ? [bareErrors ? bareErrorSchema : errorSchema] : []),
      ...(gateway.some((error) => error.status === status) ? [errorSchema] : []),
    ];
    const error = { "application/json": { schema: oneOf(bodies, collection) } };
    const page = pages[status];
    if (page !== undefined) {
      const html = { "text/html": { schema: collection.jsonSchema(contract.response, "output") } };
      return [status, { description: `${description} ${page}`, content: { ...error, ...html } }];
    }
    const name = [status, ...named, ...(bareErrors ? ["bare"] : [])].join(".");
    shared[name] = { description, content: error };
    return [status, { $ref: `#/components/responses/${name}` }];
  });
  return Object.fromEntries(answers);
}

function oneOf(schemas: readonly z.ZodType[], collection: SchemaCollection): Json {
  const [first = {}, ...others] = [...new Set(schemas)].map((schema) => collection.jsonSchema(schema, "output"));
  return others.length === 0 ? first : { oneOf: [first, ...others] };
}

/** The errors that an operation itself may answer, by code and status. */
function ownErrors(contract: Contract): { code: ErrorCode; status: number }[] {
  const codes: ErrorCode[] = [
    ...commonErrors,
    ...(contract.body ? bodyErrors : []),
    ...(contract.open ? [] : (["UNAUTHORIZED"] as const)),
    // Every key may read.
    ...(contract.open || rightOf(contract) === "read" ? [] : (["FORBIDDEN"] as const)),
    ...(contract.idempotent ? (["IDEMPOTENCY_MISMATCH"] as const) : []),
    ...(contract.errors ?? []),
  ];
  return codes.map((code) => ({ code, status: statusOf[code] }));
}
