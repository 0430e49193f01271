import * as z from "zod";
import type { ModelUsage } from "./model.ts";

const count = z.number().int().nonnegative();
const completionSchema = z.object({
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish().catch(null),
        message: z.object({ content: z.string().nullish(), refusal: z.string().nullish().catch(null) }),
      }),
    )
    .min(1),
});
const usageSchema = z.object({ usage: z.object({ prompt_tokens: count, completion_tokens: count }) });

type Choice = z.infer<typeof completionSchema>["choices"][number];

/** The model's reply in an answer; undefined where the answer is no chat completion. */
export function choiceOf(answer: unknown): Choice | undefined {
  return completionSchema.safeParse(answer).data?.choices[0];
}

/** The text of an answer, as far as it has one. */
export function replyIn(answer: unknown, choice: Choice | undefined): string {
  if (choice === undefined) return typeof answer === "string" ? answer : "";
  return choice.message.content ?? choice.message.refusal ?? "";
}

/** Zero where a service does not count: then there is nothing the ledger could add up. */
export function usageOf(answer: unknown): ModelUsage {
  const usage = usageSchema.safeParse(answer).data?.usage;
  return { promptTokens: usage?.prompt_tokens ?? 0, completionTokens: usage?.completion_tokens ?? 0 };
}

/** Why the model gave no whole reply; null if it did. A description that was cut short still describes. */
export function unwillingness(choice: Choice, withImage: boolean): string | null {
  if (choice.message.refusal) return "the model refused to reply";
  if (choice.finish_reason === "content_filter") return "the model's reply was withheld by a content filter";
  if (choice.finish_reason === "length" && !withImage) return "the model's reply was cut off at the token limit";
  return null;
}
