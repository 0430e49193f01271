import { sampleCorrelation, sum } from "simple-statistics";
import type { Author } from "../../analysis/authors/author.ts";
import { baseRate, type Population } from "../../analysis/authors/population.ts";
import { round } from "../../runtime/money.ts";
import { betaQuantile, betaShareBelow } from "./beta.ts";

/** Outside its interval lies a tenth: a twentieth on each side. */
const tail = 0.05;
const decimals = 3;
/** The prior never weighs less than this many results: the weight of the uniform one. */
const fewestPriorResults = 2;
/** Of an author whose halves are compared, and of such authors. */
const fewestResultsForHalves = 20;
const fewestAuthorsForHalves = 20;

export const correction =
  "Bonferroni over the authors with results: the 90 % interval excludes 0, and so does the exact one (Clopper-Pearson) " +
  "of 1 - 0.10 / authors, so that by luck alone anyone at all is named in at most 10 % of cases";

type Counts = Pick<Author, "counted_results" | "correct_results">;

/** How much more often than all others an author is right, with its 90 % interval; fractions. */
export interface Skill {
  skill: number;
  skill_low: number;
  skill_high: number;
  /** Null where it cannot be told from luck. */
  skill_verdict: "skilled" | "anti-skilled" | null;
}

/**
 * An author's skill: the mean of the posterior of their hit rate, less the base rate p. With k of n results right it is
 * n / (n + M) × (k / n − p), M as in `priorResults`, and the interval is that of Beta(pM + k, (1 − p)M + n − k). Null
 * without results, and while there are too few of all to know p and M.
 */
export function skillOf(counts: Counts, population: Population): Skill | null {
  const posterior = posteriorOf(counts, population);
  if (!posterior) return null;
  const { rate, right, wrong } = posterior;
  return {
    skill: round(right / (right + wrong) - rate, decimals),
    skill_low: round(betaQuantile(tail, right, wrong) - rate, decimals),
    skill_high: round(betaQuantile(1 - tail, right, wrong) - rate, decimals),
    skill_verdict: verdictOf(counts, population),
  };
}

function posteriorOf({ counted_results: n, correct_results: k }: Counts, population: Population) {
  const rate = baseRate(population);
  const weight = priorResults(population);
  if (n === 0 || rate === null || weight === null) return null;
  return { rate, right: rate * weight + k, wrong: (1 - rate) * weight + n - k };
}

/**
 * *Skilled* or *anti-skilled* is said only where the interval excludes 0 and the exact one of the hit rate, of Clopper and
 * Pearson, still excludes the base rate at 1 − 0.10 / authors (Bonferroni). Of the corrections it is the one that widens
 * an interval, holds however results depend on each other (authors follow the same tickers), and needs of the others
 * only their number; Holm's and Benjamini and Hochberg's need all of them. The prior alone would shrink with the spread
 * and could not promise a rate.
 */
export function verdictOf(counts: Counts, population: Population): Skill["skill_verdict"] {
  const posterior = posteriorOf(counts, population);
  if (!posterior) return null;
  const { rate, right, wrong } = posterior;
  const [hits, misses] = [counts.correct_results, counts.counted_results - counts.correct_results];
  const corrected = tail / population.authors;
  if (betaShareBelow(rate, right, wrong) < tail && chanceOfAsMany(hits, misses, rate) < corrected) return "skilled";
  if (betaShareBelow(1 - rate, wrong, right) < tail && chanceOfAsMany(misses, hits, 1 - rate) < corrected) {
    return "anti-skilled";
  }
  return null;
}

/** The binomial chance of so many hits or more, and so few misses. */
function chanceOfAsMany(hits: number, misses: number, rate: number): number {
  return hits === 0 ? 1 : betaShareBelow(rate, hits, misses + 1);
}

