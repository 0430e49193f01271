import { afterAll, beforeAll, beforeEach, expect } from "vitest";
import { analysisRun, completeAnalysis } from "../../lib/analysis/run.ts";
import { errorCodes, statusOf } from "../../lib/http/envelope.ts";
import committed from "../../lib/http/openapi.json" with { type: "json" };
import { completeRun } from "../../lib/runs/complete.ts";
import type { Services } from "../../lib/services.ts";
import { ensureCursorSecret } from "../../lib/store/cursors.ts";
import { readContracts } from "../../localstack/commands/openapi.ts";
import type { DeployedContract } from "../../localstack/front/endpoints.ts";
import { type Answer, type Call, type Cloud, call, startCloud } from "./cloud.ts";
import { dump } from "./dump.ts";

/** By method and path: `GET /runs`. */
export const contracts: ReadonlyMap<string, DeployedContract> = new Map(
  (await readContracts()).map((contract) => [`${contract.method} ${contract.path}`, contract]),
);

function contractOf(name: string): DeployedContract {
  const contract = contracts.get(name);
  if (!contract) throw new Error(`no contract for ${name}`);
  return contract;
}

/** The handler's file as `call` takes it: `api/list-runs`. */
function fileOf({ file }: DeployedContract): string {
  return file.replace(/^functions\/|\.ts$/g, "");
}

/** The error of an answer: in its envelope, or all that there is. */
const errorIn = (body: Answer["body"]) => body.error ?? body;

function checkError({ bareErrors }: DeployedContract, { status, body }: Answer): void {
  if (!bareErrors) expect(Object.keys(body)).toEqual(["error"]);
  const { code, message } = errorIn(body);
  expect(errorCodes).toContain(code);
  expect(status).toBe(statusOf[code as keyof typeof statusOf]);
  // The one sentence that its specification gives word by word has no full stop.
  if (code !== "ORDER_NOT_CANCELLABLE") expect(message).toMatch(/\.$/);
}

/** An id that no run has. */
export const unknownRun = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

let realm = 0;

/** A cloud for the tests of one file, with a realm of its own for each of them, and ways to ask its endpoints. */
export function useEndpoints() {
  let cloud: Cloud;
  let services: Services;

  beforeAll(async () => {
    // Nothing here looks at what a run does: it is held in its first state.
    cloud = await startCloud({ loseEvents: true, around: () => new Promise(() => {}) });
    // As the opening of a realm does; some tests store what they list without opening one.
    await ensureCursorSecret(cloud.services.store);
  });
  afterAll(() => cloud.close());
  /** A fresh realm, perhaps with other settings. */
  const enter = (settings: Record<string, string> = {}) => {
    cloud.time.now = new Date("2026-03-02T15:30:00Z");
    services = cloud.enter(`endpoints-${realm++}`, settings);
  };
  beforeEach(() => enter());

  /** Asks an endpoint by method and path, and checks whatever it answers against its contract and the document. */
  async function ask(name: string, request: Call = {}): Promise<Answer> {
    const contract = contractOf(name);
    const answer = await call(fileOf(contract), request);
    const operation = (committed.paths as Record<string, Record<string, { responses: object }>>)[contract.path];
    expect(Object.keys(operation?.[contract.method.toLowerCase()]?.responses ?? {})).toContain(String(answer.status));
    expect(answer.headers).toMatchObject({
      "cache-control": "no-store",
      vary: "Origin",
      "x-request-id": expect.any(String),
    });
    if (answer.status >= 400) {
      checkError(contract, answer);
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
    return { status, ...errorIn(body) };
  };

  const start = async (headers: Record<string, string> = {}): Promise<string> =>
    (await data("POST /analyze", { headers })).run_id;
  /** Ends a run as its last state would. */
  const complete = (runId: string) => completeRun(analysisRun, completeAnalysis, () => services)({ runId, attempt: 1 });
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
