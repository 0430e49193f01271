import { type Signal, signalSchema } from "../../analysis/signals/signal.ts";
import { sharesSince } from "../../providers/market/splits.ts";
import { dollars, round } from "../../runtime/money.ts";
import type { SignalOutcome } from "../openings/signal-outcome.ts";
import type { Position, PositionExit } from "../positions/record.ts";

/** What an export reads of a signal: all but the comments it rests on. */
export const exportedSignalSchema = signalSchema.omit({ comment_ids: true });
type ExportedSignal = Omit<Signal, "comment_ids">;

type TradeRow = ReturnType<typeof tradeRow>;
type SignalRow = ReturnType<typeof signalRow>;

/** The columns of a trade: its position, the opening, the exit, what both would have cost, the bar that triggered it. */
export const tradeColumns = [
  ...["exit_id", "position_id", "portfolio_id", "signal_id", "ticker", "instrument_type", "signal_type", "direction"],
  ...["confidence", "position_size", "entry_date", "entry_price", "shares", "strike_price", "expiration_date"],
  ...["contract_symbol", "contracts", "closed_date", "hold_days", "realized_return_pct"],
  ...["entry_bid", "entry_ask", "entry_net_price", "entry_commission"],
  ...["exit_date", "exit_price", "exit_reason", "quantity_pct", "shares_exited", "contracts_exited", "observed_price"],
  ...["exit_bid", "exit_ask", "exit_net_price", "exit_commission", "realized_pnl", "trading_costs", "net_pnl"],
  ...["trigger_time", "trigger_open", "trigger_high", "trigger_low", "trigger_close", "notes", "run_id", "created_at"],
] as const satisfies readonly (keyof TradeRow)[];

/** The columns of a signal (spec api 4), then what became of it in the stock and the option portfolio of its type. */
export const signalColumns = [
  ...["signal_id", "ticker", "signal_type", "signal_date", "prediction", "confidence", "comment_count"],
  ...["sentiment_score", "has_reasoning", "is_emergence", "prior_7d_mentions", "distinct_users", "created_at"],
  ...["updated_at", "position_opened", "stock_outcome", "stock_skip_reason", "stock_position_id"],
  ...["option_outcome", "option_skip_reason", "option_position_id"],
] as const satisfies readonly (keyof SignalRow)[];

/** Digits of a quantity's share of what there was. */
const shareDecimals = 6;

/**
 * One row per exit of a closed position, given in order, and one per fraction of a share that a split settled in cash. The
 * opening's cost is shared out by what each of them sold, so that the rows' gains and costs add up to the position's exactly.
 */
export function tradeRows(position: Position, exits: readonly PositionExit[]): TradeRow[] {
  // A split comes before the exits of its day.
  const all = [...settlements(position), ...exits].toSorted((a, b) => a.exit_date.localeCompare(b.exit_date));
  const total = all.reduce((sum, exit) => sum + soldBy(position, exit), 0);
  const opening = position.entry_fill?.cost_cents ?? 0;
  let sold = 0;
  return all.map((exit) => {
    const before = round((opening * sold) / total, 0);
    sold += soldBy(position, exit);
    return tradeRow(position, exit, round((opening * sold) / total, 0) - before);
  });
}

/** What splits settled in cash, in the form of exits. */
function settlements({ id, portfolio_id, splits }: Position): PositionExit[] {
  return splits.flatMap(({ date, quantity_after, settled_fraction, settlement_price, ...booked }) => {
    if (settlement_price === null) return [];
    const quantity_pct = round(settled_fraction / (quantity_after + settled_fraction), shareDecimals);
    return {
      ...{ id: `${id}.split.${date}`, position_id: id, portfolio_id, exit_date: date, exit_price: settlement_price },
      ...{ exit_reason: "split" as const, quantity_pct, shares_exited: settled_fraction, contracts_exited: null },
      ...{ realized_pnl_cents: booked.realized_pnl_cents, run_id: booked.run_id, created_at: booked.created_at },
      ...{ fill: null, observed_price: null, trigger_candle: null, price_named_by: null, notes: null },
    };
  });
}

/** What an exit sold, on the scale after the position's splits. */
function soldBy({ splits, instrument_type }: Position, exit: PositionExit): number {
  const later = instrument_type === "stock" ? splits : splits.filter(({ ratio }) => Number.isInteger(ratio));
  return (exit.shares_exited ?? exit.contracts_exited ?? 0) * sharesSince(exit.exit_date, later);
}

function tradeRow(position: Position, exit: PositionExit, openingCents: number) {
  const costs = openingCents + (exit.fill?.cost_cents ?? 0);
  return {
    ...positionCells(position),
    ...exitCells(exit),
    realized_pnl: dollars(exit.realized_pnl_cents),
    trading_costs: dollars(costs),
    net_pnl: dollars(exit.realized_pnl_cents - costs),
  };
}

function positionCells(position: Position) {
  const fill = position.entry_fill;
  return {
    ...position,
    position_size: dollars(position.position_size_cents),
    closed_date: position.exit_date,
    entry_bid: fill?.bid,
    entry_ask: fill?.ask,
    entry_net_price: fill?.net_price,
    entry_commission: fill && dollars(fill.commission_cents),
  };
}

function exitCells(exit: PositionExit) {
  const { fill, trigger_candle: bar } = exit;
  return {
    ...exit,
    exit_id: exit.id,
    exit_bid: fill?.bid,
    exit_ask: fill?.ask,
    exit_net_price: fill?.net_price,
    exit_commission: fill && dollars(fill.commission_cents),
    trigger_time: bar?.timestamp,
    trigger_open: bar?.open,
    trigger_high: bar?.high,
    trigger_low: bar?.low,
    trigger_close: bar?.close,
  };
}

/** A signal with what became of it where it was looked at: undefined in the cells of a portfolio where it was not. */
export function signalRow(signal: ExportedSignal, stock: SignalOutcome | undefined, option: SignalOutcome | undefined) {
  return {
    ...signal,
    signal_id: signal.id,
    stock_outcome: stock?.outcome,
    stock_skip_reason: stock?.skip_reason,
    stock_position_id: stock?.position_id,
    option_outcome: option?.outcome,
    option_skip_reason: option?.skip_reason,
    option_position_id: option?.position_id,
  };
}
