import type { APIGatewayProxyEvent, Context } from "aws-lambda";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { handler as startAnalysis } from "../../functions/api/start-analysis.ts";
import type { Signal, StoredComment } from "../../lib/analysis/records.ts";
import type { Contract } from "../../lib/http/contract.ts";
import { endpoint } from "../../lib/http/endpoint.ts";
import { errorCodes, statusOf } from "../../lib/http/envelope.ts";
import committed from "../../lib/http/openapi.json" with { type: "json" };
import { openApiDocument } from "../../lib/http/openapi.ts";
import { anyObject } from "../../lib/http/params.ts";
import { completeRun } from "../../lib/runs/complete.ts";
import { addDays } from "../../lib/runtime/dates.ts";
import { AppError } from "../../lib/runtime/errors.ts";
import type { Services } from "../../lib/services.ts";
import { put, remove, update } from "../../lib/store/actions.ts";
import { readContracts } from "../../localstack/commands/openapi.ts";
import { type Answer, type Call, type Cloud, call, startCloud } from "../support/cloud.ts";
import { dump } from "../support/dump.ts";

/** The files of the endpoints, by method and path. */
const files: Record<string, string> = {
  "POST /analyze": "api/start-analysis",
  "GET /runs": "api/list-runs",
  "GET /runs/{id}/status": "api/get-run-status",
  "POST /runs/{id}/stop": "api/stop-run",
  "POST /runs/{id}/resume": "api/resume-run",
  "GET /signals": "api/list-signals",
  "GET /signals/history": "api/get-signal-history",
  "GET /signals/{id}": "api/get-signal",
  "GET /signals/{id}/comments": "api/list-signal-comments",
  "GET /status": "api/get-status",
  "GET /": "api/get-card",
  "GET /openapi.json": "api/get-openapi",
  "GET /docs": "api/get-docs",
  "GET /api/v1/health": "desk/get-health",
  "GET /api/v1/health/live": "desk/get-liveness",
  "GET /api/v1/health/ready": "desk/get-readiness",
};
const unknownRun = "01ARZ3NDEKTSV4RRFFQ69G5FAV";

let cloud: Cloud;
let services: Services;
let contracts: Map<string, Contract>;
let realm = 0;

beforeAll(async () => {
  // Nothing here looks at what a run does: it is held in its first state.
  cloud = await startCloud({ loseEvents: true, around: () => new Promise(() => {}) });
  contracts = new Map((await readContracts()).map((contract) => [`${contract.method} ${contract.path}`, contract]));
});
afterAll(() => cloud.close());
const enter = (settings: Record<string, string> = {}) => {
  cloud.time.now = new Date("2026-03-02T15:30:00Z");
  services = cloud.enter(`endpoints-${realm++}`, settings);
};
beforeEach(() => enter());

const contractOf = (name: string): Contract => {
  const contract = contracts.get(name);
  if (!contract) throw new Error(`no contract for ${name}`);
  return contract;
};

