import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newYorkInstant } from "../../lib/calendar/trading-days.ts";
import type { StandInContent } from "../../localstack/standins/reddit/wire.ts";
import { call } from "../support/cloud.ts";
import { comment, post } from "../support/content.ts";
import { startCloudWithProviders } from "../support/providers.ts";
import { executionOver, settled } from "../support/waiting.ts";

/** Three runs a day; `npm run test:all` takes a whole week of them. */
const runs = Number(process.env.WEEK_RUNS ?? 6);
const times = ["10:00", "12:30", "15:30"];
const posts = 3;
const commentsPerPost = 15;
const tickers = ["GME", "AMD", "NVDA", "TSLA"];

let providers: Awaited<ReturnType<typeof startCloudWithProviders>>;
beforeAll(async () => {
  providers = await startCloudWithProviders({ settings: { MARKET_CLOCK: "wall" } });
});
afterAll(() => providers.close());

/**
 * Every run finds as many new comments as the one before, and none of its old ones. Only the first of each post
 * predicts something: predictions are followed for days, and a run that has more of them has more to do.
 */
function contentOf(run: number): StandInContent {
  const named = Array.from({ length: posts }, (_, index) => `r${run}p${index}`);
  return {
    posts: named.map((id) => post(id)),
    comments: named.flatMap((id) =>
      Array.from({ length: commentsPerPost }, (_, index) => {
        const body =
          index === 0
            ? `Bought ${tickers[run % tickers.length]} calls because revenue grew ${run}% last quarter.`
            : `What time does the market open on day ${index}?`;
        return comment(`${id}c${index}`, id, body);
      }),
    ),
  };
}

/** Bytes in use after everything unused has been collected. */
function heapUsed(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed;
}

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

describe("run after run, three a day", () => {
  it("takes no more memory, no more handles and no more time", { timeout: 300_000 }, async () => {
    const services = providers.begin("week", undefined);
    const seen: { heap: number; handles: number; ms: number }[] = [];
    for (let run = 0; run < runs; run++) {
      const day = `2026-03-${String(2 + Math.floor(run / times.length)).padStart(2, "0")}`;
      providers.cloud.time.now = newYorkInstant(day, times[run % times.length] ?? "10:00");
      providers.scene.content = contentOf(run);
      // Of the processor: by the clock a run takes longer whenever other tests want it too.
      const before = process.cpuUsage();
      const { body } = await call("api/start-analysis");
      await executionOver(services, `${body.data.run_id}-1`);
      const ended = await settled(services, body.data.run_id);
      expect(ended).toMatchObject({ status: "completed", comments_analyzed: posts * commentsPerPost });
      providers.scene.questions.length = 0;
      const { user, system } = process.cpuUsage(before);
      seen.push({
        ms: (user + system) / 1_000,
        heap: heapUsed(),
        handles: process.getActiveResourcesInfo().length,
      });
    }
    const third = Math.floor(runs / 3);
    // The first run loads the code.
    const [early, late] = [seen.slice(1, 1 + third), seen.slice(-third)];
    const growth = (pick: (each: (typeof seen)[number]) => number) => median(late.map(pick)) / median(early.map(pick));
    expect(growth(({ heap }) => heap)).toBeLessThan(1.25);
    expect(growth(({ ms }) => ms)).toBeLessThan(1.5);
    expect(median(late.map(({ handles }) => handles)) - median(early.map(({ handles }) => handles))).toBeLessThan(10);
  });
});
