import { describe, expect, it } from "vitest";
import { dueTimes, isLate, isOpenSlot, type Schedule, slotAfter } from "../../../../lib/desk/templates/schedule.ts";

const none = { schedule_time: null, days_of_week: null, day_of_month: null };
const daily = (schedule_time = "09:35"): Schedule => ({ ...none, schedule_type: "daily", schedule_time });
const weekly = (days_of_week: number[], schedule_time = "09:35"): Schedule => ({
  ...{ ...none, schedule_type: "weekly", days_of_week, schedule_time },
});
const monthly = (day_of_month: number, schedule_time = "09:35"): Schedule => ({
  ...{ ...none, schedule_type: "monthly", day_of_month, schedule_time },
});
const open: Schedule = { ...none, schedule_type: "market_open" };
const close: Schedule = { ...none, schedule_type: "market_close" };

/** To the minute, and as many slots as there are. */
const slots = (schedule: Schedule, after: string, count: number) => {
  const found: string[] = [];
  for (let last = new Date(`${after}:00Z`); found.length < count; found.push(last.toISOString().slice(0, 16))) {
    last = slotAfter(schedule, last);
  }
  return found;
};

describe("the slots of a schedule", () => {
  // In 2026 New York's clocks go forward on Sunday, March 8, and back on Sunday, November 1.
  it.each<[string, Schedule, string, string[]]>([
    ["daily", daily(), "2026-03-05T14:35", ["2026-03-06T14:35", "2026-03-09T13:35"]],
    ["daily, at midnight", daily("00:00"), "2026-03-06T05:00", ["2026-03-09T04:00", "2026-03-10T04:00"]],
    ["daily, late", daily("23:59"), "2026-03-06T04:59", ["2026-03-07T04:59", "2026-03-10T03:59"]],
    [
      "daily, in the hour that is left out",
      daily("02:30"),
      "2026-03-06T07:29",
      ["2026-03-06T07:30", "2026-03-09T06:30"],
    ],
    ["weekly", weekly([0, 2, 4]), "2026-03-04T14:35", ["2026-03-06T14:35", "2026-03-09T13:35", "2026-03-11T13:35"]],
    ["monthly", monthly(6), "2026-02-06T14:35", ["2026-03-06T14:35", "2026-04-06T13:35"]],
    ["at the open", open, "2026-03-05T14:30", ["2026-03-06T14:30", "2026-03-09T13:30"]],
    ["before the close", close, "2026-03-05T20:55", ["2026-03-06T20:55", "2026-03-09T19:55"]],
  ])("%s, keep New York's time when the clocks go forward", (_name, schedule, after, expected) => {
    expect(slots(schedule, after, expected.length)).toEqual(expected);
  });

  it.each<[string, Schedule, string, string[]]>([
    ["daily", daily(), "2026-10-29T13:35", ["2026-10-30T13:35", "2026-11-02T14:35"]],
    [
      "daily, in the hour that comes twice",
      daily("01:30"),
      "2026-10-30T05:29",
      ["2026-10-30T05:30", "2026-11-02T06:30"],
    ],
    ["weekly", weekly([4, 0]), "2026-10-26T13:35", ["2026-10-30T13:35", "2026-11-02T14:35"]],
    ["monthly", monthly(2), "2026-10-01T00:00", ["2026-10-02T13:35", "2026-11-02T14:35"]],
    ["at the open", open, "2026-10-29T13:30", ["2026-10-30T13:30", "2026-11-02T14:30"]],
    ["before the close", close, "2026-10-29T19:55", ["2026-10-30T19:55", "2026-11-02T20:55"]],
  ])("%s, keep New York's time when the clocks go back", (_name, schedule, after, expected) => {
    expect(slots(schedule, after, expected.length)).toEqual(expected);
  });

  it("come once on the Sundays of the change too, when nothing is traded", () => {
    expect(slots(weekly([6, 0], "02:30"), "2026-03-02T12:00", 2)).toEqual(["2026-03-08T06:30", "2026-03-09T06:30"]);
    expect(slots(weekly([6, 0], "01:30"), "2026-10-27T12:00", 2)).toEqual(["2026-11-01T06:30", "2026-11-02T06:30"]);
    expect(slots(weekly([5, 6, 0], "00:30"), "2026-03-07T05:29", 3)).toEqual([
      ...["2026-03-07T05:30", "2026-03-08T04:30", "2026-03-09T04:30"],
    ]);
  });

  it("daily and with the market pass over holidays and weekends", () => {
    // Christmas Eve ends at 13:00; Christmas is a Friday, and so is New Year.
    expect(slots(daily(), "2026-12-23T14:35", 2)).toEqual(["2026-12-24T14:35", "2026-12-28T14:35"]);
    expect(slots(open, "2026-12-30T14:30", 2)).toEqual(["2026-12-31T14:30", "2027-01-04T14:30"]);
  });

  it("before the close are at 12:55 on half days", () => {
    // Thanksgiving is November 26.
    expect(slots(close, "2026-11-25T20:54", 3)).toEqual(["2026-11-25T20:55", "2026-11-27T17:55", "2026-11-30T20:55"]);
    expect(slots(close, "2026-12-23T20:55", 2)).toEqual(["2026-12-24T17:55", "2026-12-28T20:55"]);
  });

  it("of a week and of a month lie on closed days too", () => {
    // Memorial Day is Monday, May 25; February 28 and March 28 are Saturdays.
    expect(slots(weekly([0]), "2026-05-18T13:35", 2)).toEqual(["2026-05-25T13:35", "2026-06-01T13:35"]);
    expect(slots(monthly(28), "2026-01-28T14:35", 3)).toEqual([
      ...["2026-02-28T14:35", "2026-03-28T13:35", "2026-04-28T13:35"],
    ]);
  });

  it("of a month go over the end of the year", () => {
    expect(slots(monthly(1), "2026-11-02T00:00", 3)).toEqual([
      ...["2026-12-01T14:35", "2027-01-01T14:35", "2027-02-01T14:35"],
    ]);
  });

  it("lie after the instant, never at it", () => {
    expect(slotAfter(daily(), new Date("2026-03-02T14:34:59.999Z")).toISOString()).toBe("2026-03-02T14:35:00.000Z");
    expect(slotAfter(daily(), new Date("2026-03-02T14:35:00.000Z")).toISOString()).toBe("2026-03-03T14:35:00.000Z");
  });
});

