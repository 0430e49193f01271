import type { PhaseContext } from "../../analysis/run.ts";
import type { PhaseResult } from "../../runs/phases/phase.ts";
import { chunked } from "../../runtime/chunked.ts";
import { addDays, iso, newYorkDay } from "../../runtime/dates.ts";
import { type Action, put } from "../../store/actions.ts";
import { ifAbsent, ifUnchanged } from "../../store/expressions.ts";
import type { BenchmarkClose } from "../market/bars.ts";
import { readBenchmark } from "../market/benchmark.ts";
import { portfolioNames } from "../positions/accounts.ts";
import { readClosedPositions } from "../positions/closed.ts";
import type { Portfolio } from "../positions/record.ts";
import { readPortfolios, readValues } from "../positions/stored.ts";
import type { TradingServices } from "../services.ts";
import { activePeriods } from "./list.ts";
import { type PeriodFacts, periodDays, type Rollover, rollPeriods } from "./periods.ts";
import type { EvaluationPeriod } from "./record.ts";

type Context = PhaseContext<unknown, TradingServices>;

/** Windows without a run that the last transaction holds, four periods each, beside those that end and begin. */
const windowsAtOnce = 20;

/**
 * RollEvaluation: starts the periods of the four portfolios where there are none, and once their window is over
 * completes them and starts the next ones, all in the transaction that ends the phase (spec pipeline 11). A benchmark
 * that cannot be had leaves its three figures null; periods that are out of step are logged and left alone.
 */
export async function rollEvaluation(context: Context): Promise<PhaseResult> {
  const { services, marketTime, log } = context;
  const today = newYorkDay(marketTime);
  const portfolios = await readPortfolios(services);
  const active = (await Promise.all(portfolios.map(({ id }) => activePeriods(services, id)))).flat();
  const { facts, close } = await readFacts(context, portfolios, active, today);
  const rollover = rollPeriods(facts, active, { today, now: iso(marketTime) }, close);
  if (rollover.problem !== null) log.warn("evaluation periods are left as they are", { problem: rollover.problem });
  const actions = await write(context, rollover, active);
  return { summary: { completed: rollover.completed.length, created: rollover.created.length }, actions };
}

/** What the figures are made of; nothing is read for periods that do not end. */
async function readFacts(
  { services, marketTime }: Context,
  portfolios: readonly Portfolio[],
  active: readonly EvaluationPeriod[],
  today: string,
): Promise<{ facts: PeriodFacts[]; close: BenchmarkClose }> {
  const ending = active.filter(({ period_end }) => period_end < today).map(({ period_start }) => period_start);
  const [from] = ending.toSorted();
  if (from === undefined) {
    return { facts: portfolios.map((portfolio) => ({ portfolio, positions: [], values: [] })), close: () => null };
  }
  // A window that is over ended yesterday at the latest, so no price of today is asked for.
  const range = { from, to: addDays(today, -1) };
  const close = await readBenchmark(services, { ...range, marketTime });
  const closed = portfolios.map(async (portfolio) => ({
    portfolio,
    positions: await readClosedPositions(services, portfolio.id, range),
    values: await readValues(services, portfolio.id, { from: addDays(from, -periodDays), to: today }),
  }));
  return { facts: await Promise.all(closed), close };
}

/** The last writes of the phase. What is more than a transaction holds, after years without a run, is written before. */
async function write(
  { services, commit, log }: Context,
  { completed, created }: Rollover,
  active: readonly EvaluationPeriod[],
): Promise<Action[]> {
  const item = (period: EvaluationPeriod) => ({
    ...services.store.keys.evaluationPeriod(period.portfolio_id, period.period_start),
    ...period,
  });
  const wasActive = new Set(active.map(({ id }) => id));
  const ended = completed.filter(({ id }) => wasActive.has(id));
  const passed = completed.filter(({ id }) => !wasActive.has(id));
  if (passed.length > 0) {
    const windows = [...new Set(passed.map(({ period_start }) => period_start))];
    log.info("evaluation windows passed without a run; they begin and end at today's value", { windows });
  }
  const parts = chunked(passed, windowsAtOnce * portfolioNames.length);
  for (const part of parts.slice(0, -1)) await commit(part.map((period) => put(item(period))));
  return [
    ...ended.map((period) => put(item(period), ifUnchanged("status", "active"))),
    ...[...(parts.at(-1) ?? []), ...created].map((period) => put(item(period), ifAbsent())),
  ];
}
