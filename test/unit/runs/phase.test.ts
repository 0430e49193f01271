import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import {
  type AnalysisRunServices,
  analysisRun,
  analysisStart,
  completeAnalysis,
  runSchema,
} from "../../../lib/analysis/run.ts";
import type { Executions } from "../../../lib/providers/aws/executions.ts";
import { completeRun, failRun } from "../../../lib/runs/complete.ts";
import { finishRun } from "../../../lib/runs/finish.ts";
import type { RunKind } from "../../../lib/runs/kind.ts";
import { readLock } from "../../../lib/runs/lock.ts";
import type { PhaseDefinition } from "../../../lib/runs/phases/definition.ts";
import { type PhaseContext, type PhaseResult, phase } from "../../../lib/runs/phases/phase.ts";
import type { RunRecord } from "../../../lib/runs/run.ts";
import { startRun } from "../../../lib/runs/start.ts";
import { readConfig } from "../../../lib/runtime/config.ts";
import { AppError } from "../../../lib/runtime/errors.ts";
import { systemIds } from "../../../lib/runtime/ids.ts";
import { put } from "../../../lib/store/actions.ts";
import { createStoreClient } from "../../../lib/store/client.ts";
import { keysOf } from "../../../lib/store/keys.ts";
import { createStore } from "../../../lib/store/table.ts";
import type { DynamoDb } from "../../../localstack/embedded/dynamodb/engine.ts";
import { startDynamoDb } from "../../../localstack/embedded/dynamodb/start.ts";
import { createTableIfAbsent } from "../../../localstack/embedded/dynamodb/table.ts";
import { dump } from "../../support/dump.ts";
import { gate } from "../../support/gate.ts";
import { recordedLog } from "../../support/recorded-log.ts";
import { recordedMetrics } from "../../support/recorded-metrics.ts";
import { completeTrial, type TrialServices, trialRun, trialStart } from "../../support/trial-run.ts";

const tableName = "phase-test";
const anything = z.object({ pk: z.string(), sk: z.string() }).loose();
const stopped = {
  status: "failed",
  failure: { code: "INTERNAL_ERROR", message: "Stopped by user", cause: "stopped" },
} as const;

let database: DynamoDb;
let client: ReturnType<typeof createStoreClient>;
/** For runs of either kind. */
type BothServices = AnalysisRunServices & TrialServices;
type Context<I> = PhaseContext<I, BothServices, RunRecord, unknown, string>;
interface Shown {
  state: string;
  number: number;
  label: string;
}
/** A kind of runs, and what the tests of its phases have to call by its names. */
interface Subject {
  name: string;
  kind: RunKind<RunRecord, BothServices>;
  start(services: BothServices): Promise<{ run_id: string }>;
  complete(load: () => BothServices): (event: unknown) => Promise<{ status: string }>;
  /** Two phases, one after the other. */
  early: Shown;
  late: Shown;
  /** A number of its record. */
  counted: string;
  warning: string;
}
const request = { operation: "start", key: undefined, apiKeyId: "k", body: {} };
const analyses: Subject = {
  name: "analysis",
  kind: analysisRun,
  start: (services) => startRun(analysisRun, analysisStart, services, request),
  complete: (load) => completeRun(analysisRun, completeAnalysis, load),
  early: { state: "DetectSignals", number: 4, label: "Signal Detection" },
  late: { state: "OpenPositions", number: 5, label: "Position Management" },
  counted: "signals_created",
  warning: "image_analysis_failed",
};
const trials: Subject = {
  name: "trial",
  kind: trialRun,
  start: (services) => startRun(trialRun, trialStart, services, request),
  complete: (load) => completeRun(trialRun, completeTrial, load),
  early: { state: "Gather", number: 1, label: "Gathering" },
  late: { state: "Write", number: 2, label: "Writing" },
  counted: "gaps",
  warning: "trial_gap",
};

let subject: Subject = analyses;
let services: BothServices;
let time: { now: Date };
let log: ReturnType<typeof recordedLog>;
let metrics: ReturnType<typeof recordedMetrics>;
let traced: Record<string, string | number>[];
let realm = 0;
let runId: string;

beforeAll(async () => {
  database = await startDynamoDb();
  await createTableIfAbsent(database.endpoint, tableName);
  client = createStoreClient(database.endpoint);
});
afterAll(async () => {
  client.destroy();
  await database.close();
});

const executions: Executions = {
  machineArn: "arn:aws:states:us-east-1:000000000000:stateMachine:example",
  start: async () => "started",
  describe: async () => ({ status: "RUNNING", error: null }),
  stop: async () => undefined,
};