describe("the times at which orders are made", () => {
  it("pass over the days on which the market is closed", () => {
    expect(dueTimes(monthly(28), "2026-02-28T14:35:00.000Z", 3, null)).toEqual([
      // June 28 is a Sunday.
      ...["2026-04-28T13:35:00.000Z", "2026-05-28T13:35:00.000Z", "2026-07-28T13:35:00.000Z"],
    ]);
  });

  it("end before the template does", () => {
    const first = "2026-03-02T14:35:00.000Z";
    expect(dueTimes(daily(), first, 5, "2026-03-04T14:35:00.000Z")).toEqual([first, "2026-03-03T14:35:00.000Z"]);
    expect(dueTimes(daily(), first, 5, first)).toEqual([]);
  });

  it("are on days of New York, whatever day it is in Greenwich", () => {
    // Friday, 23:59 in New York.
    expect(isOpenSlot("2026-03-07T04:59:00.000Z")).toBe(true);
    // Sunday, 23:59.
    expect(isOpenSlot("2026-03-09T03:59:00.000Z")).toBe(false);
  });

  it("are too late after ten minutes", () => {
    const slot = "2026-03-02T14:35:00.000Z";
    expect(isLate(slot, new Date("2026-03-02T14:45:00.000Z"))).toBe(false);
    expect(isLate(slot, new Date("2026-03-02T14:45:00.001Z"))).toBe(true);
  });
});
