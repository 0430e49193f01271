import type { Configuration } from "../../configuration/keys.ts";
import { isTooLong } from "../../providers/openai/failure.ts";
import type { Parts } from "../artifacts/parts.ts";
import { tokensOf } from "../documents/tokens.ts";
import type { Excerpt } from "../research/record.ts";
import type { SqlResult } from "../sql/record.ts";

/** The evidence as the deciding and writing models see it. */
export interface ShownEvidence {
  excerpts: Pick<Excerpt, "ref_id" | "source_name" | "quote" | "partial_answer">[];
  results: Pick<SqlResult, "query_id" | "columns" | "rows" | "truncated">[];
}

/**
 * What of the evidence fits the models' context, less what is kept free: rows of results are cut first, then whole
 * excerpts from the end, never a part of a quote. `cut` says what, in words; empty where all of it fits.
 */
export function shownEvidence(
  { markdown, sql }: Pick<Parts, "markdown" | "sql">,
  limits: Pick<Configuration, "answer_context_tokens" | "answer_context_reserve_tokens">,
): { evidence: ShownEvidence; cut: string[] } {
  let left = Math.max(0, limits.answer_context_tokens - limits.answer_context_reserve_tokens);
  const take = (part: unknown) => {
    left -= tokensOf(JSON.stringify(part));
    return left >= 0;
  };
  const found = (markdown?.excerpts ?? []).map(({ ref_id, source_name, quote, partial_answer }) => ({
    ref_id,
    source_name,
    quote,
    partial_answer,
  }));
  const fitting = found.findIndex((excerpt) => !take(excerpt));
  const excerpts = fitting === -1 ? found : found.slice(0, fitting);
  if (fitting !== -1) left = 0;
  const results = (sql?.evidence.results ?? []).map(({ query_id, columns, rows, truncated }) => {
    const end = rows.findIndex((row) => !take(row));
    const shown = end === -1 ? rows : rows.slice(0, end);
    return { query_id, columns, rows: shown, truncated: truncated || end !== -1 };
  });
  const lost = found.length - excerpts.length;
  const shortened = results.filter(({ rows }, index) => rows.length < (sql?.evidence.results[index]?.rows.length ?? 0));
  return {
    evidence: { excerpts, results },
    cut: [
      ...(shortened.length > 0 ? [`Rows of ${shortened.map(({ query_id }) => query_id).join(", ")} were cut.`] : []),
      ...(lost > 0 ? [`Excerpts were cut: ${lost}.`] : []),
    ],
  };
}

/**
 * What `ask` makes of the evidence; of a quarter of what was shown where that was too long for the model after all, since a
 * model's context may be smaller than it is configured. `cut` is what the last try did not show.
 */
export async function askWithLess<T>(
  parts: Pick<Parts, "markdown" | "sql">,
  limits: Parameters<typeof shownEvidence>[1],
  ask: (evidence: ShownEvidence) => Promise<T>,
): Promise<{ value: T; cut: string[] }> {
  const { evidence, cut } = shownEvidence(parts, limits);
  try {
    return { value: await ask(evidence), cut };
  } catch (error) {
    if (!isTooLong(error)) throw error;
    const quarter = Math.floor(tokensOf(JSON.stringify(evidence)) / 4);
    const less = shownEvidence(parts, { answer_context_tokens: quarter, answer_context_reserve_tokens: 0 });
    return { value: await ask(less.evidence), cut: less.cut };
  }
}