async function enter(settings: Record<string, string> = {}): Promise<void> {
  const config = readConfig({ REALM: `phase-${realm++}`, ...settings });
  time = { now: new Date("2026-03-02T15:30:00Z") };
  log = recordedLog();
  metrics = recordedMetrics();
  traced = [];
  const sleep = async () => undefined;
  const ids = systemIds();
  const keys = keysOf(config.environment.REALM);
  services = {
    config,
    store: createStore({ client, tableName, keys, sleep, random: () => 0, log, metrics }),
    executions: { analysis: executions, trial: executions },
    clock: { now: () => new Date(time.now) },
    sleep,
    ids,
    log,
    metrics,
    tracer: {
      watch: (client) => client,
      trace: (annotations, work) => {
        traced.push(annotations);
        return work();
      },
    },
  };
  runId = (await subject.start(services)).run_id;
}

const pass = (minutes: number) => {
  time.now = new Date(time.now.getTime() + minutes * 60_000);
};
const keys = () => subject.kind.keys(services.store.keys);
const runItem = () => services.store.get(keys().run(runId), subject.kind.record);
const finish = () => finishRun(subject.kind, services, { runId, attempt: 1, outcome: stopped });
const everything = () => dump(services.store, services.config.environment.REALM, []);
const item = (sk: string) => ({ pk: keys().run(runId).pk, sk });
const stored = (sk: string) => services.store.get(item(sk), anything);

/** A phase whose work is counted and may be replaced. */
function handlerOf<I = unknown>(
  definition: Partial<PhaseDefinition<I>> = {},
  work: (context: Context<I>) => Promise<PhaseResult> = async () => ({
    summary: { found: 3 },
  }),
) {
  const seen: Context<I>[] = [];
  const handler = phase(
    subject.kind,
    { ...subject.early, ...definition } as PhaseDefinition<I>,
    () => services,
    (context: Context<I>) => {
      seen.push(context);
      return work(context);
    },
  );
  return { handler, seen };
}

