import * as z from "zod";
import { type Author, authorSchema } from "../../analysis/authors/author.ts";
import { baseRate, type Population } from "../../analysis/authors/population.ts";
import { round } from "../../runtime/money.ts";
import { performanceViewSchema } from "../performance/view.ts";
import { correction, correlationInterval, type Skill, skillOf } from "./skill.ts";

/** The path variable of `GET /authors/{name}`. Reddit's names are ASCII; an archive's may be in any script. */
export const authorParams = z.object({ name: z.string().min(1).max(50) });

/** What `GET /authors` may be sorted by, descending. */
export const authorOrder = { sort: z.enum(["trust", "skill"]).default("trust") };

/** One entry of `GET /authors`. Scores and averages are fractions. */
export const authorViewSchema = authorSchema
  .pick({
    username: true,
    trust_score: true,
    first_seen: true,
    last_active: true,
    total_comments: true,
    high_quality_comments: true,
    total_upvotes: true,
    avg_conviction_score: true,
    avg_sentiment_accuracy: true,
    flagged_comments: true,
    counted_results: true,
    correct_results: true,
  })
  .extend({
    skill: z
      .number()
      .nullable()
      .describe(
        "How much more often than the base rate they are right, shrunk towards it by how little is known (empirical " +
          "Bayes); null without results or while there are fewer than 50 of all authors.",
      ),
    counted_results: authorSchema.shape.counted_results.describe("One for each contract and day of entry."),
    correct_results: authorSchema.shape.correct_results.describe("Those that gained anything after trading costs."),
    skill_low: z.number().nullable().describe("Lower end of its 90 % interval."),
    skill_high: z.number().nullable(),
    skill_verdict: z
      .enum(["skilled", "anti-skilled"])
      .nullable()
      .describe(`Null where it cannot be told from luck. ${correction}.`),
  })
  .meta({ id: "Author", description: "What each figure means: GET /methods." });

/** `GET /authors/{name}`. */
export const authorDetailSchema = authorViewSchema
  .extend({ ...performanceViewSchema.shape, equity_curve_sizing: z.string() })
  .meta({ id: "AuthorDetail", description: "What each figure means: GET /methods." });
type AuthorView = z.infer<typeof authorViewSchema>;

/** What `GET /authors` adds to `meta`: what the skills of all rest on, and whether skill lasts. */
export const skillsMetaSchema = z
  .object({
    base_rate: z.number().nullable().describe("Share of all results that were right; null below 50 of them."),
    authors: z.number().int().describe("Authors with results that count."),
    results: z.number().int().describe("One for each author, contract and day of entry."),
    correction: z.string().describe("How a verdict allows for the number of authors."),
    halves_authors: z.number().int().describe("Authors with 20 results or more."),
    halves_correlation: z
      .number()
      .nullable()
      .describe(
        "Rank correlation, over these, of skill in the first half of the results with that in the last (Spearman); " +
          "null below 20 of them. Around 0, no skill lasts.",
      ),
    halves_low: z.number().nullable().describe("Lower end of its 90 % interval (Fisher)."),
    halves_high: z.number().nullable(),
  })
  .meta({ id: "Skills", description: "What each means: GET /methods." });

const unknownSkill = { skill: null, skill_low: null, skill_high: null, skill_verdict: null };

export function authorView(author: Author, population: Population): AuthorView {
  const skill: Skill | typeof unknownSkill = skillOf(author, population) ?? unknownSkill;
  return { ...author, ...skill };
}

export function skillsMeta(population: Population): z.infer<typeof skillsMetaSchema> {
  const { authors, results, halves_authors, halves_correlation } = population;
  const rate = baseRate(population);
  const interval = halves_correlation === null ? null : correlationInterval(halves_correlation, halves_authors);
  return {
    base_rate: rate === null ? null : round(rate, 6),
    authors,
    results,
    correction,
    halves_authors,
    halves_correlation,
    halves_low: interval?.low ?? null,
    halves_high: interval?.high ?? null,
  };
}
