import * as z from "zod";
import { anyCount, number, optional, whole } from "./readers.ts";

/** How answer runs work (spec answer-runs 5.1). Nothing of it is read by an analysis or by the desk. */
export const answerKeys = {
  answer_files_max: optional("200", whole(1, 10_000)),
  answer_file_bytes_max: optional("5000000", whole(1, 50_000_000)),
  // In estimated tokens; a batch is what one call of the researcher reads.
  answer_chunk_tokens: optional("12000", whole(200, 200_000)),
  answer_chunk_overlap_tokens: optional("500", whole(0, 20_000)),
  answer_batch_tokens: optional("40000", whole(200, 300_000)),
  answer_sql_rounds: optional("2", whole(1, 4)),
  answer_sql_rows_max: optional("10000", whole(1, anyCount)),
  answer_sql_tokens_max: optional("100000", whole(100, anyCount)),
  answer_decisions_max: optional("4", whole(1, 10)),
  answer_writer_attempts: optional("2", whole(1, 5)),
  // Of the deciding and writing models, and what of it is kept free.
  answer_context_tokens: optional("400000", whole(1_000, 10_000_000)),
  answer_context_reserve_tokens: optional("20000", whole(0, 1_000_000)),
  // What one run may spend on the model.
  answer_budget_usd: optional("2", number(0, 10_000)),
  // How long the artifacts of a run are served; `off` keeps them.
  answer_retention_days: optional("off", z.union([z.literal("off"), whole(1, 36_500)])),
};
