import { round } from "../../runtime/money.ts";

/** Decimals of a price. */
export const priceDecimals = 4;

/** Change from `entry` to `price` as a fraction. Nine decimals, so that a gain of exactly 5 % is 0.05. */
export function gain(entry: number, price: number): number {
  return round((price - entry) / entry, 9);
}

/** `unrealized_return_pct`: percent, two decimals (142.50 → 148.30 is 4.07). */
export function unrealizedReturnPct(entry: number, price: number): number {
  return round(gain(entry, price) * 100, 2);
}

/** `premium_change_pct`: a fraction, three decimals (3.50 → 4.80 is 0.371). */
export function premiumChangePct(entry: number, price: number): number {
  return round(gain(entry, price), 3);
}
