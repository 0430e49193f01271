import { describe, expect, it } from "vitest";
import { analysisRun } from "../../lib/analysis/run.ts";
import { toRunStatus } from "../../lib/analysis/run-view.ts";
import { stopRun } from "../../lib/runs/stop.ts";
import { put, remove, update } from "../../lib/store/actions.ts";
import { type Call, call } from "../support/cloud.ts";
import { unknownRun, useEndpoints } from "../support/endpoints.ts";
import { seedSignals, signalOf } from "../support/seeds.ts";

const api = useEndpoints();
const { ask, data, refusal, start, complete, pass, contents } = api;

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
      comments_failed: 0,
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
    await api.services.store.transact([
      put({ ...api.services.store.keys.warning(id, warning.type, "p1"), ...warning }),
    ]);
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
    expect((await api.services.executions.analysis.describe(`${id}-1`))?.status).toBe("ABORTED");
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
    const cut = { ...api.services, executions: { analysis: { ...api.services.executions.analysis, stop } } };
    const request = { operation: `stop#${id}`, key: undefined, apiKeyId: "key-1", body: {} };
    expect(await stopRun(analysisRun, cut, id, request, toRunStatus)).toMatchObject({ status: "failed" });
    expect(api.cloud.log.lines.at(-1)).toMatchObject({ level: "warn", fields: { runId: id } });
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
    expect((await api.services.executions.analysis.describe(`${id}-2`))?.status).toBe("RUNNING");
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
    expect(api.cloud.time.now.toISOString()).toBe("2026-03-03T05:06:00.000Z");
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
    await api.services.store.transact([update(api.services.store.keys.run(second), hidden)]);
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
    await seedSignals(
      api.services,
      ["GME", "AMC", "BB"].map((ticker) => signalOf({ ticker })),
    );
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
    const realmBefore = api.services.config.environment.REALM;
    api.cloud.enter("another-realm");
    expect(await withCursor("GET /runs", ofRuns)).toMatchObject(refused);
    api.cloud.enter(realmBefore);
    expect((await ask("GET /runs", { query: { limit: "1", cursor: ofRuns } })).status).toBe(200);
  });
});

it("a lock that nobody's run holds is taken", async () => {
  const { keys, transact } = api.services.store;
  await transact([put({ ...keys.lock(), run_id: unknownRun, taken_at: "2026-03-01T00:00:00.000Z" })]);
  expect(await data("GET /status")).toMatchObject({ active_run_id: null });
  expect((await ask("POST /analyze")).status).toBe(202);
  await transact([remove(keys.lock())]);
});
