import type * as z from "zod";
import { apiVersion } from "../runtime/version.ts";
import type { Contract } from "./contract.ts";
import { answersOf } from "./openapi-answers.ts";
import { type Json, type SchemaCollection, schemaCollection } from "./openapi-schemas.ts";
import { idempotencyKeySchema } from "./request.ts";
import { type Right, rightOf } from "./rights.ts";
import { tags } from "./tags.ts";

/** A contract with the name of its operation, which is that of its function. */
export interface NamedContract extends Contract {
  operationId: string;
}

/** The OpenAPI 3.1 document of these contracts, in the order of their paths. */
export function openApiDocument(contracts: readonly NamedContract[]): Json {
  const collection = schemaCollection();
  const responses: Record<string, Json> = {};
  const paths: Record<string, Json> = {};
  const sorted = contracts.toSorted((a, b) => (`${a.path} ${a.method}` < `${b.path} ${b.method}` ? -1 : 1));
  for (const contract of sorted) {
    const operation = operationOf(contract, collection, responses);
    paths[contract.path] = { ...paths[contract.path], [contract.method.toLowerCase()]: operation };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "WSB Signals API",
      version: apiVersion,
      description: "Is r/wallstreetbets worth listening to? Runs, signals and what became of them.",
      license: { name: "MIT", identifier: "MIT" },
      contact: { name: "WSB Signals" },
    },
    servers: [
      { url: "http://127.0.0.1:3000", description: "What `npm start` serves." },
      {
        url: "https://{domain}",
        description: "A deployment. Its stack's output `Url` names the domain.",
        variables: { domain: { default: "your-distribution.cloudfront.net" } },
      },
    ],
    security: securityOf("read"),
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      securitySchemes: {
        apiKey: {
          type: "apiKey",
          in: "header",
          name: "x-api-key",
          description: "A key has the right `read`, or `trade`, which includes it.",
        },
        bearer: { type: "http", scheme: "bearer", description: "The same API key." },
      },
      schemas: byName(collection.schemas),
      responses: byName(responses),
    },
  };
}

function operationOf(contract: NamedContract, collection: SchemaCollection, responses: Record<string, Json>): Json {
  const { params, query, body } = contract;
  const parameters = [
    ...parametersOf(params, "path", collection),
    ...parametersOf(query, "query", collection),
    ...(contract.idempotent ? [idempotencyKey(collection)] : []),
  ];
  return {
    operationId: contract.operationId,
    tags: [contract.tag],
    summary: contract.summary,
    description: contract.description,
    ...securityExceptions(contract),
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: requestBody(body, collection) }),
    responses: answersOf(contract, collection, responses),
  };
}

/** The two ways to send a key, and the right that it must have. */
function securityOf(right: Right): Json[] {
  return [{ apiKey: [right] }, { bearer: [right] }];
}

function securityExceptions(contract: NamedContract): Json {
  if (contract.open) return { security: [] };
  const right = rightOf(contract);
  return right === "read" ? {} : { security: securityOf(right) };
}

/** An absent body is read as `{}`: it is required where `{}` would be refused. */
function requestBody(body: z.ZodType, collection: SchemaCollection): Json {
  const schema = collection.jsonSchema(body, "input");
  return { required: !body.safeParse({}).success, content: { "application/json": { schema } } };
}

function idempotencyKey(collection: SchemaCollection): Json {
  return {
    name: "Idempotency-Key",
    in: "header",
    required: false,
    description: "The same key and body get the first answer again; another body is refused.",
    schema: collection.jsonSchema(idempotencyKeySchema, "input"),
  };
}

function parametersOf(schema: z.ZodType | undefined, place: "path" | "query", collection: SchemaCollection): Json[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = collection.jsonSchema(schema, "input") as {
    properties?: Json;
    required?: string[];
  };
  return Object.entries(properties).map(([name, content]) => ({
    name,
    in: place,
    required: place === "path" || required.includes(name),
    schema: content,
  }));
}

function byName(entries: Record<string, Json>): Record<string, Json> {
  return Object.fromEntries(Object.entries(entries).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
