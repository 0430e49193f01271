import * as z from "zod";
import { markdownPathSchema } from "./documents/path.ts";

/** Ids of clients; a name of an execution, with the attempt, may have 80 characters. */
export const runIdSchema = z
  .string()
  .trim()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, "must be 1–64 letters, digits, _ or -, beginning with a letter or digit");

/** `POST /api/v1/runs` (spec answer-runs 1.1). Nothing is coerced. */
export const answerRequestSchema = z
  .strictObject({
    question: z.string().trim().min(1, "must not be empty").max(10_000),
    run_id: runIdSchema.nullable().default(null),
    enable_sql: z.boolean().default(false),
    markdown_path: markdownPathSchema.nullable().default("documents"),
    log_llm_payload: z.boolean().default(false),
  })
  .meta({ id: "AnswerRequest" });
export type AnswerRequest = z.infer<typeof answerRequestSchema>;

export const stopRequestSchema = z.strictObject({ reason: z.string().max(200).optional() });
