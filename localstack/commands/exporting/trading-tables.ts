import type * as z from "zod";
import type { evaluationPeriodViewSchema } from "../../../lib/trading/evaluation/view.ts";
import type { ExitView, PositionView } from "../../../lib/trading/positions/view.ts";
import { flag, money, real, type Table, text, whole } from "./columns.ts";

const perShare = "Dollars per share";

export const positions: Table<PositionView> = {
  name: "positions",
  meaning:
    "Paper positions of the four portfolios (stocks_quality, stocks_consensus, options_quality, options_consensus), open and closed. No real order was ever sent. Gross is before trading costs (bid and ask, slippage, commission), net after them.",
  references: { signal_id: "signals" },
  columns: [
    text("position_id", "Its name: that of the signal and the portfolio.", ({ id }) => id),
    text("portfolio_id", "Whose it is.", ({ portfolio_id }) => portfolio_id),
    text("signal_id", "The signal it was opened on.", ({ signal_id }) => signal_id),
    text("ticker", "The share, or the option's underlying.", ({ ticker }) => ticker),
    text("instrument_type", "stock or option.", ({ instrument_type }) => instrument_type),
    text("signal_type", "quality or consensus.", ({ signal_type }) => signal_type),
    text("direction", "long, call or put.", ({ direction }) => direction),
    text("status", "open or closed.", ({ status }) => status),
    flag("needs_review", "Open, and no rule decides on it until a person does.", ({ needs_review }) => needs_review),
    text("review_reason", "What happened to its share, as a sentence.", ({ review_reason }) => review_reason),
    real("confidence", "The signal's score of 0 to 1 at the opening, no probability.", ({ confidence }) => confidence),
    text("entry_date", "New York day of the opening.", ({ entry_date }) => entry_date),
    real("entry_price_dollars", `${perShare} paid, or the option's premium, gross.`, ({ entry_price }) => entry_price),
    real("entry_price_net_dollars", `${perShare} it would have cost to buy.`, ({ net }) => net.entry_price),
    money("position_size", "What was paid at the opening, gross.", ({ position_size }) => position_size),
    whole("shares", "Bought; null for options.", ({ shares }) => shares),
    whole("shares_remaining", "Still held.", ({ shares_remaining }) => shares_remaining),
    text("contract_symbol", "The option's; null for shares.", ({ contract_symbol }) => contract_symbol),
    real("strike_price_dollars", "Of the option.", ({ strike_price }) => strike_price),
    text("expiration_date", "Of the option.", ({ expiration_date }) => expiration_date),
    whole("contracts", "Bought; null for shares.", ({ contracts }) => contracts),
    whole("contracts_remaining", "Still held.", ({ contracts_remaining }) => contracts_remaining),
    text("exit_date", "New York day on which nothing was left; null while open.", ({ exit_date }) => exit_date),
    text("exit_reason", "Of the last exit; null while open.", ({ exit_reason }) => exit_reason),
    whole("hold_days", "Calendar days held, or so far.", ({ hold_days }) => hold_days),
    real(
      "gross_return_percent",
      "What a closed position gained, of what was paid, before trading costs; null while open.",
      ({ realized_return_pct }) => realized_return_pct,
    ),
    money(
      "gross_gain",
      "What its exits so far have gained, before trading costs.",
      ({ net }) => net.realized_pnl + net.trading_costs,
    ),
    money("trading_costs", "Of the opening and all exits so far.", ({ net }) => net.trading_costs),
    money("net_gain", "gross_gain_cents less trading_costs_cents.", ({ net }) => net.realized_pnl),
    money("value", "What is left, at its last price; 0 after five days without any.", ({ net }) => net.current_value),
    real("current_price_dollars", `${perShare}, the last known.`, ({ current_price }) => current_price),
    text("price_as_of", "When that was traded or quoted, UTC.", ({ price_as_of }) => price_as_of),
  ],
};

