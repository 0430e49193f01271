import { defaultConfiguration, readConfiguration } from "../../lib/configuration/keys.ts";
import type { Candle } from "../../lib/providers/market/market.ts";
import type { MonitoredOption, MonitoredStock } from "../../lib/trading/exits/monitored.ts";
import type { MarketView } from "../../lib/trading/exits/steps.ts";
import type { InstrumentType } from "../../lib/trading/instruments/terms.ts";
import type { PriceBar } from "../../lib/trading/market/bars.ts";
import type { Offer } from "../../lib/trading/openings/new-position.ts";
import type { Portfolio } from "../../lib/trading/positions/record.ts";
import type { FollowedPrediction } from "../../lib/trading/predictions/record.ts";

/** The configuration as it is delivered. */
export const settings = readConfiguration(defaultConfiguration());

/** 2021-01-04, a Monday, at 10:00 in New York: when everything here is opened. */
export const openedAt = "2021-01-04T15:00:00.000Z";
export const openDate = "2021-01-04";

/** Ten shares bought at 100: stop 90, target 115. */
export function stock(changes: Partial<MonitoredStock> = {}): MonitoredStock {
  return {
    instrument_type: "stock",
    entry_price: 100,
    current_price: 100,
    peak_price: 100,
    remaining_quantity: 10,
    open_date: openDate,
    opened_at: openedAt,
    trailing_stop_active: false,
    stop_loss_price: 90,
    take_profit_price: 115,
    breakeven_active: false,
    time_extension: "base",
    ...changes,
  };
}

/** Five calls bought at a premium of 2: stop 1, target 4. */
export function option(changes: Partial<MonitoredOption> = {}): MonitoredOption {
  return {
    instrument_type: "option",
    entry_price: 2,
    current_price: 2,
    peak_price: 2,
    remaining_quantity: 5,
    open_date: openDate,
    trailing_stop_active: false,
    option_type: "call",
    strike_price: 50,
    expiration_date: "2021-01-22",
    ...changes,
  };
}

/** A prediction of ten calls at a premium of 2. */
export function prediction(changes: Partial<FollowedPrediction> = {}): FollowedPrediction {
  const { entry_date = openDate } = changes;
  return {
    id: "t1_a.GME",
    comment_id: "t1_a",
    ticker: "GME",
    author: "ape",
    analysis_run_id: "run",
    sentiment: "bullish",
    option_type: "call",
    entry_date,
    status: "tracking",
    contract_symbol: "GME_012221C50",
    strike_price: 50,
    expiration_date: "2021-01-22",
    deliverable_shares: 100,
    splits: [],
    entry_premium: 2,
    contracts: 10,
    contracts_remaining: 10,
    current_premium: null,
    peak_premium: 2,
    trailing_stop_active: false,
    simulated_pnl_cents: 0,
    entry_fill: null,
    trading_costs_cents: 0,
    last_checked_at: null,
    version: 0,
    exit_count: 0,
    exit_reason: null,
    simulated_return_pct: null,
    is_correct: null,
    resolved_at: null,
    review_reason: null,
    review_since: null,
    doubted_since: null,
    hitl_override: null,
    hitl_override_at: null,
    accuracy_applied_at: null,
    expired_reason: null,
    created_at: `${entry_date}${openedAt.slice(openDate.length)}`,
    ...changes,
  };
}

/** `prediction()` as it is shown. */
export const predictionShown = {
  id: "t1_a.GME",
  comment_id: "t1_a",
  author: "ape",
  analysis_run_id: "run",
  ticker: "GME",
  sentiment: "bullish",
  option_type: "call",
  strike_price: 50,
  expiration_date: "2021-01-22",
  contract_symbol: "GME_012221C50",
  deliverable_shares: 100,
  splits: [],
  entry_premium: 2,
  entry_date: "2021-01-04",
  contracts: 10,
  contracts_remaining: 10,
  current_premium: null,
  peak_premium: 2,
  trailing_stop_active: false,
  status: "tracking",
  simulated_return_pct: null,
  is_correct: null,
  exit_reason: null,
  hitl_override: null,
  hitl_override_at: null,
  resolved_at: null,
  review_reason: null,
  review_since: null,
  created_at: "2021-01-04T15:00:00.000Z",
  net: { trading_costs: 0, simulated_return_pct: null },
};

/** A bearish prediction without a contract as it is shown: nothing of a contract is in it. */
export const expiredPredictionShown = {
  ...predictionShown,
  sentiment: "bearish",
  option_type: "put",
  strike_price: null,
  expiration_date: null,
  contract_symbol: null,
  deliverable_shares: null,
  entry_premium: null,
  contracts: null,
  contracts_remaining: null,
  peak_premium: null,
  status: "expired",
  net: null,
};

/** The figures of a history without a trade. */
export const noFigures = {
  closed_trades: 0,
  independent_trades: 0,
  win_rate: null,
  independent_win_rate: null,
  win_rate_low: null,
  win_rate_high: null,
  profit_factor: null,
  profit_factor_error: null,
  expectancy: null,
  expectancy_error: null,
  max_drawdown: 0,
  returns: 0,
  sharpe: null,
  sharpe_error: null,
  sortino: null,
  sortino_error: null,
  benchmark_returns: 0,
  alpha: null,
  alpha_error: null,
  beta: null,
  beta_error: null,
};

/** A final close of the S&P 500, fetched in the evening. */
export function closeOf(date: string, close: number): PriceBar {
  const prices = { open: close, high: close, low: close, close };
  return {
    ticker: "^GSPC",
    date,
    ...prices,
    split: 1,
    source: "yahoo",
    is_final: true,
    fetched_at: `${date}T22:00:00.000Z`,
  };
}

/** The first candle begins with the opening, each next one five minutes later. Given as [low, high]. */
export function candles(...ranges: [low: number, high: number][]): Candle[] {
  return ranges.map(([low, high], index) => ({
    timestamp: new Date(Date.parse(openedAt) + index * 300_000),
    open: (low + high) / 2,
    high,
    low,
    close: high,
  }));
}

/** The market on the day of the opening. */
export function market(changes: Partial<MarketView> = {}): MarketView {
  return { candles: [], price: null, today: openDate, expirationClose: null, ...changes };
}

export function portfolio(type: InstrumentType = "stock", changes: Partial<Portfolio> = {}): Portfolio {
  return {
    id: `${type}s_quality`,
    name: `${type}s_quality`,
    instrument_type: type,
    signal_type: "quality",
    starting_capital_cents: 10_000_000,
    current_value_cents: 10_000_000,
    cash_available_cents: 10_000_000,
    realized_pnl_cents: 0,
    open_position_ids: [],
    review_position_ids: [],
    trading_costs_cents: 0,
    unpriced_value_cents: 0,
    created_at: openedAt,
    last_valued_at: null,
    version: 0,
    ...changes,
  };
}

export function offerOf(type: InstrumentType, price: number): Offer {
  if (type === "stock") return { instrument_type: "stock", price, bid: null, ask: null, traded_at: null };
  return {
    instrument_type: "option",
    option_type: "call",
    contract_symbol: "GME_012221C50",
    strike_price: 50,
    expiration_date: "2021-01-22",
    delta: 0.31,
    dte: 18,
    mark: price,
    bid: null,
    ask: null,
    underlying_price: 45,
    quoted_at: null,
  };
}

/** An exit whose cost nobody looks at: no bid or ask is known. */
export const unquoted = { offered: { bid: null, ask: null }, costs: settings };
