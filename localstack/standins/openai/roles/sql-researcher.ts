import * as z from "zod";
import type { SqlResearcherReply } from "../../../../lib/answers/roles/replies.ts";
import {
  askedWords,
  bestTable,
  type Column,
  columnLike,
  relevanceOf,
  type Table,
  tablesOf,
  tickersIn,
} from "./sql-tables.ts";

export const sqlResearcherData = z.object({
  question: z.string(),
  schema: z.string(),
  found: z.string(),
  problems: z.array(z.unknown()),
});

const mostRows = 20;
/** Columns of a row: more is no table that anybody reads. */
const mostColumns = 8;

/**
 * One query over the table that the words of the question fit best, for the ticker and the values it names. None where no table
 * has to do with it, once something was found, and where a query did not work.
 */
export function planQueries({
  question,
  schema,
  found,
  problems,
}: z.infer<typeof sqlResearcherData>): SqlResearcherReply {
  const done = { status: "success" as const, queries: [], error: null };
  const table = bestTable(tablesOf(schema), question);
  if (found !== "" || problems.length > 0 || !table) return done;
  const query = { query_id: "query_1", query: queryOf(table, question), rationale: `What ${table.name} says.` };
  return { ...done, queries: [query] };
}

function queryOf(table: Table, question: string): string {
  const filters = filtersOf(table, question);
  const from = `FROM ${quoted(table.name)}${filters.length > 0 ? ` WHERE ${filters.join(" AND ")}` : ""}`;
  if (/\bhow many\b/i.test(question)) return `SELECT COUNT(*) AS ${quoted(`number_of_${table.name}`)} ${from}`;
  const author = columnLike(table, /^author(?:_name)?$/);
  if (author && /\bauthors?\b|\bwho\b/i.test(question)) return perAuthor(table, author, from);
  const sums = table.columns.filter(({ name }) => /(?:gain|costs).*_cents$/.test(name));
  const portfolio = columnLike(table, /^portfolio/);
  if (portfolio && sums.length > 0 && /\bportfolios?\b|_/.test(question)) return sumsOf(sums, portfolio, from);
  return listOf(table, question, from);
}

/** How often each was right, and what it came to after which costs. */
function perAuthor(table: Table, author: string, from: string): string {
  const right = columnLike(table, /correct/);
  const costs = columnLike(table, /costs/);
  const net = columnLike(table, /^net.*(?:gain|profit|return)/);
  const what = [
    quoted(author),
    "COUNT(*) AS predictions",
    ...(right ? [`COUNT(${quoted(right)}) AS results`, `SUM(${quoted(right)}) AS correct`] : []),
    ...(costs ? [`SUM(${quoted(costs)}) AS ${quoted(costs)}`] : []),
    ...(net ? [`ROUND(AVG(${quoted(net)}), 4) AS ${quoted(`average_${net}`)}`] : []),
  ];
  const order = right ? "correct DESC, predictions DESC" : "predictions DESC";
  return `SELECT ${what.join(", ")} ${from} GROUP BY ${quoted(author)} ORDER BY ${order} LIMIT ${mostRows}`;
}

function sumsOf(sums: readonly Column[], group: string, from: string): string {
  const what = sums.map(({ name }) => `SUM(${quoted(name)}) AS ${quoted(name)}`).join(", ");
  return `SELECT ${quoted(group)}, COUNT(*) AS number, ${what} ${from} GROUP BY ${quoted(group)} ORDER BY ${quoted(group)}`;
}

/** What a row is about, and what of it is asked; the first by the best of that. */
function listOf({ columns }: Table, question: string, from: string): string {
  const asked = askedWords(question);
  const relevant = columns
    .filter((column) => relevanceOf(column, asked) > 0)
    .toSorted((a, b) => relevanceOf(b, asked) - relevanceOf(a, asked));
  const [key, ...others] = columns;
  const about = others.filter(({ name, type }) => type === "TEXT" && !name.endsWith("_id")).slice(0, 3);
  const chosen = new Set([key, ...relevant.slice(0, mostColumns - 1 - about.length), ...about]);
  const names = columns.filter((column) => chosen.has(column)).map(({ name }) => quoted(name));
  const measure = relevant.find(({ type }) => type !== "TEXT");
  const way = /\b(?:least|worst|lowest|fewest|lost|losses)\b/i.test(question) ? "ASC" : "DESC";
  const order = measure ? ` ORDER BY ${quoted(measure.name)} IS NULL, ${quoted(measure.name)} ${way}` : "";
  return `SELECT ${names.join(", ")} ${from}${order} LIMIT ${mostRows}`;
}

/** A ticker, a portfolio, and the values that the meaning of a column lists, as far as the question names them. */
function filtersOf(table: Table, question: string): string[] {
  const ticker = columnLike(table, /^(?:ticker|symbol)$/);
  const [asked] = tickersIn(question);
  const portfolio = columnLike(table, /^portfolio/);
  const [named] = question.match(/\b[a-z]+_[a-z]+\b/) ?? [];
  return [
    ...(ticker && asked ? [`${quoted(ticker)} = ${literal(asked)}`] : []),
    ...(portfolio && named ? [`${quoted(portfolio)} = ${literal(named)}`] : []),
    ...table.columns.flatMap(({ name, meaning }) => {
      const values = listed(meaning).filter((value) => new RegExp(`\\b${value}\\b`, "i").test(question));
      return values.length === 1 && values[0] ? [`${quoted(name)} = ${literal(values[0])}`] : [];
    }),
  ];
}

/** The values at the beginning of a meaning: "open or closed.", "tracking, resolved (…) or expired." */
function listed(meaning: string): string[] {
  const [, list = ""] = /^((?:\w+, )*\w+,? or \w+)\b/.exec(meaning.replace(/ \([^)]*\)/g, "")) ?? [];
  return list.split(/, | or /).filter((value) => value !== "");
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function literal(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
