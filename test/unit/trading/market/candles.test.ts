import { describe, expect, it } from "vitest";
import type { Candle } from "../../../../lib/providers/market/market.ts";
import {
  candlesOfWindow,
  dailyBars,
  gapDays,
  mergeCandles,
  regularSession,
} from "../../../../lib/trading/market/candles.ts";

function at(timestamp: string, changes: Partial<Candle> = {}): Candle {
  return { timestamp: new Date(timestamp), open: 10, high: 12, low: 9, close: 11, ...changes };
}

function starts(candles: readonly Candle[]): string[] {
  return candles.map(({ timestamp }) => timestamp.toISOString());
}

describe("the regular session", () => {
  it.each([
    { time: "2021-01-27T14:29:59.999Z", inside: false },
    { time: "2021-01-27T14:30:00.000Z", inside: true },
    { time: "2021-01-27T20:55:00.000Z", inside: true },
    { time: "2021-01-27T20:59:59.999Z", inside: true },
    { time: "2021-01-27T21:00:00.000Z", inside: false },
    { time: "2021-01-28T01:00:00.000Z", inside: false },
    { time: "2021-07-07T13:29:59.999Z", inside: false },
    { time: "2021-07-07T13:30:00.000Z", inside: true },
    { time: "2021-07-07T20:00:00.000Z", inside: false },
    { time: "2021-01-30T15:00:00.000Z", inside: false },
    { time: "2026-07-03T15:00:00.000Z", inside: false },
    // The day after Thanksgiving, which ended at one.
    { time: "2020-11-27T17:55:00.000Z", inside: true },
    { time: "2020-11-27T18:00:00.000Z", inside: false },
  ])("holds $time: $inside", ({ time, inside }) => {
    expect(regularSession([at(time)])).toHaveLength(inside ? 1 : 0);
  });
});

describe("candles", () => {
  it("are sorted and each instant is kept once, the later list winning", () => {
    const merged = mergeCandles(
      [at("2021-01-27T15:05:00.000Z"), at("2021-01-27T15:00:00.000Z", { close: 1 })],
      [at("2021-01-27T15:00:00.000Z", { close: 2 })],
    );
    expect(merged.map(({ timestamp, close }) => [timestamp.toISOString(), close])).toEqual([
      ["2021-01-27T15:00:00.000Z", 2],
      ["2021-01-27T15:05:00.000Z", 11],
    ]);
  });

  it("make one bar a day: first open, highest high, lowest low, last close", () => {
    const bars = dailyBars([
      at("2021-01-27T20:55:00.000Z", { open: 15, high: 16, low: 14, close: 14.5 }),
      at("2021-01-27T14:30:00.000Z", { open: 10, high: 20, low: 9, close: 12 }),
      at("2021-01-28T14:30:00.000Z", { open: 30, high: 31, low: 29, close: 30.5 }),
      at("2021-01-27T12:00:00.000Z", { open: 1, high: 99, low: 1, close: 1 }),
    ]);
    expect(bars).toEqual([
      { date: "2021-01-27", open: 10, high: 20, low: 9, close: 14.5 },
      { date: "2021-01-28", open: 30, high: 31, low: 29, close: 30.5 },
    ]);
    expect(dailyBars([])).toEqual([]);
  });
});

describe("a window", () => {
  it.each([
    { last: "2021-01-27T15:00:00.000Z", now: "2021-01-27T20:00:00.000Z", gap: [] },
    { last: "2021-01-27T15:00:00.000Z", now: "2021-01-28T15:00:00.000Z", gap: [] },
    { last: "2021-01-27T15:00:00.000Z", now: "2021-01-29T15:00:00.000Z", gap: ["2021-01-28"] },
    { last: "2021-01-28T15:00:00.000Z", now: "2021-02-02T15:00:00.000Z", gap: ["2021-01-29", "2021-02-01"] },
    { last: "2021-01-28T04:30:00.000Z", now: "2021-01-29T15:00:00.000Z", gap: ["2021-01-28"] },
    { last: "2021-01-28T14:30:00.000Z", now: "2021-01-29T15:00:00.000Z", gap: ["2021-01-28"] },
    { last: "2021-01-28T14:30:00.001Z", now: "2021-01-29T15:00:00.000Z", gap: [] },
  ])("from $last to $now wholly misses $gap", ({ last, now, gap }) => {
    expect(gapDays({ from: last, to: now })).toEqual(gap);
  });

  it("holds the complete candles, and passes the one under way to the next window", () => {
    const candles = ["15:20", "15:25", "15:30", "15:35", "15:40"].map((time) => at(`2021-01-27T${time}:00.000Z`));
    const first = { from: "2021-01-27T15:27:00.000Z", to: "2021-01-27T15:37:00.000Z" };
    const second = { from: first.to, to: "2021-01-27T15:45:00.000Z" };
    expect(starts(candlesOfWindow(candles, [], first))).toEqual([
      "2021-01-27T15:25:00.000Z",
      "2021-01-27T15:30:00.000Z",
    ]);
    expect(starts(candlesOfWindow(candles, [], second))).toEqual([
      "2021-01-27T15:35:00.000Z",
      "2021-01-27T15:40:00.000Z",
    ]);
  });

  it("fills missed days with daily bars, and only days of which nothing finer is known", () => {
    const fine = [at("2021-01-27T20:55:00.000Z"), at("2021-01-29T14:30:00.000Z"), at("2021-02-01T14:30:00.000Z")];
    const daily = ["2021-01-27", "2021-01-28", "2021-01-29", "2021-01-30"].map((date) => ({
      date,
      open: 1,
      high: 2,
      low: 1,
      close: 2,
    }));
    const window = { from: "2021-01-27T20:00:00.000Z", to: "2021-02-01T15:00:00.000Z" };
    expect(candlesOfWindow(fine, daily, window).map(({ timestamp, high }) => [timestamp.toISOString(), high])).toEqual([
      ["2021-01-27T20:55:00.000Z", 12],
      ["2021-01-28T14:30:00.000Z", 2],
      ["2021-01-29T14:30:00.000Z", 12],
      ["2021-02-01T14:30:00.000Z", 12],
    ]);
  });

  it("does not take a daily bar that began before it, nor one that begins after it", () => {
    const bar = { open: 1, high: 2, low: 1, close: 2 };
    const daily = ["2021-01-27", "2021-01-28", "2021-01-29"].map((date) => ({ date, ...bar }));
    const window = { from: "2021-01-27T20:00:00.000Z", to: "2021-01-28T18:00:00.000Z" };
    expect(starts(candlesOfWindow([], daily, window))).toEqual(["2021-01-28T14:30:00.000Z"]);
  });
});
