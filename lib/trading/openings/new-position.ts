import type { Signal } from "../../analysis/signals/signal.ts";
import type { Configuration } from "../../configuration/keys.ts";
import { buyFill, type FillSettings } from "../exits/fills.ts";
import { stockEntryLevels } from "../exits/levels.ts";
import { affordableQuantity, costCents } from "../instruments/quantities.ts";
import type { Fill, Offered } from "../instruments/terms.ts";
import type { SelectedContract } from "../market/strikes.ts";
import {
  type OptionPosition,
  type Portfolio,
  type Position,
  positionId,
  type StockPosition,
} from "../positions/record.ts";

/** What the market offers: a share at its last trade, or the contract that strike selection chose. */
export type Offer =
  | ({ instrument_type: "stock"; price: number; traded_at: string | null } & Offered)
  | ({ instrument_type: "option" } & SelectedContract);

export type OpeningSettings = FillSettings & Pick<Configuration, "stock_stop_loss_pct" | "stock_take_profit_pct">;

export interface Opening {
  signal: Pick<Signal, "id" | "ticker" | "signal_type" | "confidence">;
  offer: Offer;
  /** What the sizing rule allows. */
  targetCents: number;
  /** New York day. */
  today: string;
  /** ISO-8601 UTC */
  now: string;
}

export type OpeningResult =
  | { outcome: "opened"; portfolio: Portfolio; position: Position }
  | { outcome: "skipped"; skip_reason: "insufficient_cash" | "size_too_small" };

/**
 * Opens a position (spec pipeline 8.4 c, e, f): cash guard against the target, whole units by floor, and the actual
 * cost taken from the cash, so that the portfolio's value stays as it is.
 */
export function openPosition(portfolio: Portfolio, opening: Opening, settings: OpeningSettings): OpeningResult {
  const { offer, targetCents } = opening;
  if (portfolio.cash_available_cents < targetCents) return { outcome: "skipped", skip_reason: "insufficient_cash" };
  const price = offer.instrument_type === "stock" ? offer.price : offer.mark;
  const quantity = affordableQuantity(offer.instrument_type, price, targetCents);
  if (quantity === 0) return { outcome: "skipped", skip_reason: "size_too_small" };
  const cost = costCents(offer.instrument_type, price, quantity);
  const fill = buyFill(offer.instrument_type, price, quantity, { bid: offer.bid, ask: offer.ask }, settings);
  const common = { ...commonFields(portfolio, opening, price, cost), ...fillFields(fill) };
  return {
    outcome: "opened",
    portfolio: {
      ...portfolio,
      cash_available_cents: portfolio.cash_available_cents - cost,
      trading_costs_cents: portfolio.trading_costs_cents + fill.cost_cents,
      open_position_ids: [...portfolio.open_position_ids, positionId(opening.signal.id, portfolio.id)],
    },
    position:
      offer.instrument_type === "stock"
        ? stockPosition(common, quantity, settings)
        : optionPosition(common, quantity, offer),
  };
}

function commonFields(
  portfolio: Portfolio,
  { signal, offer, targetCents, today, now }: Opening,
  price: number,
  cost: number,
) {
  return {
    id: positionId(signal.id, portfolio.id),
    portfolio_id: portfolio.id,
    signal_id: signal.id,
    ticker: signal.ticker,
    signal_type: signal.signal_type,
    confidence: signal.confidence,
    position_size_cents: cost,
    target_allocation_cents: targetCents,
    entry_date: today,
    opened_at: now,
    entry_price: price,
    status: "open" as const,
    trailing_stop_active: false,
    last_price: price,
    last_price_at: now,
    last_traded_at: offer.instrument_type === "stock" ? offer.traded_at : offer.quoted_at,
    days_without_price: 0,
    last_checked_at: now,
    needs_review: false,
    review_reason: null,
    review_since: null,
    doubted_since: null,
    realized_pnl_cents: 0,
    splits: [],
    exit_count: 0,
    exit_date: null,
    exit_reason: null,
    hold_days: null,
    realized_return_pct: null,
    version: 0,
  };
}

function fillFields(fill: Fill) {
  return { entry_fill: fill, trading_costs_cents: fill.cost_cents };
}

type Common = ReturnType<typeof commonFields> & ReturnType<typeof fillFields>;

function stockPosition(
  common: Common,
  shares: number,
  settings: Pick<Configuration, "stock_stop_loss_pct" | "stock_take_profit_pct">,
): StockPosition {
  return {
    ...common,
    instrument_type: "stock",
    direction: "long",
    shares,
    shares_remaining: shares,
    ...stockEntryLevels(common.entry_price, settings),
    breakeven_active: false,
    peak_price: common.entry_price,
    time_extension: "base",
    option_type: null,
    contract_symbol: null,
    strike_price: null,
    expiration_date: null,
    deliverable_shares: null,
    entry_delta: null,
    entry_dte: null,
    contracts: null,
    contracts_remaining: null,
    premium_paid_cents: null,
    peak_premium: null,
    underlying_price_at_entry: null,
  };
}

function optionPosition(common: Common, contracts: number, contract: SelectedContract): OptionPosition {
  return {
    ...common,
    instrument_type: "option",
    direction: contract.option_type,
    option_type: contract.option_type,
    contract_symbol: contract.contract_symbol,
    strike_price: contract.strike_price,
    expiration_date: contract.expiration_date,
    deliverable_shares: 100,
    entry_delta: contract.delta,
    entry_dte: contract.dte,
    contracts,
    contracts_remaining: contracts,
    premium_paid_cents: common.position_size_cents,
    peak_premium: common.entry_price,
    underlying_price_at_entry: contract.underlying_price,
    shares: null,
    shares_remaining: null,
    stop_loss_price: null,
    breakeven_active: null,
    take_profit_price: null,
    peak_price: null,
    time_extension: null,
  };
}
