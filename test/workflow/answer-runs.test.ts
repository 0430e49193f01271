import { once } from "node:events";
import { createServer } from "node:net";
import { DatabaseSync } from "node:sqlite";
import { afterEach, describe, expect, it } from "vitest";
import { handler as executionEnded } from "../../functions/events/execution-ended.ts";
import { handler as sweepRuns } from "../../functions/events/sweep-runs.ts";
import { replied, useAnswers } from "../support/answers.ts";
import { call } from "../support/cloud.ts";
import { gate } from "../support/gate.ts";
import { until } from "../support/waiting.ts";

const hold = gate();
/** The states that began. */
let begun: string[] = [];
const answers = useAnswers({
  loseEvents: true,
  around: async (state, handler, input) => {
    begun.push(state);
    await hold.passed();
    return handler(input);
  },
});
afterEach(() => {
  hold.open();
  begun = [];
});

const question = "How many charging points do the cities plan?";
const munich = "Munich plans 500 charging points in its streets by 2030.";
const oslo = "Oslo plans to build 80 charging points for taxis.";
const start = (run_id: string, more: object = {}) => answers.ask({ question, run_id, ...more });
const decision = (action: string) => ({
  action,
  reason: `It is ${action}.`,
  confidence: 0.5,
  follow_up_question: "And?",
});
const set = (key: string, value: unknown) => call("api/set-config", { params: { key }, body: { value } });

async function answered(run_id: string, more: object = {}) {
  expect(await start(run_id, more)).toMatchObject({ status: 202 });
  const status = await answers.over(run_id);
  return { status, log: answers.log(run_id) };
}

describe("the life of an answer run", () => {
  it("is queued, then running, then completed, with its answer and what that rests on", async () => {
    answers.begin({ Munich: munich });
    hold.close();
    await start("life");
    const seen = [(await answers.of("status", "life")).body.status];
    hold.open();
    await until(async () => {
      const { status } = (await answers.of("status", "life")).body;
      if (status !== seen.at(-1)) seen.push(status);
      return status === "completed" ? status : undefined;
    });
    expect(["queued", "running", "completed"].filter((status) => seen.includes(status))).toEqual(seen);
    const { body: output } = await answers.of("output", "life");
    expect(output).toMatchObject({ final_output_path: "output/life/final.md" });
    expect(output.content).toContain(`${munich} [ref_1]`);
    const { body: context } = await answers.of("context", "life");
    expect(context).toMatchObject({
      context_bundle_path: "output/life/context_bundle.json",
      context_bundle: { sql: null, research_question: question, final: "output/life/final.md" },
    });
  });

  it("ends in its log too, with what each role used", async () => {
    answers.begin({ Munich: munich });
    const { log } = await answered("log");
    expect(log).toMatchObject({ status: "completed", finish_reason: "completed (write)", llm_usage: { calls: 4 } });
    const perRole = log.llm_usage.per_agent;
    expect(Object.keys(perRole)).toEqual(["researcher", "orchestrator", "writer", "checker"]);
    const sum = (field: string) =>
      Object.values<Record<string, number>>(perRole).reduce((total, usage) => total + (usage[field] ?? 0), 0);
    for (const field of ["input_tokens", "output_tokens", "total_tokens"])
      expect(log.llm_usage.totals[field]).toBe(sum(field));
    expect(log.llm_usage.totals.cost_usd).toBeCloseTo(sum("cost_usd"), 9);
    expect(sum("cost_usd")).toBeGreaterThan(0);
  });

  it("is written with what there is after research was asked for four times", async () => {
    answers.begin({ Munich: munich });
    answers.script = (role, request) => (role === "orchestrator" ? replied(request, decision("run_sql")) : undefined);
    const { status, log } = await answered("four");
    expect(status).toMatchObject({
      status: "completed_with_gaps",
      finish_reason: "completed_with_gaps (max iterations)",
      error: null,
    });
    expect(log.gaps.map(({ code }: { code: string }) => code)).toContain("MAX_ITERATIONS");
    expect(begun.filter((state) => /decide/i.test(state))).toHaveLength(4);
    expect((await answers.of("output", "four")).body.content).toContain(munich);
  });

  it("is stopped where the orchestrator stops it", async () => {
    answers.begin({ Munich: munich });
    answers.script = (role, request) => (role === "orchestrator" ? replied(request, decision("stop")) : undefined);
    const { status, log } = await answered("halt");
    expect(status).toMatchObject({ status: "stopped", finish_reason: "stopped_by_orchestrator", error: null });
    expect(log).toMatchObject({ status: "stopped", finish_reason: "stopped_by_orchestrator" });
    expect((await answers.of("output", "halt")).body.code).toBe("RUN_NOT_SUCCESSFUL");
  });

  it("is made of quotes where the budget does not pay for more", async () => {
    answers.begin({ Munich: munich });
    await set("answer_budget_usd", 0);
    const { status, log } = await answered("poor");
    expect(status.status).toBe("completed_with_gaps");
    expect(log.gaps.map(({ code }: { code: string }) => code)).toContain("BUDGET_EXHAUSTED");
  });
});

