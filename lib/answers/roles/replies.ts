import * as z from "zod";

/** What each model role returns. All fields are required: strict schemas know no optional ones. */
export const researcherReply = z.strictObject({
  accepted_chunk_ids: z.array(z.string()),
  rejected_chunk_ids: z.array(z.string()),
  excerpts: z.array(
    z.strictObject({ quote: z.string(), partial_answer: z.string(), source_chunk_ids: z.array(z.string()) }),
  ),
});
export type ResearcherReply = z.infer<typeof researcherReply>;

export const sqlResearcherReply = z.strictObject({
  status: z.enum(["success", "error"]),
  queries: z.array(z.strictObject({ query_id: z.string(), query: z.string(), rationale: z.string() })),
  /** Why there is no plan; null where there is one. */
  error: z.string().nullable(),
});
export type SqlResearcherReply = z.infer<typeof sqlResearcherReply>;

export const orchestratorReply = z.strictObject({
  action: z.enum(["write", "run_sql", "run_markdown", "stop"]),
  reason: z.string(),
  confidence: z.number().min(0).max(1),
  follow_up_question: z.string().nullable(),
});
export type OrchestratorReply = z.infer<typeof orchestratorReply>;

export const writerReply = z.strictObject({ answer: z.string().min(1) });
export type WriterReply = z.infer<typeof writerReply>;

/** Whether the quotes that a sentence cites carry it, as the checker of the writer's sentences returns it. */
export const supportReply = z.strictObject({
  sentences: z.array(z.strictObject({ index: z.number().int().min(0), supported: z.boolean() })),
});
export type SupportReply = z.infer<typeof supportReply>;
