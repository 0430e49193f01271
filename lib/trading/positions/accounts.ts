import type { InstrumentType, SignalType } from "../instruments/terms.ts";
import type { Portfolio } from "./record.ts";

const startingCapitalCents = 10_000_000;

const accounts: readonly { instrument_type: InstrumentType; signal_type: SignalType }[] = [
  { instrument_type: "stock", signal_type: "quality" },
  { instrument_type: "stock", signal_type: "consensus" },
  { instrument_type: "option", signal_type: "quality" },
  { instrument_type: "option", signal_type: "consensus" },
];

/** The four accounts as they begin, each with $100,000 (spec data-model 5). */
export function initialPortfolios(createdAt: string): Portfolio[] {
  return accounts.map(({ instrument_type, signal_type }) => {
    const name = portfolioOf(instrument_type, signal_type);
    return {
      id: name,
      name,
      instrument_type,
      signal_type,
      starting_capital_cents: startingCapitalCents,
      current_value_cents: startingCapitalCents,
      cash_available_cents: startingCapitalCents,
      realized_pnl_cents: 0,
      trading_costs_cents: 0,
      open_position_ids: [],
      created_at: createdAt,
      last_valued_at: null,
      version: 0,
    };
  });
}

/** The names of the four accounts, in their fixed order. */
export const portfolioNames = ["stocks_quality", "stocks_consensus", "options_quality", "options_consensus"] as const;

/** The account that trades a type of instrument on a type of signal. */
export function portfolioOf(instrument: InstrumentType, signal: SignalType): (typeof portfolioNames)[number] {
  return `${instrument}s_${signal}`;
}