describe("an answer run that is stopped", () => {
  it("while it runs stays so, whatever its machine does later", async () => {
    answers.begin({ Munich: munich });
    hold.close();
    await start("stopped");
    await until(async () => (begun.length > 0 ? true : undefined));
    const stopped = await call("answers/stop-answer", { params: { run_id: "stopped" }, body: { reason: "enough" } });
    expect(stopped).toMatchObject({ status: 202, body: { status: "stopped", finish_reason: "stopped_by_user" } });
    hold.open();
    expect(await answers.over("stopped")).toEqual(stopped.body);
    await sweepRuns({});
    expect((await answers.of("status", "stopped")).body).toEqual(stopped.body);
    expect(await answers.places()).toEqual({ taken: 0, waiting: 0 });
  });

  it("while it waits never begins, and the next one's turn comes", async () => {
    answers.begin({ Munich: munich }, { ANSWERS_AT_ONCE: "1" });
    hold.close();
    for (const id of ["first", "second", "third"]) await start(id);
    expect(await answers.places()).toEqual({ taken: 1, waiting: 2 });
    await call("answers/stop-answer", { params: { run_id: "second" }, body: {} });
    expect(await answers.places()).toEqual({ taken: 1, waiting: 1 });
    hold.open();
    expect((await answers.over("first")).status).toBe("completed");
    await sweepRuns({});
    expect((await answers.over("third")).status).toBe("completed");
    const { executions } = answers.cloud.services;
    expect(await executions.answer.describe("second-1")).toBeUndefined();
    expect(await answers.places()).toEqual({ taken: 0, waiting: 0 });
  });
});

describe("the documents of an answer run", () => {
  const failing = (word: string) => {
    answers.script = (role, { body }) =>
      role === "researcher" && body.includes(word)
        ? { status: 400, body: JSON.stringify({ error: { message: "no", code: "context_length_exceeded" } }) }
        : undefined;
  };

  it("are used but for the batch that failed", async () => {
    answers.begin({ Munich: munich, Oslo: oslo });
    failing("Munich plans");
    const { status, log } = await answered("one-fails");
    expect(status.status).toBe("completed_with_gaps");
    expect(log.gaps).toMatchObject([{ code: "MARKDOWN_PARTIAL" }]);
    expect((await answers.of("output", "one-fails")).body.content).toContain(oslo);
  });

  it("are a gap where all batches failed, and the answer has none of them", async () => {
    answers.begin({ Munich: munich, Oslo: oslo });
    failing("charging points");
    const { status, log } = await answered("all-fail");
    expect(status.status).toBe("completed_with_gaps");
    expect(log.gaps[0]).toMatchObject({ code: "MARKDOWN_PARTIAL" });
    const { content } = (await answers.of("output", "all-fail")).body;
    expect(content).toMatch(/No grounded evidence/);
    expect(content).not.toContain("Munich plans");
  });

  it("may be none at all", async () => {
    answers.begin({});
    const { status } = await answered("none");
    expect(status).toMatchObject({ status: "completed", error: null });
    expect((await answers.of("output", "none")).body.content).toMatch(/No grounded evidence/);
  });

  it("fail the run where their folder is missing", async () => {
    answers.begin({ Munich: munich });
    const { status, log } = await answered("missing", { markdown_path: "documents/nowhere" });
    expect(status).toMatchObject({ status: "failed", finish_reason: "markdown_extraction_failed" });
    expect(log).toMatchObject({ status: "failed", finish_reason: "markdown_extraction_failed" });
  });
});