/** Asks an endpoint by method and path, and checks whatever it answers against its contract and the document. */
async function ask(name: string, request: Call = {}): Promise<Answer> {
  const answer = await call(files[name] ?? "", request);
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
const data = async (name: string, request: Call = {}) => {
  const answer = await ask(name, request);
  expect(answer.status).toBe(contractOf(name).status ?? 200);
  return answer.body.data;
};
const refusal = async (name: string, request: Call = {}) => {
  const { status, body } = await ask(name, request);
  return { status, ...body.error };
};

const start = async (headers: Record<string, string> = {}): Promise<string> =>
  (await data("POST /analyze", { headers })).run_id;
const complete = (runId: string) => completeRun(() => services)({ runId, attempt: 1 });
const pass = (ms: number) => {
  cloud.time.now = new Date(cloud.time.now.getTime() + ms);
};
const contents = () => dump(services.store, services.config.environment.REALM, []);

const signalOf = (more: Partial<Signal> = {}): Signal => {
  const signal = {
    ticker: "GME",
    signal_type: "quality" as const,
    signal_date: "2026-03-02",
    prediction: "bullish" as const,
    confidence: 0.75,
    comment_count: 2,
    sentiment_score: 0.5,
    has_reasoning: true,
    is_emergence: null,
    prior_7d_mentions: 4,
    distinct_users: 2,
    position_opened: false,
    comment_ids: ["c2", "c1"],
    analysis_run_id: "RUN",
    created_at: "2026-03-02T15:00:00.000Z",
    updated_at: null,
    ...more,
  };
  return { id: `${signal.signal_date}.${signal.ticker}.${signal.signal_type}`, ...signal };
};
async function seedSignals(signals: readonly Signal[]): Promise<void> {
  const { keys } = services.store;
  for (const signal of signals) {
    await services.store.transact([
      put({ ...keys.signal(signal.id), ...keys.signalIndex(signal), ...signal }),
      ...["SIGNALS", `SIGNALS#ticker=${signal.ticker}`, `SIGNALS#type=${signal.signal_type}`].map((list) =>
        update(keys.counter(list), { add: { total: 1 } }),
      ),
    ]);
  }
}
const commentOf = (id: string, more: Partial<StoredComment> = {}): StoredComment => ({
  id,
  post_id: "p1",
  analysis_run_id: "RUN",
  first_run_id: "RUN",
  author: `author_${id}`,
  body: `body of ${id}`,
  body_truncated: false,
  created_utc: "2026-03-02T14:00:00.000Z",
  score: 5,
  parent_comment_id: null,
  depth: 0,
  parent_chain: [],
  prioritization_score: 0.4,
  author_trust_score: 0.5,
  sentiment: "bullish",
  sarcasm_detected: false,
  has_reasoning: true,
  reasoning_summary: "because",
  ai_confidence: 0.8,
  ticker_sentiments: [
    { ticker: "GME", sentiment: "bullish" },
    { ticker: "AMC", sentiment: "bearish" },
  ],
  analyzed_at: "2026-03-02T15:00:00.000Z",
  prompt_version: "1",
  ...more,
});
const seedComments = (comments: readonly StoredComment[]) =>
  services.store.putMany(comments.map((comment) => ({ ...services.store.keys.comment(comment.id), ...comment })));

describe("POST /analyze", () => {
  it("answers 202 with the id of the run it started, with or without an empty body", async () => {
    const answer = await ask("POST /analyze");
    expect(answer.status).toBe(202);
    expect(answer.body.data).toEqual({ run_id: expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{26}$/) });
    expect(answer.body.meta).toEqual({ timestamp: "2026-03-02T15:30:00.000Z", version: "1.0" });
    await complete(answer.body.data.run_id);
    expect((await ask("POST /analyze", { body: {} })).status).toBe(202);
  });

  it("answers 409 with the active run while one is running", async () => {
    const runId = await start();
    const before = await contents();
    expect(await refusal("POST /analyze")).toEqual({
      status: 409,
      code: "ANALYSIS_ALREADY_RUNNING",
      message: "An analysis is already running.",
      details: { active_run_id: runId },
    });
    expect(await contents()).toEqual(before);
  });

  it("answers the same key again with the first answer, for a day and for that API key", async () => {
    const headers = { "Idempotency-Key": "morning" };
    const runId = await start(headers);
    expect(await start(headers)).toBe(runId);
    expect((await refusal("POST /analyze", { headers, apiKeyId: "key-2" })).code).toBe("ANALYSIS_ALREADY_RUNNING");
    await complete(runId);
    pass(86_400_000 - 1_000);
    expect((await call("api/start-analysis", { headers })).body.data.run_id).toBe(runId);
    pass(1_000);
    const next = await call("api/start-analysis", { headers });
    expect(next.status).toBe(202);
    expect(next.body.data.run_id).not.toBe(runId);
  });

  it.each(["", "x".repeat(201), "with space", "ü", "line\nbreak"])("refuses the Idempotency-Key %j", async (key) => {
    expect(await refusal("POST /analyze", { headers: { "Idempotency-Key": key } })).toMatchObject({
      status: 422,
      code: "VALIDATION_ERROR",
      details: [{ field: "Idempotency-Key", problem: "must be 1–200 visible ASCII characters" }],
    });
  });
});

describe("GET /runs/{id}/status", () => {
  it("shows a running run under its long and its short names", async () => {
    const id = await start();
    expect(await data("GET /runs/{id}/status", { params: { id } })).toEqual({
      id,
      status: "running",
      current_phase: 1,
      current_phase_label: "Acquisition",
      progress_current: 1,
      progress_total: 7,
      signals_created: null,
      positions_opened: null,
      exits_triggered: null,
      error_message: null,
      error_code: null,
      warnings: null,
      started_at: "2026-03-02T15:30:00.000Z",
      completed_at: null,
      attempt: 1,
      analysis_incomplete_reason: null,
      phase: 1,
      phase_label: "Acquisition",
      progress: { current: 1, total: 7 },
      results: { signals_created: null, positions_opened: null, exits_triggered: null },
    });
  });

  it("shows warnings once the run is over", async () => {
    const id = await start();
    const warning = {
      type: "image_analysis_failed",
      message: "No image.",
      ticker: null,
      phase: 1,
      timestamp: "2026-03-02T15:30:00.000Z",
      context: { post_id: "p1" },
    };
    await services.store.transact([put({ ...services.store.keys.warning(id, warning.type, "p1"), ...warning })]);
    expect((await data("GET /runs/{id}/status", { params: { id } })).warnings).toBeNull();
    await complete(id);
    expect(await data("GET /runs/{id}/status", { params: { id } })).toMatchObject({
      status: "completed",
      completed_at: "2026-03-02T15:30:00.000Z",
      warnings: [warning],
    });
  });
});

describe("POST /runs/{id}/stop", () => {
  it("ends a running run and answers its status; the next start is accepted", async () => {
    const id = await start();
    expect(await data("POST /runs/{id}/stop", { params: { id } })).toMatchObject({
      id,
      status: "failed",
      error_message: "Stopped by user",
      completed_at: "2026-03-02T15:30:00.000Z",
    });
    expect((await services.executions.describe(`${id}-1`))?.status).toBe("ABORTED");
    expect((await ask("POST /analyze")).status).toBe(202);
  });

  it("is 409 for a run that is over, and says how it ended", async () => {
    const id = await start();
    await complete(id);
    expect(await refusal("POST /runs/{id}/stop", { params: { id } })).toMatchObject({
      status: 409,
      code: "RUN_NOT_ACTIVE",
      details: { status: "completed" },
    });
  });

  it("answers the same key with the first answer, also after the run was resumed", async () => {
    const id = await start();
    const request = { params: { id }, headers: { "Idempotency-Key": "stop-1" } };
    const first = await data("POST /runs/{id}/stop", request);
    await data("POST /runs/{id}/resume", { params: { id } });
    expect(await data("POST /runs/{id}/stop", request)).toEqual(first);
    expect(await data("GET /runs/{id}/status", { params: { id } })).toMatchObject({ status: "running", attempt: 2 });
  });

  it("has stopped the run even where Step Functions cannot be told, which the log says", async () => {
    const id = await start();
    const stop = async () => Promise.reject(new Error("no answer"));
    const { stopRun } = await import("../../lib/runs/stop.ts");
    const cut = { ...services, executions: { ...services.executions, stop } };
    const request = { operation: `stop#${id}`, key: undefined, apiKeyId: "key-1", body: {} };
    expect(await stopRun(cut, id, request)).toMatchObject({ status: "failed" });
    expect(cloud.log.lines.at(-1)).toMatchObject({ level: "warn", fields: { runId: id } });
  });
});

