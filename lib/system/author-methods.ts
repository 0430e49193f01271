import { fewestResults } from "../analysis/authors/population.ts";
import type { Method } from "./method.ts";

const author = (...names: string[]) => names.map((name) => `Author.${name}`);
const skills = (...names: string[]) => names.map((name) => `Skills.${name}`);

/** What is said of predictions and of those who made them. */
export const methodsOfAuthors: Method[] = [
  {
    statistic: "whether a prediction was right",
    fields: ["Prediction.is_correct", "Prediction.simulated_return_pct"],
    definition: "Right is a simulated option that gained anything after its trading costs; a person's word wins.",
    convention:
      "Gaining nothing is wrong. The return that is_correct rests on is net.simulated_return_pct; simulated_return_pct is " +
      "before costs. What was resolved before verdicts were after costs keeps the one it had.",
    source: "Premiums seen at checks, the close on the day of expiration, and what fills cost.",
    not: "That the share moved as foretold: the option may have cost more than the move brought.",
  },
  {
    statistic: "trust of an author",
    fields: author("trust_score", "avg_sentiment_accuracy", "avg_conviction_score"),
    definition: "Weighted sum of the share of reasoned comments, accuracy and tenure; weights are in GET /config.",
    convention:
      "Accuracy is an exponential mean of right and wrong results, after costs. Of who has none the base rate stands for " +
      "it, 50 % (trust_default_accuracy) until there is one.",
    source: "Comments and resolved predictions.",
    not: "Skill: a lucky month weighs as much as a good one.",
  },
  {
    statistic: "results and base rate of authors",
    fields: [...author("counted_results", "correct_results"), ...skills("base_rate", "authors", "results")],
    definition: "Resolved predictions that count, and the share of those of all authors that were right.",
    convention:
      "Of one author, contract and day of entry only the first to be resolved counts, and none that a person excluded; " +
      `those of [deleted] are not in it. Null below ${fewestResults} results.`,
    source: "All resolved predictions of the realm, after costs.",
    not: "A coin's 50 %: options that are right in fewer than half of the cases are usual.",
  },
  {
    statistic: "skill of an author",
    fields: author("skill", "skill_low", "skill_high"),
    definition:
      "Mean of the posterior of the share that is right, less the base rate p: of k right among n it is " +
      "n / (n + M) × (k / n − p). The interval is the middle 90 % of Beta(pM + k, (1 − p)M + n − k), less p.",
    convention:
      "Empirical Bayes: M, the results that the base rate weighs, is 1 / ρ − 1, with ρ by moments weighted by n; at least 2, " +
      "and never as if the spread were known better than its standard error. Null while p or M is not known.",
    source: "Results of all authors. Kleinman 1973.",
    not: "Proved skill: only a verdict allows for how many authors were looked at.",
  },
  {
    statistic: "verdict on an author",
    fields: [...author("skill_verdict"), ...skills("correction")],
    definition:
      "Skilled or anti-skilled is said where the exact interval of the share that is right excludes the base rate, and the " +
      "90 % interval of skill excludes 0 as well.",
    convention:
      "The exact one is two-sided at 1 − 0.10 / authors with results (Bonferroni), so that by luck alone anyone at all is " +
      "named in at most 10 % of cases.",
    source: "Results of all authors. Clopper and Pearson 1934.",
    not: "A forecast; and null does not say that there is no skill: few results show only a great one.",
  },
  {
    statistic: "whether skill lasts",
    fields: skills("halves_correlation", "halves_authors", "halves_low", "halves_high"),
    definition:
      "Rank correlation, over authors, of skill in the first half of their own results with that in the last.",
    convention:
      "Spearman, equal values sharing the mean of their ranks; authors with 20 results or more, null below 20 of them. 90 % " +
      "interval by Fisher's z with the variance 1.06 / (n − 3).",
    source: "Results of these authors, in the order of their resolution. Fieller, Hartley and Pearson 1957.",
    not: "The skill of anyone: around 0 none lasts, whatever single authors show.",
  },
  {
    statistic: "equity curve of an author",
    fields: ["AuthorDetail.equity_curve", "AuthorDetail.equity_curve_sizing"],
    definition: "What $100,000 would have become that follow each result that counts, before and after costs.",
    convention:
      "Each trade takes 2 % of the account at its entry, open trades at cost, and no more than its cash; it loses what it took " +
      "at most, so that the account cannot fall below 0. On one day entries come before exits. Beside it stand the index's " +
      "daily closes, not quotes of the same moment.",
    source: "Results with what was paid for them; closed trades only.",
    not: "What could have been earned: nobody can buy at the moment of every comment.",
  },
];
