import type { Action } from "../../store/actions.ts";
import { type Dated, sessionsSince } from "../market/price-age.ts";
import type { OptionPosition, Position } from "../positions/record.ts";
import type { Monitoring } from "./pass.ts";

/** What is known of a security that has no price now; `at` is its last trade. */
export type Unpriced = Dated;

/** Of what nobody knows any trade. */
export const neverTraded: Unpriced = { at: null, isHalted: false };

/** Trading days without a price of what a position holds, since its last trade or since the position was last priced. */
export function daysWithout({ at }: Unpriced, position: Position, { context }: Monitoring): number {
  const { last_traded_at, last_price_at, opened_at } = position;
  const priced = new Date(last_traded_at ?? last_price_at ?? opened_at);
  return sessionsSince(at !== null && at > priced ? at : priced, context.marketTime);
}

/** One warning for each ticker of these positions without a price, with the longest time that one of them has had none. */
export function unpricedWarnings(
  monitoring: Monitoring,
  positions: readonly Position[],
  facts: ReadonlyMap<string, Unpriced | null>,
): Action[] {
  return [...Map.groupBy(positions, ({ ticker }) => ticker)].map(([ticker, held]) => {
    const unpriced = facts.get(ticker) ?? neverTraded;
    const { isHalted: is_halted } = unpriced;
    const trading_days = Math.max(...held.map((position) => daysWithout(unpriced, position, monitoring)));
    const what = held.every(({ instrument_type }) => instrument_type === "option") ? "premium" : "price";
    const state = is_halted ? "is halted and has" : "has";
    return monitoring.context.warning({
      type: "price_unavailable",
      subject: `${ticker}#${what}`,
      message: `${ticker} ${state} no ${what} (trading days without one: ${trading_days}); nothing is decided at an older one.`,
      ticker,
      context: { ticker, trading_days, is_halted },
    });
  });
}

/** Says that an option stays open past its expiration, because nobody knows the close that settles it. */
export function unsettledWarning({ context }: Monitoring, { id, ticker, expiration_date }: OptionPosition) {
  return context.warning({
    type: "settlement_unknown",
    subject: id,
    message: `Nobody says at what ${ticker} closed on ${expiration_date}; the option that expired then stays open until a run knows it.`,
    ticker,
    context: { ticker, position_id: id, expiration_date },
  });
}

/** Says that the broker gave no premium of an option's contract. */
export function optionWarning({ context }: Monitoring, { id, ticker }: OptionPosition, contract: string) {
  return context.warning({
    type: "schwab_options_unavailable",
    subject: id,
    message: `Schwab gave no premium of ${contract}; its position is checked by the next run.`,
    ticker,
    context: { ticker, position_id: id },
  });
}