/**
 * M, the number of results that the base rate weighs against an author's own: 1 / ρ − 1, where ρ is the correlation of
 * two results of one author, by the method of moments for the beta-binomial distribution weighted by n (Kleinman,
 * "Proportions with extraneous variance", JASA 68, 1973). With N results of m authors, S = Σ k²/n − (Σ k)²/N:
 * ρ = (S / (p(1 − p)) − (m − 1)) / (N − Σ n²/N − (m − 1)).
 *
 * Not less than the error it would have were all alike, √(2(m − 1)) over the same: that no spread was seen does not
 * prove that there is none, and intervals of no width would say so. Null where nobody has two results, or all are alike.
 */
export function priorResults(population: Population): number | null {
  const { authors, results, correct, results_squared, square_millionths } = population;
  const rate = baseRate(population);
  if (rate === null || rate === 0 || rate === 1) return null;
  const comparable = results - results_squared / results - (authors - 1);
  if (comparable <= 0) return null;
  const scatter = (square_millionths / 1e6 - correct ** 2 / results) / (rate * (1 - rate));
  const correlation = (scatter - (authors - 1)) / comparable;
  const error = Math.sqrt(2 * (authors - 1)) / comparable;
  return Math.max(fewestPriorResults, 1 / Math.max(correlation, error) - 1);
}

/** What changed authors add to the sums over all. */
export function populationChange(changes: readonly { before: Counts | undefined; after: Counts }[]) {
  const total = (part: (counts: Counts) => number) =>
    sum(changes.map(({ before, after }) => part(after) - (before ? part(before) : 0)));
  return {
    authors: total(({ counted_results: n }) => (n > 0 ? 1 : 0)),
    results: total(({ counted_results: n }) => n),
    correct: total(({ correct_results: k }) => k),
    results_squared: total(({ counted_results: n }) => n ** 2),
    square_millionths: total(({ counted_results: n, correct_results: k }) =>
      n > 0 ? round((k ** 2 / n) * 1e6, 0) : 0,
    ),
  };
}

/**
 * Whether skill lasts: Spearman's rank correlation, over authors with 20 results or more, of the skill in the first half
 * of their results with that in the last. Null below 20 such authors, or where a half is alike for all.
 */
export function halvesOf(
  authors: readonly Pick<Author, "counted_results" | "early_correct" | "late_correct">[],
  population: Population,
): Pick<Population, "halves_authors" | "halves_correlation"> {
  const rate = baseRate(population);
  const weight = priorResults(population);
  const compared = authors.filter(({ counted_results }) => counted_results >= fewestResultsForHalves);
  const few = { halves_authors: compared.length, halves_correlation: null };
  if (rate === null || weight === null || compared.length < fewestAuthorsForHalves) return few;
  const skills = (right: (author: (typeof compared)[number]) => number) =>
    compared.map((author) => {
      const half = Math.floor(author.counted_results / 2);
      return (right(author) - rate * half) / (half + weight);
    });
  const [early, late] = [ranks(skills(({ early_correct }) => early_correct)), ranks(skills((a) => a.late_correct))];
  const correlation = sampleCorrelation(early, late);
  return { ...few, halves_correlation: Number.isNaN(correlation) ? null : round(correlation, decimals) };
}

/** Places from 1 on; equal values share the mean of theirs. */
function ranks(values: readonly number[]): number[] {
  const places = Map.groupBy(values.toSorted((a, b) => a - b).entries(), ([, value]) => value);
  return values.map((value) => {
    const shared = places.get(value) ?? [];
    return 1 + sum(shared.map(([place]) => place)) / shared.length;
  });
}

/** The 90 % interval of a rank correlation over so many, by Fisher's z with the variance of Fieller, Hartley and Pearson. */
export function correlationInterval(correlation: number, count: number): { low: number; high: number } {
  const reach = 1.644854 * Math.sqrt(1.06 / (count - 3));
  const middle = Math.atanh(correlation);
  return { low: round(Math.tanh(middle - reach), decimals), high: round(Math.tanh(middle + reach), decimals) };
}
