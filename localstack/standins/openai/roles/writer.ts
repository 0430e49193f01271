import * as z from "zod";
import type { WriterReply } from "../../../../lib/answers/roles/replies.ts";
import { contentWords } from "./words.ts";

export const writerData = z.object({
  question: z.string(),
  evidence: z.object({
    excerpts: z.array(z.object({ ref_id: z.string(), source_name: z.string(), partial_answer: z.string() })),
    results: z.array(z.object({ columns: z.array(z.string()), rows: z.array(z.array(z.unknown())) })),
  }),
});

/** Of a result: more is no answer that anybody reads. */
const mostRows = 20;

/** Characters of the text; a reply beyond the service's limit would be cut off. */
const mostCharacters = 20_000;

/** What each source says best, then what else there is room for, sentence by sentence with its citation; results as tables. */
export function write({ question, evidence: { excerpts, results } }: z.infer<typeof writerData>): WriterReply {
  const tables = results.filter(({ columns, rows }) => rows.length > 0 && columns[0] !== "error").map(tableOf);
  const chosen = new Set(choose(excerpts, question, mostCharacters - tables.join("").length));
  const bySource = [...Map.groupBy(excerpts, ({ source_name }) => source_name).values()];
  const lists = bySource.map((some) =>
    some
      .filter((excerpt) => chosen.has(excerpt))
      .map(cited)
      .join("\n"),
  );
  const parts = [...lists.filter((list) => list !== ""), ...tables];
  return { answer: parts.length > 0 ? parts.join("\n\n") : "No grounded evidence was found for this question." };
}

type Excerpt = z.infer<typeof writerData>["evidence"]["excerpts"][number];

/** The best of every source first, so that each is cited; then by how much of the question they have. */
function choose(excerpts: readonly Excerpt[], question: string, room: number): Excerpt[] {
  const asked = new Set(contentWords(question));
  const shared = ({ partial_answer }: Excerpt) => contentWords(partial_answer).filter((word) => asked.has(word)).length;
  const ranked = excerpts.toSorted((a, b) => shared(b) - shared(a));
  const firsts = [...Map.groupBy(ranked, ({ source_name }) => source_name).values()].flatMap(([first]) => first ?? []);
  let left = room;
  return [...new Set([...firsts, ...ranked])].filter((excerpt) => {
    const length = cited(excerpt).length;
    if (length > left) return false;
    left -= length;
    return true;
  });
}

function cited({ ref_id, partial_answer }: { ref_id: string; partial_answer: string }): string {
  const sentences = partial_answer.split(/(?<=[.!?])\s+(?=["“(]?\p{Lu})/u);
  return `- ${sentences.map((sentence) => `${sentence} [${ref_id}]`).join(" ")}`;
}

function tableOf({ columns, rows }: { columns: string[]; rows: unknown[][] }): string {
  const line = (values: readonly unknown[]) => `| ${values.map(cell).join(" | ")} |`;
  return [
    line(columns.map((column) => column.replaceAll("_", " "))),
    line(columns.map(() => "---")),
    ...rows.slice(0, mostRows).map(line),
  ].join("\n");
}

function cell(value: unknown): string {
  return String(value ?? "–")
    .replaceAll("|", "\\|")
    .replace(/\s+/g, " ");
}
