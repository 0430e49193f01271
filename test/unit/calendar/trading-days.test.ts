import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isTradingDay, newYorkInstant, sessionEnd, tradingDayFrom } from "../../../lib/calendar/trading-days.ts";
import { addDays, newYorkDay } from "../../../lib/runtime/dates.ts";
import { describeRecorded, recordings } from "../../support/recorded.ts";

describe("the market calendar", () => {
  it.each([
    ["2026-03-02", "2026-03-02T21:00:00.000Z"],
    ["2026-07-02", "2026-07-02T20:00:00.000Z"],
    ["2025-07-03", "2025-07-03T17:00:00.000Z"],
    ["2023-07-03", "2023-07-03T17:00:00.000Z"],
    ["2020-07-02", "2020-07-02T20:00:00.000Z"],
    ["2021-11-26", "2021-11-26T18:00:00.000Z"],
    ["2026-11-27", "2026-11-27T18:00:00.000Z"],
    ["2026-12-24", "2026-12-24T18:00:00.000Z"],
    // A Friday before Christmas on a Saturday is a holiday, and the Thursday a whole day.
    ["2027-12-23", "2027-12-23T21:00:00.000Z"],
  ])("the session of %s ends at %s", (day, end) => {
    expect(sessionEnd(day).toISOString()).toBe(end);
  });

  it.each([
    ["2026-03-02", true],
    ["2026-02-28", false],
    ["2026-03-01", false],
    ["2026-04-03", false],
    ["2026-07-03", false],
    ["2026-11-26", false],
    ["2026-11-27", true],
    ["2026-12-25", false],
    ["2027-12-24", false],
    ["2031-12-25", false],
    ["2031-12-26", true],
    // Martin Luther King's Day of a year that is often replayed.
    ["2021-01-18", false],
    // New Year on a Saturday is kept on no other day, on a Sunday it is kept on Monday.
    ["2021-12-31", true],
    ["2023-01-02", false],
    // Juneteenth since 2022.
    ["2021-06-18", true],
    ["2022-06-20", false],
    ["2024-03-29", false],
    // A day of mourning.
    ["2018-12-05", false],
  ])("%s is a trading day: %s", (day, expected) => {
    expect(isTradingDay(day)).toBe(expected);
  });

  it.each([
    ["2026-03-02", 0, "2026-03-02"],
    ["2026-03-02", 4, "2026-03-06"],
    ["2026-03-02", 5, "2026-03-09"],
    ["2026-02-28", 0, "2026-03-02"],
    ["2026-04-02", 1, "2026-04-06"],
    ["2026-12-24", 1, "2026-12-28"],
    ["2026-12-31", 1, "2027-01-04"],
  ])("from %s, trading day %d is %s", (day, index, expected) => {
    expect(tradingDayFrom(day, index)).toBe(expected);
  });

  it("counts every trading day once", () => {
    const start = fc.integer({ min: 0, max: 1_000 }).map((days) => addDays("2025-01-01", days));
    fc.assert(
      fc.property(start, fc.integer({ min: 0, max: 30 }), (day, index) => {
        const [current, next] = [tradingDayFrom(day, index), tradingDayFrom(day, index + 1)];
        expect(isTradingDay(current)).toBe(true);
        expect(next > current).toBe(true);
        expect(tradingDayFrom(addDays(current, 1), 0)).toBe(next);
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ["2026-03-06", "10:30", "2026-03-06T15:30:00.000Z"],
    ["2026-03-08", "10:30", "2026-03-08T14:30:00.000Z"],
    ["2026-03-09", "10:30", "2026-03-09T14:30:00.000Z"],
    ["2026-10-30", "16:00", "2026-10-30T20:00:00.000Z"],
    ["2026-11-01", "09:30", "2026-11-01T14:30:00.000Z"],
    ["2026-11-02", "09:30", "2026-11-02T14:30:00.000Z"],
  ])("on %s at %s in New York it is %s", (day, time, expected) => {
    expect(newYorkInstant(day, time).toISOString()).toBe(expected);
    expect(newYorkDay(newYorkInstant(day, time))).toBe(day);
  });
});

const closes = "market/GSPC_close_2018-01_2026-08.csv";
describeRecorded("the S&P 500", [closes], () => {
  it("has a close on each trading day of eight years, and on no other", () => {
    const [, ...lines] = readFileSync(join(recordings, closes), "utf8").trim().split(/\r?\n/);
    const days = lines.map((line) => line.slice(0, 10));
    const traded: string[] = [];
    for (let day = "2018-01-02"; day <= (days.at(-1) ?? ""); day = addDays(day, 1))
      if (isTradingDay(day)) traded.push(day);
    expect(traded).toEqual(days);
    expect(days.length).toBeGreaterThan(2_000);
  });
});