describe("POST /runs/{id}/resume", () => {
  const stopped = async () => {
    const id = await start();
    await data("POST /runs/{id}/stop", { params: { id } });
    return id;
  };
  const resume = (id: string, more: Call = {}) => refusal("POST /runs/{id}/resume", { params: { id }, ...more });

  it("takes a failed run up again as the next attempt", async () => {
    const id = await stopped();
    const answer = await ask("POST /runs/{id}/resume", { params: { id } });
    expect(answer.status).toBe(202);
    expect(answer.body.data).toEqual({ run_id: id });
    expect(await data("GET /runs/{id}/status", { params: { id } })).toMatchObject({
      status: "running",
      attempt: 2,
      error_message: null,
      completed_at: null,
    });
    expect((await services.executions.describe(`${id}-2`))?.status).toBe("RUNNING");
    expect(await refusal("POST /analyze")).toMatchObject({ details: { active_run_id: id } });
  });

  it("is 409 for a run that is running or completed", async () => {
    const id = await start();
    expect(await resume(id)).toMatchObject({ status: 409, code: "RUN_NOT_RESUMABLE" });
    await complete(id);
    expect(await resume(id)).toMatchObject({ status: 409, code: "RUN_NOT_RESUMABLE" });
  });

  it("is 409 on another trading day, in New York", async () => {
    const id = await stopped();
    pass(13.6 * 3_600_000);
    expect(cloud.time.now.toISOString()).toBe("2026-03-03T05:06:00.000Z");
    expect((await call("api/resume-run", { params: { id } })).body.error).toMatchObject({
      code: "RUN_NOT_RESUMABLE",
      message: "The run belongs to 2026-03-02; start a new one.",
    });
    pass(-0.2 * 3_600_000);
    expect((await call("api/resume-run", { params: { id } })).status).toBe(202);
  });

  it("is 409 for all but the newest run", async () => {
    const first = await stopped();
    pass(1);
    const second = await stopped();
    expect((await resume(first)).code).toBe("RUN_NOT_RESUMABLE");
    expect((await ask("POST /runs/{id}/resume", { params: { id: second } })).status).toBe(202);
  });

  it("asks the table which run is the newest, because an index may lag behind", async () => {
    const first = await stopped();
    const second = await stopped();
    const hidden = { remove: ["gsi1pk", "gsi1sk"] };
    await services.store.transact([update(services.store.keys.run(second), hidden)]);
    expect((await ask("GET /runs")).body.data.map((run: { id: string }) => run.id)).toEqual([first]);
    expect((await resume(first)).code).toBe("RUN_NOT_RESUMABLE");
    expect((await ask("POST /runs/{id}/resume", { params: { id: second } })).status).toBe(202);
  });

  it("answers the same key again with the first answer", async () => {
    const id = await stopped();
    const headers = { "Idempotency-Key": "again" };
    expect(await data("POST /runs/{id}/resume", { params: { id }, headers })).toEqual({ run_id: id });
    expect(await data("POST /runs/{id}/resume", { params: { id }, headers })).toEqual({ run_id: id });
    expect(await data("GET /runs/{id}/status", { params: { id } })).toMatchObject({ attempt: 2 });
  });
});

