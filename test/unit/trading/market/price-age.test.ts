import { describe, expect, it } from "vitest";
import { barTime, isCurrent, isSlip, lastOpening, sessionsSince } from "../../../../lib/trading/market/price-age.ts";

/** An instant of New York's clocks in winter, five hours behind UTC. */
const winter = (day: string, time: string) => new Date(`${day}T${time}:00-05:00`);

describe("the last session's opening", () => {
  it.each([
    { when: "a second after the opening", now: "2023-03-09T14:30:01Z", opening: "2023-03-09T14:30:00.000Z" },
    { when: "at the opening", now: "2023-03-09T14:30:00Z", opening: "2023-03-09T14:30:00.000Z" },
    { when: "a second before it", now: "2023-03-09T14:29:59Z", opening: "2023-03-08T14:30:00.000Z" },
    { when: "after the close", now: "2023-03-09T23:00:00Z", opening: "2023-03-09T14:30:00.000Z" },
    { when: "after midnight in New York", now: "2023-03-10T06:00:00Z", opening: "2023-03-09T14:30:00.000Z" },
    { when: "on Sunday", now: "2023-03-12T18:00:00Z", opening: "2023-03-10T14:30:00.000Z" },
    { when: "on Monday before the opening", now: "2023-03-13T13:00:00Z", opening: "2023-03-10T14:30:00.000Z" },
    { when: "after clocks went forward", now: "2023-03-13T13:30:00Z", opening: "2023-03-13T13:30:00.000Z" },
    { when: "on Good Friday", now: "2023-04-07T15:00:00Z", opening: "2023-04-06T13:30:00.000Z" },
    { when: "on the evening of a half day", now: "2020-11-27T20:00:00Z", opening: "2020-11-27T14:30:00.000Z" },
    { when: "before the opening after a holiday", now: "2020-11-27T14:00:00Z", opening: "2020-11-25T14:30:00.000Z" },
    { when: "after a day of mourning", now: "2025-01-10T13:00:00Z", opening: "2025-01-08T14:30:00.000Z" },
  ])("is, $when, $opening", ({ now, opening }) => {
    expect(lastOpening(new Date(now)).toISOString()).toBe(opening);
  });
});

describe("a price", () => {
  const monday = new Date("2023-03-13T15:00:00Z");
  const traded = (at: Date | null, isHalted = false) => isCurrent({ at, isHalted }, monday);

  it("is one from the opening on, and none of a day before it", () => {
    expect(traded(new Date("2023-03-13T13:30:00Z"))).toBe(true);
    expect(traded(new Date("2023-03-13T13:29:59.999Z"))).toBe(false);
    expect(traded(winter("2023-03-09", "16:00"))).toBe(false);
  });

  it("is still one on the weekend after its session, half a day long or not, and on the next morning", () => {
    const friday = { at: winter("2020-11-27", "12:59"), isHalted: false };
    expect(isCurrent(friday, winter("2020-11-29", "23:00"))).toBe(true);
    expect(isCurrent(friday, winter("2020-11-30", "09:29"))).toBe(true);
    expect(isCurrent(friday, winter("2020-11-30", "09:30"))).toBe(false);
  });

  it("is none of what is halted, however new", () => {
    expect(traded(monday, true)).toBe(false);
  });

  it("whose source does not say when it was traded counts as of now, unless it is halted", () => {
    expect(traded(null)).toBe(true);
    expect(traded(null, true)).toBe(false);
  });
});

describe("trading days without a price", () => {
  it.each([
    { now: "2023-03-09T22:00:00Z", days: 0 },
    { now: "2023-03-10T14:29:00Z", days: 0 },
    { now: "2023-03-10T14:30:00Z", days: 1 },
    { now: "2023-03-12T15:00:00Z", days: 1 },
    { now: "2023-03-13T15:00:00Z", days: 2 },
    { now: "2023-03-16T15:00:00Z", days: 5 },
    { now: "2023-03-20T15:00:00Z", days: 7 },
  ])("since Thursday, 9 March, are $days at $now", ({ now, days }) => {
    expect(sessionsSince(winter("2023-03-09", "16:00"), new Date(now))).toBe(days);
  });

  it("are none for a price of the session itself, and one for what was traded only before its opening", () => {
    expect(sessionsSince(winter("2023-03-09", "10:00"), winter("2023-03-09", "15:00"))).toBe(0);
    expect(sessionsSince(winter("2023-03-09", "08:00"), winter("2023-03-09", "15:00"))).toBe(1);
  });

  it("do not count holidays", () => {
    expect(sessionsSince(winter("2020-11-25", "16:00"), winter("2020-11-30", "10:00"))).toBe(2);
  });
});

describe("a day's bar", () => {
  it("was traded at the end of its session, and at its beginning while that is on", () => {
    expect(barTime("2020-11-25", winter("2020-11-27", "10:00"))).toEqual(winter("2020-11-25", "16:00"));
    expect(barTime("2020-11-27", winter("2020-11-27", "12:59"))).toEqual(winter("2020-11-27", "09:30"));
    expect(barTime("2020-11-27", winter("2020-11-27", "13:00"))).toEqual(winter("2020-11-27", "13:00"));
  });
});

describe("a last trade outside of bid and ask", () => {
  it("is a slip beyond half of the bid, or half as much again as the ask", () => {
    expect(isSlip(4.99, { bid: 10, ask: 10.2 })).toBe(true);
    expect(isSlip(5, { bid: 10, ask: 10.2 })).toBe(false);
    expect(isSlip(18, { bid: 10, ask: 12 })).toBe(false);
    expect(isSlip(18.01, { bid: 10, ask: 12 })).toBe(true);
  });

  it("is none where nobody bids or asks", () => {
    expect(isSlip(1, { bid: 10, ask: null })).toBe(false);
    expect(isSlip(100, { bid: null, ask: 10 })).toBe(false);
  });
});
