import type { SqlSource } from "../../providers/sql/source.ts";
import { chunked } from "../../runtime/chunked.ts";
import type { SqlResearcherReply } from "../roles/replies.ts";
import { errorResult, resultOf } from "./caps.ts";
import { checkQuery } from "./check-query.ts";
import type { FailedQuery, SqlQuery, SqlResult, SqlRound } from "./record.ts";
import type { SqlResearcherInput, SqlResearchTools } from "./researcher.ts";
import { resultsSummary } from "./summary.ts";

/** What research has come to so far. */
export interface Finished {
  rounds: SqlRound[];
  queries: SqlQuery[];
  results: SqlResult[];
  /** What is missing, in words. */
  partial: string[];
}

/** What became of a query: rows, or a problem that the check (`invalid`) or the database at work (`failed`) found. */
type Tried = { query: SqlQuery; result: SqlResult } | Unanswered;
type Unanswered = { query: SqlQuery; problem: string; found: "invalid" | "failed" };

/** More queries of one plan are not run. */
const mostQueries = 8;
/** How many of them the database works at once. */
const atOnce = 4;
const timeoutMs = 30_000;

/**
 * Checks and runs the queries of one plan and adds what came of them. A query that is invalid goes back to the researcher
 * once, and so does one that fails. Still invalid, it is dropped; still failing, its error is its result.
 */
export async function workRound(
  { source, ask, rows }: SqlResearchTools & { rows: number },
  input: SqlResearcherInput,
  plan: SqlResearcherReply["queries"],
  finished: Finished,
): Promise<void> {
  const planned = numbered(plan, finished);
  const settled = new Map<string, Tried>();
  const returned: Unanswered[] = [];
  let open = planned;
  while (open.length > 0) {
    const tried = await tryAll({ source, rows }, open);
    for (const each of tried) settled.set(each.query.query_id, each);
    const problems = tried.filter(isUnanswered).filter((each) => !returned.some(sameChance(each)));
    returned.push(...problems);
    open = problems.length === 0 ? [] : await corrected(ask, input, problems);
  }
  const left = plan.length - planned.length;
  if (left > 0) finished.partial.push(`Queries of a plan beyond ${mostQueries}, not run: ${left}`);
  add(finished, input.question, returned, [...settled.values()]);
}

/** Ids of our own: the model's may come twice, and a second plan would begin anew. */
function numbered(plan: SqlResearcherReply["queries"], { rounds }: Finished): SqlQuery[] {
  const before = rounds.reduce((sum, { queries, dropped }) => sum + queries.length + dropped.length, 0);
  return plan.slice(0, mostQueries).map((query, index) => ({ ...query, query_id: `query_${before + index + 1}` }));
}

function isUnanswered(tried: Tried): tried is Unanswered {
  return "problem" in tried;
}

function sameChance({ query, found }: Unanswered) {
  return (other: Unanswered) => other.query.query_id === query.query_id && other.found === found;
}

/** The queries that the researcher sent back under the ids of those that did not work. */
async function corrected(ask: SqlResearchTools["ask"], input: SqlResearcherInput, problems: readonly Unanswered[]) {
  const { queries } = await ask({ ...input, problems: problems.map(toFailedQuery) });
  return problems.flatMap(({ query }) => queries.find(({ query_id }) => query_id === query.query_id) ?? []);
}

function toFailedQuery({ query: { query_id, query }, problem }: Unanswered): FailedQuery {
  return { query_id, query, problem };
}

interface From {
  source: SqlSource;
  /** How many are read of each query. */
  rows: number;
}

async function tryAll(from: From, queries: readonly SqlQuery[]): Promise<Tried[]> {
  const tried: Tried[] = [];
  for (const some of chunked(queries, atOnce)) {
    tried.push(...(await Promise.all(some.map((query) => tryOne(from, query)))));
  }
  return tried;
}

async function tryOne({ source, rows }: From, planned: SqlQuery): Promise<Tried> {
  const checked = checkQuery(planned.query);
  if ("problem" in checked) return { query: planned, found: "invalid", ...checked };
  const query = { ...planned, query: checked.sql };
  const refused = await source.check(checked.sql);
  if (refused) return { query, found: "invalid", ...refused };
  const answer = await source.query(checked.sql, { rows, timeoutMs });
  if ("problem" in answer) return { query, found: "failed", ...answer };
  return { query, result: resultOf(query.query_id, answer) };
}

function add(finished: Finished, question: string, returned: readonly Unanswered[], tried: readonly Tried[]): void {
  const dropped = tried.filter(isUnanswered).filter(({ found }) => found === "invalid");
  const run = tried.filter((each) => !dropped.some((other) => other === each));
  const results = run.map((each) =>
    isUnanswered(each) ? errorResult(each.query.query_id, each.problem) : each.result,
  );
  const queries = run.map(({ query }) => query);
  finished.queries.push(...queries);
  finished.results.push(...results);
  finished.partial.push(...tried.filter(isUnanswered).map(({ query, problem }) => `${query.query_id}: ${problem}`));
  finished.rounds.push({
    round: finished.rounds.length + 1,
    question,
    queries,
    returned: returned.map(toFailedQuery),
    dropped: dropped.map(toFailedQuery),
    summary: resultsSummary(results),
  });
}
