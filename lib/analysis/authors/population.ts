import * as z from "zod";

/**
 * Sums over all authors with results that count, kept in the transactions that change an author, so that what is said of
 * one never needs the others to be read.
 */
export const populationSchema = z.object({
  authors: z.number().int().default(0),
  results: z.number().int().default(0),
  correct: z.number().int().default(0),
  /** Sum of the squares of their numbers of results. */
  results_squared: z.number().int().default(0),
  /** Sum of (right results)² / results, each in whole millionths: integers add up alike in any order. */
  square_millionths: z.number().int().default(0),
  /** As the last run found it: how the skill of first halves and of last halves rank together, and over how many. */
  halves_authors: z.number().int().default(0),
  halves_correlation: z.number().nullable().default(null),
});
export type Population = z.infer<typeof populationSchema>;

/** Before there is any result. */
export const nobody: Population = populationSchema.parse({});

/** Results below which no base rate is taken from them. */
export const fewestResults = 50;

/** The share of all results that were right, once there are 50 of them. */
export function baseRate({ results, correct }: Pick<Population, "results" | "correct">): number | null {
  return results < fewestResults ? null : correct / results;
}

/** Settings in which an author without results is taken to be right as often as all others were. */
export function withBaseRate<S extends { trust_default_accuracy: number }>(settings: S, population: Population): S {
  return { ...settings, trust_default_accuracy: baseRate(population) ?? settings.trust_default_accuracy };
}
