import { describe, expect, it } from "vitest";
import { isOverdue, reviewReason } from "../../../../lib/trading/market/doubts.ts";

const friday = "2026-03-06T15:30:00.000Z";
const split = (ratio: number, isDoubtful?: true) => ({
  ...{ date: "2026-03-09", ratio, opening: 10 },
  ...(isDoubtful && { isDoubtful }),
});

describe("what was last checked on a Friday", () => {
  it("has waited long enough on the third trading day after it, weekends not counted", () => {
    expect(["2026-03-07", "2026-03-10", "2026-03-11"].map((day) => isOverdue(friday, day))).toEqual([
      false,
      false,
      true,
    ]);
  });

  it("on the eve of a holiday waits a day longer", () => {
    // Good Friday is 3 April: Thursday, then Monday, Tuesday, Wednesday.
    const thursday = "2026-04-02T15:30:00.000Z";
    expect(["2026-04-07", "2026-04-08"].map((day) => isOverdue(thursday, day))).toEqual([false, true]);
  });
});

describe("a person has to look", () => {
  const held = { since: friday, due: [], doubt: null };

  it("at once where a ratio is no split for certain, of whatever else is due", () => {
    expect(reviewReason("GME", { ...held, due: [split(10), split(1.281, true)] }, "2026-03-09")).toBe(
      "On 2026-03-09 GME became 1.281 shares, which is no split for certain and may be a spin-off.",
    );
    expect(reviewReason("GME", { ...held, due: [split(10)] }, "2026-03-09")).toBeNull();
  });

  it.each([
    ["other_scale", "Prices of GME are on another scale than at the last check, and no source names a split."],
    ["unknown_symbol", "No source knows GME any more: it was delisted, merged or renamed."],
  ] as const)("after three trading days of %s", (doubt, reason) => {
    expect(reviewReason("GME", { ...held, doubt }, "2026-03-10")).toBeNull();
    expect(reviewReason("GME", { ...held, doubt }, "2026-03-11")).toBe(reason);
  });

  it("never at what is not in doubt, however long ago it was checked", () => {
    expect(reviewReason("GME", held, "2027-03-11")).toBeNull();
  });
});