describe("the database of an answer run", () => {
  /** Two cities in a file of SQLite. */
  function beginWithTable() {
    const file = answers.file("cities.sqlite");
    answers.begin({ Munich: munich }, { ANSWER_SQL_URL: `sqlite:${file}` });
    const database = new DatabaseSync(file);
    database.exec("DROP TABLE IF EXISTS cities; CREATE TABLE cities (name TEXT, points INTEGER)");
    database.exec("INSERT INTO cities VALUES ('Rome', 7), ('Bonn', 9)");
    database.close();
  }
  const plan = (content: object) => {
    answers.script = (role, request) => (role === "sql_researcher" ? replied(request, content) : undefined);
  };

  it("is not connected to where nobody asked for it", async () => {
    let connections = 0;
    const server = createServer((socket) => {
      connections += 1;
      socket.destroy();
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" ? address?.port : 0;
    answers.begin({ Munich: munich }, { ANSWER_SQL_URL: `postgres://reader@127.0.0.1:${port}/cities` });
    const { status } = await answered("off");
    expect(status.status).toBe("completed");
    expect((await answers.of("context", "off")).body.context_bundle.sql).toBeNull();
    // The same source is connected to as soon as it is asked.
    expect((await answered("on", { enable_sql: true })).status.status).not.toBe("completed");
    expect(connections).toBeGreaterThan(0);
    const before = connections;
    await answered("off-again");
    expect(connections).toBe(before);
    server.close();
  });

  it("gives rows, and the answer shows the query they come from", async () => {
    beginWithTable();
    const query = "SELECT name, points FROM cities ORDER BY points";
    plan({ status: "success", queries: [{ query_id: "query_1", query, rationale: "All." }], error: null });
    const { status } = await answered("rows", { enable_sql: true });
    expect(status.error).toBeNull();
    const { sql } = (await answers.of("context", "rows")).body.context_bundle;
    expect(sql.results[0]).toMatchObject({
      columns: ["name", "points"],
      rows: [
        ["Rome", 7],
        ["Bonn", 9],
      ],
      truncated: false,
    });
    expect((await answers.of("output", "rows")).body.content).toContain(query);
  });

  it("fails the run where no plan can be made", async () => {
    beginWithTable();
    plan({ status: "error", queries: [], error: "There is no such table." });
    const { status } = await answered("planless", { enable_sql: true });
    expect(status).toMatchObject({ status: "failed", finish_reason: "sql_plan_error", error: { code: "RUN_FAILED" } });
  });
});

describe("an answer run whose machine ended without it", () => {
  const expectEnd = async (id: string, end: { status: string; finish_reason: string; error: object | null }) => {
    expect((await answers.of("status", id)).body).toMatchObject(end);
    const { status, finish_reason } = end;
    expect(answers.log(id)).toMatchObject({ status, finish_reason });
    expect(await answers.places()).toEqual({ taken: 0, waiting: 0 });
  };

  it("at the console was stopped by a user", async () => {
    answers.begin({ Munich: munich });
    hold.close();
    await start("aborted");
    await answers.cloud.services.executions.answer.stop("aborted-1", "console");
    await sweepRuns({});
    await sweepRuns({});
    await expectEnd("aborted", { status: "stopped", finish_reason: "stopped_by_user", error: null });
  });

  it("by its time limit timed out, and what else is said of it changes nothing", async () => {
    const { executions } = answers.begin({ Munich: munich });
    hold.close();
    await start("slow");
    await executions.answer.stop("slow-1", "the test plays the service's clock");
    const stateMachineArn = executions.answer.machineArn;
    for (const status of ["TIMED_OUT", "ABORTED", "FAILED"])
      await executionEnded({ detail: { stateMachineArn, name: "slow-1", status } });
    await expectEnd("slow", { status: "failed", finish_reason: "run_timed_out", error: { code: "RUN_TIMEOUT" } });
  });

  it("because nobody knows it failed after a minute", async () => {
    const { executions } = answers.begin({ Munich: munich });
    Object.assign(executions.answer, { start: async () => "unknown" });
    await start("lost");
    await sweepRuns({});
    expect((await answers.of("status", "lost")).body.completed_at).toBeNull();
    answers.cloud.time.now = new Date(answers.cloud.time.now.getTime() + 61_000);
    await sweepRuns({});
    await expectEnd("lost", { status: "failed", finish_reason: "stale_run_recovered", error: { code: "RUN_STALE" } });
  });
});
