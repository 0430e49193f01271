import { round } from "../../runtime/money.ts";
import { priceDecimals } from "./returns.ts";

/** Digits of a price that money is reckoned with: thirds of a cent must add up to whole cents again. */
const exactDigits = 12;

/** What a split makes of a number of shares: those that are whole, and the fraction that is settled in cash. */
export function splitQuantity(quantity: number, ratio: number): { whole: number; fraction: number } {
  const exact = round(quantity * ratio, 6);
  const whole = Math.floor(exact);
  return { whole, fraction: round(exact - whole, 6) };
}

/** A level after a split, with the decimals of a price. */
export function splitLevel(price: number, ratio: number): number {
  return round(price / ratio, priceDecimals);
}

/** What was paid or seen for a share, per share after a split: times the new shares it is the same money to the cent. */
export function splitPrice(price: number, ratio: number): number {
  return Number((price / ratio).toPrecision(exactDigits));
}

/** A price that a split has made longer than any price is, as it is shown. */
export function shownPrice(price: number): number {
  return round(price, priceDecimals);
}
