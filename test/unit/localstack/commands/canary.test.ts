import { describe, expect, it } from "vitest";
import { errorBody, gatewayErrors } from "../../../../lib/http/gateway-errors.ts";
import { askEvery, type GetOperation } from "../../../../localstack/commands/canary.ts";
import type { ApiClient } from "../../../../localstack/commands/client.ts";

const runs: GetOperation = { path: "/runs/{id}/status", open: false, pathVariables: ["id"], query: {} };

/** Asks a deployment that gives this answer to everything. */
function ask(status: number, body: unknown) {
  const api: ApiClient = {
    baseUrl: "",
    hasKey: true,
    call: async () => ({ status, headers: new Headers(), body }),
  };
  return askEvery(api, [runs]);
}
const error = (code: string, message: string) => ({ error: { code, message } });
const asked = "GET /runs/nobody/status answered";

describe("the canary", () => {
  it.each<[what: string, status: number, body: unknown]>([
    ["an answer", 200, { data: {} }],
    ["a thing that is not there", 404, error("NOT_FOUND", "There is no run nobody.")],
    [
      "a thing that is not there, in an error without an envelope",
      404,
      { code: "NOT_FOUND", message: "No run nobody." },
    ],
    ["a name that cannot be", 422, error("VALIDATION_ERROR", "id: is no id.")],
  ])("is content with %s", async (_what, status, body) => {
    expect(await ask(status, body)).toEqual({ unset: [] });
  });

  it("is content with a setting that nobody has made yet, and says which", async () => {
    expect(await ask(503, error("NOT_READY", "SCHWAB_CLIENT_ID is not set."))).toEqual({
      unset: ["GET /runs/nobody/status: SCHWAB_CLIENT_ID is not set."],
    });
  });

  it.each<[what: string, status: number, body: unknown]>([
    ["a key that is refused though it is stored", 401, JSON.parse(errorBody(gatewayErrors.ACCESS_DENIED))],
    ["a gateway that lets nobody in", 403, { message: "Forbidden" }],
    ["a path that the gateway does not know", 404, JSON.parse(errorBody(gatewayErrors.MISSING_AUTHENTICATION_TOKEN))],
    ["a path that another gateway does not know", 404, { message: "Not Found" }],
    ["a function that fails", 500, error("INTERNAL_ERROR", "The request failed for an unexpected reason.")],
    ["a secret that cannot be read", 503, error("NOT_READY", "The providers' credentials could not be read.")],
    ["a service that is away", 503, "<html>"],
  ])("is not content with %s", async (_what, status, body) => {
    await expect(ask(status, body)).rejects.toThrow(`${asked} ${status}: `);
  });
});
