import * as z from "zod";

export const sentimentSchema = z.enum(["bullish", "bearish", "neutral"]);

/** The direction a comment speaks for, after sarcasm is resolved. */
export type Sentiment = z.infer<typeof sentimentSchema>;

/** What one comment says about one ticker. */
export interface TickerSentiment {
  ticker: string;
  sentiment: Sentiment;
}
