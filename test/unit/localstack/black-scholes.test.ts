import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { blackScholes, normalCdf, realisedVolatility } from "../../../localstack/standins/market/black-scholes.ts";

const hull = { spot: 42, strike: 40, rate: 0.1, volatility: 0.2, years: 0.5 };

describe("the Black–Scholes price", () => {
  it("is Hull's: 4.76 for the call and 0.81 for the put", () => {
    expect(blackScholes({ ...hull, type: "call" }).price).toBeCloseTo(4.76, 2);
    expect(blackScholes({ ...hull, type: "put" }).price).toBeCloseTo(0.81, 2);
  });

  it("has Hull's N(d1) = 0.7791 for a delta, and one less for the put", () => {
    expect(blackScholes({ ...hull, type: "call" }).delta).toBeCloseTo(0.7791, 4);
    expect(blackScholes({ ...hull, type: "put" }).delta).toBeCloseTo(-0.2209, 4);
  });

  it("is 10.4506 at the money for a year at 5 % and a volatility of 20 %, and 5.5735 for the put", () => {
    const inputs = { spot: 100, strike: 100, rate: 0.05, volatility: 0.2, years: 1 };
    expect(blackScholes({ ...inputs, type: "call" }).price).toBeCloseTo(10.4506, 4);
    expect(blackScholes({ ...inputs, type: "put" }).price).toBeCloseTo(5.5735, 4);
  });

  it("keeps put–call parity, bounds and signs everywhere", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.5, max: 2_000, noNaN: true }),
        fc.double({ min: 0.5, max: 2, noNaN: true }),
        fc.double({ min: 0.2, max: 3, noNaN: true }),
        fc.double({ min: 0.0005, max: 2, noNaN: true }),
        (spot, moneyness, volatility, years) => {
          const inputs = { spot, strike: spot * moneyness, rate: 0.04, volatility, years };
          const call = blackScholes({ ...inputs, type: "call" });
          const put = blackScholes({ ...inputs, type: "put" });
          const forward = spot - inputs.strike * Math.exp(-0.04 * years);
          expect(call.price - put.price).toBeCloseTo(forward, 6);
          expect(call.delta - put.delta).toBeCloseTo(1, 9);
          expect(call.price).toBeGreaterThanOrEqual(Math.max(0, forward) - 1e-9);
          expect(call.price).toBeLessThanOrEqual(spot);
          expect(call.delta).toBeGreaterThanOrEqual(0);
          expect(put.delta).toBeLessThanOrEqual(0);
        },
      ),
    );
  });

  it("is what exercising brings when no time is left", () => {
    const inputs = { ...hull, years: 0 };
    expect(blackScholes({ ...inputs, type: "call" })).toEqual({ price: 2, delta: 1 });
    expect(blackScholes({ ...inputs, type: "put" })).toEqual({ price: 0, delta: 0 });
  });
});

describe("the normal distribution", () => {
  it.each([
    [0, 0.5],
    [1, 0.8413447460685429],
    [-1, 0.15865525393145707],
    [1.96, 0.9750021048517795],
    [3, 0.9986501019683699],
    [-6.5, 4.016000583859e-11],
    [-8, 6.220960574271785e-16],
    [9, 1],
  ])("of %d is %d", (x, expected) => {
    expect(normalCdf(x)).toBeCloseTo(expected, 12);
  });
});

describe("realised volatility", () => {
  it("is the yearly deviation of the logarithmic returns", () => {
    // Returns of +5 % and −5 %, three times each: mean 0, sum of squares 6 × 0.0025, by 5, times 252: √0.756.
    const closes = [0, 0.05, 0, 0.05, 0, 0.05, 0].map((logarithm) => 100 * Math.exp(logarithm));
    expect(realisedVolatility(closes)).toBeCloseTo(0.869483, 6);
  });

  it("stays within [0.2, 3.0]", () => {
    expect(realisedVolatility([100, 100, 100, 100, 100, 100])).toBe(0.2);
    expect(realisedVolatility([100, 200, 100, 200, 100, 200])).toBe(3);
  });

  it("is not known from fewer than five returns", () => {
    expect(realisedVolatility([100, 101, 102, 103, 104])).toBeNull();
    expect(realisedVolatility([])).toBeNull();
  });
});
