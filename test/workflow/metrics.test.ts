import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Run } from "../../lib/analysis/run.ts";
import { executionName } from "../../lib/runs/run.ts";
import type { Services } from "../../lib/services.ts";
import type { StandInContent } from "../../localstack/standins/reddit/wire.ts";
import { call, type PhaseHandler } from "../support/cloud.ts";
import { bulk, twoReasons } from "../support/content.ts";
import { gate } from "../support/gate.ts";
import { startCloudWithProviders } from "../support/providers.ts";
import { executionOver, settled } from "../support/waiting.ts";

let stage: Awaited<ReturnType<typeof startCloudWithProviders>>;
let realm = 0;
const hold = gate();
/** Stands between the machine and the handler of a state. */
let around: (state: string, handler: PhaseHandler, input: unknown) => Promise<unknown>;

beforeAll(async () => {
  stage = await startCloudWithProviders({
    around: async (state, handler, input) => {
      if (state === "listPosts") await hold.passed();
      return around(state, handler, input);
    },
  });
});
afterAll(() => stage.close());
afterEach(() => hold.open());

function begin(content: StandInContent, settings: Record<string, string> = {}): Services {
  around = (_state, handler, input) => handler(input);
  const services = stage.begin(`metrics-${realm++}`, content, settings);
  stage.cloud.metrics.take();
  return services;
}

const startOne = async () => (await call("api/start-analysis")).body.data.run_id as string;

const runOnce = async (services: Services) => isOver(services, await startOne());

/** The run once its execution is over too: figures are added after the write that they count. */
async function isOver(services: Services, id: string): Promise<Run> {
  const run = await settled(services, id);
  if (!run) throw new Error("the run is gone");
  await executionOver(services, executionName(run));
  return run;
}

/** Without the figures of the phases, and of writes that met, which is a matter of chance. */
function ofRuns(figures: Record<string, number>) {
  return Object.fromEntries(Object.entries(figures).filter(([name]) => !/^Phase|^StoreConflicts/.test(name)));
}

/** What the run with two comments comes to. */
const once = { RunStarted: 1, RunCompleted: 1, CommentsAnalyzed: 2, SignalsCreated: 1, PositionsOpened: 2 };
const states = [
  ...["ListPosts", "FetchPost", "PrioritizeComments", "AnalyzePost", "CreatePredictions", "DetectSignals"],
  ...["OpenPositions", "MonitorPrices", "UpdateAuthors", "RollEvaluation"],
];

describe("a run", () => {
  it("is counted with what it came to", async () => {
    const run = await runOnce(begin(twoReasons));
    const figures = stage.cloud.metrics.take();
    expect(ofRuns(figures)).toEqual({
      ...once,
      ExitsTriggered: 0,
      ModelCalls: 2,
      ModelTokens: run.llm_prompt_tokens + run.llm_completion_tokens,
      ModelCostMicroUsd: run.llm_cost_micro_usd,
    });
    expect(run.llm_cost_micro_usd).toBeGreaterThan(0);
    for (const state of states) expect(figures[`PhaseDuration ${state}`]).toBe(0);
  });

  it("is counted once, however often its phases are delivered", async () => {
    const services = begin(twoReasons);
    around = async (_state, handler, input) => {
      await handler(input);
      return handler(input);
    };
    const run = await runOnce(services);
    const figures = stage.cloud.metrics.take();
    expect(figures).toMatchObject({ ...once, ModelCalls: 2, ModelCostMicroUsd: run.llm_cost_micro_usd });
    for (const state of states) expect(figures[`PhaseRepeated ${state}`]).toBe(1);
  });

  it("that spends its budget says so once", async () => {
    const services = begin(
      bulk(3, 20, (n) => `Long GME number ${n}`),
      { LLM_RUN_BUDGET_USD: "0.001" },
    );
    const run = await runOnce(services);
    const figures = stage.cloud.metrics.take();
    expect(figures.BudgetExhausted).toBe(1);
    expect(figures.CommentsAnalyzed).toBe(run.comments_analyzed);
    expect(figures.ModelCostMicroUsd).toBe(run.llm_cost_micro_usd);
  });

  it("that is active refuses another, and one that is stopped has not failed", async () => {
    const services = begin(twoReasons);
    hold.close();
    const id = await startOne();
    expect((await call("api/start-analysis")).status).toBe(409);
    expect((await call("api/stop-run", { params: { id } })).status).toBe(200);
    hold.open();
    await isOver(services, id);
    expect(ofRuns(stage.cloud.metrics.take())).toEqual({ RunStarted: 1, RunRefused: 1, RunStopped: 1 });
  });

  it("that fails and is resumed is started, fails, is started again and completes, with its comments counted once", async () => {
    const services = begin(twoReasons);
    around = async (state, handler, input) => {
      if (state === "detectSignals") throw new Error("a bug");
      return handler(input);
    };
    const { id } = await runOnce(services);
    expect(ofRuns(stage.cloud.metrics.take())).toMatchObject({ RunStarted: 1, RunFailed: 1, CommentsAnalyzed: 2 });
    around = (_state, handler, input) => handler(input);
    expect((await call("api/resume-run", { params: { id } })).status).toBe(202);
    await isOver(services, id);
    expect(ofRuns(stage.cloud.metrics.take())).toEqual({
      RunStarted: 1,
      RunCompleted: 1,
      SignalsCreated: 1,
      PositionsOpened: 2,
      ExitsTriggered: 0,
    });
  });
});
