import * as z from "zod";
import { commentSchema, type StoredComment } from "../comments/comment.ts";
import { tickerSentimentSchema } from "../comments/sentiment.ts";
import { signalSchema, signalTypeSchema } from "./signal.ts";

/** Filters by ticker are case-insensitive (spec api 1.4). */
const tickerFilter = z
  .string()
  .regex(/^[A-Za-z0-9.-]{1,10}$/, "must be 1–10 letters, digits, dots or hyphens")
  .transform((ticker) => ticker.toUpperCase());
const day = z.iso.date("must be a date, YYYY-MM-DD");

/** The filters of `GET /signals` (spec api 4), but for the portfolio. */
export const signalFilters = {
  ticker: tickerFilter.optional(),
  signal_type: signalTypeSchema.optional(),
  date_from: day.optional(),
  date_to: day.optional(),
};
export type SignalFilters = z.infer<z.ZodObject<typeof signalFilters>>;

/** A query by dates, whose dates must be in order. */
export function inOrder<T extends z.ZodType<Pick<SignalFilters, "date_from" | "date_to">>>(query: T): T {
  return query.refine(({ date_from, date_to }) => !date_from || !date_to || date_from <= date_to, {
    path: ["date_from"],
    message: "must not be after date_to",
  });
}

/** One entry of `GET /signals`. */
export const signalItemSchema = signalSchema
  .omit({ position_opened: true, comment_ids: true, analysis_run_id: true })
  .meta({ id: "SignalItem" });

/** `GET /signals/{id}`: all stored fields. */
export const signalDetailSchema = signalSchema.meta({ id: "Signal" });

/** One entry of `GET /signals/{id}/comments`. */
export const signalCommentSchema = commentSchema
  .pick({
    id: true,
    body: true,
    author: true,
    created_utc: true,
    score: true,
    depth: true,
    parent_comment_id: true,
    sentiment: true,
    sarcasm_detected: true,
    has_reasoning: true,
    ai_confidence: true,
    author_trust_score: true,
    reasoning_summary: true,
  })
  .extend({ reddit_id: z.string(), ticker_sentiments: z.array(tickerSentimentSchema.meta({ id: "TickerSentiment" })) })
  .meta({ id: "SignalComment" });

export function toSignalComment(comment: StoredComment): z.infer<typeof signalCommentSchema> {
  const byTicker = comment.ticker_sentiments.toSorted((a, b) => (a.ticker < b.ticker ? -1 : 1));
  return { ...comment, reddit_id: comment.id, ticker_sentiments: byTicker };
}

/** The filters of `GET /signals/history`. */
export const historyFilters = { signal_type: signalTypeSchema, ticker: tickerFilter.optional() };
export const historySchema = z.record(
  z.string(),
  z.array(z.object({ date: z.string(), confidence: z.number() }).meta({ id: "DayConfidence" })),
);
export const historyMetaSchema = z
  .object({ days: z.number().int(), signal_type: signalTypeSchema })
  .meta({ id: "HistoryMeta" });
