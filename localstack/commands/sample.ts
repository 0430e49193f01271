import { setTimeout as pause } from "node:timers/promises";
import { ulid } from "ulid";
import { analysisRun, analysisStart, runSchema } from "../../lib/analysis/run.ts";
import { tradingDayBefore } from "../../lib/calendar/trading-days.ts";
import { readRealm } from "../../lib/realm/state.ts";
import { executionName } from "../../lib/runs/run.ts";
import { startRun } from "../../lib/runs/start.ts";
import { readConfig } from "../../lib/runtime/config.ts";
import { iso } from "../../lib/runtime/dates.ts";
import { systemIds } from "../../lib/runtime/ids.ts";
import { createLog } from "../../lib/runtime/logger.ts";
import { noMetrics } from "../../lib/runtime/metrics.ts";
import { createServices, type Services, useServices } from "../../lib/services.ts";
import { invokeHere } from "../embedded/lambda/call.ts";
import { readDeployment } from "../embedded/lambda/functions.ts";
import { StartProblem } from "../embedded/start-problem.ts";
import { startStepFunctions } from "../embedded/step-functions/server.ts";
import { readWorkflows } from "../embedded/step-functions/workflows.ts";
import { openTime } from "../scenario/calendar.ts";
import { scenarioContent } from "../scenario/content.ts";
import { seedScenario } from "../scenario/seed.ts";
import type { StandInContent } from "../standins/reddit/wire.ts";

/** How many trading days before the last one each run lies: two a week for six weeks, then every day. */
const daysBack = [31, 29, 26, 24, 21, 19, 16, 14, 11, 9, 6, 4, 3, 2, 1, 0];
/** The run so many trading days back finds nobody who could annotate its comments. */
const failingDaysBack = 6;

/** The trading days of the sample's runs, oldest first; the last one is the trading day before `today`. */
export function sampleDays(today: string): string[] {
  return daysBack.map((back) => tradingDayBack(today, back));
}

function tradingDayBack(today: string, back: number): string {
  const before = tradingDayBefore(today);
  return back === 0 ? before : tradingDayBack(before, back - 1);
}

/** How many of a day's threads are read: enough for both types of signal, at a third of the time. */
const threads = 4;

/** The subreddit as the sample sees it. */
export function sampleContent(at: Date): StandInContent {
  const { posts, comments } = scenarioContent(at);
  const read = posts.slice(0, threads);
  const ids = new Set(read.map(({ id }) => id));
  return { posts: read, comments: comments.filter(({ postId }) => ids.has(postId)) };
}

export interface SampleRun {
  day: string;
  status: string;
}

/**
 * Fills a realm with what the product itself makes of past days of the scenario: one run a day through the real
 * workflow. `variables` lead to the table and the stand-ins. A day whose run is stored already is passed over, so that
 * an interrupted sample is completed and a complete one left as it is. Fewer `days` make a smaller sample.
 */
export async function runSample(
  variables: Record<string, string>,
  today: string,
  report: (run: SampleRun) => void,
  days = sampleDays(today),
): Promise<void> {
  const invoke = invokeHere(readDeployment().functions);
  const states = await startStepFunctions({ machines: readWorkflows(), invoke, retryPauseMs: 0 });
  try {
    for (const day of days) {
      const at = openTime(day);
      const failing = day === tradingDayBack(today, failingDaysBack) ? { OPENAI_BASE_URL: nobody } : {};
      const ofDay = { ...variables, ...failing, STATES_ENDPOINT: states.endpoint, MARKET_CLOCK: iso(at) };
      const services = servicesOf(ofDay, at);
      // Before the first run only: it too can tell what is new, and the warm-up is over.
      await seedScenario(services, day);
      report({ day, status: await runOn(services, day) });
    }
  } finally {
    await states.close();
  }
}

const nobody = "http://127.0.0.1:9/v1";

/** On a clock that stands at the run's own time, so that the sample is the same whenever it is made. */
function servicesOf(variables: Record<string, string>, at: Date): Services {
  const ids = { ...systemIds(), random: () => 0, ulid: () => ulid(at.getTime(), () => 0) };
  const ground = { clock: { now: () => at }, sleep: async () => {}, ids, log: createLog("SILENT"), metrics: noMetrics };
  return createServices(readConfig(variables), ground);
}

/** Answers how the run of a day ended. */
async function runOn(services: Services, day: string): Promise<string> {
  useServices(services);
  const { store } = services;
  const executions = services.executions.analysis;
  const id = services.ids.ulid(services.clock.now().getTime());
  const stored = await store.get(store.keys.run(id), runSchema);
  if (stored && stored.status !== "running") return stored.status;
  const newest = (await readRealm(services))?.newest_run_id ?? "";
  if (newest > id) throw new StartProblem("The realm has runs of its own; sample data goes into an empty DATA_DIR.");
  const { run_id } = await startRun(analysisRun, analysisStart, services, {
    operation: "sample",
    key: day,
    apiKeyId: "sample",
    body: {},
  });
  const name = executionName({ id: run_id, attempt: 1 });
  while ((await executions.describe(name))?.status === "RUNNING") await pause(5);
  return (await store.get(store.keys.run(run_id), runSchema))?.status ?? "lost";
}
