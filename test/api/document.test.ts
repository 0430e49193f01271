import { globSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import type { Contract } from "../../lib/http/contract.ts";
import { statusOf } from "../../lib/http/envelope.ts";
import committed from "../../lib/http/openapi.json" with { type: "json" };
import { type NamedContract, openApiDocument } from "../../lib/http/openapi.ts";
import type { ErrorCode } from "../../lib/runtime/errors.ts";
import { contracts, unknownRun, useEndpoints } from "../support/endpoints.ts";

const api = useEndpoints();
const { ask } = api;

interface Operation {
  summary: string;
  description: string;
  tags: string[];
  parameters?: { name: string }[];
  requestBody?: { required: boolean };
  responses: Record<string, { description: string } | { $ref: string }>;
  security?: unknown[];
}

/** What the document says of an operation. */
function documented({ path, method }: Contract): Operation {
  const operation = (committed.paths as Record<string, Record<string, unknown>>)[path]?.[method.toLowerCase()];
  return operation as Operation;
}

const ofAll: readonly ErrorCode[] = [
  "VALIDATION_ERROR",
  "DATABASE_ERROR",
  "INTERNAL_ERROR",
  "CONFIGURATION_ERROR",
  "RATE_LIMITED",
];

function codesOf({ open, errors = [] }: Contract): ErrorCode[] {
  return [...ofAll, ...(open ? [] : (["UNAUTHORIZED"] as const)), ...errors];
}

/** What it says of one of its answers, wherever that stands. */
function answer({ responses }: Operation, status: number): { description: string } {
  const given = responses[status];
  if (given === undefined) throw new Error(`${status} is not documented`);
  if (!("$ref" in given)) return given;
  const name = given.$ref.replace("#/components/responses/", "");
  return (committed.components.responses as Record<string, { description: string }>)[name] as { description: string };
}

describe("the OpenAPI document", () => {
  it("that is committed is the one the contracts make", () => {
    expect(committed).toEqual(JSON.parse(JSON.stringify(openApiDocument([...contracts.values()]))));
  });

  it("has an operation for every handler but the authorizer, and no other", () => {
    const operations = Object.values(committed.paths).flatMap((path) => Object.values(path));
    const handlers = globSync("functions/!(packaging|phases|events|socket)/*.ts").map((file) => basename(file, ".ts"));
    const names = handlers.filter((name) => name !== "authorize").toSorted();
    const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    expect(operations.map(({ operationId }) => kebab(operationId)).toSorted()).toEqual(names);
  });

  it("documents a status for every code an endpoint may answer, and a key where one is asked for", () => {
    for (const contract of contracts.values()) {
      const operation = documented(contract);
      for (const code of codesOf(contract)) expect(answer(operation, statusOf[code]).description).toContain(code);
      if (contract.params) expect(answer(operation, 404).description).toContain("NOT_FOUND");
      expect(operation.security?.length).toBe(contract.open ? 0 : operation.security && 2);
    }
  });

  it("names the right that an operation asks for, and that it may be lacking; all others only read", () => {
    expect(committed.security).toEqual([{ apiKey: ["read"] }, { bearer: ["read"] }]);
    const all = [...contracts].map(([name, contract]) => ({ name, ...contract, ...documented(contract) }));
    const forTraders = all.filter(({ security }) => security?.length);
    for (const { security } of forTraders) expect(security).toEqual([{ apiKey: ["trade"] }, { bearer: ["trade"] }]);
    const names = forTraders.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["POST /analyze", "PUT /config/{key}", "POST /positions/{id}/close"]));
    expect(names.filter((name) => name.startsWith("GET "))).toEqual(["GET /auth/schwab/login"]);
    expect(all.filter(({ responses }) => responses[403]).map(({ name }) => name)).toEqual(names);
    for (const { responses, bareErrors } of forTraders)
      expect(responses[403]).toEqual({ $ref: `#/components/responses/403.FORBIDDEN${bareErrors ? ".bare" : ""}` });
  });

  it("says of every operation what the gateway may answer before it", () => {
    for (const contract of contracts.values()) {
      const operation = documented(contract);
      expect(answer(operation, 400).description).toContain("VALIDATION_ERROR");
      for (const status of [502, 504]) expect(answer(operation, status).description).toContain("INTERNAL_ERROR");
    }
  });

  it("promises an Idempotency-Key, its length and its form, to the operations that honour it", () => {
    const honoured = [...contracts].filter(([, contract]) =>
      documented(contract).parameters?.some(({ name }) => name === "Idempotency-Key"),
    );
    expect(honoured.map(([name]) => name).toSorted()).toEqual([
      "POST /analyze",
      "POST /api/v1/orders",
      "POST /api/v1/positions/{id}/close",
      "POST /api/v1/runs",
      "POST /api/v1/runs/{run_id}/stop",
      "POST /api/v1/templates",
      "POST /api/v1/templates/{id}/trigger",
      "POST /positions/{id}/close",
      "POST /runs/{id}/resume",
      "POST /runs/{id}/stop",
      "POST /signals/{id}/order",
    ]);
    for (const [, contract] of honoured) {
      expect(documented(contract).parameters).toContainEqual(
        expect.objectContaining({
          in: "header",
          required: false,
          schema: { type: "string", minLength: 1, maxLength: 200, pattern: "^[\\x21-\\x7e]*$" },
        }),
      );
      expect(answer(documented(contract), 422).description).toContain("IDEMPOTENCY_MISMATCH");
    }
  });

  it("remembers the answers of each of them under a word of its own, the same as before", () => {
    const words = [...contracts.values()].flatMap(({ idempotent }) => idempotent ?? []);
    expect(words.toSorted()).toEqual([
      "analyze",
      "close",
      "close-book-position",
      "create-template",
      "order-signal",
      "resume",
      "start-answer",
      "stop",
      "stop-answer",
      "submit-order",
      "trigger-template",
    ]);
  });

  it("tells bare errors from those of the gateway, which keep their envelope", () => {
    const [contract] = contracts.values();
    const bare = { ...contract, open: false, errors: ["RUN_NOT_ACTIVE"], bareErrors: true } as unknown as NamedContract;
    const { paths, components } = JSON.parse(JSON.stringify(openApiDocument([bare])));
    const [operation] = Object.values(Object.values(paths)[0] as Record<string, Operation>);
    const schemaOf = (status: number) => {
      const { $ref } = (operation?.responses[status] ?? {}) as { $ref: string };
      return components.responses[$ref.replace("#/components/responses/", "")].content["application/json"].schema;
    };
    const [error, enveloped] = ["BareError", "ApiError"].map((name) => ({ $ref: `#/components/schemas/${name}` }));
    expect(schemaOf(409)).toEqual(error);
    expect(schemaOf(504)).toEqual(enveloped);
    expect(schemaOf(401)).toEqual({ oneOf: [error, enveloped] });
    expect(components.schemas.BareError.required).toEqual(["code", "message"]);
    expect(components.schemas.ApiError.required).toEqual(["error"]);
  });

  it("calls a body required where an absent one is refused", async () => {
    const required = [...contracts].filter(([, contract]) => documented(contract).requestBody?.required === true);
    expect(required.map(([name]) => name).toSorted()).toEqual([
      "PATCH /predictions/{id}/override",
      "POST /api/v1/circuit-breaker/halt",
      "POST /api/v1/circuit-breaker/reset",
      "POST /api/v1/orders",
      "POST /api/v1/orders/approvals",
      "POST /api/v1/orders/{id}/approve",
      "POST /api/v1/orders/{id}/refuse",
      "POST /api/v1/runs",
      "POST /api/v1/templates",
      "POST /positions/{id}/close",
      "PUT /config/{key}",
    ]);
    const params = { id: unknownRun, run_id: unknownRun, key: "quality_min_users" };
    for (const [name, contract] of contracts) {
      if (!contract.body) continue;
      const { status } = await ask(name, { params });
      expect(status === 422, name).toBe(required.some(([other]) => other === name));
    }
  });

  it("has a summary, a description and a known tag for each operation, and names them after their functions", () => {
    for (const contract of contracts.values()) {
      const operation = documented(contract);
      expect(operation.summary).toMatch(/^[A-Z].*[^.]$/);
      expect(operation.description).toMatch(/^[A-Z].*\.$/);
      expect(committed.tags.map(({ name }) => name)).toEqual(expect.arrayContaining(operation.tags));
    }
    expect(committed.paths["/positions/{id}/close"].post.operationId).toBe("closePosition");
  });

  it("refuses two schemas of one name", () => {
    const [contract] = contracts.values();
    const named = (path: string, response: z.ZodType) => ({ ...contract, path, response }) as NamedContract;
    const [one, other] = [z.string().meta({ id: "Twice" }), z.number().meta({ id: "Twice" })];
    expect(() => openApiDocument([named("/a", one), named("/b", other)])).toThrow("Two schemas are called Twice.");
  });
});
