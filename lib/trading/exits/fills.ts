import type { Configuration } from "../../configuration/keys.ts";
import { round } from "../../runtime/money.ts";
import { costCents } from "../instruments/quantities.ts";
import { priceDecimals } from "../instruments/returns.ts";
import type { Fill, InstrumentType, Offered } from "../instruments/terms.ts";
import type { Exit } from "./steps.ts";

export type FillSettings = Pick<
  Configuration,
  "commission_stock_usd" | "commission_option_usd" | "slippage_stock_pct" | "slippage_option_pct"
>;

/** A purchase at `price` as it would have been at the ask, with slippage and commission. */
export function buyFill(
  type: InstrumentType,
  price: number,
  quantity: number,
  offered: Offered,
  settings: FillSettings,
): Fill {
  const asked = offered.ask !== null && offered.ask > 0 ? offered.ask : price;
  const net_price = round(asked * (1 + slippage(type, settings)), priceDecimals);
  const commission_cents = commission(type, quantity, settings);
  const cost_cents = costCents(type, net_price, quantity) - costCents(type, price, quantity) + commission_cents;
  return { bid: offered.bid, ask: offered.ask, net_price, commission_cents, cost_cents };
}

/**
 * A sale as it would have been. A target touched by a bar is a limit order and sells at the exit's price; a stop touched
 * by a bar sells there with slippage. Where only a price was seen at a check, all sell at the bid, targets too, with
 * slippage. For an unknown bid stands the price that was observed. What is settled at its expiration is no trade and
 * costs nothing.
 */
export function sellFill(
  type: InstrumentType,
  exit: Pick<Exit, "reason" | "fill_price" | "candle" | "quantity" | "observed_price">,
  offered: Offered,
  settings: FillSettings,
): Fill {
  const isSettlement = exit.reason === "expiration" && exit.observed_price === null;
  const net_price = isSettlement ? exit.fill_price : soldAt(type, exit, offered, settings);
  const commission_cents = isSettlement ? 0 : commission(type, exit.quantity, settings);
  const cost_cents =
    costCents(type, exit.fill_price, exit.quantity) - costCents(type, net_price, exit.quantity) + commission_cents;
  return { bid: offered.bid, ask: offered.ask, net_price, commission_cents, cost_cents };
}

function soldAt(
  type: InstrumentType,
  { reason, fill_price, candle, observed_price }: Pick<Exit, "reason" | "fill_price" | "candle" | "observed_price">,
  { bid }: Offered,
  settings: FillSettings,
): number {
  if (candle !== null && reason === "take_profit") return fill_price;
  const paid = candle === null ? (bid ?? observed_price ?? fill_price) : fill_price;
  return round(paid * (1 - slippage(type, settings)), priceDecimals);
}

function slippage(type: InstrumentType, settings: FillSettings): number {
  return type === "stock" ? settings.slippage_stock_pct : settings.slippage_option_pct;
}

/** A stock order costs the same for any number of shares, an option order by the contract. */
function commission(type: InstrumentType, quantity: number, settings: FillSettings): number {
  const dollars = type === "stock" ? settings.commission_stock_usd : settings.commission_option_usd * quantity;
  return round(dollars * 100, 0);
}
