/** Sentences that speak to a language model instead of to readers. What they ask for is no opinion of a trader. */
const toTheModel =
  /\b(?:(?:ignore|disregard|forget|override)\b.{0,30}\b(?:previous|prior|above|earlier|system|all|your|the)\b.{0,30}\b(?:instructions?|prompts?|rules?|messages?|guidelines?)|system\s*prompt|(?:as|you are(?: now)?) an? (?:ai|language model|assistant|llm)|(?:output|respond|reply|answer|return|print)\b.{0,20}\b(?:with|only|json|the following|exactly)\b|(?:set|mark|rate|classify|label)\b.{0,30}\b(?:confidence|sentiment|sarcasm|trust)|(?:reveal|repeat|show|print|output)\b.{0,30}\b(?:prompt|instructions|api key|system message)|"?(?:ticker_sentiments|sarcasm_detected|has_reasoning|reasoning_summary)"?|<\|?\/?(?:im_start|im_end|system|assistant|user)\b)/i;

/** The text without such sentences (spec reliability 6.2: instructions inside a comment have no effect). */
export function withoutInstructions(text: string): string {
  if (!toTheModel.test(text)) return text;
  return text
    .split(/(?<=[.!?\n])\s*/)
    .filter((sentence) => !toTheModel.test(sentence))
    .join(" ");
}
