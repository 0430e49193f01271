import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { answerRun } from "../../lib/answers/run.ts";
import { type Outcome, timedOut } from "../../lib/runs/failure.ts";
import { finishRun } from "../../lib/runs/finish.ts";
import type { Services } from "../../lib/services.ts";
import { update } from "../../lib/store/actions.ts";
import { unknownRun, useEndpoints } from "../support/endpoints.ts";
import { temporaryFolder } from "../support/stack.ts";

const endpoints = useEndpoints();
const { ask, refusal, enter } = endpoints;
const moveTo = (time: string) => {
  endpoints.cloud.time.now = new Date(time);
};
const folder = temporaryFolder();
afterAll(() => folder.remove());
beforeEach(() => enter({ ARTIFACTS_DIR: folder.path, ANSWERS_AT_ONCE: "2" }));

const question = "What are main climate initiatives?";
const post = (body: object = { question }) => ask("POST /api/v1/runs", { body });
const statusOf = (run_id: string) => ask("GET /api/v1/runs/{run_id}/status", { params: { run_id } });
const of = (path: string, run_id: string, query?: Record<string, string>) =>
  ask(`GET /api/v1/runs/{run_id}/${path}`, { params: { run_id }, ...(query && { query }) });
const stop = (run_id: string, body?: object) =>
  ask("POST /api/v1/runs/{run_id}/stop", { params: { run_id }, ...(body && { body }) });

/** Brings a run to an end, as the last state of its machine would. */
async function end(services: Services, runId: string, outcome: Outcome, gapCodes: string[] = []): Promise<void> {
  const key = services.store.keys.answers.run(runId);
  await services.store.transact([update(key, { set: { gap_codes: gapCodes } })]);
  await finishRun(answerRun, services, { runId, attempt: 1, outcome });
}
const failed = (cause: string, message: string): Outcome => ({
  status: "failed",
  failure: { code: "INTERNAL_ERROR", cause, message },
});

