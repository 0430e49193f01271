import { describe, expect, it } from "vitest";
import { reviewReason } from "../../../../lib/trading/market/doubts.ts";

const split = (ratio: number, isDoubtful?: true) => ({
  ...{ date: "2026-03-09", ratio, opening: 10 },
  ...(isDoubtful && { isDoubtful }),
});
const held = { doubtedSince: null, due: [], doubt: null };

describe("a person has to look", () => {
  it("at once where a ratio is no split for certain, of whatever else is due", () => {
    expect(reviewReason("GME", { ...held, due: [split(10), split(1.281, true)] }, "2026-03-09")).toBe(
      "On 2026-03-09 GME became 1.281 shares, which is no split for certain and may be a spin-off.",
    );
    expect(reviewReason("GME", { ...held, due: [split(10)] }, "2026-03-09")).toBeNull();
  });

  it.each([
    ["other_scale", "Prices of GME are on another scale than at the last check, and no source names a split."],
    ["unknown_symbol", "No source knows GME any more: it was delisted, merged or renamed."],
  ] as const)("on the third trading day of %s, whenever it was last checked", (doubt, reason) => {
    const doubted = { ...held, doubt, doubtedSince: "2026-03-09" };
    const days = ["2026-03-09", "2026-03-10", "2026-03-11"];
    expect(days.map((day) => reviewReason("GME", doubted, day))).toEqual([null, null, reason]);
    expect(reviewReason("GME", { ...held, doubt }, "2026-03-11")).toBeNull();
  });

  it("a day later where the exchange is closed on one of them", () => {
    // Good Friday is 3 April: Thursday, then Monday, then Tuesday.
    const doubted = { ...held, doubt: "other_scale", doubtedSince: "2026-04-02" } as const;
    const isDue = (day: string) => reviewReason("GME", doubted, day) !== null;
    expect(["2026-04-05", "2026-04-06", "2026-04-07"].map(isDue)).toEqual([false, false, true]);
  });

  it("never at what is not in doubt, however long ago that began", () => {
    expect(reviewReason("GME", { ...held, doubtedSince: "2026-03-09" }, "2027-03-11")).toBeNull();
  });
});
