import { gap } from "../artifacts/gaps.ts";
import type { Bundle } from "../artifacts/record.ts";
import type { SqlEvidence } from "../sql/record.ts";

/** Of the context bundle as the API answers with it; a function's answer has at most 6 MB (spec answer-runs 8.6). */
export const longestBundle = 5_000_000;

/**
 * The bundle within a number of bytes, with a gap `BUNDLE_TRUNCATED` where that took a cut: rows of queries first, the last ones
 * of the last result before others, then what was said about the longest quotes. Never a quote itself; so a bundle of
 * quotes alone may stay larger.
 */
export function fitBundle(bundle: Bundle, most = longestBundle): Bundle {
  const excess = answeredBytes(bundle) - most;
  if (excess <= 0) return bundle;
  const message = "Evidence was left out of the context bundle, which would be too large.";
  const marked = { ...bundle, gaps: [...bundle.gaps, gap("BUNDLE_TRUNCATED", message)] };
  const fewerRows = marked.sql ? { ...marked, sql: withFewerRows(marked.sql, answeredBytes(marked) - most) } : marked;
  return withFewerWords(fewerRows, answeredBytes(fewerRows) - most);
}

/** In the answer of a function, which is text within text: each quotation mark takes two bytes. */
function answeredBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(JSON.stringify(value)));
}

function withFewerRows(sql: SqlEvidence, excess: number): SqlEvidence {
  let left = excess;
  const results = sql.results.toReversed().map((result) => {
    let kept = result.rows.length;
    for (; kept > 0 && left > 0; kept--) left -= answeredBytes(result.rows[kept - 1]) - 1;
    return kept === result.rows.length ? result : { ...result, rows: result.rows.slice(0, kept), truncated: true };
  });
  return { ...sql, results: results.reverse(), truncation_applied: left < excess || sql.truncation_applied };
}

/** What is said about a quote can be read in the quote. */
function withFewerWords(bundle: Bundle, excess: number): Bundle {
  if (excess <= 0 || !bundle.markdown) return bundle;
  const longestFirst = bundle.markdown.excerpts.toSorted((a, b) => b.quote.length - a.quote.length);
  const emptied = new Set<string>();
  let left = excess;
  for (const { ref_id, partial_answer } of longestFirst) {
    if (left <= 0) break;
    left -= answeredBytes(partial_answer) - answeredBytes("");
    emptied.add(ref_id);
  }
  const excerpts = bundle.markdown.excerpts.map((excerpt) =>
    emptied.has(excerpt.ref_id) ? { ...excerpt, partial_answer: "" } : excerpt,
  );
  return { ...bundle, markdown: { ...bundle.markdown, excerpts } };
}
