import * as z from "zod";

export const sentimentSchema = z.enum(["bullish", "bearish", "neutral"]);

/** The direction a comment speaks for, after sarcasm is resolved. */
export type Sentiment = z.infer<typeof sentimentSchema>;

export const tickerSentimentSchema = z.object({ ticker: z.string(), sentiment: sentimentSchema });

/** What one comment says about one ticker. */
export type TickerSentiment = z.infer<typeof tickerSentimentSchema>;
