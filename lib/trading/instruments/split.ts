import { occSymbol, optionTerms } from "../../providers/market/occ.ts";
import { round } from "../../runtime/money.ts";
import { priceDecimals } from "./returns.ts";
import type { Fill } from "./terms.ts";

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

/** What was bid and asked per new share; what the fill cost stays. */
export function splitFill(fill: Fill, ratio: number): Fill {
  return {
    ...fill,
    bid: fill.bid && splitLevel(fill.bid, ratio),
    ask: fill.ask && splitLevel(fill.ask, ratio),
    net_price: splitLevel(fill.net_price, ratio),
  };
}

/** What a split changes of an option's terms. */
export interface ContractTerms {
  contract_symbol: string;
  strike_price: number;
  /** What one contract delivers; its premium and strike stay per share of a hundred. */
  deliverable_shares: number;
}

/**
 * An option's terms after a split, after the rules of the OCC: where there are two, three or more whole new shares for an
 * old one, so many `contracts` for an old one, with a strike of the part (to the cent); otherwise the contract keeps its
 * strike, delivers what a hundred old shares have become, and trades under a root of its own (`AMC` → `AMC1`).
 */
export function splitContract(terms: ContractTerms, ratio: number): ContractTerms & { contracts: number } {
  const symbol = optionTerms(terms.contract_symbol);
  if (Number.isInteger(ratio)) {
    const strike_price = round(terms.strike_price / ratio, 2);
    const contract_symbol = symbol ? occSymbol({ ...symbol, strike: strike_price }) : terms.contract_symbol;
    return { ...terms, contract_symbol, strike_price, contracts: ratio };
  }
  const contract_symbol = symbol ? occSymbol({ ...symbol, root: adjustedRoot(symbol.root) }) : terms.contract_symbol;
  const deliverable_shares = round(terms.deliverable_shares * ratio, 6);
  return { ...terms, contract_symbol, deliverable_shares, contracts: 1 };
}

function adjustedRoot(root: string): string {
  const [, letters = root, number = "0"] = /^(.*?)(\d*)$/.exec(root) ?? [];
  return `${letters}${Number(number) + 1}`;
}

/** A price that a split has made longer than any price is, as it is shown. */
export function shownPrice(price: number): number {
  return round(price, priceDecimals);
}
