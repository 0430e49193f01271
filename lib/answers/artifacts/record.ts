import * as z from "zod";
import { markdownEvidenceSchema, referenceSchema } from "../research/record.ts";
import { sqlEvidenceSchema } from "../sql/record.ts";

/** Something known to be missing from an otherwise good answer (spec answer-runs 6.1). */
export const gapSchema = z.object({
  code: z.enum([
    "MAX_ITERATIONS",
    "MARKDOWN_PARTIAL",
    "DOCUMENTS_SKIPPED",
    "SQL_PARTIAL",
    "CITATION_COVERAGE",
    "UNSUPPORTED_SENTENCES",
    "BUDGET_EXHAUSTED",
    "BUNDLE_TRUNCATED",
  ]),
  message: z.string(),
  details: z.array(z.string()).optional(),
});
export type Gap = z.infer<typeof gapSchema>;

/** `markdown/references.json`; the words of the documents are left out where a client did not ask for them. */
export const referenceListSchema = z.object({
  run_id: z.string(),
  reference_count: z.number().int(),
  references: z.array(referenceSchema.partial({ quote: true })),
});

/** `context_bundle.json` (spec answer-runs 4.2). */
export const bundleSchema = z.object({
  research_question: z.string(),
  sql: sqlEvidenceSchema.nullable(),
  markdown: markdownEvidenceSchema.nullable(),
  gaps: z.array(gapSchema),
  drafts: z.array(z.string()),
  /** The key of the answer; null until it exists. */
  final: z.string().nullable(),
});
export type Bundle = z.infer<typeof bundleSchema>;

/** `work/documents.json`: what LoadDocuments found. */
export const documentsSchema = z.object({
  file_count: z.number().int(),
  chunk_count: z.number().int(),
  batches: z.array(z.object({ index: z.number().int(), source_name: z.string(), number: z.number().int() })),
  sources: z.array(z.object({ source_name: z.string(), path: z.string() })),
  skipped: z.array(z.object({ path: z.string(), problem: z.string() })),
});
export type Documents = z.infer<typeof documentsSchema>;

/** `work/decisions/1.json`: what the orchestrator decided after a round of research, and what follows from it. */
export const decisionSchema = z.object({
  number: z.number().int(),
  action: z.enum(["write", "run_sql", "run_markdown", "stop"]),
  reason: z.string(),
  confidence: z.number().nullable(),
  follow_up_question: z.string().nullable(),
  next: z.enum(["research", "write", "stop"]),
  /** It asked for more research than there may be. */
  limit_reached: z.boolean(),
  /** Nobody was asked: the run's budget was spent. */
  budget_spent: z.boolean(),
});
export type Decision = z.infer<typeof decisionSchema>;

/** `work/drafts/1.json`: a draft, and what it lacks. */
export const draftSchema = z.object({
  number: z.number().int(),
  /** Null where the writer failed. */
  text: z.string().nullable(),
  /** Made of the quotes alone, because the run's budget was spent. */
  unpaid: z.boolean(),
  error: z.string().nullable(),
  /** What of the evidence its writer was not shown, in words. */
  cut: z.array(z.string()),
  /** What the check of its citations found, in words for the writer; null before it. */
  problems: z.array(z.string()).nullable(),
});
export type Draft = z.infer<typeof draftSchema>;
