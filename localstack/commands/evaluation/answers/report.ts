import type { Asked } from "./ask.ts";
import { foundAt, type Judgement } from "./judge.ts";
import type { Question } from "./questions.ts";

/** A question, what became of it, and what that is worth; null where there is no answer. */
export interface Result {
  question: Question;
  asked: Asked;
  judgement: Judgement | null;
}

/** One question in a line, and below it whatever breaks a promise. */
export function describeResult({ question, asked, judgement }: Result): string {
  const head = `  ${asked.status} in ${asked.seconds.toFixed(1)} s`;
  if (!judgement) return `${head} (${asked.finishReason}): ${question.text}`;
  const { sentences, unsupported, quotes } = judgement;
  const carried = `${sentences - unsupported.length} of ${sentences} sentences carried by ${quotes} quotes`;
  return [`${head}, ${carried}: ${question.text}`, ...complaints(judgement).map((each) => `    ${each}`)].join("\n");
}

function complaints({ strays, unfounded, unknown, unsupported }: Judgement): string[] {
  return [
    ...strays.map((stray) => `quote not in its document: ${stray}`),
    ...unfounded.map((figure) => `figure in no quote: ${figure}`),
    ...unknown.map((id) => `citation of nothing: ${id}`),
    ...unsupported.map((sentence) => `not carried: ${sentence}`),
  ];
}

/** The figures of some questions together. */
export function summarize(name: string, results: readonly Result[]): string {
  const judged = results.flatMap(({ judgement }) => judgement ?? []);
  const total = (part: (judgement: Judgement) => number) => judged.reduce((sum, each) => sum + part(each), 0);
  const [quotes, figures, sentences] = [total((j) => j.quotes), total((j) => j.figures), total((j) => j.sentences)];
  const strays = total((j) => j.strays.length);
  const respaced = total((j) => j.respaced);
  const nothing = judged.filter((judgement) => judgement.quotes === 0).length;
  return [
    `${name}: ${results.length} questions, ${results.length - judged.length} without an answer, ${nothing} answers that nothing was found`,
    `  retrieval    ${retrieval(results)}`,
    `  support      ${share(sentences - total((j) => j.unsupported.length), sentences)} of the sentences are carried by a quote they cite`,
    `  quotes       ${share(quotes - strays, quotes)} occur in the cited document${respaced > 0 ? `, ${respaced} of them with other white space` : ""}`,
    `  figures      ${share(figures - total((j) => j.unfounded.length), figures)} stand in a quote that their answer cites`,
    `  citations    ${total((j) => j.unknown.length)} of what the answer does not rest on`,
  ].join("\n");
}

/** A run keeps no ranking of what it found, so that the order of its references stands for one. */
function retrieval(results: readonly Result[]): string {
  const named = results.filter(({ question }) => question.passages.length > 0);
  const passages = named.reduce((sum, { question }) => sum + question.passages.length, 0);
  if (passages === 0) return "not measured: the question files name no passages";
  const at = (k: number) => {
    const found = named.map(({ question, asked }) => foundAt(k, question.passages, asked.answer?.excerpts ?? []));
    return share(
      found.reduce((sum, each) => sum + each, 0),
      passages,
    );
  };
  return (
    `recall at 5 ${at(5)}, at 20 ${at(20)}, in all ${at(Number.POSITIVE_INFINITY)} ` +
    `(${named.length} of ${results.length} questions name passages; in the order of the references, by source and place)`
  );
}

function share(part: number, whole: number): string {
  return whole === 0 ? "– of 0" : `${((part / whole) * 100).toFixed(1)} % of ${whole}`;
}

/** Whether what may never be was: a run without an answer, a quote that does not occur, a figure out of nowhere. */
export function isBroken({ judgement }: Result): boolean {
  return judgement === null || judgement.strays.length + judgement.unfounded.length + judgement.unknown.length > 0;
}
