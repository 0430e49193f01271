import type { PhaseContext } from "../../analysis/run.ts";
import type { PhaseResult } from "../../runs/phases/phase.ts";
import { chunked } from "../../runtime/chunked.ts";
import { addDays, iso, newYorkDay } from "../../runtime/dates.ts";
import { type Action, put } from "../../store/actions.ts";
import { ifAbsent, ifUnchanged } from "../../store/expressions.ts";
import { type Benchmark, noBenchmark } from "../market/bars.ts";
import { readBenchmark } from "../market/benchmark.ts";
import { portfolioNames } from "../positions/accounts.ts";
import { readClosedPositions } from "../positions/closed.ts";
import type { Portfolio } from "../positions/record.ts";
import { readPortfolios, readValues } from "../positions/stored.ts";
import type { TradingServices } from "../services.ts";
import { filledIn, type PeriodFacts } from "./figures.ts";
import { readPeriods } from "./list.ts";
import { periodDays, type Rollover, rollPeriods } from "./periods.ts";
import { type EvaluationPeriod, isJudged } from "./record.ts";

type Context = PhaseContext<unknown, TradingServices>;

/** Windows without a run that the last transaction holds, four periods each, beside those that end and begin. */
const windowsAtOnce = 20;

/**
 * RollEvaluation: starts the periods of the four portfolios where there are none, and once their window is over
 * completes them and starts the next ones, all in the transaction that ends the phase (spec pipeline 11). A benchmark
 * that cannot be had leaves its figures null until a later run fills them in; periods that are out of step are logged
 * and left alone.
 */
export async function rollEvaluation(context: Context): Promise<PhaseResult> {
  const { services, marketTime, log } = context;
  const today = newYorkDay(marketTime);
  const portfolios = await readPortfolios(services);
  const periods = (await Promise.all(portfolios.map(({ id }) => readPeriods(services, id)))).flat();
  const active = periods.filter(({ status }) => status === "active");
  const unjudged = periods.filter((period) => period.status === "completed" && !isJudged(period));
  const ending = active.filter(({ period_end }) => period_end < today);
  const isFirst = periods.length === 0;
  const { facts, benchmark } = isFirst
    ? await readFirstFacts(context, portfolios, today)
    : await readFacts(context, portfolios, [...ending, ...unjudged], today);
  await fillIn(context, unjudged, facts, benchmark);
  const rollover = rollPeriods(facts, active, { today, now: iso(marketTime) }, benchmark);
  if (rollover.problem !== null) log.warn("evaluation periods are left as they are", { problem: rollover.problem });
  const actions = await write(context, rollover, active);
  return { summary: { completed: rollover.completed.length, created: rollover.created.length }, actions };
}

/** What the first periods begin with: the values of this run, beside the index. */
async function readFirstFacts({ services }: Context, portfolios: readonly Portfolio[], today: string): Promise<Facts> {
  const valued = portfolios.map(async (portfolio) => ({
    portfolio,
    positions: [],
    values: await readValues(services, portfolio.id, { from: today, to: today }),
  }));
  return { facts: await Promise.all(valued), benchmark: noBenchmark };
}

interface Facts {
  facts: PeriodFacts[];
  benchmark: Benchmark;
}

/** What the figures of these periods are made of; nothing is read where there are none. */
async function readFacts(
  { services, marketTime }: Context,
  portfolios: readonly Portfolio[],
  measured: readonly EvaluationPeriod[],
  today: string,
): Promise<Facts> {
  const [from] = measured.map(({ period_start }) => period_start).toSorted();
  if (from === undefined) {
    return { facts: portfolios.map((portfolio) => ({ portfolio, positions: [], values: [] })), benchmark: noBenchmark };
  }
  // A window that is over ended yesterday at the latest, so no price of today is asked for.
  const range = { from, to: addDays(today, -1) };
  const benchmark = await readBenchmark(services, { ...range, marketTime });
  const closed = portfolios.map(async (portfolio) => ({
    portfolio,
    positions: await readClosedPositions(services, portfolio.id, range),
    values: await readValues(services, portfolio.id, { from: addDays(from, -periodDays), to: today }),
  }));
  return { facts: await Promise.all(closed), benchmark };
}

/** Gives completed periods the verdict that could not be given at their end, where it can be now. */
async function fillIn(
  { services, commit, log }: Context,
  unjudged: readonly EvaluationPeriod[],
  facts: readonly PeriodFacts[],
  benchmark: Benchmark,
): Promise<void> {
  const filled = unjudged.flatMap((period) => {
    const fact = facts.find(({ portfolio }) => portfolio.id === period.portfolio_id);
    return (fact && filledIn(period, fact, benchmark)) ?? [];
  });
  if (filled.length > 0) log.info("evaluation periods are filled in", { periods: filled.map(({ id }) => id) });
  for (const part of chunked(filled, windowsAtOnce * portfolioNames.length)) {
    await commit(part.map((period) => put(item(services, period), ifUnchanged("status", "completed"))));
  }
}

/** The last writes of the phase. What is more than a transaction holds, after years without a run, is written before. */
async function write(
  { services, commit, log }: Context,
  { completed, created }: Rollover,
  active: readonly EvaluationPeriod[],
): Promise<Action[]> {
  const wasActive = new Set(active.map(({ id }) => id));
  const ended = completed.filter(({ id }) => wasActive.has(id));
  const passed = completed.filter(({ id }) => !wasActive.has(id));
  if (passed.length > 0) {
    const windows = [...new Set(passed.map(({ period_start }) => period_start))];
    log.info("evaluation windows passed without a run; they begin and end at today's value", { windows });
  }
  const parts = chunked(passed, windowsAtOnce * portfolioNames.length);
  for (const part of parts.slice(0, -1)) await commit(part.map((period) => put(item(services, period))));
  return [
    ...ended.map((period) => put(item(services, period), ifUnchanged("status", "active"))),
    ...[...(parts.at(-1) ?? []), ...created].map((period) => put(item(services, period), ifAbsent())),
  ];
}

function item({ store }: Context["services"], period: EvaluationPeriod) {
  return { ...store.keys.evaluationPeriod(period.portfolio_id, period.period_start), ...period };
}
