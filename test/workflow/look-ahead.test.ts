import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newYorkInstant } from "../../lib/calendar/trading-days.ts";
import { newYorkDay } from "../../lib/runtime/dates.ts";
import { scenarioMarket } from "../../localstack/scenario/market.ts";
import { type ScenarioThread, scenarioThreads } from "../../localstack/scenario/threads.ts";
import type { HistoryBar, HistoryCandle, MarketHistory } from "../../localstack/standins/market/history.ts";
import { call } from "../support/cloud.ts";
import { dump } from "../support/dump.ts";
import { startCloudWithProviders } from "../support/providers.ts";
import { executionOver, settled } from "../support/waiting.ts";

/** In the middle of a five-minute candle, whose end is then not known. */
const times = ["2026-03-02", "2026-03-04"].map((day) => newYorkInstant(day, "10:33"));
const days = ["2026-02-27", "2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05", "2026-03-06"];
/** A crowd, so that positions are opened, and little else. */
const threads = days.flatMap((day) => scenarioThreads(day).slice(0, 2));

let providers: Awaited<ReturnType<typeof startCloudWithProviders>>;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "wsb-look-ahead-"));
  providers = await startCloudWithProviders();
});
afterAll(async () => {
  await providers.close();
  rmSync(folder, { recursive: true });
});

/** The market with every price that is not known yet at an instant made another. */
function scrambledMarket(market: MarketHistory, at: Date): MarketHistory {
  const today = newYorkDay(at);
  const other = (price: number | null) => price && price * 3;
  const bar = (each: HistoryBar): HistoryBar => {
    if (each.date < today) return each;
    const [high, low, close] = [each.high, each.low, each.close].map((price) => other(price) ?? 0);
    const open = each.date === today ? each.open : other(each.open);
    return { ...each, open, high: high ?? 0, low: low ?? 0, close: close ?? 0, volume: 1 };
  };
  const candle = (each: HistoryCandle): HistoryCandle => {
    if (each.timestamp.getTime() + 300_000 <= at.getTime()) return each;
    const open = each.timestamp <= at ? each.open : each.open * 3;
    return { ...each, open, high: each.high * 3, low: each.low / 3, close: each.close * 3, volume: 1 };
  };
  return {
    ...market,
    bars: (...range) => market.bars(...range).map(bar),
    candles: (...of) => market.candles(...of).map(candle),
  };
}

/** The threads as an archive file, with everything that was said after an instant made something else. */
function archiveOf(name: string, said: readonly ScenarioThread[], scrambledAfter?: Date): string {
  const isLater = (createdAt: Date | null) => scrambledAfter && createdAt && createdAt > scrambledAfter;
  const rows = said.flatMap(({ post, comments }) => [
    {
      kind: "t3",
      id: `t3_${post.id}`,
      title: isLater(post.createdAt) ? "TSLA puts, because demand is weak" : post.title,
      author: post.author,
      created_utc: post.createdAt && post.createdAt.getTime() / 1_000,
      score: post.upvotes,
    },
    ...comments.map((comment) => ({
      kind: "t1",
      id: `t1_${comment.id}`,
      link_id: `t3_${comment.postId}`,
      parent_id: comment.parentId ? `t1_${comment.parentId}` : `t3_${comment.postId}`,
      author: comment.author,
      created_utc: comment.createdAt && comment.createdAt.getTime() / 1_000,
      score: isLater(comment.createdAt) ? 9_999 : comment.score,
      body: isLater(comment.createdAt) ? "I bought TSLA puts because revenue fell 80%." : comment.body,
    })),
  ]);
  const path = join(folder, `${name}.jsonl`);
  writeFileSync(path, rows.map((row) => JSON.stringify(row)).join("\n"));
  return path;
}

/** A run at each of the times in one realm; what it left, and what it did. */
async function runAll(realm: string, isScrambled: boolean) {
  const market = scenarioMarket();
  const runs = [];
  for (const [index, at] of times.entries()) {
    const archive = archiveOf(`${realm}-${index}`, threads, isScrambled ? at : undefined);
    const settings = { REDDIT_ARCHIVE: archive, MARKET_CLOCK: at.toISOString() };
    const services = providers.begin(realm, undefined, settings);
    providers.scene.market = isScrambled ? scrambledMarket(market, at) : market;
    providers.cloud.time.now = at;
    const { run_id } = (await call("api/start-analysis")).body.data;
    await executionOver(services, `${run_id}-1`);
    const run = await settled(services, run_id);
    if (run) runs.push(run);
  }
  const ids = runs.map(({ id }) => id);
  return { runs, table: await dump(providers.cloud.services.store, realm, ids) };
}

describe("a replay", () => {
  it("leaves the same table whatever prices, options and comments there are later", { timeout: 300_000 }, async () => {
    const plain = await runAll("plain", false);
    const scrambled = await runAll("scrambled", true);
    expect(plain.runs.map(({ status }) => status)).toEqual(["completed", "completed"]);
    expect(plain.runs.reduce((sum, run) => sum + (run.positions_opened ?? 0), 0)).toBeGreaterThan(5);
    expect(plain.table.filter((item) => item.includes('"sk":"PREDICTION"')).length).toBeGreaterThan(50);
    expect(scrambled.table).toEqual(plain.table);
  });

  it("would differ if what is known had been another", async () => {
    const at = times[0] ?? new Date();
    const changed = scrambledMarket(scenarioMarket(), new Date(at.getTime() - 600_000));
    expect(changed.candles("GME", "2026-03-02")[11]).not.toEqual(scenarioMarket().candles("GME", "2026-03-02")[11]);
  });
});