export const positionExits: Table<ExitView> = {
  name: "position_exits",
  meaning:
    "Sales of positions, whole or in part. The net gain has the sale's own cost; the opening's is the position's.",
  references: { position_id: "positions" },
  columns: [
    text("exit_id", "Its name.", ({ id }) => id),
    text("position_id", "What was sold.", ({ position_id }) => position_id),
    text("exit_date", "New York day.", ({ exit_date }) => exit_date),
    text("exit_reason", "The rule that sold it, or manual.", ({ exit_reason }) => exit_reason),
    real("exit_price_dollars", `${perShare}, gross.`, ({ exit_price }) => exit_price),
    real("exit_price_net_dollars", `${perShare} it would have brought.`, ({ net }) => net?.exit_price ?? null),
    real("quantity_fraction", "Of what there was before it.", ({ quantity_pct }) => quantity_pct),
    real("shares_exited", "Shares sold; null for options.", ({ shares_exited }) => shares_exited),
    whole("contracts_exited", "Contracts sold; null for shares.", ({ contracts_exited }) => contracts_exited),
    money("gross_gain", "Before trading costs.", ({ realized_pnl }) => realized_pnl),
    money("trading_costs", "Of this sale; null where it was stored before costs were.", ({ net }) => net?.cost ?? null),
    money("net_gain", "gross_gain_cents less trading_costs_cents.", ({ net }) => net?.realized_pnl ?? null),
    flag("price_named_by_person", "A person named the price.", ({ price_named }) => price_named),
    text("created_at", "When it was booked, UTC.", ({ created_at }) => created_at),
  ],
};

export type SplitView = PositionView["splits"][number] & { position_id: string };

export const positionSplits: Table<SplitView> = {
  name: "position_splits",
  meaning: "Splits of what positions held. What was settled in cash is part of the position's gross gain.",
  references: { position_id: "positions" },
  columns: [
    text("split_id", "Its name.", ({ position_id, date }) => `${position_id}.${date}`),
    text("position_id", "What was split.", ({ position_id }) => position_id),
    text("split_date", "The New York day from whose opening on it counts.", ({ date }) => date),
    real("ratio", "New shares for an old one.", ({ ratio }) => ratio),
    whole("quantity_before", "Shares or contracts.", ({ quantity_before }) => quantity_before),
    whole("quantity_after", "Shares or contracts.", ({ quantity_after }) => quantity_after),
    money("settlement", "Cash for a part of a share.", ({ settlement }) => settlement),
    money("gross_gain", "What that cash gained over what was paid for it.", ({ realized_pnl }) => realized_pnl),
  ],
};

type Period = z.infer<typeof evaluationPeriodViewSchema>;

export const evaluationPeriods: Table<Period> = {
  name: "evaluation_periods",
  meaning:
    "Thirty days of a portfolio against the S&P 500. Figures are net of trading costs but where they say gross; null while the period is active and where they cannot be known.",
  columns: [
    text("period_id", "Its name.", ({ id }) => id),
    text("portfolio_id", "Whose period.", ({ portfolio_id }) => portfolio_id),
    text("period_start", "First New York day.", ({ period_start }) => period_start),
    text("period_end", "Last New York day.", ({ period_end }) => period_end),
    text("instrument_type", "stock or option.", ({ instrument_type }) => instrument_type),
    text("signal_type", "quality or consensus.", ({ signal_type }) => signal_type),
    text("status", "active or completed.", ({ status }) => status),
    money("gross_value_at_start", "Of the whole portfolio.", ({ value_at_period_start }) => value_at_period_start),
    money("net_value_at_start", "The same, net.", ({ net_value_at_period_start }) => net_value_at_period_start),
    real("net_return_percent", "Of the portfolio.", ({ portfolio_return_pct }) => portfolio_return_pct),
    real("gross_return_percent", "Of the portfolio.", ({ gross }) => gross?.portfolio_return_pct ?? null),
    real(
      "sp500_return_percent",
      "Of the index's price, without dividends.",
      ({ sp500_return_pct }) => sp500_return_pct,
    ),
    real("sp500_total_return_percent", "With dividends.", ({ sp500_total_return_pct }) => sp500_total_return_pct),
    real(
      "net_excess_percentage_points",
      "net_return_percent less sp500_return_percent.",
      ({ relative_performance }) => relative_performance,
    ),
    real(
      "gross_excess_percentage_points",
      "gross_return_percent less sp500_return_percent.",
      ({ gross }) => gross?.relative_performance ?? null,
    ),
    flag("beat_sp500", "The verdict, net.", ({ beat_benchmark }) => beat_benchmark),
    whole("positions_closed", "In the period.", ({ total_positions_closed }) => total_positions_closed),
    whole("positions_won", "Those that gained anything, net.", ({ winning_positions }) => winning_positions),
    whole("positions_lost", "The others.", ({ losing_positions }) => losing_positions),
    real("mean_return_percent", "Over the positions closed, net.", ({ avg_return_pct }) => avg_return_pct),
    real("won_fraction", "Share of the positions closed that won.", ({ signal_accuracy_pct }) => signal_accuracy_pct),
    text(
      "missing",
      "Why there is no verdict that counts: sp500, net or both.",
      ({ missing }) => missing.join(", ") || null,
    ),
  ],
};