describe("GET /runs", () => {
  it("lists runs, newest first, and pages by position and by cursor", async () => {
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) {
      const id = await start();
      await complete(id);
      ids.unshift(id);
    }
    const all = await ask("GET /runs");
    expect(all.body.data.map((run: { id: string }) => run.id)).toEqual(ids);
    expect(all.body.data[0]).toEqual({
      id: ids[0],
      status: "completed",
      current_phase: 1,
      current_phase_label: "Acquisition",
      started_at: "2026-03-02T15:30:00.000Z",
      completed_at: "2026-03-02T15:30:00.000Z",
      error_message: null,
      error_code: null,
      signals_created: null,
      positions_opened: null,
      exits_triggered: null,
    });
    expect(all.body.meta).toMatchObject({ total: 5, limit: 50, offset: 0, next_cursor: null });
    const page = await ask("GET /runs", { query: { limit: "2", offset: "1" } });
    expect(page.body.data.map((run: { id: string }) => run.id)).toEqual(ids.slice(1, 3));
    expect(page.body.meta).toMatchObject({ total: 5, limit: 2, offset: 1 });
    const next = await ask("GET /runs", { query: { limit: "2", cursor: page.body.meta.next_cursor } });
    expect(next.body.data.map((run: { id: string }) => run.id)).toEqual(ids.slice(3));
    expect(next.body.meta).toMatchObject({ total: 5, next_cursor: null });
  });

  it("is 200 and empty beyond the end, and before the first run", async () => {
    expect(await ask("GET /runs")).toMatchObject({ status: 200, body: { data: [], meta: { total: 0 } } });
    await start();
    const beyond = await ask("GET /runs", { query: { offset: "9007199254740991" } });
    expect(beyond).toMatchObject({ status: 200, body: { data: [], meta: { total: 1, next_cursor: null } } });
  });

  it("takes a cursor back from its own list and API key only", async () => {
    for (let n = 0; n < 3; n++) await complete(await start());
    await seedSignals(["GME", "AMC", "BB"].map((ticker) => signalOf({ ticker })));
    const cursorOf = async (name: string) => (await ask(name, { query: { limit: "1" } })).body.meta.next_cursor;
    const [ofRuns, ofSignals] = [await cursorOf("GET /runs"), await cursorOf("GET /signals")];
    const refused = { status: 422, code: "VALIDATION_ERROR", details: [{ field: "cursor" }] };
    const withCursor = (name: string, cursor: string, more: Call & { query?: Record<string, string> } = {}) =>
      refusal(name, { ...more, query: { limit: "1", cursor, ...more.query } });
    expect(await withCursor("GET /runs", ofSignals)).toMatchObject(refused);
    expect(await withCursor("GET /signals", ofRuns)).toMatchObject(refused);
    expect(await withCursor("GET /signals", ofSignals, { query: { ticker: "GME" } })).toMatchObject(refused);
    expect(await withCursor("GET /runs", ofRuns, { apiKeyId: "key-2" })).toMatchObject(refused);
    expect(await withCursor("GET /runs", `${ofRuns.slice(0, -1)}${ofRuns.endsWith("A") ? "B" : "A"}`)).toMatchObject(
      refused,
    );
    expect(await withCursor("GET /runs", "random")).toMatchObject(refused);
    expect(await withCursor("GET /runs", "x".repeat(5_000))).toMatchObject(refused);
    const realmBefore = services.config.environment.REALM;
    cloud.enter("another-realm");
    expect(await withCursor("GET /runs", ofRuns)).toMatchObject(refused);
    cloud.enter(realmBefore);
    expect((await ask("GET /runs", { query: { limit: "1", cursor: ofRuns } })).status).toBe(200);
  });
});

describe("GET /signals", () => {
  it("shows what is always shown, and nothing that belongs to a portfolio", async () => {
    await seedSignals([signalOf()]);
    expect(await data("GET /signals")).toEqual([
      {
        id: "2026-03-02.GME.quality",
        ticker: "GME",
        signal_type: "quality",
        signal_date: "2026-03-02",
        prediction: "bullish",
        confidence: 0.75,
        comment_count: 2,
        sentiment_score: 0.5,
        has_reasoning: true,
        is_emergence: null,
        prior_7d_mentions: 4,
        distinct_users: 2,
        created_at: "2026-03-02T15:00:00.000Z",
        updated_at: null,
      },
    ]);
  });

  it("answers every combination of filters like a plain filter over the same rows, on every page", async () => {
    const tickers = ["GME", "AMC", "BRK.B"];
    const types = ["quality", "consensus"] as const;
    const days = ["2026-02-26", "2026-02-27", "2026-02-28", "2026-03-01", "2026-03-02"];
    // Few different confidences, so that there are ties; a third of the rows is missing.
    const rows = tickers
      .flatMap((ticker) =>
        types.flatMap((signal_type) => days.map((signal_date) => ({ ticker, signal_type, signal_date }))),
      )
      .map((row, index) => signalOf({ ...row, confidence: [0.9, 0.5, 0.5, 0.123456, 1][(index * 7) % 5] ?? 0 }))
      .filter((_, index) => index % 3 !== 1);
    await seedSignals(rows);
    const ordered = rows.toSorted(
      (a, b) =>
        Number(a.signal_date < b.signal_date) - Number(a.signal_date > b.signal_date) ||
        b.confidence - a.confidence ||
        (a.id < b.id ? 1 : -1),
    );
    const choices = {
      ticker: [undefined, "GME", "brk.b", "NONE"],
      signal_type: [undefined, "quality", "consensus"],
      date_from: [undefined, "2026-02-27", "2026-03-01"],
      date_to: [undefined, "2026-03-01"],
      portfolio_id: [undefined, "stocks_quality", "options_consensus"],
    };
    const combinations = Object.entries(choices).reduce<Record<string, string>[]>(
      (queries, [name, values]) =>
        queries.flatMap((query) => values.map((value) => (value === undefined ? query : { ...query, [name]: value }))),
      [{}],
    );
    expect(combinations).toHaveLength(216);
    for (const [index, query] of combinations.entries()) {
      const type = query.portfolio_id?.split("_")[1];
      const expected = ordered.filter(
        (row) =>
          (!query.ticker || row.ticker === query.ticker.toUpperCase()) &&
          (!query.signal_type || row.signal_type === query.signal_type) &&
          (!type || row.signal_type === type) &&
          (!query.date_from || row.signal_date >= query.date_from) &&
          (!query.date_to || row.signal_date <= query.date_to),
      );
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const page = await call("api/list-signals", { query: { ...query, limit: "6", ...(cursor && { cursor }) } });
        expect(page.status).toBe(200);
        expect(page.body.meta).toMatchObject({ total: expected.length, limit: 6, offset: 0 });
        expect(page.body.meta).not.toHaveProperty("total_is_at_least");
        seen.push(...page.body.data.map((row: Signal) => row.id));
        cursor = page.body.meta.next_cursor;
      } while (cursor !== null);
      expect(seen).toEqual(expected.map((row) => row.id));
      const offset = index % 9;
      const byOffset = await call("api/list-signals", { query: { ...query, limit: "3", offset: String(offset) } });
      expect(byOffset.body.data.map((row: Signal) => row.id)).toEqual(
        expected.slice(offset, offset + 3).map((row) => row.id),
      );
      expect(byOffset.body.meta).toMatchObject({ total: expected.length, limit: 3, offset });
    }
  });

  it.each([
    ["date_from", "2026-02-30"],
    ["date_from", "yesterday"],
    ["date_to", "20260101"],
    ["date_to", "2026-01-01T00:00:00+25:00"],
    ["date_to", ""],
    ["signal_type", "Quality"],
    ["signal_type", "emergence"],
    ["ticker", ""],
    ["ticker", "ABCDEFGHIJK"],
    ["ticker", "A B"],
    ["ticker", "GME' OR 1=1"],
    ["portfolio_id", "1"],
    ["portfolio_id", "stocks"],
    ["limit", "0"],
    ["limit", "101"],
    ["limit", "-1"],
    ["limit", "1.5"],
    ["limit", "ten"],
    ["limit", ""],
    ["limit", "1e999"],
    ["offset", "-1"],
    ["offset", "9007199254740993"],
    ["offset", "NaN"],
    ["tickr", "GME"],
  ])("refuses %s=%s and names the parameter", async (name, value) => {
    expect(await refusal("GET /signals", { query: { [name]: value } })).toMatchObject({
      status: 422,
      code: "VALIDATION_ERROR",
      message: expect.stringContaining(name),
      details: [{ field: name, problem: expect.any(String) }],
    });
  });

  it("refuses a range that ends before it begins, and a parameter given twice", async () => {
    const backwards = { date_from: "2026-03-02", date_to: "2026-03-01" };
    expect(await refusal("GET /signals", { query: backwards })).toMatchObject({
      status: 422,
      details: [{ field: "date_from", problem: "must not be after date_to" }],
    });
    for (const name of ["limit", "offset", "ticker", "cursor"]) {
      const twice = await refusal("GET /signals", { query: { [name]: ["1", "2"] } });
      expect(twice).toMatchObject({ status: 422, details: [{ field: name }] });
    }
  });
});

