import { describe, expect, it } from "vitest";
import { badTicks } from "../../../../lib/trading/market/bad-ticks.ts";

/** Candles of five minutes from 10:00 in New York on, each given as low, high and, where it is known, volume. */
function candles(...rows: readonly [low: number, high: number, volume?: number][]) {
  return rows.map(([low, high, volume], index) => ({
    timestamp: new Date(Date.parse("2026-03-03T15:00:00Z") + index * 300_000),
    ...{ open: high, high, low, close: high, ...(volume !== undefined && { volume }) },
  }));
}

/** Which of the candles are bad ticks, by their places. */
function badPlaces(rows: ReturnType<typeof candles>, before: number | null = null, after: number | null = null) {
  const bad = badTicks(rows, before, after);
  return rows.flatMap((row, index) => (bad.includes(row) ? [index] : []));
}

describe("a bad tick", () => {
  it("is a low of less than half of the lows on both sides", () => {
    expect(badPlaces(candles([99, 101], [49.4, 101], [99, 101]))).toEqual([1]);
    expect(badPlaces(candles([99, 101], [49.5, 101], [99, 101]))).toEqual([]);
  });

  it("is a high of more than half as much again as the highs on both sides", () => {
    expect(badPlaces(candles([99, 100], [99, 150.1], [99, 100]))).toEqual([1]);
    expect(badPlaces(candles([99, 100], [99, 150], [99, 100]))).toEqual([]);
  });

  it("may be the first or the last, where a price is known before or after", () => {
    expect(badPlaces(candles([10, 101], [99, 101]), 100)).toEqual([0]);
    expect(badPlaces(candles([99, 101], [10, 101]), null, 100)).toEqual([1]);
    expect(badPlaces(candles([10, 101]), 100, 100)).toEqual([0]);
    expect(badPlaces(candles([10, 101], [99, 101], [10, 101]))).toEqual([]);
  });

  it("stays one where its volume is no more than twice that of the busier neighbour", () => {
    expect(badPlaces(candles([99, 101, 500], [10, 101, 2_000], [99, 101, 1_000]))).toEqual([1]);
    expect(badPlaces(candles([99, 101, 500], [10, 101, 2_001], [99, 101, 1_000]))).toEqual([]);
  });

  it("stays one where the neighbours' volume is not known", () => {
    expect(badPlaces(candles([10, 101, 2_001]), 100, 100)).toEqual([0]);
  });
});

describe("no bad tick", () => {
  it("is a gap down or up that the price does not come back from", () => {
    expect(badPlaces(candles([99, 101], [39, 41], [38, 42]))).toEqual([]);
    expect(badPlaces(candles([99, 101], [39, 41]), 100, 40)).toEqual([]);
    expect(badPlaces(candles([99, 101], [239, 241], [238, 242]))).toEqual([]);
  });

  it("is the day of a split, forward or reverse, nor the day before it", () => {
    expect(badPlaces(candles([1_190, 1_200], [117, 123], [118, 122]), 1_197, 121)).toEqual([]);
    expect(badPlaces(candles([1.9, 2], [13.3, 16.6]), 1.95, 14.4)).toEqual([]);
  });

  it("is a fall over more than one candle", () => {
    expect(badPlaces(candles([99, 101], [40, 100], [39, 60], [99, 101]))).toEqual([]);
  });
});
