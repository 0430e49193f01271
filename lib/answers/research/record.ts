import * as z from "zod";

/** Evidence: words of a document, and what they say about the question. */
export const excerptSchema = z.object({
  /** `ref_1`, `ref_2`, …: the number is stable for the run. */
  ref_id: z.string(),
  source_name: z.string(),
  path: z.string(),
  /** Stands verbatim in one of its chunks. */
  quote: z.string(),
  partial_answer: z.string(),
  source_chunk_ids: z.array(z.string()).min(1),
});
export type Excerpt = z.infer<typeof excerptSchema>;

/** An excerpt before all of a run are numbered. */
export type Finding = Omit<Excerpt, "ref_id"> & { chunk_index: number };

/** Why a batch gave nothing (spec answer-runs 5.3). */
export const batchCodes = [
  "MARKDOWN_MAX_TURNS_EXCEEDED",
  "MARKDOWN_OUTPUT_INVALID",
  "MARKDOWN_OUTPUT_ERROR_EMPTY",
  "MARKDOWN_MISSING_INPUT",
  "MARKDOWN_EMPTY_EXCERPTS",
  "MARKDOWN_BATCH_ERROR",
] as const;
export type BatchCode = (typeof batchCodes)[number];

/** What markdown research found, as the context bundle shows it (spec answer-runs 4.2). */
export const markdownEvidenceSchema = z.object({
  status: z.literal("success"),
  excerpt_count: z.number().int().min(0),
  excerpts: z.array(excerptSchema),
  /** Beside `success` a sign that the evidence is not whole. */
  error: z.object({ code: z.string(), message: z.string(), details: z.array(z.string()) }).nullable(),
});
export type MarkdownEvidence = z.infer<typeof markdownEvidenceSchema>;

/** What is shown of an excerpt to those who click a citation. */
export const referenceSchema = excerptSchema.omit({ path: true }).extend({
  /** From 0. */
  excerpt_index: z.number().int().min(0),
});
export type Reference = z.infer<typeof referenceSchema>;

export const findingSchema = excerptSchema.omit({ ref_id: true }).extend({ chunk_index: z.number().int() });

/** `work/found/1-0.json`: what became of a batch in a round. */
export const foundSchema = z
  .object({ source_name: z.string(), number: z.number().int() })
  .and(
    z.discriminatedUnion("ok", [
      z.object({ ok: z.literal(true), findings: findingSchema.array(), dropped: z.number().int() }),
      z.object({ ok: z.literal(false), code: z.enum(batchCodes) }),
    ]),
  );
export type FoundInBatch = z.infer<typeof foundSchema>;
