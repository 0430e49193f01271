import { newYorkDay } from "../../runtime/dates.ts";
import { put } from "../../store/actions.ts";
import { decideAnew } from "../../store/decide-anew.ts";
import { benchmarkTicker } from "../market/benchmark.ts";
import { liveShares } from "../market/quotes.ts";
import { netValueCents, portfolioValueCents, unpricedValueCents } from "../positions/bookkeeping.ts";
import type { Portfolio, PortfolioValue, Position } from "../positions/record.ts";
import { readOpenPositions, readPortfolios, savePortfolio } from "../positions/stored.ts";
import type { Monitoring } from "./pass.ts";

/**
 * Dates the worth of all four portfolios and keeps it as the day's, beside the S&P 500's quote of the same moment (spec
 * pipeline 9.2, step 6). In a transaction of its own and not with the phase's last writes: a close by hand may come at any moment, and is then simply counted in.
 */
export async function valuePortfolios({ context, now, today }: Monitoring): Promise<void> {
  const { services, log } = context;
  const { keys } = services.store;
  const quotes = await liveShares(services, [benchmarkTicker], context.marketTime);
  const benchmark_price = quotes.get(benchmarkTicker)?.price ?? null;
  const changed = await decideAnew(services, async () => {
    const portfolios = await readPortfolios(services);
    const open = Map.groupBy(await readOpenPositions(services, portfolios), ({ portfolio_id }) => portfolio_id);
    const valued = portfolios.map((before) => {
      return { before, after: { ...before, ...worthOf(before, open.get(before.id) ?? []), last_valued_at: now } };
    });
    // Those whose positions were just priced have both already; to write them again would change a repeated phase.
    const unvalued = valued.filter(({ before, after }) => !isValued(before, after));
    const written = await context.commit([
      ...unvalued.map(({ after }) => savePortfolio(keys, after)),
      ...valued
        .filter(({ before }) => !wasValuedAfter(today, before))
        .map(({ after }) =>
          put({ ...keys.portfolioValue(after.id, today), ...dayValue(after, today, now), benchmark_price }),
        ),
    ]);
    return written.applied ? unvalued : undefined;
  });
  for (const { before, after } of changed) {
    if (isWorthTheSame(before, after)) continue;
    log.error("a portfolio's value was not the sum of its parts", { portfolio: before.id });
  }
}

/** The sum of its parts; the value it has where a stored position cannot be read, lest its worth be lost. */
function worthOf(
  { cash_available_cents, open_position_ids }: Portfolio,
  open: readonly Position[],
): Partial<Pick<Portfolio, "current_value_cents" | "unpriced_value_cents">> {
  if (open.length < open_position_ids.length) return {};
  return {
    current_value_cents: portfolioValueCents(cash_available_cents, open),
    unpriced_value_cents: open.reduce((sum, position) => sum + unpricedValueCents(position), 0),
  };
}

/** Whether a run at an earlier market time than the last one looks at it: that is not what it was worth on that day. */
function wasValuedAfter(day: string, { last_valued_at }: Portfolio): boolean {
  return last_valued_at !== null && newYorkDay(new Date(last_valued_at)) > day;
}

function isWorthTheSame(before: Portfolio, after: Portfolio): boolean {
  return (
    before.current_value_cents === after.current_value_cents &&
    before.unpriced_value_cents === after.unpriced_value_cents
  );
}

/** A later date is kept: somebody has refreshed the prices while the run was going on. */
function isValued(before: Portfolio, after: Portfolio): boolean {
  const isDated = before.last_valued_at !== null && before.last_valued_at >= (after.last_valued_at ?? "");
  return isDated && isWorthTheSame(before, after);
}

function dayValue(portfolio: Portfolio, date: string, valued_at: string): Omit<PortfolioValue, "benchmark_price"> {
  const { id: portfolio_id, current_value_cents: value_cents } = portfolio;
  return { portfolio_id, date, value_cents, net_value_cents: netValueCents(portfolio), valued_at };
}
