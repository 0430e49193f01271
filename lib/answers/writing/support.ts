import { type KnownFigures, knownFigures, unsupportedFigures } from "../research/figures.ts";
import { findVerbatim, type Searchable, searchable } from "../research/verbatim.ts";
import type { Evidence } from "./evidence.ts";
import { type Statement, statementsOf } from "./statements.ts";

/** Whether a statement is held by the quotes it cites. */
export interface Support {
  statement: Statement;
  /** Figures that stand in none of them, as the statement writes them. */
  figures: string[];
  /** Its words are theirs; also of a statement that cites nothing, since there is nothing to hold it against. */
  isCarried: boolean;
}

interface Known {
  quote: Searchable;
  figures: KnownFigures;
  words: ReadonlySet<string>;
}

/** Of a statement's words as many must be those of its quotes. */
const leastShare = 0.5;

/**
 * Holds each statement of an answer against the quotes it cites, and the rows of queries. No figure counts that stands in none
 * of them; a heading is held against all that the answer cites. Words are compared without their endings, and without
 * those that every text has; the name of a source counts as a word of its quotes.
 */
export function supportOf(answer: string, evidence: Evidence): Support[] {
  const known = new Map(
    evidence.excerpts.map(({ ref_id, quote, source_name }) => [ref_id, knownOf(quote, source_name)]),
  );
  const rows = evidence.rows.map((text) => knownOf(text));
  const statements = statementsOf(answer);
  const cited = statements.flatMap(({ refs }) => refs);
  return statements.map((statement) => {
    const textsOf = (refs: readonly string[]) => [...refs.flatMap((ref) => known.get(ref) ?? []), ...rows];
    // What a quote says word for word it carries, however its numbers are read.
    const words = statement.text.replace(/^[“"]|[”"]$/g, "");
    const isQuoted = textsOf(statement.laterRefs).some(({ quote }) => findVerbatim(quote, words));
    if (isQuoted) return { statement, figures: [], isCarried: true };
    const texts = textsOf(statement.isHeading ? cited : statement.refs);
    const figures = unsupportedFigures(
      statement.text,
      texts.map((text) => text.figures),
    );
    return { statement, figures, isCarried: statement.refs.length === 0 || isCarried(statement.text, texts) };
  });
}

function knownOf(text: string, sourceName = ""): Known {
  return {
    quote: searchable(text),
    figures: knownFigures(text),
    words: new Set(wordsOf(`${text} ${sourceName.replace(/[_-]/g, " ")}`)),
  };
}

function isCarried(statement: string, texts: readonly Known[]): boolean {
  const words = wordsOf(statement);
  const found = words.filter((word) => texts.some(({ words: known }) => known.has(word)));
  return found.length >= words.length * leastShare;
}

const common = new Set(
  (
    "about above after all also among and any are because been before being between both but can city cities could " +
    "did does each for from further had has have her his how into its may more most much must not only other our " +
    "over own same should some such than that the their them then there these they this those through under until " +
    "upon very was were what when where which while who will with within would you your plan plans planned"
  ).split(" "),
);

/** The words that say something, each once: without accents, and without the endings of English. */
function wordsOf(text: string): string[] {
  const plain = text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const words = (plain.match(/\p{L}{2,}/gu) ?? []).filter((word) => word.length > 2 && !common.has(word));
  return [...new Set(words.map((word) => stem(word)))];
}

function stem(word: string): string {
  const bare = word.replace(/(?:ies|ied)$/, "y").replace(/(?:ings?|edly|ed|es|s|ly)$/, "");
  return (bare.length >= 3 ? bare : word).replace(/e$/, "");
}
