import { daysBetween } from "../../runtime/dates.ts";
import { round } from "../../runtime/money.ts";
import { type FillSettings, sellFill } from "../exits/fills.ts";
import type { MonitoredInstrument } from "../exits/monitored.ts";
import type { Exit, ExitDecision } from "../exits/steps.ts";
import { costCents, manualQuantity } from "../instruments/quantities.ts";
import { exitId, type Offered } from "../instruments/terms.ts";
import { candleRecord } from "../market/candles.ts";
import type { Portfolio, Position, PositionExit } from "./record.ts";

/** A portfolio and one of its positions: written together or not at all. */
export interface Holding {
  portfolio: Portfolio;
  position: Position;
}

/** Dollars per share, and when it was traded, ISO-8601 UTC; null where the source does not say. */
export interface TradedPrice {
  price: number;
  tradedAt: string | null;
}

/** What an exit record says beside the exit itself. */
export interface ExitContext {
  /** Null for manual closes. */
  runId: string | null;
  /** The reason a person gave. */
  notes: string | null;
  /** Whose key named the price, where it is not the market's. */
  priceNamedBy?: string;
  /** ISO-8601 UTC */
  now: string;
  /** What was bid and asked for the instrument when its price was observed. */
  offered: Offered;
  /** For what the fill would have cost. */
  costs: FillSettings;
}

type NetResult = Pick<Position, "realized_pnl_cents" | "trading_costs_cents">;

/** Shares or contracts left. */
export function remainingQuantity(position: Position): number {
  return position.instrument_type === "stock" ? position.shares_remaining : position.contracts_remaining;
}

/** What is left of a position at its last price, in cents. */
export function positionValueCents(position: Position): number {
  const price = position.last_price ?? position.entry_price;
  return costCents(position.instrument_type, price, remainingQuantity(position));
}

/** From so many trading days without any price on, a position counts nothing in net value. */
const longestWithoutPrice = 5;

/** What is left of a position at its last price, where it has had none for so long that it counts nothing in net value. */
export function unpricedValueCents(position: Position): number {
  return position.days_without_price < longestWithoutPrice ? 0 : positionValueCents(position);
}

/** What a portfolio is worth after trading costs, positions that have had no price for too long counted as nothing. */
export function netValueCents(portfolio: Portfolio): number {
  return portfolio.current_value_cents - portfolio.trading_costs_cents - portfolio.unpriced_value_cents;
}

/** What was paid for what is left of a position, in cents. */
export function openCostCents(position: Position): number {
  return costCents(position.instrument_type, position.entry_price, remainingQuantity(position));
}

/** `current_value`: cash and the open positions at their last prices, in cents (spec pipeline 8). */
export function portfolioValueCents(cashCents: number, open: readonly Position[]): number {
  return open.reduce((sum, position) => sum + positionValueCents(position), cashCents);
}

/**
 * A portfolio after one of its positions has changed, and `proceeds` cents of that have gone to its cash. One of which
 * nothing is left is no longer among those that are open.
 */
export function revalued(portfolio: Portfolio, before: Position, after: Position, proceeds = 0): Portfolio {
  const isOver = remainingQuantity(after) === 0;
  const stillOpen = (ids: readonly string[]) => ids.filter((id) => !isOver || id !== after.id);
  return {
    ...portfolio,
    open_position_ids: stillOpen(portfolio.open_position_ids),
    review_position_ids: stillOpen(portfolio.review_position_ids),
    cash_available_cents: portfolio.cash_available_cents + proceeds,
    current_value_cents:
      portfolio.current_value_cents + proceeds + positionValueCents(after) - positionValueCents(before),
    unpriced_value_cents: portfolio.unpriced_value_cents + unpricedValueCents(after) - unpricedValueCents(before),
  };
}

/**
 * Notes a price that was read at `at` (ISO-8601 UTC), and what it makes the portfolio worth; no exit follows from it.
 */
export function observePrice<P extends Position>(
  portfolio: Portfolio,
  position: P,
  { price, tradedAt }: TradedPrice,
  at: string,
): { portfolio: Portfolio; position: P } {
  const seen = { last_price: price, last_price_at: at, last_traded_at: tradedAt, days_without_price: 0 };
  const observed = { ...position, ...seen };
  return { portfolio: { ...revalued(portfolio, position, observed), last_valued_at: at }, position: observed };
}

/** Notes that the market has had no price of a position for so many trading days; it keeps its last one. */
export function missPrice({ portfolio, position }: Holding, days: number): Holding {
  const after = { ...position, days_without_price: days };
  return { portfolio: revalued(portfolio, position, after), position: after };
}

/**
 * One exit as one unit (spec pipeline 6.5): the record, what remains, the proceeds in the cash and the value they make.
 * Profit is proceeds less the share of `position_size` that is sold; over all exits those shares add up to it exactly.
 */