describe("GET /signals/{id}", () => {
  it("shows all that is stored", async () => {
    const signal = signalOf({ ticker: "BRK.B", is_emergence: true });
    await seedSignals([signal]);
    expect(await data("GET /signals/{id}", { params: { id: "2026-03-02.BRK.B.quality" } })).toEqual(signal);
    expect(await data("GET /signals/{id}", { params: { id: "2026-03-02%2EBRK.B.quality" } })).toEqual(signal);
  });
});

describe("GET /signals/{id}/comments", () => {
  const comments = (id: string, query: Record<string, string> = {}) =>
    ask("GET /signals/{id}/comments", { params: { id }, query });

  it("shows the comments in the signal's order, each with its tickers in alphabetical order", async () => {
    await seedSignals([signalOf()]);
    await seedComments([commentOf("c1", { parent_comment_id: "c2", depth: 1 }), commentOf("c2")]);
    const { body } = await comments("2026-03-02.GME.quality");
    expect(body.data.map((comment: { id: string }) => comment.id)).toEqual(["c2", "c1"]);
    expect(body.data[1]).toEqual({
      id: "c1",
      reddit_id: "c1",
      body: "body of c1",
      author: "author_c1",
      created_utc: "2026-03-02T14:00:00.000Z",
      score: 5,
      depth: 1,
      parent_comment_id: "c2",
      sentiment: "bullish",
      sarcasm_detected: false,
      has_reasoning: true,
      ai_confidence: 0.8,
      author_trust_score: 0.5,
      reasoning_summary: "because",
      ticker_sentiments: [
        { ticker: "AMC", sentiment: "bearish" },
        { ticker: "GME", sentiment: "bullish" },
      ],
    });
    expect(body.meta).toMatchObject({ total: 2, limit: 50, offset: 0 });
  });

  it("pages over more comments than one batch read takes, to the end and beyond", async () => {
    const ids = Array.from({ length: 130 }, (_, n) => `c${String(n).padStart(3, "0")}`);
    await seedSignals([signalOf({ comment_ids: ids, comment_count: 130 })]);
    await seedComments(ids.map((id) => commentOf(id)));
    const idsOf = async (query: Record<string, string>) => {
      const { body } = await comments("2026-03-02.GME.quality", query);
      expect(body.meta.total).toBe(130);
      return body.data.map((comment: { id: string }) => comment.id);
    };
    expect(await idsOf({ limit: "100" })).toEqual(ids.slice(0, 100));
    expect(await idsOf({ limit: "100", offset: "100" })).toEqual(ids.slice(100));
    expect(await idsOf({ offset: "130" })).toEqual([]);
    expect(await idsOf({ offset: "99999" })).toEqual([]);
  });

  it("is empty for a signal without comments, and shows the others where one is gone", async () => {
    await seedSignals([signalOf({ comment_ids: [], comment_count: 0 }), signalOf({ ticker: "AMC" })]);
    await seedComments([commentOf("c1")]);
    expect(await comments("2026-03-02.GME.quality")).toMatchObject({
      status: 200,
      body: { data: [], meta: { total: 0 } },
    });
    expect((await comments("2026-03-02.AMC.quality")).body).toMatchObject({ data: [{ id: "c1" }], meta: { total: 2 } });
  });

  it("refuses a bad position", async () => {
    await seedSignals([signalOf()]);
    const request = { params: { id: "2026-03-02.GME.quality" } };
    for (const query of [{ limit: "101" }, { offset: "-1" }, { cursor: "x" }]) {
      expect((await refusal("GET /signals/{id}/comments", { ...request, query })).status).toBe(422);
    }
  });
});

