import * as z from "zod";
import { type OptionTerms, occSymbol, optionTerms } from "../../providers/market/occ.ts";

export const sideSchema = z.enum(["buy", "sell"]);
export type Side = z.infer<typeof sideSchema>;

/** One instrument of an order. Its quantity is a ratio within the combination: of two orders, twice as much. */
export const legSchema = z
  .object({
    symbol: z.string().describe("A share's symbol, or a contract's OCC symbol of 21 characters."),
    side: sideSchema,
    quantity: z.number().int().min(1),
    limit_price: z.number().positive().nullable(),
  })
  .meta({ id: "OrderLeg" });
export type Leg = z.infer<typeof legSchema>;

/** As people write contracts: `SPY240101C400`, strikes in dollars. OCC's own strikes have eight digits. */
const shortForm = /^([A-Z0-9]{1,6})(\d{2})(\d{2})(\d{2})([CP])(\d{1,5}(?:\.\d{1,3})?)$/;

/** The terms of a contract, however its symbol is written; null for what is no contract, such as a share's symbol. */
export function contractTerms(symbol: string): OptionTerms | null {
  const written = symbol.toUpperCase();
  const [, root = "", year, month, day, side, strike] = shortForm.exec(written) ?? [];
  if (!root) return optionTerms(written);
  const thousandths = String(Math.round(Number(strike) * 1000)).padStart(8, "0");
  return optionTerms(`${root}${year}${month}${day}${side}${thousandths}`);
}

/**
 * The instrument of a leg in the project's own writing, or undefined where it is none of this underlying. A contract's root
 * has no dots, and after a split that is not in whole shares it ends in a digit (`BRKB1`).
 */
export function legInstrument(symbol: string, underlying: string): string | undefined {
  const terms = contractTerms(symbol);
  if (!terms) return symbol.toUpperCase() === underlying ? underlying : undefined;
  const root = underlying.replace(/[.-]/g, "");
  return terms.root === root || terms.root.replace(/\d+$/, "") === root ? occSymbol(terms) : undefined;
}

/** What one unit of a leg is held as when it is bought (+) or sold (−). */
export function signed({ side, quantity }: Pick<Leg, "side" | "quantity">): number {
  return side === "buy" ? quantity : -quantity;
}

/** The same legs, traded the other way. */
export function reversed(legs: readonly Leg[]): Leg[] {
  return legs.map((leg) => ({ ...leg, side: leg.side === "buy" ? "sell" : "buy", limit_price: null }));
}
