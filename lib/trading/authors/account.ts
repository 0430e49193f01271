import { newYorkDay } from "../../runtime/dates.ts";
import { round } from "../../runtime/money.ts";
import type { ClosedTrade } from "../performance/view.ts";
import type { AppliedResult } from "../predictions/record.ts";

/** What an account that follows an author begins with. */
export const startingCents = 10_000_000;
/** Share of the account, open trades at their cost, that goes into one trade. */
const shareOfAccount = 0.02;
/** What a prediction was bought for, about, where the history is from before it was kept. */
const usualCents = 200_000;

export const sizing =
  "Each trade buys for 2 % of the account at its entry (open trades at cost), and for no more than its cash: it cannot fall below 0.";

interface FollowedTrade {
  ticker: string;
  endedAt: string;
  entered: string;
  ended: string;
  /** Fractions of what was paid; what was bought can lose all of it and no more. */
  gross: number;
  net: number;
}

/**
 * The trades of an account of $100,000 that follows these results, in the order of their end. On one day entries come
 * before exits, so that no trade is paid with what another returns later that day.
 */
export function followedTrades(results: readonly AppliedResult[]): ClosedTrade[] {
  const trades = results.map(toTrade);
  const [gross, net] = [profits(trades, "gross"), profits(trades, "net")];
  return trades.map((trade, index) => ({
    ticker: trade.ticker,
    endedAt: trade.endedAt,
    date: trade.ended,
    pnlCents: gross[index] ?? 0,
    costCents: (gross[index] ?? 0) - (net[index] ?? 0),
  }));
}

function toTrade({ resolved_at, entry_date, paid_cents, ...result }: AppliedResult): FollowedTrade {
  const ended = newYorkDay(new Date(resolved_at));
  const paid = paid_cents ?? usualCents;
  const returned = (cents: number) => Math.max(-1, cents / paid);
  return {
    ticker: result.ticker,
    endedAt: resolved_at,
    entered: entry_date ?? ended,
    ended,
    gross: returned(result.simulated_pnl_cents),
    net: returned(result.simulated_pnl_cents - result.trading_costs_cents),
  };
}

/** What each trade brings to an account that counts them gross or net, in cents. */
function profits(trades: readonly FollowedTrade[], kind: "gross" | "net"): number[] {
  const stakes = trades.map(() => 0);
  let [cash, staked] = [startingCents, 0];
  const found = trades.map(() => 0);
  for (const { index, isEntry } of events(trades)) {
    const stake = isEntry ? Math.min(round((cash + staked) * shareOfAccount, 0), cash) : (stakes[index] ?? 0);
    const profit = isEntry ? 0 : round(stake * (trades[index]?.[kind] ?? 0), 0);
    if (isEntry) stakes[index] = stake;
    else found[index] = profit;
    cash += isEntry ? -stake : stake + profit;
    staked += isEntry ? stake : -stake;
  }
  return found;
}

/** Entries and exits, day by day, each kind in the given order. */
function events(trades: readonly FollowedTrade[]): { index: number; isEntry: boolean }[] {
  return trades
    .flatMap(({ entered, ended }, index) => [
      { index, isEntry: true, place: `${entered}#0` },
      { index, isEntry: false, place: `${ended}#1` },
    ])
    .toSorted((a, b) => (a.place < b.place ? -1 : a.place > b.place ? 1 : 0));
}
