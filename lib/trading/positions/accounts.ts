import type { SignalType } from "../../analysis/signals/signal.ts";
import type { InstrumentType } from "../instruments/terms.ts";
import type { Portfolio } from "./record.ts";

const startingCapitalCents = 10_000_000;

/** The four accounts, in their fixed order. */
const accounts = {
  stocks_quality: { instrument_type: "stock", signal_type: "quality" },
  stocks_consensus: { instrument_type: "stock", signal_type: "consensus" },
  options_quality: { instrument_type: "option", signal_type: "quality" },
  options_consensus: { instrument_type: "option", signal_type: "consensus" },
} as const satisfies Record<string, { instrument_type: InstrumentType; signal_type: SignalType }>;

export type PortfolioName = keyof typeof accounts;
export const portfolioNames = Object.keys(accounts) as PortfolioName[];

/** The four accounts as they begin, each with $100,000 (spec data-model 5). */
export function initialPortfolios(createdAt: string): Portfolio[] {
  return portfolioNames.map((name) => ({
    id: name,
    name,
    ...accounts[name],
    starting_capital_cents: startingCapitalCents,
    current_value_cents: startingCapitalCents,
    cash_available_cents: startingCapitalCents,
    realized_pnl_cents: 0,
    trading_costs_cents: 0,
    unpriced_value_cents: 0,
    open_position_ids: [],
    review_position_ids: [],
    created_at: createdAt,
    last_valued_at: null,
    version: 0,
  }));
}

/** The account that trades a type of instrument on a type of signal. */
export function portfolioOf(instrument: InstrumentType, signal: SignalType): PortfolioName {
  return `${instrument}s_${signal}`;
}

/** The type of signal that an account trades on. */
export function signalTypeOf(portfolio: PortfolioName): SignalType {
  return accounts[portfolio].signal_type;
}