describe("GET /signals/history", () => {
  const history = (query: Record<string, string>) => ask("GET /signals/history", { query });
  beforeEach(async () => {
    enter({ MARKET_CLOCK: "2026-03-02T15:30:00Z" });
    await seedSignals([
      signalOf({ signal_date: "2026-03-02", confidence: 0.9 }),
      signalOf({ signal_date: "2026-02-28", confidence: 0.8 }),
      signalOf({ signal_date: "2026-02-17", confidence: 0.7 }),
      signalOf({ signal_date: "2026-02-16", confidence: 0.6 }),
      signalOf({ signal_date: "2026-03-03", confidence: 0.1 }),
      signalOf({ ticker: "AMC", signal_date: "2026-03-01", confidence: 0.5 }),
      signalOf({ signal_type: "consensus", signal_date: "2026-03-01", confidence: 0.4 }),
    ]);
  });

  it("shows 14 days up to the market's today, by ticker, oldest first", async () => {
    const { body } = await history({ signal_type: "quality" });
    expect(body.data).toEqual({
      AMC: [{ date: "2026-03-01", confidence: 0.5 }],
      GME: [
        { date: "2026-02-17", confidence: 0.7 },
        { date: "2026-02-28", confidence: 0.8 },
        { date: "2026-03-02", confidence: 0.9 },
      ],
    });
    expect(body.meta).toMatchObject({ days: 14, signal_type: "quality" });
  });

  it("takes one ticker, in either case, and other spans", async () => {
    const ofGme = (await history({ signal_type: "quality", ticker: "gme", days: "15" })).body.data;
    expect(Object.keys(ofGme)).toEqual(["GME"]);
    expect(ofGme.GME.map((point: { date: string }) => point.date)).toEqual([
      "2026-02-16",
      "2026-02-17",
      "2026-02-28",
      "2026-03-02",
    ]);
    expect((await history({ signal_type: "quality", days: "1" })).body.data).toEqual({
      GME: [{ date: "2026-03-02", confidence: 0.9 }],
    });
    expect((await history({ signal_type: "consensus" })).body.data).toEqual({
      GME: [{ date: "2026-03-01", confidence: 0.4 }],
    });
    expect((await history({ signal_type: "consensus", ticker: "AMC", days: "90" })).body.data).toEqual({});
  });

  it.each([
    [{}, "signal_type"],
    [{ signal_type: "both" }, "signal_type"],
    [{ signal_type: "quality", days: "0" }, "days"],
    [{ signal_type: "quality", days: "91" }, "days"],
    [{ signal_type: "quality", days: "1.5" }, "days"],
    [{ signal_type: "quality", ticker: "" }, "ticker"],
    [{ signal_type: "quality", limit: "5" }, "limit"],
  ])("refuses %j because of %s", async (query, field) => {
    expect(await refusal("GET /signals/history", { query })).toMatchObject({ status: 422, details: [{ field }] });
  });
});

describe("GET /status", () => {
  it("of a system that never ran says that seven days remain", async () => {
    expect(await data("GET /status")).toEqual({
      phase: "paper_trading",
      emergence_active: false,
      emergence_days_remaining: 7,
      open_position_count: 0,
      last_run_completed_at: null,
      active_run_id: null,
    });
  });

  it.each([
    [0, false, 7],
    [1, false, 6],
    [2, false, 5],
    [3, false, 4],
    [4, false, 3],
    [5, false, 2],
    [6, false, 1],
    [7, true, 0],
    [8, true, 0],
  ])("%d days after the first completed run: emergence active %s, %d days remain", async (days, active, remaining) => {
    const value = addDays("2026-03-02", -days);
    await services.store.transact([put({ ...services.store.keys.configuration("system_start_date"), value })]);
    expect(await data("GET /status")).toMatchObject({
      emergence_active: active,
      emergence_days_remaining: remaining,
    });
  });

  it("names the active run, and when the last one completed", async () => {
    const id = await start();
    expect(await data("GET /status")).toMatchObject({ active_run_id: id, last_run_completed_at: null });
    await complete(id);
    expect(await data("GET /status")).toMatchObject({
      active_run_id: null,
      last_run_completed_at: "2026-03-02T15:30:00.000Z",
      emergence_days_remaining: 7,
    });
  });

  it("counts days by the market's time in a replay", async () => {
    enter({ MARKET_CLOCK: "2021-01-27T19:00:00Z" });
    const setting = services.store.keys.configuration("system_start_date");
    await services.store.transact([put({ ...setting, value: "2021-01-22" })]);
    expect(await data("GET /status")).toMatchObject({ emergence_days_remaining: 2 });
  });
});

