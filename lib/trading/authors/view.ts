import * as z from "zod";
import { authorSchema } from "../../analysis/authors/author.ts";
import { newYorkDay } from "../../runtime/dates.ts";
import { type ClosedTrade, performanceViewSchema } from "../performance/view.ts";
import type { AppliedResult } from "../predictions/record.ts";

/** The path variable of `GET /authors/{name}`. Reddit's names are ASCII; an archive's may be in any script. */
export const authorParams = z.object({ name: z.string().min(1).max(50) });

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
  })
  .meta({ id: "Author" });

/** `GET /authors/{name}`. */
export const authorDetailSchema = authorViewSchema.extend(performanceViewSchema.shape).meta({ id: "AuthorDetail" });

/** The simulated trades of an author's history; what a person excluded is not taken for the author's word. */
export function tradesOf(history: readonly AppliedResult[]): ClosedTrade[] {
  return history
    .filter(({ is_correct }) => is_correct !== null)
    .map(({ ticker, resolved_at, simulated_pnl_cents, trading_costs_cents }) => ({
      ticker,
      endedAt: resolved_at,
      date: newYorkDay(new Date(resolved_at)),
      pnlCents: simulated_pnl_cents,
      costCents: trading_costs_cents,
    }));
}
