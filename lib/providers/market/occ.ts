import type { OptionType } from "./market.ts";

export interface OptionTerms {
  /** The underlying without blanks, as the exchange writes it (`GME`, `BRKB`, `SPXW`). */
  root: string;
  /** YYYY-MM-DD. */
  expiration: string;
  option_type: OptionType;
  strike: number;
}

const occForm = /^([A-Z0-9]{1,6}) *(\d{2})(\d{2})(\d{2})([CP])(\d{8})$/;
/** TD Ameritrade's own: `MSFT_011521C92.5`, month first. */
const underscoreForm = /^([A-Z0-9]{1,6})_(\d{2})(\d{2})(\d{2})([CP])(\d+(?:\.\d+)?)$/;

/** The terms a contract's symbol tells, in OCC form (padded or not) or in TD Ameritrade's; null for anything else. */
export function optionTerms(symbol: string): OptionTerms | null {
  const occ = occForm.exec(symbol);
  if (occ) {
    const [, root = "", year, month, day, side, thousandths] = occ;
    return termsOf(root, `20${year}-${month}-${day}`, side, Number(thousandths) / 1000);
  }
  const other = underscoreForm.exec(symbol);
  if (!other) return null;
  const [, root = "", month, day, year, side, strike] = other;
  return termsOf(root, `20${year}-${month}-${day}`, side, Number(strike));
}

function termsOf(root: string, expiration: string, side: string | undefined, strike: number): OptionTerms | null {
  if (Number.isNaN(Date.parse(`${expiration}T00:00:00Z`))) return null;
  return { root, expiration, option_type: side === "C" ? "call" : "put", strike };
}

/** The OCC symbol, 21 characters; strikes have at most three decimals. */
export function occSymbol({ root, expiration, option_type, strike }: OptionTerms): string {
  const day = expiration.replaceAll("-", "").slice(2);
  const thousandths = String(Math.round(strike * 1000)).padStart(8, "0");
  return `${root.padEnd(6)}${day}${option_type === "call" ? "C" : "P"}${thousandths}`;
}
