import { describe, expect, it } from "vitest";
import { nobody, type Population, withBaseRate } from "../../../../lib/analysis/authors/population.ts";
import { betaQuantile, betaShareBelow } from "../../../../lib/trading/authors/beta.ts";
import { halvesOf, populationChange, priorResults, skillOf } from "../../../../lib/trading/authors/skill.ts";
import { skillsMeta } from "../../../../lib/trading/authors/view.ts";

const counts = (counted_results: number, correct_results: number) => ({ counted_results, correct_results });
/** Of authors with so many results and so many right ones. */
function populationOf(...authors: [number, number][]): Population {
  const changes = authors.map(([n, k]) => ({ before: undefined, after: counts(n, k) }));
  return { ...nobody, ...populationChange(changes) };
}
const six = populationOf([10, 7], [20, 9], [5, 0], [40, 26], [1, 1], [30, 9]);
const two = populationOf([200, 150], [200, 60], ...Array.from({ length: 20 }, (): [number, number] => [50, 25]));

// The values of this file are scipy's, from the same definitions written with numpy.
describe("the beta distribution", () => {
  it.each([
    [0.3, 2.5, 4, 0.3521975859067672],
    [0.5, 120.7, 110.2, 0.24435318174306342],
    [0.01, 0.5, 30, 0.560665631094749],
    [0.35, 1000.5, 2000.25, 0.9723112551780819],
    [0.999, 3, 2, 0.999994007997],
  ])("has below %f with parameters %f and %f the share %f", (x, a, b, share) => {
    expect(betaShareBelow(x, a, b)).toBeCloseTo(share, 11);
  });

  it.each([
    [0.05, 2.5, 4, 0.11481964193097445],
    [0.95, 120.7, 110.2, 0.5765921018185269],
    [0.05, 35.2, 80.9, 0.23526794130523992],
  ])("has its quantile %f with parameters %f and %f at %f", (share, a, b, x) => {
    expect(betaQuantile(share, a, b)).toBeCloseTo(x, 11);
  });

  it("has nothing below 0 and everything below 1", () => {
    expect([betaShareBelow(0, 2, 3), betaShareBelow(1, 2, 3)]).toEqual([0, 1]);
  });
});

describe("an author's skill", () => {
  it("is the difference from the base rate, shrunk by what is known of them, with its interval", () => {
    // p = 52/106, ρ = 0.154142.
    expect(priorResults(six)).toBeCloseTo(5.487526934795865, 4);
    expect(skillOf(counts(40, 26), six)).toEqual({
      skill: 0.14,
      skill_low: 0.02,
      skill_high: 0.253,
      skill_verdict: null,
    });
    expect(skillOf(counts(10, 7), six)).toMatchObject({ skill: 0.135, skill_low: -0.07, skill_high: 0.322 });
    expect(skillOf(counts(1, 1), six)).toMatchObject({ skill: 0.079, skill_low: -0.232, skill_high: 0.363 });
    expect(skillOf(counts(30, 9), six)).toMatchObject({ skill: -0.161, skill_low: -0.284, skill_high: -0.028 });
  });

  it("is called so only where the interval allows for the number of authors", () => {
    expect(skillOf(counts(200, 150), two)).toEqual({
      skill: 0.221,
      skill_low: 0.17,
      skill_high: 0.269,
      skill_verdict: "skilled",
    });
    expect(skillOf(counts(200, 60), two)).toMatchObject({ skill: -0.188, skill_verdict: "anti-skilled" });
    expect(skillOf(counts(50, 25), two)).toMatchObject({ skill: -0.005, skill_verdict: null });
    // 40 with 26 right excludes 0 among six authors, but not at the corrected level.
    expect(skillOf(counts(40, 26), six)?.skill_verdict).toBeNull();
  });

  it("keeps an interval where no spread was seen", () => {
    const alike = populationOf(...Array.from({ length: 10 }, (): [number, number] => [20, 10]));
    expect(priorResults(alike)).toBeCloseTo(39.305086527633215, 9);
    expect(skillOf(counts(20, 10), alike)).toEqual({
      skill: 0,
      skill_low: -0.106,
      skill_high: 0.106,
      skill_verdict: null,
    });
  });

  it("is unknown without results, and while there are fewer than 50 of all", () => {
    expect(skillOf(counts(0, 0), six)).toBeNull();
    expect(skillOf(counts(40, 26), populationOf([40, 26], [9, 3]))).toBeNull();
    expect(skillOf(counts(40, 26), populationOf([40, 26], [10, 3]))).not.toBeNull();
    expect(skillOf(counts(60, 30), populationOf([60, 30]))).toBeNull();
    expect(
      skillOf(counts(1, 1), populationOf(...Array.from({ length: 60 }, (): [number, number] => [1, 1]))),
    ).toBeNull();
  });
});

describe("the sums over all authors", () => {
  it("change by what an author was and is", () => {
    const change = populationChange([
      { before: counts(3, 1), after: counts(6, 4) },
      { before: undefined, after: counts(0, 0) },
      { before: counts(0, 0), after: counts(2, 2) },
    ]);
    // 16/6 − 1/3 and 2.
    expect(change).toEqual({ authors: 1, results: 5, correct: 5, results_squared: 31, square_millionths: 4_333_334 });
  });

  it("make the base rate the neutral accuracy from the fiftieth result on", () => {
    const settings = { trust_default_accuracy: 0.5 };
    expect(withBaseRate(settings, populationOf([49, 10]))).toEqual({ trust_default_accuracy: 0.5 });
    expect(withBaseRate(settings, populationOf([50, 10]))).toEqual({ trust_default_accuracy: 0.2 });
  });
});

describe("whether skill lasts", () => {
  const author = (early_correct: number, late_correct: number, counted_results = 24) => ({
    counted_results,
    early_correct,
    late_correct,
  });
  const index = Array.from({ length: 24 }, (_, i) => i);
  const population = populationOf(...index.map((i): [number, number] => [24, (i % 7) + ((i * 5) % 9) + 3]));

  it("is the rank correlation of first halves with last ones, ties sharing their ranks", () => {
    const unrelated = index.map((i) => author((i % 7) + 2, ((i * 5) % 9) + 1));
    expect(halvesOf(unrelated, population)).toEqual({ halves_authors: 24, halves_correlation: -0.209 });
    const lasting = index.map((i) => author((i % 7) + 2, Math.min(12, (i % 7) + 2 + (i % 3))));
    const halves = halvesOf(lasting, population);
    expect(halves).toEqual({ halves_authors: 24, halves_correlation: 0.935 });
    expect(skillsMeta({ ...population, ...halves })).toMatchObject({ halves_low: 0.869, halves_high: 0.968 });
  });

  it("is not said below 20 authors with 20 results", () => {
    const few = index.map((i) => author((i % 7) + 2, (i % 7) + 2, i < 19 ? 24 : 19));
    expect(halvesOf(few, population)).toEqual({ halves_authors: 19, halves_correlation: null });
    const alike = index.map(() => author(5, 5));
    expect(halvesOf(alike, population)).toEqual({ halves_authors: 24, halves_correlation: null });
  });
});
