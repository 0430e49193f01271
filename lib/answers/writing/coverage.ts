import { citationsOf, malformedCitations } from "./citations.ts";
import type { Evidence } from "./evidence.ts";
import { supportOf } from "./support.ts";

/** What is wrong with a draft, and what about it: citations, sources or sentences. */
export interface Problem {
  kind: "malformed" | "unknown" | "uncited" | "source" | "figure";
  items: string[];
}

/** The checks of spec answer-runs 5.7, and whether every figure stands in a quote that its sentence cites. */
export function problemsOf(answer: string, evidence: Evidence): Problem[] {
  const found: Problem[] = [
    ...malformedProblems(answer, evidence),
    ...coverageProblems(answer, evidence),
    {
      kind: "figure",
      items: supportOf(answer, evidence)
        .filter(({ figures }) => figures.length > 0)
        .map(sentence),
    },
  ];
  return found.filter(({ items }) => items.length > 0);
}

/** Citations in another form; but notes of the documents themselves, which a writer repeats with their words, are none. */
export function malformedProblems(answer: string, { excerpts }: Evidence): Problem[] {
  const items = malformedCitations(answer).filter((item) => !excerpts.some(({ quote }) => quote.includes(item)));
  return items.length === 0 ? [] : [{ kind: "malformed", items }];
}

/** Unknown citations, none at all, and sources with evidence that are not cited. */
export function coverageProblems(answer: string, { excerpts }: Evidence): Problem[] {
  const cited = new Set(citationsOf(answer));
  const known = new Set(excerpts.map(({ ref_id }) => ref_id));
  const citedSources = new Set(
    excerpts.filter(({ ref_id }) => cited.has(ref_id)).map(({ source_name }) => source_name),
  );
  const sources = [...new Set(excerpts.map(({ source_name }) => source_name))];
  const uncited = sources.filter((name) => !citedSources.has(name));
  // Where nothing is cited, that says it all.
  const isUncited = excerpts.length > 0 && citedSources.size === 0;
  const found: Problem[] = [
    { kind: "unknown", items: [...cited].filter((ref) => !known.has(ref)) },
    { kind: "uncited", items: isUncited ? uncited : [] },
    { kind: "source", items: isUncited ? [] : uncited },
  ];
  return found.filter(({ items }) => items.length > 0);
}

const advice: Readonly<Record<Problem["kind"], string>> = {
  malformed: "These are no citations; the only form is [ref_n], one number in each pair of brackets",
  unknown: "These citations are of no excerpt in the evidence",
  uncited: "Nothing is cited. Follow every factual statement by the citations that carry it. Sources with evidence",
  source: "These sources have evidence that is not cited",
  figure:
    "These sentences have figures that stand in none of the quotes they cite. Cite the quotes, or leave the figures out",
};

/** What the writer is told for a second attempt: one line for each kind of problem. */
export function adviceOn(problems: readonly Problem[]): string[] {
  return problems.map(({ kind, items }) => `${advice[kind]}: ${items.join("; ")}`);
}

/** The draft with the fewest problems; of equal ones the later, which knew of the earlier. */
export function bestDraft(drafts: readonly string[], evidence: Evidence): string {
  const count = (draft: string) => problemsOf(draft, evidence).reduce((sum, { items }) => sum + items.length, 0);
  return drafts.reduce((best, draft) => (count(draft) <= count(best) ? draft : best), drafts[0] ?? "");
}

function sentence({ statement, figures }: ReturnType<typeof supportOf>[number]): string {
  return `"${statement.text}" (${figures.join(", ")})`;
}
