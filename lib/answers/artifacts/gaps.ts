import type { SkippedDocument } from "../documents/record.ts";
import type { MarkdownEvidence } from "../research/record.ts";
import type { Problem } from "../writing/coverage.ts";
import type { Gap } from "./record.ts";

/** As many details as a reader looks at. */
const mostDetails = 50;

/** Files that were not used, each with its reason. */
export function skippedGaps(skipped: readonly SkippedDocument[]): Gap[] {
  const details = skipped.map(({ path, problem }) => `${path} ${problem}`);
  return details.length === 0 ? [] : [gap("DOCUMENTS_SKIPPED", "Some documents were not used.", details)];
}

/** Batches that failed. That there was nothing to read, or nothing was found, is none. */
export function researchGaps({ error }: MarkdownEvidence): Gap[] {
  const isPartial = error?.code === "MARKDOWN_PARTIAL_BATCH_FAILURE" || error?.code === "MARKDOWN_ALL_BATCHES_FAILED";
  return isPartial ? [gap("MARKDOWN_PARTIAL", error.message, [error.code, ...error.details])] : [];
}

const coverageMessages: Readonly<Partial<Record<Problem["kind"], string>>> = {
  malformed: "The writer cited in a form that names no excerpt; those citations were removed.",
  unknown: "The writer cited excerpts that there are not; those citations were removed.",
  uncited: "The answer cites none of its sources.",
  source: "The answer does not cite all sources with evidence.",
};

/** What of the rules of citation was not met after the last attempt. */
export function coverageGaps(problems: readonly Problem[]): Gap[] {
  return problems.flatMap(({ kind, items }) => {
    const message = coverageMessages[kind];
    return message === undefined ? [] : [gap("CITATION_COVERAGE", message, items)];
  });
}

/** Sentences that were taken out for their figures, and such as stay though their quotes do not carry them. */
export function supportGaps(removed: readonly string[], uncarried: readonly string[]): Gap[] {
  const taken = "Sentences were removed: each has a figure that stands in none of the quotes it cites.";
  const kept = "The quotes that these sentences cite do not carry them.";
  return [
    ...(removed.length === 0 ? [] : [gap("UNSUPPORTED_SENTENCES", taken, removed)]),
    ...(uncarried.length === 0 ? [] : [gap("UNSUPPORTED_SENTENCES", kept, uncarried)]),
  ];
}

export function gap(code: Gap["code"], message: string, details: readonly string[] = []): Gap {
  const shown = details.slice(0, mostDetails);
  const more = details.length > mostDetails ? [`and ${details.length - mostDetails} more`] : [];
  return details.length === 0 ? { code, message } : { code, message, details: [...shown, ...more] };
}
