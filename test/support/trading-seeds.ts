import { chunked } from "../../lib/runtime/chunked.ts";
import type { Services } from "../../lib/services.ts";
import { counterActions } from "../../lib/store/counters.ts";
import { exitNumber } from "../../lib/trading/instruments/terms.ts";
import { openCostCents, portfolioValueCents, unpricedValueCents } from "../../lib/trading/positions/bookkeeping.ts";
import {
  type OptionPosition,
  optionPositionSchema,
  type Portfolio,
  type Position,
  type PositionExit,
  type StockPosition,
  stockPositionSchema,
} from "../../lib/trading/positions/record.ts";
import {
  closingCounts,
  createExits,
  createPosition,
  openingCounts,
  readOpenPositions,
  readPortfolio,
  savePortfolio,
} from "../../lib/trading/positions/stored.ts";
import type { Prediction, PredictionExit, PredictionOutcome } from "../../lib/trading/predictions/record.ts";
import { createPrediction, creationCounts } from "../../lib/trading/predictions/stored.ts";

type Seeded = Pick<Services, "store" | "clock">;

/** The contract's share: ten of GME bought at 142.50, now at 148.30. */
export function stockOf(changes: Partial<StockPosition> = {}): StockPosition {
  return stockPositionSchema.parse({
    ...commonOf({ portfolio_id: "stocks_quality", ...changes }),
    instrument_type: "stock",
    direction: "long",
    position_size_cents: 142_500,
    entry_price: 142.5,
    last_price: 148.3,
    shares: 10,
    shares_remaining: 10,
    stop_loss_price: 128.25,
    take_profit_price: 163.875,
    peak_price: 150,
    breakeven_active: false,
    time_extension: "base",
    ...changes,
  });
}

/** So many shares bought at 100: stop 90, target 115. */
export function stockAt100(shares: number, changes: Partial<StockPosition> = {}): StockPosition {
  return stockOf({
    ...{ portfolio_id: "stocks_quality", position_size_cents: shares * 10_000 },
    ...{ entry_price: 100, last_price: 100, peak_price: 100, stop_loss_price: 90, take_profit_price: 115 },
    ...{ shares, shares_remaining: shares },
    ...changes,
  });
}

/** The contract's option: four calls on GME bought at 3.50, now at 4.80. */
export function optionOf(changes: Partial<OptionPosition> = {}): OptionPosition {
  return optionPositionSchema.parse({
    ...commonOf({ portfolio_id: "options_quality", ...changes }),
    instrument_type: "option",
    direction: "call",
    position_size_cents: 140_000,
    premium_paid_cents: 140_000,
    entry_price: 3.5,
    last_price: 4.8,
    option_type: "call",
    contract_symbol: "GME   260320C00150000",
    strike_price: 150,
    expiration_date: "2026-03-20",
    entry_delta: 0.31,
    entry_dte: 23,
    contracts: 4,
    contracts_remaining: 4,
    peak_premium: 5,
    underlying_price_at_entry: 142.5,
    ...changes,
  });
}

/** What both kinds have; ids come from day, ticker and portfolio. */
function commonOf(changes: Partial<Pick<Position, "portfolio_id" | "ticker" | "entry_date" | "signal_type">>) {
  const { portfolio_id = "", ticker = "GME", entry_date = "2026-02-25" } = changes;
  const signal_type = portfolio_id.endsWith("quality") ? "quality" : "consensus";
  const signal_id = `${entry_date}.${ticker}.${signal_type}`;
  return {
    id: `${signal_id}.${portfolio_id}`,
    signal_id,
    portfolio_id,
    ticker,
    entry_date,
    signal_type,
    confidence: 0.75,
    target_allocation_cents: 150_000,
    opened_at: `${entry_date}T15:30:00.000Z`,
    status: "open",
    trailing_stop_active: false,
    last_price_at: "2026-03-02T15:30:00.000Z",
    last_checked_at: "2026-03-02T15:30:00.000Z",
  };
}

