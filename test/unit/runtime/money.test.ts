import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { round } from "../../../lib/runtime/money.ts";

describe("rounding", () => {
  it.each([
    [1.005, 2, 1.01],
    [-1.005, 2, -1.01],
    [2.5, 0, 3],
    [-2.5, 0, -3],
    [0.125, 2, 0.13],
    [1.015, 2, 1.02],
    [8.345, 2, 8.35],
    [1.0049, 2, 1],
    [0.1 + 0.2, 1, 0.3],
    [1234.56785, 4, 1234.5679],
    [99_999.995, 2, 100_000],
    [7, 4, 7],
  ])("%d to %d places is %d: halves go away from zero", (value, places, expected) => {
    expect(round(value, places)).toBe(expected);
  });

  it("never answers minus zero", () => {
    expect(Object.is(round(-0.001, 2), 0)).toBe(true);
    expect(Object.is(round(-0, 2), 0)).toBe(true);
  });

  it("leaves every amount of whole cents as it is", () => {
    fc.assert(
      fc.property(fc.integer({ min: -10_000_000, max: 10_000_000 }), (cents) => {
        expect(round(cents / 100, 2)).toBe(cents / 100 || 0);
      }),
    );
  });

  it("agrees with exact decimal arithmetic", () => {
    const cases = fc.record({
      digits: fc.bigInt({ min: -9_999_999_999n, max: 9_999_999_999n }),
      places: fc.integer({ min: 0, max: 4 }),
      further: fc.integer({ min: 0, max: 2 }),
    });
    fc.assert(
      fc.property(cases, ({ digits, places, further }) => {
        const unit = 10n ** BigInt(further);
        const size = digits < 0n ? -digits : digits;
        const whole = (size + unit / 2n) / unit;
        const expected = Number(`${digits < 0n ? -whole : whole}e-${places}`);
        expect(round(Number(`${digits}e-${places + further}`), places)).toBe(expected || 0);
      }),
      { numRuns: 2_000 },
    );
  });

  it("is the same for both signs, and rounding twice changes nothing", () => {
    const amounts = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(amounts, fc.integer({ min: 0, max: 4 }), (value, places) => {
        const once = round(value, places);
        expect(round(-value, places)).toBe(-once || 0);
        expect(round(once, places)).toBe(once);
        expect(Math.abs(once - value)).toBeLessThanOrEqual(0.5 / 10 ** places + 1e-6);
      }),
    );
  });
});