describe("the open endpoints", () => {
  it("GET / is the card, and sends a browser to the dashboard", async () => {
    const card = await ask("GET /");
    expect(card.status).toBe(200);
    expect(card.body).toMatchObject({ name: "WSB Signals API", version: "1.0", status: "running", docs: "/docs" });
    const browser = await ask("GET /", { headers: { Accept: "text/html,*/*" } });
    expect(browser.status).toBe(302);
    expect(browser.headers.location).toBe("/app/");
  });

  it("GET /openapi.json is the committed document, GET /docs a page about every path of it", async () => {
    const { body } = await ask("GET /openapi.json");
    expect(body).toEqual(committed);
    const page = await ask("GET /docs");
    expect(page.headers["content-type"]).toBe("text/html; charset=utf-8");
    for (const path of Object.keys(committed.paths)) expect(page.body).toContain(`<code>${path}</code>`);
    expect(page.body).not.toContain("<script");
  });

  it("GET /api/v1/health says what works", async () => {
    enter({ DEPLOYED_AT: "2026-03-02T15:00:00Z" });
    expect(await data("GET /api/v1/health")).toEqual({
      status: "healthy",
      timestamp: "2026-03-02T15:30:00.000Z",
      version: "1.0",
      uptime_seconds: 1_800,
      checks: { order_queue: true, websocket_manager: true, algorithm_connected: false },
    });
    expect(await ask("GET /api/v1/health/live")).toMatchObject({ status: 200, body: { status: "alive" } });
    expect(await ask("GET /api/v1/health/ready")).toMatchObject({ status: 200, body: { status: "ready" } });
  });
});

describe("without a table", () => {
  beforeEach(() => enter({ DYNAMODB_ENDPOINT: "http://127.0.0.1:9" }));

  it("health still answers, readiness is 503", async () => {
    expect(await data("GET /api/v1/health")).toMatchObject({
      status: "unhealthy",
      checks: { order_queue: false, websocket_manager: false },
    });
    expect(await refusal("GET /api/v1/health/ready")).toMatchObject({ status: 503, code: "NOT_READY" });
    expect((await ask("GET /api/v1/health/live")).status).toBe(200);
  });

  it.each(["POST /analyze", "GET /runs", "GET /runs/{id}/status", "GET /signals", "GET /signals/{id}", "GET /status"])(
    "%s is 500 DATABASE_ERROR that shows nothing but the request id",
    async (name) => {
      expect(await refusal(name, { params: { id: unknownRun } })).toEqual({
        status: 500,
        code: "DATABASE_ERROR",
        message: "The store failed; nothing was changed that is not complete.",
        details: { request_id: "test-request" },
      });
      expect(cloud.log.lines.at(-1)).toMatchObject({ level: "error", fields: { requestId: "test-request" } });
    },
  );
});

describe("what is not there", () => {
  const withId = Object.keys(files).filter((name) => name.includes("{id}"));

  it.each(withId)("%s is 404 for an id that nobody has, whatever it looks like", async (name) => {
    const before = await contents();
    // The last two would be ids of answer runs.
    const ids = [unknownRun, "0", "-1", "1 or 1=1", "%00", "..%2F..", "x".repeat(300), "%E0%A4%A", "<script>"];
    for (const id of [...ids, "42", "3f1c0f0e-6a0c-4c0b-9d5c-5c1d0a1b2c3d"]) {
      expect(await refusal(name, { params: { id } })).toMatchObject({ status: 404, code: "NOT_FOUND" });
    }
    expect(await contents()).toEqual(before);
  });
});

describe("a bad body", () => {
  const posts = Object.keys(files).filter((name) => name.startsWith("POST "));
  const params = { id: unknownRun };

  it.each(posts)("is refused by %s, and nothing is written", async (name) => {
    const before = await contents();
    const bad = [
      "null",
      "false",
      "0",
      '""',
      "[]",
      '"text"',
      "{",
      '{"a":1',
      '{"a":1,}',
      "\ufeff{}",
      "NaN",
      '{"a":NaN}',
      "{'a':1}",
      " ",
      '{"more":1}',
      '{"__proto__":{"admin":true}}',
      '{"constructor":{"prototype":{}}}',
      '{"":0}',
    ];
    for (const rawBody of bad) {
      const refused = await refusal(name, { rawBody, params });
      expect(refused).toMatchObject({ status: 422, code: "VALIDATION_ERROR" });
      expect(refused.details).toEqual([{ field: expect.any(String), problem: expect.any(String) }]);
    }
    expect(await contents()).toEqual(before);
  });

  it("names the property nobody knows", async () => {
    expect(await refusal("POST /analyze", { rawBody: '{"force":true,"dry":1}' })).toMatchObject({
      details: [
        { field: "force", problem: "is not known here" },
        { field: "dry", problem: "is not known here" },
      ],
    });
  });

  it.each([
    "text/plain",
    "application/x-www-form-urlencoded",
    "application/json; charset=utf-16",
    "application/json;charset=latin1",
    "application/jsonx",
    "",
  ])("of the media type %j is 415", async (type) => {
    const refused = await refusal("POST /analyze", { rawBody: "{}", headers: { "content-type": type } });
    expect(refused).toMatchObject({ status: 415, code: "UNSUPPORTED_MEDIA_TYPE" });
  });

  it.each(["application/json", "Application/JSON; Charset=UTF-8", 'application/json; charset="utf-8"'])(
    "of the media type %j is read",
    async (type) => {
      expect((await ask("POST /analyze", { rawBody: "{}", headers: { "content-type": type } })).status).toBe(202);
    },
  );

  it.each(["[", '{"a":'])("nested 5,000 deep with %j is refused at once", async (open) => {
    const close = open === "[" ? "]" : "}";
    const rawBody = `${open.repeat(5_000)}${open === "[" ? "" : "1"}${close.repeat(5_000)}`;
    const began = performance.now();
    expect((await refusal("POST /analyze", { rawBody })).status).toBe(422);
    // The bar is 50 ms; a busy machine gets some more.
    expect(performance.now() - began).toBeLessThan(500);
  });

  it.each(["%%%", "not base64", "e30", "bnVsbA=="])(
    "that claims to be base64 but reads %j is refused or read as JSON",
    async (body) => {
      const event = {
        body,
        isBase64Encoded: true,
        headers: { "content-type": "application/json" },
        requestContext: { requestId: "r" },
      } as never as APIGatewayProxyEvent;
      const { statusCode } = await startAnalysis(event, { getRemainingTimeInMillis: () => 1_000 } as Context);
      expect(statusCode).toBe(body === "e30" ? 202 : 422);
    },
  );
});

