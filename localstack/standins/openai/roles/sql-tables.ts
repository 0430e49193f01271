import { contentWords } from "./words.ts";

export interface Column {
  name: string;
  type: string;
  meaning: string;
}

export interface Table {
  name: string;
  meaning: string;
  columns: Column[];
}

/** The tables of a summary: a line for each, and below it an indented one for each column. */
export function tablesOf(schema: string): Table[] {
  return schema.split("\n\n").flatMap((block) => {
    const [head = "", ...lines] = block.split("\n");
    const [, name, meaning = ""] = /^(\w+)(?:: (.*))?$/.exec(head) ?? [];
    if (name === undefined || name === "documentation") return [];
    const columns = lines.flatMap((line) => {
      const [, column, type = "", about = ""] =
        /^ {2}(?!primary key|foreign key)(\w+)(?: ([\w ]+?))?(?:: (.*))?$/.exec(line) ?? [];
      return column === undefined ? [] : [{ name: column, type, meaning: about }];
    });
    return [{ name, meaning, columns }];
  });
}

/** What a database calls what people say. */
const alsoCalled: Readonly<Record<string, string>> = {
  right: "correct",
  wrong: "correct",
  won: "gain",
  lost: "gain",
  loss: "gain",
};

/** The words of a question, and what columns may call them. */
export function askedWords(question: string): ReadonlySet<string> {
  const spoken = question.toLowerCase().match(/\p{L}+/gu) ?? [];
  const named = question.replace(/S&P ?500/gi, "sp500");
  return new Set(contentWords([named, ...spoken.map((word) => alsoCalled[word] ?? "")].join(" ")));
}

/** The table whose name, columns and meanings share most words with the question, names counting more. */
export function bestTable(tables: readonly Table[], question: string): Table | undefined {
  const asked = askedWords(question);
  const scored = tables.map((table) => {
    const names = wordsOf(table.name);
    const inColumns = table.columns.map((column) => relevanceOf(column, asked));
    const filters = tickersIn(question).length > 0 && columnLike(table, /^(?:ticker|symbol)$/) ? 3 : 0;
    const inName = (3 * shared(names, asked)) / names.length;
    return { table, score: inName + shared(wordsOf(table.meaning), asked) + Math.max(0, ...inColumns) + filters };
  });
  const [best] = scored.toSorted((a, b) => b.score - a.score);
  return best && best.score > 0 ? best.table : undefined;
}

/** How much of what is asked a column says; its name counts twice. */
export function relevanceOf({ name, meaning }: Column, asked: ReadonlySet<string>): number {
  return 2 * shared(wordsOf(name), asked) + shared(wordsOf(meaning), asked);
}

export function columnLike({ columns }: Table, pattern: RegExp): string | undefined {
  return columns.find(({ name }) => pattern.test(name))?.name;
}

/** In capitals, as tickers are written. */
export function tickersIn(question: string): string[] {
  return question.match(/\b[A-Z]{2,5}\b/g) ?? [];
}

function wordsOf(text: string): string[] {
  return [...new Set(contentWords(text.replaceAll("_", " ")))];
}

function shared(words: readonly string[], asked: ReadonlySet<string>): number {
  return words.filter((word) => asked.has(word)).length;
}