/** Writes an artifact of a run. */
function keep(runId: string, name: string, content: string): void {
  const path = join(folder.path, "output", runId, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

describe("POST /api/v1/runs", () => {
  it("accepts a question with the id of the minute, and says where to go on", async () => {
    const { status, body, headers } = await post();
    expect(status).toBe(202);
    expect(body).toEqual({
      run_id: "20260302_1530",
      status: "queued",
      status_url: "/api/v1/runs/20260302_1530/status",
      output_url: "/api/v1/runs/20260302_1530/output",
      context_url: "/api/v1/runs/20260302_1530/context",
    });
    expect(headers.location).toBe("/api/v1/runs/20260302_1530/status");
  });

  it("numbers the others of the same minute", async () => {
    const ids = [(await post()).body.run_id, (await post()).body.run_id, (await post()).body.run_id];
    expect(ids).toEqual(["20260302_1530", "20260302_1530_01", "20260302_1530_02"]);
  });

  it("passes over an id that a client has taken for itself", async () => {
    await post({ question, run_id: "20260302_1530" });
    expect((await post()).body.run_id).toBe("20260302_1530_01");
  });

  it("takes the id of a client, without the space around it", async () => {
    expect((await post({ question, run_id: " My_run-1 " })).body.run_id).toBe("My_run-1");
  });

  it("refuses an id a second time, whatever has become of the first, and says where that one is", async () => {
    await post({ question, run_id: "twice" });
    const duplicate = {
      status: 409,
      body: {
        code: "DUPLICATE_RUN_ID",
        details: [{ field: "run_id", problem: "exists", status_url: "/api/v1/runs/twice/status" }],
      },
    };
    expect(await post({ question, run_id: "twice" })).toMatchObject(duplicate);
    await end(endpoints.services, "twice", failed("WriterFailed", "Nothing could be written."));
    expect(await post({ question, run_id: "twice" })).toMatchObject(duplicate);
    expect((await post({ question, run_id: "Twice" })).status).toBe(202);
  });

  it("refuses an id of which only artifacts are left", async () => {
    keep("left-over", "run.json", "{}");
    expect(await post({ question, run_id: "left-over" })).toMatchObject({
      status: 409,
      body: { code: "DUPLICATE_RUN_ID" },
    });
  });

  it("accepts one of two requests for an id that come at once", async () => {
    const answers = await Promise.all([post({ question, run_id: "race" }), post({ question, run_id: "race" })]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([202, 409]);
  });

  it.each<[string, unknown]>([
    ["no question", {}],
    ["a blank question", { question: "  " }],
    ["a question that is too long", { question: "x".repeat(10_001) }],
    ["a question that is a number", { question: 7 }],
    ["an unknown field", { question, model: "gpt" }],
    ["a flag in words", { question, enable_sql: "false" }],
    ["an empty id", { question, run_id: "" }],
    ["an id with a dot", { question, run_id: "a.b" }],
    ["an id that begins with a hyphen", { question, run_id: "-a" }],
    ["an id that is too long", { question, run_id: "a".repeat(65) }],
    ["a path upwards", { question, markdown_path: "documents/../secrets" }],
    ["an absolute path", { question, markdown_path: "/etc" }],
    ["SQL, which is not configured", { question, enable_sql: true }],
    ["a list", [question]],
  ])("answers 422 to %s, and takes no id", async (_what, body) => {
    const { status, body: error } = await ask("POST /api/v1/runs", { body });
    expect(status).toBe(422);
    expect(error.code).toBe("VALIDATION_ERROR");
    expect(error.details[0]).toEqual({ field: expect.any(String), problem: expect.any(String) });
    expect((await post()).body.run_id).toBe("20260302_1530");
  });

  it("refuses the hundred and third while two go on and a hundred wait", async () => {
    for (let number = 0; number < 102; number++)
      expect((await post({ question, run_id: `r${number}` })).status).toBe(202);
    expect(await post({ question, run_id: "r102" })).toMatchObject({ status: 503, body: { code: "QUEUE_FULL" } });
    expect((await statusOf("r102")).status).toBe(404);
  });
});

describe("GET /api/v1/runs/{run_id}/status", () => {
  it("has all six fields while a run waits", async () => {
    await post({ question, run_id: "one" });
    expect((await statusOf("one")).body).toEqual({
      run_id: "one",
      status: "queued",
      started_at: "2026-03-02T15:30:00Z",
      completed_at: null,
      finish_reason: null,
      error: null,
    });
  });

  it("reads one item by its key, and nothing else", async () => {
    await post({ question, run_id: "one" });
    const sent: string[] = [];
    endpoints.services.store.client.middlewareStack.add(
      (next, { commandName }) =>
        (args) => {
          sent.push(String(commandName));
          return next(args);
        },
      { step: "initialize", name: "sent" },
    );
    await statusOf("one");
    expect(sent).toEqual(["GetItemCommand"]);
  });

  it("answers 404 for an unknown run, and for one of an analysis", async () => {
    expect(await refusal("GET /api/v1/runs/{run_id}/status", { params: { run_id: unknownRun } })).toMatchObject({
      status: 404,
      code: "NOT_FOUND",
    });
    const { body } = await ask("POST /analyze");
    expect((await statusOf(body.data.run_id)).status).toBe(404);
    await post({ question, run_id: "answer" });
    expect((await ask("GET /runs/{id}/status", { params: { id: "answer" } })).status).toBe(404);
  });

  it.each<[Outcome, string[], string, string, string | null]>([
    [{ status: "completed" }, [], "completed", "completed (write)", null],
    [{ status: "completed" }, ["SQL_PARTIAL"], "completed_with_gaps", "completed_with_gaps (partial evidence)", null],
    [
      { status: "completed" },
      ["SQL_PARTIAL", "MAX_ITERATIONS"],
      "completed_with_gaps",
      "completed_with_gaps (max iterations)",
      null,
    ],
    [
      failed("OpenAiRefused", "OpenAI refused the API key sk-abcdefghijklmnopqrstuvwx"),
      [],
      "failed",
      "api_key_error",
      "API_KEY_ERROR",
    ],
    [failed("OpenAiRefused", "No such model."), [], "failed", "run_execution_error", "RUN_EXECUTION_ERROR"],
    [failed("DocumentsMissing", "There is no folder."), [], "failed", "markdown_extraction_failed", "RUN_FAILED"],
    [failed("DecisionFailed", "No."), [], "failed", "decision_error", "RUN_FAILED"],
    [failed("SqlPlanRefused", "No."), [], "failed", "sql_plan_error", "RUN_FAILED"],
    [failed("SqlUnavailable", "No."), [], "failed", "sql_execution_failed", "RUN_FAILED"],
    [failed("WriterFailed", "No."), [], "failed", "writer_failed", "RUN_FAILED"],
    [failed("FallbackWriterFailed", "No."), [], "failed", "max_iterations_exceeded", "RUN_FAILED"],
    [failed("TypeError", "No."), [], "failed", "run_execution_error", "RUN_EXECUTION_ERROR"],
    [failed("lost", "No."), [], "failed", "stale_run_recovered", "RUN_STALE"],
    [{ status: "failed", failure: timedOut({ limitMinutes: 60 }) }, [], "failed", "run_timed_out", "RUN_TIMEOUT"],
    [failed("aborted", "At the console."), [], "stopped", "stopped_by_user", null],
    [
      { status: "stopped", failure: { code: "INTERNAL_ERROR", cause: "orchestrator", message: "No question." } },
      [],
      "stopped",
      "stopped_by_orchestrator",
      null,
    ],
  ])("says how a run ended: %o with the gaps %o", async (outcome, gaps, status, finish_reason, code) => {
    await post({ question, run_id: "ended" });
    await end(endpoints.services, "ended", outcome, gaps);
    const { body } = await statusOf("ended");
    expect(body).toMatchObject({ status, finish_reason, completed_at: "2026-03-02T15:30:00Z" });
    expect(body.error?.code ?? null).toBe(code);
    expect(JSON.stringify(body)).not.toContain("abcdefgh");
    // Nothing comes after an end.
    await end(endpoints.services, "ended", failed("TypeError", "late"));
    expect((await statusOf("ended")).body).toEqual(body);
  });
});

describe.each(["output", "context", "references"])("GET /api/v1/runs/{run_id}/%s", (path) => {
  it("waits for the end, and never comes where there is no answer", async () => {
    await post({ question, run_id: "r" });
    expect(await of(path, "r")).toMatchObject({ status: 409, body: { code: "RUN_NOT_FINISHED" } });
    expect((await of(path, "r")).body.message).toContain("queued");
    await end(endpoints.services, "r", failed("WriterFailed", "Nothing could be written."));
    expect(await of(path, "r")).toMatchObject({ status: 409, body: { code: "RUN_NOT_SUCCESSFUL" } });
    expect((await of(path, "r")).body.message).toContain("failed (writer_failed)");
    expect((await of(path, "nobody")).status).toBe(404);
  });

  it("names the artifact and the run where it is lost", async () => {
    await post({ question, run_id: "lost" });
    await end(endpoints.services, "lost", { status: "completed" });
    const { status, body } = await of(path, "lost");
    expect([status, body.code]).toEqual([500, "ARTIFACT_MISSING"]);
    expect(body.message).toMatch(/output\/lost\/\S+ of run lost/);
  });

  it("is gone once its time is over, where one is set", async () => {
    await ask("PUT /config/{key}", { params: { key: "answer_retention_days" }, body: { value: 30 } });
    await post({ question, run_id: "old" });
    await end(endpoints.services, "old", { status: "completed" });
    expect((await of(path, "old")).body.code).toBe("ARTIFACT_MISSING");
    moveTo("2026-04-02T15:30:00Z");
    expect(await of(path, "old")).toMatchObject({ status: 410, body: { code: "ARTIFACT_EXPIRED" } });
  });
});

describe("the artifacts of a run that succeeded", () => {
  const reference = { ref_id: "ref_1", source_name: "Munich", partial_answer: "Trams.", source_chunk_ids: ["c1"] };

  beforeEach(async () => {
    await post({ question, run_id: "done" });
    await end(endpoints.services, "done", { status: "completed" });
    keep("done", "final.md", "# Question\nWhat?\n\nTrams. [ref_1]\n");
    keep("done", "context_bundle.json", JSON.stringify({ sql: null, markdown: {}, drafts: [], final: "x" }));
    const references = [{ ...reference, quote: "Trams run.", excerpt_index: 0 }];
    keep("done", "markdown/references.json", JSON.stringify({ run_id: "done", reference_count: 1, references }));
  });

  it("are the answer and what it rests on, with their keys", async () => {
    expect((await of("output", "done")).body).toEqual({
      run_id: "done",
      status: "completed",
      content: "# Question\nWhat?\n\nTrams. [ref_1]\n",
      final_output_path: "output/done/final.md",
    });
    expect((await of("context", "done")).body).toEqual({
      run_id: "done",
      status: "completed",
      context_bundle: { sql: null, markdown: {}, drafts: [], final: "x" },
      context_bundle_path: "output/done/context_bundle.json",
    });
  });

  it("are citations without their quotes, unless they are asked for", async () => {
    const shown = { ...reference, excerpt_index: 0 };
    const plain = { run_id: "done", reference_count: 1, references: [shown] };
    expect((await of("references", "done")).body).toEqual(plain);
    const quoted = { ...plain, references: [{ ...shown, quote: "Trams run." }] };
    expect((await of("references", "done", { include_quote: "true", ref_id: "ref_1" })).body).toEqual(quoted);
    expect((await of("references", "done", { ref_id: "ref_2" })).status).toBe(404);
    expect((await of("references", "done", { ref_id: "2" })).status).toBe(422);
  });

  it.each(["not JSON", "[]", '"text"'])("cannot be read where the bundle is %s", async (content) => {
    keep("done", "context_bundle.json", content);
    expect(await of("context", "done")).toMatchObject({ status: 500, body: { code: "ARTIFACT_UNREADABLE" } });
  });
});

describe("POST /api/v1/runs/{run_id}/stop", () => {
  it("stops a run that waits, once, and a late end does not undo it", async () => {
    await post({ question, run_id: "r" });
    const { status, body } = await stop("r", { reason: "no longer wanted" });
    expect(status).toBe(202);
    expect(body).toMatchObject({ run_id: "r", status: "stopped", finish_reason: "stopped_by_user", error: null });
    await end(endpoints.services, "r", { status: "completed" });
    expect((await statusOf("r")).body).toEqual(body);
    expect(await stop("r")).toMatchObject({ status: 409, body: { code: "RUN_ALREADY_FINISHED" } });
  });

  it("answers 404 for an unknown run and 422 for a reason that is too long", async () => {
    expect((await stop("nobody")).status).toBe(404);
    await post({ question, run_id: "r" });
    expect((await stop("r", { reason: "x".repeat(201) })).status).toBe(422);
  });
});

describe("GET /api/v1/runs", () => {
  it("lists the newest first, whatever they are called, and by status", async () => {
    await post({ question: "First?", run_id: "zzz" });
    moveTo("2026-03-02T15:31:00Z");
    await post({ question: "Second?", run_id: "aaa" });
    await stop("aaa");
    const { body } = await ask("GET /api/v1/runs");
    expect(body.data).toEqual([
      {
        run_id: "aaa",
        status: "stopped",
        started_at: "2026-03-02T15:31:00Z",
        completed_at: "2026-03-02T15:31:00Z",
        finish_reason: "stopped_by_user",
        question: "Second?",
      },
      {
        run_id: "zzz",
        status: "queued",
        started_at: "2026-03-02T15:30:00Z",
        completed_at: null,
        finish_reason: null,
        question: "First?",
      },
    ]);
    expect(body.meta.total).toBe(2);
    const stopped = await ask("GET /api/v1/runs", { query: { status: "stopped" } });
    expect(stopped.body.data.map(({ run_id }: { run_id: string }) => run_id)).toEqual(["aaa"]);
  });
});
