import { coverageGaps, supportGaps } from "../artifacts/gaps.ts";
import type { Gap } from "../artifacts/record.ts";
import type { Sources } from "../research/outcome.ts";
import { tidyCitations, withoutUnknown } from "./citations.ts";
import { coverageProblems, malformedProblems, type Problem } from "./coverage.ts";
import type { Evidence } from "./evidence.ts";
import { footerOf, withoutFooters } from "./footer.ts";
import { noEvidence, quotesAlone } from "./no-evidence.ts";
import type { Statement } from "./statements.ts";
import { type Support, supportOf } from "./support.ts";
import { harmless, withoutRemains } from "./tidy.ts";

/** What a model said of the sentences it was shown, by their index; silence leaves the decision to the words. */
export type Verdicts = ReadonlyMap<number, boolean>;

export interface SettledAnswer {
  answer: string;
  gaps: Gap[];
}

/** A writer's text as it is checked: harmless, without lists of sources, its citations in the one form where that is sure. */
export function cleanDraft(draft: string): string {
  return settledBy(draft, (text) => {
    // The question stands above every answer already.
    const answer = harmless(text).replace(/^\s*#{1,6}[ \t]*Question[ \t]*\n+[^\n#]*/i, "");
    return withoutRemains(withoutFooters(tidyCitations(answer)));
  });
}

/** What goes may uncover what has to go too: a text that a step leaves as it is. */
function settledBy(text: string, step: (text: string) => string): string {
  for (let before = text; ; ) {
    const after = step(before);
    if (after === before) return after;
    before = after;
  }
}

/**
 * The answer that a run stands for, of the best draft (spec answer-runs 5.7). Unknown and malformed citations are removed; a
 * sentence with a figure that stands in none of the quotes it cites is removed too; one whose words its quotes do not
 * carry stays; each is a gap. The list of sources is the code's own. Without evidence no draft is believed.
 */
export function settleAnswer(
  draft: string,
  evidence: Evidence,
  sources: Sources,
  verdicts: Verdicts = new Map(),
): SettledAnswer {
  const footer = footerOf(sources);
  const isEmpty = evidence.excerpts.length + evidence.rows.length === 0;
  if (isEmpty) return { answer: joined(noEvidence(sources), footer), gaps: [] };
  const { body, removed, uncarried, problems } = settleBody(draft, evidence, verdicts);
  const left = /[\p{L}\p{N}]/u.test(body) ? body : quotesAlone(evidence.excerpts);
  const unmet = [...problems, ...coverageProblems(left, evidence)];
  return { answer: joined(left, footer), gaps: [...coverageGaps(unmet), ...supportGaps(removed, uncarried)] };
}

/** The sentences of a draft that a model may be asked about, with the indices that its verdicts name. */
export function statementsToCheck(draft: string, evidence: Evidence): Statement[] {
  const checked = supportOf(knownDraft(draft, evidence), evidence);
  return checked.filter(({ statement, figures }) => statement.refs.length > 0 && figures.length === 0).map(asStatement);
}

function settleBody(draft: string, evidence: Evidence, verdicts: Verdicts) {
  const clean = cleanDraft(draft);
  const problems: Problem[] = [
    ...malformedProblems(clean, evidence),
    ...coverageProblems(clean, evidence).filter(({ kind }) => kind === "unknown"),
  ];
  const known = knownDraft(draft, evidence);
  const checked = supportOf(known, evidence);
  const uncarried = checked
    .filter(({ statement, figures }) => statement.refs.length > 0 && figures.length === 0)
    .filter(({ statement, isCarried }) => !(verdicts.get(statement.index) ?? isCarried))
    .map(({ statement }) => statement.text);
  const { body, removed } = withoutUnsupported(known, checked, evidence);
  return { body, removed, uncarried, problems };
}

function knownDraft(draft: string, { excerpts }: Evidence): string {
  const known = new Set(excerpts.map(({ ref_id }) => ref_id));
  return settledBy(draft, (text) => withoutUnknown(cleanDraft(text), known));
}

/** Until nothing more goes: what a heading is held against may go with a sentence. */
function withoutUnsupported(answer: string, checked: readonly Support[], evidence: Evidence) {
  const removed: string[] = [];
  let body = answer;
  let bad = checked.filter(({ figures }) => figures.length > 0);
  while (bad.length > 0) {
    removed.push(...bad.map(({ statement }) => statement.text));
    // A cut may bring to the beginning of a line what stood within one.
    body = knownDraft(cut(body, bad.map(asStatement)), evidence);
    bad = supportOf(body, evidence).filter(({ figures }) => figures.length > 0);
  }
  return { body, removed };
}

function cut(text: string, statements: readonly Statement[]): string {
  return statements.toReversed().reduce((rest, { start, end }) => {
    const [before, after] = [rest.slice(0, start), rest.slice(end)];
    // A line that goes whole goes with its end: a blank one would cut a table in two.
    const isLine = /(?:^|\n)$/.test(before) && /^\s*(?:\n|$)/.test(after);
    return before + after.replace(isLine ? /^[^\S\n]*\n?/ : /^[^\S\n]+/, "");
  }, text);
}

function asStatement({ statement }: Support): Statement {
  return statement;
}

function joined(...parts: string[]): string {
  return parts.filter((part) => part !== "").join("\n\n");
}