describe.each([analyses, trials])("in a run of the kind $name", (one) => {
  const { early, late, counted } = one;
  beforeEach(() => {
    subject = one;
    return enter();
  });

  describe("the input of a phase", () => {
    const posts = z.object({ posts: z.array(z.string()) });
    const refused = { name: "InvalidPhaseInput", code: "INTERNAL_ERROR" };

    it.each([
      ["nothing", undefined],
      ["null", null],
      ["an empty object", {}],
      ["a text", "run"],
      ["an attempt of 0", { runId: "0".repeat(26), attempt: 0, posts: [] }],
      ["an attempt that is text", { runId: "0".repeat(26), attempt: "1", posts: [] }],
      ["a run id that is empty", { runId: "", attempt: 1, posts: [] }],
      ["no posts", { runId: "0".repeat(26), attempt: 1 }],
      ["posts that are numbers", { runId: "0".repeat(26), attempt: 1, posts: [1] }],
      ["a field nobody knows", { runId: "0".repeat(26), attempt: 1, posts: [], more: true }],
    ])("is refused without any write: %s", async (_what, event) => {
      const { handler, seen } = handlerOf({ input: posts });
      const before = await everything();
      await expect(handler(event)).rejects.toMatchObject(refused);
      expect(await everything()).toEqual(before);
      expect(seen).toEqual([]);
    });

    it("may hold nothing beside run and attempt where the phase asks for nothing", async () => {
      const { handler } = handlerOf();
      await expect(handler({ runId, attempt: 1, posts: [] })).rejects.toMatchObject(refused);
      expect(await handler({ runId, attempt: 1 })).toEqual({ found: 3 });
    });

    it.each([
      ["CompleteRun", () => one.complete(() => services)],
      ["FailRun", () => failRun(one.kind, () => services)],
    ])("of %s is as strict", async (_state, build) => {
      const before = await everything();
      for (const event of [null, {}, { runId }, { runId, attempt: 1, error: {}, more: 1 }]) {
        await expect(build()(event)).rejects.toMatchObject(refused);
      }
      expect(await everything()).toEqual(before);
    });
  });

  describe("the fence", () => {
    const refused = { name: "RunNotActive", code: "RUN_NOT_ACTIVE" };

    it.each([
      ["of an unknown run", () => ({ runId: "0".repeat(26), attempt: 1 })],
      ["of a later attempt", () => ({ runId, attempt: 2 })],
    ])("stops a phase %s before it does anything", async (_what, event) => {
      const { handler, seen } = handlerOf();
      const before = await everything();
      await expect(handler(event())).rejects.toMatchObject(refused);
      expect(seen).toEqual([]);
      expect(await everything()).toEqual(before);
    });

    it("stops a phase of a run that is over, even one that is done", async () => {
      const { handler } = handlerOf();
      await handler({ runId, attempt: 1 });
      await finish();
      await expect(handler({ runId, attempt: 1 })).rejects.toMatchObject(refused);
    });

    it("stops a late phase of a stopped run at its first write and at its last", async () => {
      const hold = gate();
      hold.close();
      const first = handlerOf({}, async ({ commit }) => {
        await hold.passed();
        await commit([put(item("INSIDE"))], { set: { [counted]: 5 } });
        return { summary: {} };
      });
      const second = handlerOf(late, async () => {
        await hold.passed();
        return { summary: {}, actions: [put(item("LAST"))], runChanges: { set: { [counted]: 6 } } };
      });
      const both = [first.handler({ runId, attempt: 1 }), second.handler({ runId, attempt: 1 })];
      const settled = Promise.allSettled(both);
      while (first.seen.length + second.seen.length < 2) await new Promise((resolve) => setImmediate(resolve));
      await finish();
      const before = await everything();
      hold.open();
      expect(await settled).toMatchObject([
        { status: "rejected", reason: refused },
        { status: "rejected", reason: refused },
      ]);
      expect(await everything()).toEqual(before);
    });
  });

  describe("a phase", () => {
    it("shows itself when it begins, writes its end in one transaction, and answers its summary", async () => {
      const { handler } = handlerOf({ ...late, progress: () => ({ current: 0, total: 12 }) }, async () => {
        expect(await runItem()).toMatchObject({ current_phase: late.number, current_phase_label: late.label });
        expect(await runItem()).toMatchObject({ progress_current: 0, progress_total: 12 });
        return { summary: { opened: 2 }, actions: [put(item("LAST"))], runChanges: { set: { [counted]: 2 } } };
      });
      expect(await handler({ runId, attempt: 1 })).toEqual({ opened: 2 });
      expect(await runItem()).toMatchObject({ [counted]: 2, progress_total: 12 });
      expect(await stored("LAST")).toBeDefined();
      expect(await stored(`DONE#${late.state}`)).toMatchObject({
        summary: { opened: 2 },
        done_at: "2026-03-02T15:30:00.000Z",
      });
    });

    it("that is done answers from its marker and does nothing", async () => {
      let found = 3;
      const { handler, seen } = handlerOf({}, async () => ({ summary: { found: found++ } }));
      expect(await handler({ runId, attempt: 1 })).toEqual({ found: 3 });
      const before = await everything();
      pass(5);
      expect(await handler({ runId, attempt: 1 })).toEqual({ found: 3 });
      expect(seen).toHaveLength(1);
      expect(await everything()).toEqual(before);
    });

    it("whose work fails leaves no marker, and its error goes up as it is", async () => {
      let fails = true;
      const { handler } = handlerOf({}, async () => {
        if (fails) throw new TypeError("a bug");
        return { summary: { found: 1 } };
      });
      await expect(handler({ runId, attempt: 1 })).rejects.toThrow(TypeError);
      expect(await stored(`DONE#${early.state}`)).toBeUndefined();
      fails = false;
      expect(await handler({ runId, attempt: 1 })).toEqual({ found: 1 });
    });

    it("never shows the run going back to an earlier phase", async () => {
      await handlerOf(late).handler({ runId, attempt: 1 });
      await handlerOf(early).handler({ runId, attempt: 1 });
      expect(await runItem()).toMatchObject({ current_phase: late.number, current_phase_label: late.label });
    });

    it("is refused a summary of more than 8 KB, and then is not done", async () => {
      const sized = (bytes: number) =>
        handlerOf({}, async () => ({ summary: { text: "x".repeat(bytes - 11) } })).handler;
      await expect(sized(8 * 1024 + 1)({ runId, attempt: 1 })).rejects.toThrow("8193 bytes");
      expect(await stored(`DONE#${early.state}`)).toBeUndefined();
      expect(await sized(8 * 1024)({ runId, attempt: 1 })).toHaveProperty("text");
    });

    it("records each warning once, however often it runs", async () => {
      let fails = true;
      const { handler } = handlerOf({ number: 1 }, async ({ warning, services: { store } }) => {
        const facts = {
          type: one.warning,
          subject: "p1",
          message: "No image.",
          ticker: null,
          context: {},
        };
        await store.transact([warning(facts)]);
        if (fails) throw new Error("once more");
        return { summary: {} };
      });
      await expect(handler({ runId, attempt: 1 })).rejects.toThrow("once more");
      fails = false;
      await handler({ runId, attempt: 1 });
      await finish();
      expect((await runItem())?.warnings).toEqual([
        {
          type: one.warning,
          message: "No image.",
          ticker: null,
          phase: 1,
          timestamp: "2026-03-02T15:30:00.000Z",
          context: {},
        },
      ]);
    });
  });

  describe("the figures of a phase", () => {
    // The start of the run is none of theirs.
    beforeEach(() => {
      metrics.publish();
      metrics.take();
    });
    const counted = async () => ({ summary: {}, counts: { SignalsCreated: 2 } });

    it("are how long it took, by its state, and what it came to, in a trace with the run's id", async () => {
      const { handler } = handlerOf({}, async () => {
        pass(2);
        return counted();
      });
      await handler({ runId, attempt: 1 });
      expect(metrics.take()).toEqual({ [`PhaseDuration ${early.state}`]: 120_000, SignalsCreated: 2 });
      expect(traced).toEqual([{ runId, phase: early.state }]);
    });

    it("are not counted again where it is answered from its marker", async () => {
      const { handler } = handlerOf({}, counted);
      await handler({ runId, attempt: 1 });
      metrics.take();
      await handler({ runId, attempt: 1 });
      expect(metrics.take()).toEqual({ [`PhaseRepeated ${early.state}`]: 1 });
    });

    it("are counted once where it is delivered twice at once", async () => {
      const { handler, seen } = handlerOf({}, async () => {
        await hold.passed();
        return counted();
      });
      const hold = gate();
      hold.close();
      const both = [handler({ runId, attempt: 1 }), handler({ runId, attempt: 1 })];
      while (seen.length < 2) await new Promise((resolve) => setImmediate(resolve));
      hold.open();
      await Promise.all(both);
      // The two may also have met in the store.
      expect(metrics.take()).toMatchObject({
        [`PhaseDuration ${early.state}`]: 0,
        [`PhaseRepeated ${early.state}`]: 1,
        SignalsCreated: 2,
      });
    });

    it.each([
      ["an error", new TypeError("a bug"), { [`PhaseFailed ${early.state}`]: 1, ModelCalls: 1 }],
      [
        "one that is tried again",
        new AppError("RedditUnavailable", "REDDIT_API_ERROR", "down", { retryable: true }),
        { [`PhaseFailed ${early.state}`]: 1, ModelCalls: 1 },
      ],
      [
        "the wish to be entered again, which is no failure",
        new AppError("PhaseUnfinished", "INTERNAL_ERROR", "late", { retryable: true }),
        { ModelCalls: 1 },
      ],
    ])("are handed on although its work ends with %s", async (_what, error, expected) => {
      const { handler } = handlerOf({}, async () => {
        metrics.add("ModelCalls");
        throw error;
      });
      await expect(handler({ runId, attempt: 1 })).rejects.toBe(error);
      expect(metrics.take()).toEqual(expected);
    });

    it("are none where the fence stops it", async () => {
      await finish();
      await expect(handlerOf({}, counted).handler({ runId, attempt: 1 })).rejects.toMatchObject({
        name: "RunNotActive",
      });
      expect(metrics.take()).toEqual({ RunFailed: 1 });
    });
  });

  describe("the market time of a phase", () => {
    it("is in a live run the time of its first start, on every retry and in every later attempt", async () => {
      let fails = true;
      const { handler, seen } = handlerOf({}, async () => {
        if (fails) throw new Error("again");
        return { summary: {} };
      });
      pass(1);
      await expect(handler({ runId, attempt: 1 })).rejects.toThrow("again");
      pass(20);
      fails = false;
      await handler({ runId, attempt: 1 });
      expect(seen.map((context) => context.marketTime.toISOString())).toEqual([
        "2026-03-02T15:31:00.000Z",
        "2026-03-02T15:31:00.000Z",
      ]);
      const next = handlerOf(late);
      await next.handler({ runId, attempt: 1 });
      expect(next.seen[0]?.marketTime.toISOString()).toBe("2026-03-02T15:51:00.000Z");
    });

    it("is shared by the iterations of one state", async () => {
      const definition = {
        state: "FetchPost",
        number: 1,
        input: z.object({ postId: z.string() }),
        iteration: ({ postId }: { postId: string }) => postId,
        parallel: true,
      } as const;
      const { handler, seen } = handlerOf(definition);
      await handler({ runId, attempt: 1, postId: "a" });
      pass(3);
      await handler({ runId, attempt: 1, postId: "b" });
      expect(seen.map((context) => context.marketTime.toISOString())).toEqual([
        "2026-03-02T15:30:00.000Z",
        "2026-03-02T15:30:00.000Z",
      ]);
    });
  });

  describe("a phase that is delivered twice", () => {
    it("at once has one set of effects, and both answer the same", async () => {
      let number = 0;
      const hold = gate();
      hold.close();
      const { handler, seen } = handlerOf({}, async () => {
        const mine = ++number;
        await hold.passed();
        return {
          summary: { mine },
          actions: [put({ ...item("LAST"), mine })],
          runChanges: { add: { [counted]: 1 } },
        };
      });
      await services.store.transact([put({ ...(await stored("RUN")), [counted]: 0 } as never)]);
      const answers = Promise.all([handler({ runId, attempt: 1 }), handler({ runId, attempt: 1 })]);
      while (seen.length < 2) await new Promise((resolve) => setImmediate(resolve));
      hold.open();
      const [first, second] = await answers;
      expect(first).toEqual(second);
      expect(await stored("LAST")).toMatchObject(first as object);
      expect((await stored("RUN"))?.[counted]).toBe(1);
    });

    it("and comes back after it timed out changes nothing that its successor wrote", async () => {
      const hold = gate();
      let first = true;
      const { handler, seen } = handlerOf({}, async () => {
        const zombie = first;
        first = false;
        if (zombie) await hold.passed();
        const found = zombie ? 1 : 2;
        return {
          summary: { found },
          actions: [put({ ...item("LAST"), found })],
          runChanges: { set: { [counted]: found } },
        };
      });
      hold.close();
      const zombie = handler({ runId, attempt: 1 });
      while (seen.length < 1) await new Promise((resolve) => setImmediate(resolve));
      expect(await handler({ runId, attempt: 1 })).toEqual({ found: 2 });
      const before = await everything();
      pass(1);
      hold.open();
      expect(await zombie).toEqual({ found: 2 });
      expect(await everything()).toEqual(before);
    });

    it("at its very beginning begins once", async () => {
      const { handler, seen } = handlerOf();
      const answers = await Promise.all(Array.from({ length: 8 }, () => handler({ runId, attempt: 1 })));
      expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(new Set(['{"found":3}']));
      expect(new Set(seen.map((context) => context.marketTime.toISOString())).size).toBe(1);
    });
  });

  describe("iterations that run side by side", () => {
    const definition = {
      state: "FetchPost",
      number: 1,
      input: z.object({ postId: z.string() }),
      iteration: ({ postId }: { postId: string }) => postId,
      parallel: true,
    } as const;

    it("have a marker each and leave the run's item alone", async () => {
      const { handler } = handlerOf(definition, async ({ input }) => ({ summary: { comments: input.postId.length } }));
      await handlerOf().handler({ runId, attempt: 1 });
      const before = await stored("RUN");
      const answers = await Promise.all(["a", "bb", "ccc"].map((postId) => handler({ runId, attempt: 1, postId })));
      expect(answers).toEqual([{ comments: 1 }, { comments: 2 }, { comments: 3 }]);
      expect(await stored("RUN")).toEqual(before);
      expect(await stored("DONE#FetchPost#bb")).toMatchObject({ summary: { comments: 2 } });
      expect(await stored("DONE#FetchPost")).toBeUndefined();
    });

    it("write even while the run's item changes under them", async () => {
      const { handler } = handlerOf(definition, async ({ services: { store } }) => {
        await store.transact([put({ ...(await stored("RUN")), [counted]: 1 } as never)]);
        return { summary: {} };
      });
      expect(await handler({ runId, attempt: 1, postId: "a" })).toEqual({});
    });
  });

  describe("CompleteRun", () => {
    const complete = (attempt = 1) => one.complete(() => services)({ runId, attempt });

    it("ends the run, frees the lock, and answers the same again where the answer was lost", async () => {
      expect(await complete()).toEqual({ status: "completed" });
      expect(await runItem()).toMatchObject({
        status: "completed",
        completed_at: "2026-03-02T15:30:00.000Z",
        error_code: null,
        warnings: null,
      });
      expect(await readLock(one.kind, services)).toBeUndefined();
      const before = await everything();
      pass(1);
      expect(await complete()).toEqual({ status: "completed" });
      expect(await everything()).toEqual(before);
    });

    it("is refused for a run that has ended otherwise or goes on in another attempt", async () => {
      await expect(complete(2)).rejects.toMatchObject({ name: "RunNotActive" });
      await finish();
      await expect(complete()).rejects.toMatchObject({ name: "RunNotActive" });
      expect((await runItem())?.status).toBe("failed");
    });
  });

  describe("FailRun", () => {
    it("writes what the machine caught, once, and is content with a run that is over", async () => {
      const fail = (error: object) => failRun(one.kind, () => services)({ runId, attempt: 1, error });
      const Cause = JSON.stringify({ errorMessage: "Reddit did not answer.", trace: ["secret"] });
      expect(await fail({ Error: "RedditUnavailable", Cause })).toEqual({ status: "failed" });
      expect(await fail({ Error: "TypeError" })).toEqual({ status: "failed" });
      expect(await runItem()).toMatchObject({
        status: "failed",
        error_code: "REDDIT_API_ERROR",
        error_message: "Reddit did not answer.",
      });
      expect(log.lines.filter((line) => line.level === "critical")).toHaveLength(1);
    });
  });
});