describe("the request id", () => {
  it("is the client's in header and error, unless it could forge a log line", async () => {
    const sent = await ask("GET /runs/{id}/status", { params: { id: "x" }, headers: { "X-Request-Id": "mine-1" } });
    expect(sent.headers["x-request-id"]).toBe("mine-1");
    for (const forged of ["a\nb", "x".repeat(5_000)]) {
      const answer = await ask("GET /runs", { headers: { "X-Request-Id": forged } });
      expect(answer.headers["x-request-id"]).toBe("test-request");
    }
  });
});

describe("an endpoint", () => {
  const contract: Contract = { method: "GET", path: "/x", summary: "x", response: anyObject };
  const event = { headers: null, requestContext: { requestId: "r" } } as never as APIGatewayProxyEvent;
  const context = { getRemainingTimeInMillis: () => 1_000 } as Context;

  it("answers in the envelope even where its services cannot be built", async () => {
    const handler = endpoint(
      contract,
      () => {
        throw new AppError("BadConfiguration", "CONFIGURATION_ERROR", "Bad setting: X.");
      },
      async () => ({ data: {} }),
    );
    const { statusCode, body } = await handler(event, context);
    expect(statusCode).toBe(503);
    expect(JSON.parse(body)).toEqual({ error: { code: "CONFIGURATION_ERROR", message: "Bad setting: X." } });
  });

  it("shows nothing of an unexpected error, and logs it with its stack", async () => {
    const handler = endpoint(
      contract,
      () => services,
      async () => {
        throw new TypeError("secret detail");
      },
    );
    const { statusCode, body } = await handler(event, context);
    expect(statusCode).toBe(500);
    expect(JSON.parse(body).error).toMatchObject({ code: "INTERNAL_ERROR", details: { request_id: "r" } });
    expect(body).not.toContain("secret");
    expect(cloud.log.lines.at(-1)?.fields.error).toBeInstanceOf(TypeError);
  });

  it("never sends what its contract does not promise", async () => {
    const handler = endpoint(
      contract,
      () => services,
      async () => ({ data: "no object" }),
    );
    expect((await handler(event, context)).statusCode).toBe(500);
  });
});

describe("the OpenAPI document", () => {
  it("that is committed is the one the contracts make", () => {
    expect(committed).toEqual(JSON.parse(JSON.stringify(openApiDocument([...contracts.values()]))));
  });

  it("has every endpoint, and no other", () => {
    expect([...contracts.keys()].toSorted()).toEqual(Object.keys(files).toSorted());
  });

  it("documents a status for every code an endpoint may answer, and a key where one is asked for", () => {
    for (const contract of contracts.values()) {
      const paths = committed.paths as Record<
        string,
        Record<string, { responses: Record<string, { description: string }>; security?: unknown }>
      >;
      const operation = paths[contract.path]?.[contract.method.toLowerCase()];
      const always = [
        "VALIDATION_ERROR",
        "DATABASE_ERROR",
        "INTERNAL_ERROR",
        "CONFIGURATION_ERROR",
        "RATE_LIMITED",
      ] as const;
      const codes = [...always, ...(contract.open ? [] : (["UNAUTHORIZED"] as const)), ...(contract.errors ?? [])];
      for (const code of codes) expect(operation?.responses[statusOf[code]]?.description).toContain(code);
      if (contract.params) expect(operation?.responses[404]?.description).toContain("NOT_FOUND");
      expect(operation?.security).toEqual(contract.open ? [] : undefined);
    }
  });
});

it("a lock that nobody's run holds is taken", async () => {
  const { keys, transact } = services.store;
  await transact([put({ ...keys.lock(), run_id: unknownRun, taken_at: "2026-03-01T00:00:00.000Z" })]);
  expect(await data("GET /status")).toMatchObject({ active_run_id: null });
  expect((await ask("POST /analyze")).status).toBe(202);
  await transact([remove(keys.lock())]);
});