export function applyExit(
  { portfolio, position }: Holding,
  exit: Exit,
  context: ExitContext,
): Holding & { record: PositionExit } {
  const proceeds = costCents(position.instrument_type, exit.fill_price, exit.quantity);
  const left = withRemaining(position, remainingQuantity(position) - exit.quantity);
  const pnl = proceeds - (openCostCents(position) - openCostCents(left));
  const number = position.exit_count + 1;
  const isStock = position.instrument_type === "stock";
  const fill = sellFill(position.instrument_type, exit, context.offered, context.costs);
  const record: PositionExit = {
    id: exitId(position.id, number),
    position_id: position.id,
    portfolio_id: position.portfolio_id,
    exit_date: exit.exit_date,
    exit_price: exit.fill_price,
    exit_reason: exit.reason,
    quantity_pct: exit.quantity_pct,
    shares_exited: isStock ? exit.quantity : null,
    contracts_exited: isStock ? null : exit.quantity,
    realized_pnl_cents: pnl,
    fill,
    observed_price: exit.observed_price,
    trigger_candle: exit.candle && candleRecord(exit.candle),
    price_named_by: context.priceNamedBy ?? null,
    notes: context.notes,
    run_id: context.runId,
    created_at: context.now,
  };
  const after = {
    ...left,
    exit_count: number,
    realized_pnl_cents: position.realized_pnl_cents + pnl,
    trading_costs_cents: position.trading_costs_cents + fill.cost_cents,
  };
  const isOver = remainingQuantity(after) === 0;
  return {
    record,
    position: isOver ? closed(after, exit) : after,
    portfolio: {
      ...revalued(portfolio, position, after, proceeds),
      realized_pnl_cents: portfolio.realized_pnl_cents + pnl,
      trading_costs_cents: portfolio.trading_costs_cents + fill.cost_cents,
    },
  };
}

/** A whole check as one unit: the state it left the instrument in, then its exits in order. */
export function applyDecision(
  { portfolio, position }: Holding,
  decision: ExitDecision,
  context: ExitContext,
): Holding & { records: PositionExit[] } {
  let holding: Holding = { portfolio, position: withState(position, decision.instrument) };
  const records: PositionExit[] = [];
  for (const exit of decision.exits) {
    const { record, ...after } = applyExit(holding, exit, context);
    records.push(record);
    holding = after;
  }
  return { ...holding, records };
}

/**
 * An exit that a person or a replacement asks for, at the current price: `floor(remaining × fraction)` units and at
 * least one (spec api 6, D9). All that remains is a full close.
 */
export function exitOnRequest(
  position: Position,
  request: { reason: "manual" | "replaced"; fraction: number; price: number; today: string },
): Exit {
  const remaining = remainingQuantity(position);
  const quantity = manualQuantity(remaining, request.fraction);
  return {
    reason: request.reason,
    quantity,
    quantity_pct: quantity === remaining ? 1 : request.fraction,
    fill_price: request.price,
    observed_price: request.price,
    candle: null,
    exit_date: request.today,
  };
}

/** `realized_return_pct`: percent of what was paid, four decimals; 0 where nothing was (spec pipeline 6.5, D15). */
export function realizedReturnPct(pnlCents: number, sizeCents: number): number {
  return sizeCents === 0 ? 0 : round((pnlCents / sizeCents) * 100, 4);
}

/** What a position has gained after the costs of its fills so far, in cents. */
export function netPnlCents({ realized_pnl_cents, trading_costs_cents }: NetResult): number {
  return realized_pnl_cents - trading_costs_cents;
}

/** `realized_return_pct` of a closed position after the costs of its fills. */
export function netReturnPct(position: NetResult & Pick<Position, "position_size_cents">): number {
  return realizedReturnPct(netPnlCents(position), position.position_size_cents);
}

function withRemaining(position: Position, remaining: number): Position {
  return position.instrument_type === "stock"
    ? { ...position, shares_remaining: remaining }
    : { ...position, contracts_remaining: remaining };
}

function withState(position: Position, state: MonitoredInstrument): Position {
  const { trailing_stop_active, peak_price } = state;
  if (position.instrument_type === "option") return { ...position, trailing_stop_active, peak_premium: peak_price };
  if (state.instrument_type === "option") return { ...position, trailing_stop_active, peak_price };
  const { stop_loss_price, breakeven_active, time_extension } = state;
  return { ...position, trailing_stop_active, peak_price, stop_loss_price, breakeven_active, time_extension };
}

/** A position of which nothing remains. */
export function closed<P extends Position>(position: P, exit: Pick<Exit, "exit_date" | "reason">): P {
  return {
    ...position,
    status: "closed",
    needs_review: false,
    exit_date: exit.exit_date,
    exit_reason: exit.reason,
    hold_days: daysBetween(position.entry_date, exit.exit_date),
    realized_return_pct: realizedReturnPct(position.realized_pnl_cents, position.position_size_cents),
  };
}
