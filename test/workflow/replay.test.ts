import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Run } from "../../lib/analysis/run.ts";
import {
  type Position,
  type PositionExit,
  positionExitSchema,
  positionSchema,
} from "../../lib/trading/positions/record.ts";
import type { PositionView } from "../../lib/trading/positions/view.ts";
import { call } from "../support/cloud.ts";
import { describeRecorded, recordings } from "../support/recorded.ts";
import { beginnings, startReplay } from "../support/replay.ts";
import { settled } from "../support/waiting.ts";

const data = resolve(recordings);
const comments = resolve(data, "reddit/wsb_comment_stream_2021-01_authors_scores.jsonl");
const prices = resolve(data, "market/archive_2021-01");
const candleFile = resolve(prices, "intraday_5min.csv");

/** 10:35 in New York but for the second, which is 08:00, and the last, which is 15:45. */
const instants = [
  "2021-01-27T15:35:00.000Z",
  "2021-02-01T13:00:00.000Z",
  "2021-02-01T15:35:00.000Z",
  "2021-02-02T15:35:00.000Z",
  "2021-02-02T20:45:00.000Z",
] as const;
/** The sample holds about a hundred comments a day, too few for the thresholds that a run begins with. */
const configuration = {
  posts_limit: 20,
  consensus_min_comments: 8,
  consensus_min_users: 5,
  quality_min_confidence: 0.4,
};
const [firstInstant] = instants;
const lastInstant = instants[4];

/** A regular-session row of the candle file; `time` is ISO-8601 UTC. */
interface Bar {
  time: string;
  open: number;
  high: number;
  low: number;
  close: number;
}

interface FollowedExit {
  reason: string;
  price: number;
  shares: number;
  at: string | undefined;
}

/** What a run did, and what each of the four accounts began with, in cents, by what it holds after the run. */
interface Replayed {
  run: Run | undefined;
  skipped: (string | null)[];
  beganWith: number[];
}

/** The file says New York's time and ends before the clocks change: always five hours behind UTC. */
function readBars(): Bar[] {
  const [, ...rows] = readFileSync(candleFile, "utf8").trim().split(/\r?\n/);
  return rows.flatMap((row) => {
    const [symbol, when = "", ...figures] = row.split(",");
    const [day, clock = ""] = when.split(" ");
    const [open = 0, high = 0, low = 0, close = 0] = figures.map(Number);
    if (symbol !== "GME" || clock < "09:30:00" || clock >= "16:00:00") return [];
    return [{ time: new Date(`${day}T${clock}-05:00`).toISOString(), open, high, low, close }];
  });
}

const endOf = ({ time }: Bar) => new Date(Date.parse(time) + 300_000).toISOString();
const atMostFourDecimals = (price: number) => Math.round(price * 10_000) / 10_000;

/** What was paid at `openedAt`: the close of the last bar that was over. */
function entryPrice(bars: readonly Bar[], openedAt: string): number | undefined {
  return bars.findLast((bar) => endOf(bar) <= openedAt)?.close;
}

/**
 * The exits that spec pipeline 6.1 wants of a stock by its bars; the rules of time come five days later. Each order
 * rests at its level: a bar that opens beyond it is dealt at its opening.
 */
function follow(bars: readonly Bar[], openedAt: string, entry: number, shares: number): FollowedExit[] {
  const exits: FollowedExit[] = [];
  let left = shares;
  let isHalfSold = false;
  let highestBefore = entry;
  const sell = (reason: string, price: number, quantity: number, bar: Bar) => {
    if (quantity > 0) exits.push({ reason, price: atMostFourDecimals(price), shares: quantity, at: bar.time });
    left -= quantity;
  };
  for (const bar of bars.filter((each) => each.time >= openedAt && endOf(each) <= lastInstant)) {
    if (left === 0) break;
    if (bar.low <= entry * 0.9) sell("stop_loss", Math.min(entry * 0.9, bar.open), left, bar);
    else if (!isHalfSold && bar.high >= entry * 1.15) {
      sell("take_profit", Math.max(entry * 1.15, bar.open), Math.floor(left / 2), bar);
      isHalfSold = true;
    } else if (isHalfSold && bar.low <= highestBefore * 0.93) {
      sell("trailing_stop", Math.min(highestBefore * 0.93, bar.open), left, bar);
    }
    highestBefore = Math.max(highestBefore, bar.high);
  }
  return exits;
}

const shown = ({ exit_reason, exit_price, shares_exited, trigger_candle }: PositionExit) => ({
  reason: exit_reason,
  price: exit_price,
  shares: shares_exited,
  at: trigger_candle?.timestamp,
});