/** The `number`th exit of a position: one unit with a profit of a dollar, by a person. */
export function exitOf(position: Position, number: number, changes: Partial<PositionExit> = {}): PositionExit {
  const isStock = position.instrument_type === "stock";
  return {
    id: `${position.id}.${number}`,
    position_id: position.id,
    portfolio_id: position.portfolio_id,
    exit_date: "2026-02-27",
    exit_price: position.entry_price,
    exit_reason: "manual",
    quantity_pct: 0.5,
    shares_exited: isStock ? 1 : null,
    contracts_exited: isStock ? null : 1,
    realized_pnl_cents: 100,
    fill: null,
    observed_price: position.entry_price,
    trigger_candle: null,
    price_named_by: null,
    notes: null,
    run_id: null,
    created_at: "2026-02-27T15:30:00.000Z",
    ...changes,
  };
}

/**
 * Stores positions with their exits, their places in the lists, their counters, and what they make of their portfolios:
 * cash, value, profit, costs and the list of the open ones.
 */
export async function seedPositions(
  services: Seeded,
  positions: readonly Position[],
  exits: readonly PositionExit[] = [],
): Promise<void> {
  const { store } = services;
  const ofPosition = Map.groupBy(exits, ({ position_id }) => position_id);
  for (const position of positions) {
    const wasOpen: Position = { ...position, status: "open" };
    await applied(services, [
      createPosition(store.keys, position),
      ...counterActions(store.keys, [openingCounts(position), closingCounts(wasOpen, position)]),
    ]);
    for (const some of chunked(ofPosition.get(position.id) ?? [], 100)) {
      await applied(services, createExits(store.keys, some));
    }
  }
  for (const [id, held] of Map.groupBy(positions, ({ portfolio_id }) => portfolio_id)) await hold(services, id, held);
}

/** Gives a portfolio what no run could bring about, whether it is stored yet or not. */
export async function changePortfolio(services: Seeded, id: string, change: Partial<Portfolio>): Promise<void> {
  const before = await readPortfolio(services, id);
  await applied(services, [savePortfolio(services.store.keys, { ...before, ...change })]);
}

async function hold(services: Seeded, portfolioId: string, positions: readonly Position[]): Promise<void> {
  const before = await readPortfolio(services, portfolioId);
  const sum = (of: (position: Position) => number) => positions.reduce((total, each) => total + of(each), 0);
  const realized = sum((position) => position.realized_pnl_cents);
  const opened = positions.filter(({ status }) => status === "open").map(({ id }) => id);
  const after = {
    ...before,
    cash_available_cents: before.cash_available_cents - sum(openCostCents) + realized,
    realized_pnl_cents: before.realized_pnl_cents + realized,
    trading_costs_cents: before.trading_costs_cents + sum((position) => position.trading_costs_cents),
    open_position_ids: [...before.open_position_ids, ...opened],
  };
  const value = portfolioValueCents(after.cash_available_cents, await readOpenPositions(services, [after]));
  const unpriced = before.unpriced_value_cents + sum(unpricedValueCents);
  const worth = { current_value_cents: value, unpriced_value_cents: unpriced };
  await applied(services, [savePortfolio(services.store.keys, { ...after, ...worth })]);
}

/** Stores predictions with their places in the lists, their counters, days and exits. */
export async function seedPredictions(
  services: Seeded,
  predictions: readonly Prediction[],
  days: readonly PredictionOutcome[] = [],
  exits: readonly PredictionExit[] = [],
): Promise<void> {
  const { keys, putMany } = services.store;
  for (const prediction of predictions) {
    await applied(services, [
      ...createPrediction(keys, prediction),
      ...counterActions(keys, [creationCounts(prediction)]),
    ]);
  }
  await putMany([
    ...days.map((day) => ({ ...keys.predictionOutcome(day.prediction_id, day.day_offset), ...day })),
    ...exits.map((exit) => ({ ...keys.predictionExit(exit.prediction_id, exitNumber(exit.id)), ...exit })),
  ]);
}

async function applied({ store }: Seeded, actions: Parameters<Seeded["store"]["transact"]>[0]): Promise<void> {
  const outcome = await store.transact(actions);
  if (!outcome.applied) throw new Error(`refused: ${outcome.refusals.join(", ")}`);
}
