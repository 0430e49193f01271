import { describe, expect, it } from "vitest";
import { inRegularSession, isTradingDay, sessionEnd, sessionStart } from "../../../lib/calendar/trading-days.ts";
import { addDays } from "../../../lib/runtime/dates.ts";

/**
 * By year, the weekdays (month-day) on which the New York Stock Exchange is closed, and its half days, which end at
 * 13:00. Compared, every day, with the calendars of exchange_calendars 4.13.2 (XNYS) and pandas_market_calendars 5.5.0
 * (NYSE), which agree with each other on all of them. Not in here, because only the second library knows them, are
 * interruptions within a trading day: openings at 09:31 to 09:33 (2001-09-17, 2001-10-08, 2003-03-20, 2004-06-07,
 * 2006-12-27) and at 12:00 (2002-09-11), and a failure at 15:56 (2005-06-01). The future is what today's rules make of
 * it in both: no exchange has promised it.
 */
const closedAndHalf: Record<number, [closed: string, half: string]> = {
  2000: ["01-17 02-21 04-21 05-29 07-04 09-04 11-23 12-25", "07-03 11-24"],
  2001: ["01-01 01-15 02-19 04-13 05-28 07-04 09-03 09-11 09-12 09-13 09-14 11-22 12-25", "07-03 11-23 12-24"],
  2002: ["01-01 01-21 02-18 03-29 05-27 07-04 09-02 11-28 12-25", "07-05 11-29 12-24"],
  2003: ["01-01 01-20 02-17 04-18 05-26 07-04 09-01 11-27 12-25", "07-03 11-28 12-24 12-26"],
  2004: ["01-01 01-19 02-16 04-09 05-31 06-11 07-05 09-06 11-25 12-24", "11-26"],
  2005: ["01-17 02-21 03-25 05-30 07-04 09-05 11-24 12-26", "11-25"],
  2006: ["01-02 01-16 02-20 04-14 05-29 07-04 09-04 11-23 12-25", "07-03 11-24"],
  2007: ["01-01 01-02 01-15 02-19 04-06 05-28 07-04 09-03 11-22 12-25", "07-03 11-23 12-24"],
  2008: ["01-01 01-21 02-18 03-21 05-26 07-04 09-01 11-27 12-25", "07-03 11-28 12-24"],
  2009: ["01-01 01-19 02-16 04-10 05-25 07-03 09-07 11-26 12-25", "11-27 12-24"],
  2010: ["01-01 01-18 02-15 04-02 05-31 07-05 09-06 11-25 12-24", "11-26"],
  2011: ["01-17 02-21 04-22 05-30 07-04 09-05 11-24 12-26", "11-25"],
  2012: ["01-02 01-16 02-20 04-06 05-28 07-04 09-03 10-29 10-30 11-22 12-25", "07-03 11-23 12-24"],
  2013: ["01-01 01-21 02-18 03-29 05-27 07-04 09-02 11-28 12-25", "07-03 11-29 12-24"],
  2014: ["01-01 01-20 02-17 04-18 05-26 07-04 09-01 11-27 12-25", "07-03 11-28 12-24"],
  2015: ["01-01 01-19 02-16 04-03 05-25 07-03 09-07 11-26 12-25", "11-27 12-24"],
  2016: ["01-01 01-18 02-15 03-25 05-30 07-04 09-05 11-24 12-26", "11-25"],
  2017: ["01-02 01-16 02-20 04-14 05-29 07-04 09-04 11-23 12-25", "07-03 11-24"],
  2018: ["01-01 01-15 02-19 03-30 05-28 07-04 09-03 11-22 12-05 12-25", "07-03 11-23 12-24"],
  2019: ["01-01 01-21 02-18 04-19 05-27 07-04 09-02 11-28 12-25", "07-03 11-29 12-24"],
  2020: ["01-01 01-20 02-17 04-10 05-25 07-03 09-07 11-26 12-25", "11-27 12-24"],
  2021: ["01-01 01-18 02-15 04-02 05-31 07-05 09-06 11-25 12-24", "11-26"],
  2022: ["01-17 02-21 04-15 05-30 06-20 07-04 09-05 11-24 12-26", "11-25"],
  2023: ["01-02 01-16 02-20 04-07 05-29 06-19 07-04 09-04 11-23 12-25", "07-03 11-24"],
  2024: ["01-01 01-15 02-19 03-29 05-27 06-19 07-04 09-02 11-28 12-25", "07-03 11-29 12-24"],
  2025: ["01-01 01-09 01-20 02-17 04-18 05-26 06-19 07-04 09-01 11-27 12-25", "07-03 11-28 12-24"],
  2026: ["01-01 01-19 02-16 04-03 05-25 06-19 07-03 09-07 11-26 12-25", "11-27 12-24"],
  2027: ["01-01 01-18 02-15 03-26 05-31 06-18 07-05 09-06 11-25 12-24", "11-26"],
  2028: ["01-17 02-21 04-14 05-29 06-19 07-04 09-04 11-23 12-25", "07-03 11-24"],
  2029: ["01-01 01-15 02-19 03-30 05-28 06-19 07-04 09-03 11-22 12-25", "07-03 11-23 12-24"],
  2030: ["01-01 01-21 02-18 04-19 05-27 06-19 07-04 09-02 11-28 12-25", "07-03 11-29 12-24"],
};

const days: string[] = [];
for (let day = "2000-01-01"; day <= "2030-12-31"; day = addDays(day, 1)) days.push(day);
const isWeekend = (day: string) => [0, 6].includes(new Date(`${day}T12:00:00Z`).getUTCDay());
const hoursOf = (day: string) => (sessionEnd(day).getTime() - sessionStart(day).getTime()) / 3_600_000;

describe("every day from 2000 to 2030", () => {
  it("is traded, or not, or until 13:00, as two public calendars say", () => {
    const traded = days.filter(isTradingDay);
    const ofYear = (year: string, found: readonly string[]) =>
      found.filter((day) => day.startsWith(year)).map((day) => day.slice(5));
    const closed = days.filter((day) => !isWeekend(day) && !isTradingDay(day));
    const half = traded.filter((day) => hoursOf(day) === 3.5);
    for (const [year, [closedDays, halfDays]] of Object.entries(closedAndHalf)) {
      expect([year, ofYear(year, closed)]).toEqual([year, closedDays.split(" ")]);
      expect([year, ofYear(year, half)]).toEqual([year, halfDays.split(" ")]);
    }
    expect(traded.filter(isWeekend)).toEqual([]);
    expect(traded.filter((day) => hoursOf(day) !== 3.5 && hoursOf(day) !== 6.5)).toEqual([]);
    expect([days.length, traded.length, closed.length, half.length]).toEqual([11_323, 7_794, 293, 69]);
  });

  it.each([
    // In winter and in summer, New York's 13:00.
    ["2020-11-27T14:29:59Z", false],
    ["2020-11-27T14:30:00Z", true],
    ["2020-11-27T17:59:59Z", true],
    ["2020-11-27T18:00:00Z", false],
    ["2023-07-03T16:59:59Z", true],
    ["2023-07-03T17:00:00Z", false],
    // Good Friday, and a day of mourning.
    ["2021-04-02T15:00:00Z", false],
    ["2025-01-09T15:30:00Z", false],
  ])("holds a session at %s: %s", (time, isOn) => {
    expect(inRegularSession(new Date(time))).toBe(isOn);
  });
});
