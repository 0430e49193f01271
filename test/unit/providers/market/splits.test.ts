import { describe, expect, it } from "vitest";
import { isSplitForCertain } from "../../../../lib/providers/market/splits.ts";

describe("a ratio of new shares to old ones", () => {
  it.each([
    [4, 1, "a forward split"],
    [1, 10, "a reverse one"],
    [1, 1500, "a reverse one of a company that has sunk"],
    [3, 2, "three for two"],
    [5, 4, "five for four"],
    [4, 5, "four for five"],
    [21, 20, "a stock dividend of 5 %"],
    [3000, 2000, "three for two, not in lowest terms"],
    [1.5, 1, "three for two as one number, as a person gives it"],
    [1, 2.5, "its reverse"],
  ])("of %s to %s is %s", (newShares, oldShares) => {
    expect(isSplitForCertain(newShares, oldShares)).toBe(true);
  });

  it.each([
    [1281, 1000, "the price that a health care company was spun off at"],
    [1253, 1000, "that of an energy company"],
    [1324, 1000, "that of a film company"],
    [1046, 1000, "that of a services company"],
    [2002, 1000, "a new class of shares"],
    [10_027_455, 10_000_000, "an odd payment in shares"],
    [1.281, 1.1, "neither a number nor a ratio of whole ones"],
  ])("of %s to %s may be %s", (newShares, oldShares) => {
    expect(isSplitForCertain(newShares, oldShares)).toBe(false);
  });
});