describe("in an analysis", () => {
  beforeEach(() => {
    subject = analyses;
    return enter();
  });

  it("is handed on parsed, with the run and the configuration as it was at the start", async () => {
    const { handler, seen } = handlerOf({ input: z.object({ posts: z.array(z.string()) }) });
    await services.store.transact([put({ ...services.store.keys.configuration("quality_min_users"), value: "99" })]);
    await handler({ runId, attempt: 1, posts: ["p1"] });
    expect(seen[0]).toMatchObject({ input: { posts: ["p1"] }, runId, attempt: 1, run: { id: runId } });
    expect(seen[0]?.configuration).toMatchObject({ quality_min_users: 2 });
  });

  it.each([
    ["a replay is that of the replay", "2021-01-27T19:00:00Z", "2021-01-27T19:00:00.000Z"],
    ["the scenario is its first day at 10:30 New York", "scenario:2026-03-07", "2026-03-09T14:30:00.000Z"],
  ])("in %s", async (_what, MARKET_CLOCK, expected) => {
    await enter({ MARKET_CLOCK });
    const { handler, seen } = handlerOf();
    pass(30);
    await handler({ runId, attempt: 1 });
    expect(seen[0]?.marketTime.toISOString()).toBe(expected);
  });

  it("in the scenario goes one trading day further with every run", async () => {
    await enter({ MARKET_CLOCK: "scenario:2026-03-06" });
    const { handler } = handlerOf();
    const tradingDay = async () => (await services.store.get(keys().run(runId), runSchema))?.trading_day;
    const days = [await tradingDay()];
    for (let run = 0; run < 2; run++) {
      await completeRun(analysisRun, completeAnalysis, () => services)({ runId, attempt: 1 });
      pass(1);
      runId = (await analyses.start(services)).run_id;
      days.push(await tradingDay());
    }
    await handler({ runId, attempt: 1 });
    expect(days).toEqual(["2026-03-06", "2026-03-09", "2026-03-10"]);
  });
  it("writes the day of the first completed run once, and the time of the last", async () => {
    const day = () => services.store.get(services.store.keys.configuration("system_start_date"), anything);
    await finish();
    expect(await day()).toBeUndefined();
    for (const started of ["2026-03-03T01:00:00Z", "2026-03-05T15:00:00Z"]) {
      time.now = new Date(started);
      runId = (await analyses.start(services)).run_id;
      await completeRun(analysisRun, completeAnalysis, () => services)({ runId, attempt: 1 });
    }
    expect(await day()).toMatchObject({ value: "2026-03-03" });
    expect(await services.store.get(services.store.keys.realmState(), anything)).toMatchObject({
      last_run_completed_at: "2026-03-05T15:00:00.000Z",
    });
  });
});

it("hands on the configuration that a trial has stored at its start", async () => {
  subject = trials;
  await enter();
  const { handler, seen } = handlerOf();
  await handler({ runId, attempt: 1 });
  expect(seen[0]?.configuration).toEqual({ pace: "slow" });
});

it("is refused a number that its kind does not have, as soon as it is loaded", () => {
  const load = () => services;
  const work = async () => ({ summary: {} });
  expect(() => phase(trialRun, { state: "Review", number: 3 }, load, work)).toThrow(
    "A run of the kind trial has no phase 3.",
  );
});
