import { afterAll, beforeAll, beforeEach, expect } from "vitest";
import { errorCodes, statusOf } from "../../lib/http/envelope.ts";
import committed from "../../lib/http/openapi.json" with { type: "json" };
import type { NamedContract } from "../../lib/http/openapi.ts";
import { completeRun } from "../../lib/runs/complete.ts";
import type { Services } from "../../lib/services.ts";
import { ensureCursorSecret } from "../../lib/store/cursors.ts";
import { readContracts } from "../../localstack/commands/openapi.ts";
import { type Answer, type Call, type Cloud, call, startCloud } from "./cloud.ts";
import { dump } from "./dump.ts";

/** The files of the endpoints, by method and path. */
export const endpointFiles: Record<string, string> = {
  "POST /analyze": "api/start-analysis",
  "GET /runs": "api/list-runs",
  "GET /runs/{id}/status": "api/get-run-status",
  "POST /runs/{id}/stop": "api/stop-run",
  "POST /runs/{id}/resume": "api/resume-run",
  "GET /signals": "api/list-signals",
  "GET /signals/history": "api/get-signal-history",
  "GET /signals/{id}": "api/get-signal",
  "GET /signals/{id}/comments": "api/list-signal-comments",
  "GET /signals/calibration": "api/get-signal-calibration",
  "GET /portfolios": "api/list-portfolios",
  "GET /portfolios/{id}": "api/get-portfolio",
  "GET /portfolios/{id}/performance": "api/get-portfolio-performance",
  "POST /portfolios/{id}/refresh-prices": "api/refresh-prices",
  "GET /positions": "api/list-positions",
  "GET /positions/{id}": "api/get-position",
  "POST /positions/{id}/close": "api/close-position",
  "GET /predictions": "api/list-predictions",
  "GET /predictions/{id}": "api/get-prediction",
  "PATCH /predictions/{id}/override": "api/override-prediction",
  "GET /evaluation-periods": "api/list-evaluation-periods",
  "GET /prices/{ticker}": "api/get-prices",
  "GET /authors": "api/list-authors",
  "GET /authors/{name}": "api/get-author",
  "GET /exports/trades": "api/export-trades",
  "GET /exports/signals": "api/export-signals",
  "GET /config": "api/list-config",
  "PUT /config/{key}": "api/set-config",
  "GET /auth/status": "api/get-auth-status",
  "GET /auth/schwab/login": "api/start-broker-login",
  "GET /auth/schwab/callback": "api/finish-broker-login",
  "GET /status": "api/get-status",
  "GET /": "api/get-card",
  "GET /openapi.json": "api/get-openapi",
  "GET /docs": "api/get-docs",
  "GET /api/v1/health": "desk/get-health",
  "GET /api/v1/health/live": "desk/get-liveness",
  "GET /api/v1/health/ready": "desk/get-readiness",
};
/** An id that no run has. */
export const unknownRun = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

let realm = 0;

/** A cloud for the tests of one file, with a realm of its own for each of them, and ways to ask its endpoints. */
export function useEndpoints() {
  let cloud: Cloud;
  let services: Services;
  let contracts: Map<string, NamedContract>;

  beforeAll(async () => {
    // Nothing here looks at what a run does: it is held in its first state.
    cloud = await startCloud({ loseEvents: true, around: () => new Promise(() => {}) });
    // As the opening of a realm does; some tests store what they list without opening one.
    await ensureCursorSecret(cloud.services.store);
    contracts = new Map((await readContracts()).map((contract) => [`${contract.method} ${contract.path}`, contract]));
  });
  afterAll(() => cloud.close());
  /** A fresh realm, perhaps with other settings. */
  const enter = (settings: Record<string, string> = {}) => {
    cloud.time.now = new Date("2026-03-02T15:30:00Z");
    services = cloud.enter(`endpoints-${realm++}`, settings);
  };
  beforeEach(() => enter());

  const contractOf = (name: string): NamedContract => {
    const contract = contracts.get(name);
    if (!contract) throw new Error(`no contract for ${name}`);
    return contract;
  };

  /** Asks an endpoint by method and path, and checks whatever it answers against its contract and the document. */
  async function ask(name: string, request: Call = {}): Promise<Answer> {
    const answer = await call(endpointFiles[name] ?? "", request);
    const contract = contractOf(name);
    const operation = (committed.paths as Record<string, Record<string, { responses: object }>>)[contract.path];
    expect(Object.keys(operation?.[contract.method.toLowerCase()]?.responses ?? {})).toContain(String(answer.status));
    expect(answer.headers).toMatchObject({
      "cache-control": "no-store",
      vary: "Origin",
      "x-request-id": expect.any(String),
    });
    if (answer.status >= 400) {
      expect(Object.keys(answer.body)).toEqual(["error"]);
      expect(errorCodes).toContain(answer.body.error.code);
      expect(answer.status).toBe(statusOf[answer.body.error.code as keyof typeof statusOf]);
      expect(answer.body.error.message).toMatch(/\.$/);
    } else if (contract.raw === undefined) {
      expect(Object.keys(answer.body)).toEqual(["data", "meta"]);
      expect(answer.body.meta).toMatchObject({ timestamp: cloud.time.now.toISOString(), version: "1.0" });
      expect(contract.response.parse(answer.body.data)).toEqual(answer.body.data);
      if (contract.meta) expect(answer.body.meta).toMatchObject(contract.meta.parse(answer.body.meta) as object);
    }
    return answer;
  }
  /** The data of an answer that went well. */
  const data = async (name: string, request: Call = {}) => {
    const answer = await ask(name, request);
    expect(answer.status).toBe(contractOf(name).status ?? 200);
    return answer.body.data;
  };
  /** Status and error of an answer. */
  const refusal = async (name: string, request: Call = {}) => {
    const { status, body } = await ask(name, request);
    return { status, ...body.error };
  };

  const start = async (headers: Record<string, string> = {}): Promise<string> =>
    (await data("POST /analyze", { headers })).run_id;
  /** Ends a run as its last state would. */
  const complete = (runId: string) => completeRun(() => services)({ runId, attempt: 1 });
  const pass = (ms: number) => {
    cloud.time.now = new Date(cloud.time.now.getTime() + ms);
  };
  /** Everything the realm holds, to compare. */
  const contents = () => dump(services.store, services.config.environment.REALM, []);

  return {
    get cloud() {
      return cloud;
    },
    get services() {
      return services;
    },
    get contracts() {
      return contracts;
    },
    enter,
    ask,
    data,
    refusal,
    start,
    complete,
    pass,
    contents,
  };
}
