import { readCommentData } from "../../localstack/standins/openai/prompt-data.ts";
import type { OpenAiRequest, ScriptedAnswer } from "../../localstack/standins/openai/server.ts";
import { completion, readQuestion } from "../../localstack/standins/openai/wire.ts";

/**
 * The answer of a model that takes comments at their word: "GME bullish, AMD bearish; overall neutral" says just that.
 * Without an overall direction the first one is it.
 */
export function echoedAnnotation({ body }: OpenAiRequest): ScriptedAnswer {
  const question = readQuestion(body);
  if ("status" in question) return question;
  const { comment } = readCommentData(question.userText);
  const said = [...comment.matchAll(/\b([A-Z]+) (bullish|bearish|neutral)\b/g)];
  const ticker_sentiments = said.map(([, ticker, sentiment]) => ({ ticker, sentiment }));
  const overall = /overall (bullish|bearish|neutral)/.exec(comment)?.[1];
  const reply = {
    tickers: ticker_sentiments.map(({ ticker }) => ticker),
    ticker_sentiments,
    sentiment: overall ?? ticker_sentiments[0]?.sentiment ?? "neutral",
    sarcasm_detected: false,
    has_reasoning: false,
    confidence: 0.8,
    reasoning_summary: null,
  };
  return completion(question, JSON.stringify(reply), 100);
}
