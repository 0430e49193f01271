import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Run } from "../../lib/analysis/run.ts";
import { sweepRuns } from "../../lib/runs/sweep.ts";
import type { Services } from "../../lib/services.ts";
import { readEvents } from "../../lib/store/events.ts";
import { runKinds } from "../../lib/system/run-kinds.ts";
import { type Cloud, call, type PhaseHandler } from "../support/cloud.ts";
import { dump } from "../support/dump.ts";
import { type Fault, faultyStore } from "../support/faulty-store.ts";
import { startCloudWithProviders } from "../support/providers.ts";
import { executionOver, settled } from "../support/waiting.ts";
import { badlyAnswered, crashContent, crashMarket, seedCrashScenario } from "./crash-scenario.ts";

/** Every how many-th point is tried, another one for each kind of fault; `npm run test:all` tries them all. */
const stride = Number(process.env.FAULT_STRIDE ?? 12);

let cloud: Cloud;
let store: ReturnType<typeof faultyStore>;
let around: (handler: PhaseHandler, input: unknown) => Promise<unknown> = (handler, input) => handler(input);
let close: () => Promise<void>;

beforeAll(async () => {
  const providers = await startCloudWithProviders({ around: (_state, handler, input) => around(handler, input) });
  Object.assign(providers.scene, {
    content: crashContent,
    market: crashMarket,
    openAiFaults: (request: { body: string }) =>
      request.body.includes(badlyAnswered) ? { status: 200, body: '{"choices":[]}' } : undefined,
  });
  cloud = providers.cloud;
  store = faultyStore(cloud.services.store.client);
  close = providers.close;
});
afterAll(() => close());

const headers = { "Idempotency-Key": "the-client-repeats-this" };

/** One run of the scenario in a realm of its own, from the first request to its end, whatever it takes. */
async function runThrough(
  realm: string,
  fault: Fault | undefined,
): Promise<{ run: Run; table: string[]; writes: number }> {
  const services = cloud.enter(realm);
  // Every realm has its own client; the fault sits in the one that is used.
  store = faultyStore(services.store.client);
  await seedCrashScenario(services);
  store.set(fault);
  const first = await call("api/start-analysis", { headers });
  if (first.status === 202) await executionOver(services, `${first.body.data.run_id}-1`);
  const writes = store.count();
  store.set(undefined);
  const run = await recover(services);
  await expectWholeHistory(services, run);
  return { run, table: await dump(services.store, realm, [run.id]), writes };
}

/** A client that reads the events misses none, and sees the last of each attempt's endings. */
async function expectWholeHistory({ store }: Services, run: Run): Promise<void> {
  const { events, missed } = await readEvents(store, 0, 1_000);
  expect(missed).toBe(false);
  expect(events.map(({ id }) => id)).toEqual(events.map((_event, index) => index + 1));
  expect(events.filter(({ type }) => type === "run_ended")).toHaveLength(run.attempt);
  expect(events.at(-1)).toMatchObject({ type: "run_ended", subject_id: run.id, data: { status: run.status } });
}

/** What happens after the process is back: the sweep at start, the client's repeated request, and a resume. */
async function recover(services: Services): Promise<Run> {
  await sweepRuns(runKinds, services);
  const repeated = await call("api/start-analysis", { headers });
  expect(repeated.status).toBe(202);
  const { run_id } = repeated.body.data;
  let run = await settled(services, run_id);
  if (run?.status === "failed") {
    expect((await call("api/resume-run", { params: { id: run_id } })).status).toBe(202);
    run = await settled(services, run_id);
  }
  if (!run) throw new Error("the run is gone");
  return run;
}

describe("the crash scenario", () => {
  let faultFree: { run: Run; table: string[]; writes: number };
  beforeAll(async () => {
    faultFree = await runThrough("fault-free", undefined);
  });

  it("analyses eight comments, fails on one, and creates three signals", () => {
    expect(faultFree.run).toMatchObject({
      status: "completed",
      comments_analyzed: 8,
      comments_failed: 1,
      signals_created: 3,
    });
    const signals = faultFree.table.filter((item) => item.includes('"sk":"SIGNAL#'));
    expect(signals.length).toBe(faultFree.run.signals_created);
    expect(signals.some((signal) => signal.includes("2026-03-02.GME.quality"))).toBe(true);
    expect(signals.some((signal) => signal.includes("2026-03-02.NVDA.quality"))).toBe(true);
    expect(faultFree.table.some((item) => item.includes('"pk":"#LOCK"'))).toBe(false);
  });

  it("opens positions, replaces one, stops one out, settles predictions and rolls the periods", () => {
    expect(faultFree.run).toMatchObject({ positions_opened: 3, exits_triggered: 1 });
    const holds = (...words: string[]) =>
      faultFree.table.filter((item) => words.every((word) => item.includes(word))).length;
    expect(holds('"sk":"EXIT#000001"', '"exit_reason":"replaced"', '"exit_price":9,', "AMC")).toBe(1);
    // Its stop is 9, and it opened at 8.
    expect(holds('"sk":"EXIT#000001"', '"exit_reason":"stop_loss"', '"exit_price":8,', "BB")).toBe(1);
    // A stop-out of each of two predictions, and one settled far in the money: 0, 0, then 0.3 of 1.
    expect(holds('"username":"author_old"', '"avg_sentiment_accuracy":0.3,')).toBe(1);
    expect(holds('"sk":"APPLIED#')).toBe(3);
    expect(holds('"pk":"#PERIODS#', '"status":"completed"', '"sp500_return_pct":2,')).toBe(4);
    expect(holds('"pk":"#PERIODS#', '"status":"active"', '"period_start":"2026-02-19"')).toBe(4);
  });

  it("is repeatable", async () => {
    const again = await runThrough("fault-free-again", undefined);
    expect(again.table).toEqual(faultFree.table);
    expect(again.writes).toBe(faultFree.writes);
  });

  for (const [row, kind] of (["blip", "crash"] as const).entries()) {
    for (const [column, moment] of (["before", "after"] as const).entries()) {
      const first = Math.floor((stride * (2 * row + column)) / 4);
      it(`leaves the same table when a write fails ${moment} it takes effect, as a ${kind}`, {
        timeout: 600_000,
      }, async () => {
        expect(faultFree.writes).toBeGreaterThan(40);
        for (let point = first; point < faultFree.writes; point += stride) {
          const result = await runThrough(`${kind}-${moment}-${point}`, { call: point, moment, kind });
          expect(result.run.status, `write ${point}`).toBe("completed");
          expect(result.table, `write ${point}`).toEqual(faultFree.table);
        }
      });
    }
  }

  it("leaves the same table when every phase is delivered twice, one after the other", async () => {
    around = async (handler, input) => {
      const summary = await handler(input);
      expect(await handler(input)).toEqual(summary);
      return summary;
    };
    const result = await runThrough("twice", undefined);
    around = (handler, input) => handler(input);
    expect(result.table).toEqual(faultFree.table);
  });

  it("leaves the same table when every phase is delivered twice at once", async () => {
    around = async (handler, input) => {
      const results = await Promise.allSettled([handler(input), handler(input)]);
      const answered = results.find((result) => result.status === "fulfilled");
      if (!answered) throw (results[0] as PromiseRejectedResult).reason;
      return answered.value;
    };
    const result = await runThrough("twice-at-once", undefined);
    around = (handler, input) => handler(input);
    expect(result.table).toEqual(faultFree.table);
  });
});
