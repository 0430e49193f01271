import { round } from "../../runtime/money.ts";
import type { InstrumentType } from "./terms.ts";

/** What `quantity` shares or contracts cost or bring at `price` dollars per share, in cents. */
export function costCents(type: InstrumentType, price: number, quantity: number): number {
  return round(price * quantity * multiplier[type] * 100, 0);
}

/** The whole shares or contracts that `cents` buy at `price` dollars per share; 0 for a price of 0 (spec pipeline 8.4e). */
export function affordableQuantity(type: InstrumentType, price: number, cents: number): number {
  // In ten-thousandths of a dollar both sides are whole numbers, and the floor of their quotient is exact.
  const unitPrice = round(price * multiplier[type] * 10_000, 0);
  return unitPrice > 0 ? Math.floor((cents * 100) / unitPrice) : 0;
}

/** `floor(remaining × fraction)`, safe from binary fractions: 100 × 0.29 is 29. */
export function closingQuantity(remaining: number, fraction: number): number {
  return Math.floor(round(remaining * fraction, 6));
}

/** Units a manual close takes: `floor(remaining × fraction)`, at least 1 (spec api 6, D9). */
export function manualQuantity(remaining: number, fraction: number): number {
  return Math.min(remaining, Math.max(1, closingQuantity(remaining, fraction)));
}

/** Shares that one unit stands for. */
export const multiplier: Record<InstrumentType, number> = { stock: 1, option: 100 };
