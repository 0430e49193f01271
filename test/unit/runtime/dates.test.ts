import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addDays, daysBetween, iso, newYorkDay, utcDay, utcMonth } from "../../../lib/runtime/dates.ts";

const at = (text: string) => new Date(text);

describe("days", () => {
  it("stores an instant in one form", () => {
    expect(iso(at("2026-03-02T10:30:00-05:00"))).toBe("2026-03-02T15:30:00.000Z");
  });

  it("takes the month from UTC, whatever the clocks of New York say", () => {
    expect(utcMonth(at("2025-12-31T19:00:00-05:00"))).toBe("2026-01");
    expect(utcMonth(at("2026-12-31T23:59:59.999Z"))).toBe("2026-12");
  });

  it.each([
    ["2026-01-15T04:59:59Z", "2026-01-14", "2026-01-15"],
    ["2026-01-15T05:00:00Z", "2026-01-15", "2026-01-15"],
    ["2026-07-15T03:59:59Z", "2026-07-14", "2026-07-15"],
    ["2026-07-15T04:00:00Z", "2026-07-15", "2026-07-15"],
    // The clocks go forward on 8 March and back on 1 November.
    ["2026-03-08T04:59:59Z", "2026-03-07", "2026-03-08"],
    ["2026-03-08T05:00:00Z", "2026-03-08", "2026-03-08"],
    ["2026-03-09T03:59:59Z", "2026-03-08", "2026-03-09"],
    ["2026-03-09T04:00:00Z", "2026-03-09", "2026-03-09"],
    ["2026-11-01T03:59:59Z", "2026-10-31", "2026-11-01"],
    ["2026-11-01T04:00:00Z", "2026-11-01", "2026-11-01"],
    ["2026-11-02T04:59:59Z", "2026-11-01", "2026-11-02"],
    ["2026-11-02T05:00:00Z", "2026-11-02", "2026-11-02"],
    ["2026-01-01T03:00:00Z", "2025-12-31", "2026-01-01"],
  ])("at %s it is %s in New York and %s in UTC", (instant, newYork, utc) => {
    expect(newYorkDay(at(instant))).toBe(newYork);
    expect(utcDay(at(instant))).toBe(utc);
  });

  it.each([
    ["2028-02-28", 1, "2028-02-29"],
    ["2027-02-28", 1, "2027-03-01"],
    ["2026-12-31", 1, "2027-01-01"],
    ["2026-03-31", -31, "2026-02-28"],
    ["2026-03-07", 2, "2026-03-09"],
    ["2026-10-31", 30, "2026-11-30"],
    ["2026-05-05", 0, "2026-05-05"],
  ])("%s and %d days is %s", (day, days, expected) => {
    expect(addDays(day, days)).toBe(expected);
    expect(daysBetween(day, expected)).toBe(days);
  });

  it("adds and counts in agreement, over any span", () => {
    const someDay = fc.date({ min: at("1990-01-01T00:00:00Z"), max: at("2090-01-01T00:00:00Z"), noInvalidDate: true });
    fc.assert(
      fc.property(someDay, fc.integer({ min: -20_000, max: 20_000 }), (date, days) => {
        const day = utcDay(date);
        expect(daysBetween(day, addDays(day, days))).toBe(days);
        expect(addDays(addDays(day, days), -days)).toBe(day);
      }),
    );
  });

  it("is in New York the UTC day or the one before", () => {
    fc.assert(
      fc.property(
        fc.date({ min: at("2000-01-01T00:00:00Z"), max: at("2040-01-01T00:00:00Z"), noInvalidDate: true }),
        (date) => {
          expect([0, 1]).toContain(daysBetween(newYorkDay(date), utcDay(date)));
        },
      ),
    );
  });
});
