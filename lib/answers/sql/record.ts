import * as z from "zod";
import { sqlSchemaSchema } from "../../providers/sql/schema.ts";

export const sqlQuerySchema = z.object({ query_id: z.string(), query: z.string(), rationale: z.string() });
export type SqlQuery = z.infer<typeof sqlQuerySchema>;

export const sqlResultSchema = z.object({
  query_id: z.string(),
  columns: z.array(z.string()),
  rows: z.array(z.array(z.union([z.string(), z.number(), z.boolean(), z.null()]))),
  /** How many were read; fewer are in `rows` where the tokens of all results were too many. */
  row_count: z.number().int(),
  elapsed_ms: z.number(),
  token_count: z.number().int(),
  /** The database had more rows, or `rows` has not all that were read. */
  truncated: z.boolean(),
});
export type SqlResult = z.infer<typeof sqlResultSchema>;

/** What SQL research found, as the context bundle shows it (spec answer-runs 4.2). */
export const sqlEvidenceSchema = z.object({
  status: z.enum(["success", "error"]),
  created_at: z.string(),
  queries: z.array(sqlQuerySchema),
  results: z.array(sqlResultSchema),
  total_token_count: z.number().int(),
  truncation_applied: z.boolean(),
  error: z.object({ code: z.string(), message: z.string(), details: z.array(z.string()) }).nullable(),
});
export type SqlEvidence = z.infer<typeof sqlEvidenceSchema>;

/** A query that did not work, and why in the database's words. */
export const failedQuerySchema = z.object({ query_id: z.string(), query: z.string(), problem: z.string() });
export type FailedQuery = z.infer<typeof failedQuerySchema>;

/** One round: what was asked, what of it had to be asked anew or was given up, and what it found in short. */
export const sqlRoundSchema = z.object({
  round: z.number().int(),
  question: z.string(),
  queries: z.array(sqlQuerySchema),
  /** Sent back to the researcher, in order: refused by the check, then failed when run. */
  returned: z.array(failedQuerySchema),
  dropped: z.array(failedQuerySchema),
  summary: z.string(),
});
export type SqlRound = z.infer<typeof sqlRoundSchema>;

/** All that SQL research leaves behind (spec answer-runs 4): the evidence, and what the artifacts have beyond it. */
export const sqlResearchSchema = z.object({
  evidence: sqlEvidenceSchema,
  /** The results with all rows that were read. */
  results_full: z.array(sqlResultSchema),
  rounds: z.array(sqlRoundSchema),
  schema: sqlSchemaSchema,
  gaps: z.array(z.object({ code: z.literal("SQL_PARTIAL"), message: z.string(), details: z.array(z.string()) })),
});
export type SqlResearch = z.infer<typeof sqlResearchSchema>;