describeRecorded("a replay of January 2021", ["reddit", "market/archive_2021-01"], () => {
  const bars = readBars();
  const replayed: Replayed[] = [];
  const positions: Position[] = [];
  const exits: PositionExit[] = [];
  let replay: Awaited<ReturnType<typeof startReplay>>;
  const stocks = () => positions.filter((position) => position.instrument_type === "stock");
  const exitsOf = (id: string) => exits.filter(({ position_id }) => position_id === id);

  beforeAll(async () => {
    replay = await startReplay({ comments, prices }, firstInstant);
    replay.moveTo(firstInstant);
    for (const [key, value] of Object.entries(configuration)) {
      expect(await call("api/set-config", { params: { key }, body: { value } })).toMatchObject({ status: 200 });
    }
    for (const instant of instants) replayed.push(await runAt(instant));
    const { store } = replay.moveTo(lastInstant);
    const listed: PositionView[] = (await call("api/list-positions", { query: { limit: "100" } })).body.data;
    for (const { id } of listed.toReversed()) {
      positions.push(positionSchema.parse(await store.get(store.keys.position(id), positionSchema)));
      const { pk } = store.keys.position(id);
      exits.push(...(await store.queryAll({ pk, prefix: "EXIT#" }, positionExitSchema)));
    }
  }, 120_000);
  afterAll(() => replay?.close());

  async function runAt(instant: string): Promise<Replayed> {
    const services = replay.moveTo(instant);
    const { run_id } = (await call("api/start-analysis")).body.data;
    const run = await settled(services, run_id);
    const query = { portfolio_id: "stocks_consensus", date_from: instant.slice(0, 10) };
    const signals: { skip_reason: string | null }[] = (await call("api/list-signals", { query })).body.data;
    return { run, skipped: signals.map(({ skip_reason }) => skip_reason), beganWith: await beginnings() };
  }

  it("opens what the crowd spoke of, and nothing outside of the regular session", () => {
    expect(replayed.map(({ run }) => [run?.status, run?.positions_opened, run?.exits_triggered])).toEqual([
      ["completed", 1, 0],
      ["completed", 0, 2],
      ["completed", 1, 0],
      ["completed", 2, 2],
      ["completed", 0, 1],
    ]);
    // At 08:00 the comments of the day before are a signal as well.
    expect(replayed[1]?.skipped).toEqual(["market_closed"]);
    expect(replayed[2]?.skipped).toEqual([null]);
    const opened = positions.map(({ id, entry_price }) => [id, entry_price]);
    expect(opened.toSorted()).toEqual([
      ["2021-01-27.GME.consensus.stocks_consensus", 278.77],
      ["2021-02-01.GME.consensus.stocks_consensus", 239.73],
      ["2021-02-02.GME.consensus.options_consensus", 13.62],
      ["2021-02-02.GME.consensus.stocks_consensus", 90.02],
    ]);
    const clocks = positions.map(({ opened_at }) =>
      new Date(opened_at).toLocaleTimeString("en-GB", { timeZone: "America/New_York" }),
    );
    for (const clock of clocks) expect(clock >= "09:30:00" && clock < "16:00:00").toBe(true);
  });

  it("sells at targets, trailing stops and a stop-loss, each at its level, or at the opening of the real bar beyond it", () => {
    expect(exits.map((exit) => [exit.position_id.slice(0, 10), shown(exit)])).toEqual([
      ["2021-01-27", { reason: "take_profit", price: 320.5855, shares: 6, at: "2021-01-27T15:40:00.000Z" }],
      // Its stop, 7 % below the 325.00 before, is 302.25; the bar opened below it.
      ["2021-01-27", { reason: "trailing_stop", price: 300.01, shares: 7, at: "2021-01-27T15:45:00.000Z" }],
      ["2021-02-01", { reason: "take_profit", price: 275.6895, shares: 7, at: "2021-02-01T16:30:00.000Z" }],
      ["2021-02-01", { reason: "trailing_stop", price: 260.4, shares: 8, at: "2021-02-01T16:35:00.000Z" }],
      ["2021-02-02", { reason: "stop_loss", price: 81.018, shares: 41, at: "2021-02-02T15:45:00.000Z" }],
    ]);
  });

  it("comes to the entries and exits that the rules give over the bars of the file alone", () => {
    expect(stocks()).toHaveLength(3);
    for (const { id, opened_at, entry_price, shares, status } of stocks()) {
      expect(entry_price).toBe(entryPrice(bars, opened_at));
      expect(exitsOf(id).map(shown)).toEqual(follow(bars, opened_at, entry_price, shares));
      expect(status).toBe("closed");
    }
  });

  it("keeps with each exit the bar of the file that caused it", () => {
    const known = new Map(bars.map((bar) => [bar.time, bar]));
    for (const { trigger_candle } of exits) {
      const { timestamp: time = "", ...figures } = trigger_candle ?? {};
      expect({ time, ...figures }).toEqual(known.get(time));
    }
  });

  it("loses and finds no cent: cash and the cost of what is open, less what exits gained, stay $100,000", () => {
    const untouched = [10_000_000, 10_000_000, 10_000_000, 10_000_000];
    expect(replayed.map(({ beganWith }) => beganWith)).toEqual(instants.map(() => untouched));
  });
});
