import { expect, it } from "vitest";
import { contentWords } from "../../../localstack/standins/openai/roles/words.ts";

it.each([
  ["buses", "bus"],
  ["losses", "loss"],
  ["classes", "class"],
  ["costs", "cost"],
  ["calls", "call"],
  ["signals", "signal"],
  ["graduation", "graduate"],
  ["planned", "plans"],
  ["chargers", "charging"],
])("%s and %s are one word", (several, one) => {
  expect(contentWords(several)).toEqual(contentWords(one));
});
