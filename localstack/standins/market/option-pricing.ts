import { lastTradingDay, sessionEnd } from "../../../lib/calendar/trading-days.ts";
import type { OptionType } from "../../../lib/providers/market/market.ts";
import { type OptionTerms, occSymbol } from "../../../lib/providers/market/occ.ts";
import { addDays, newYorkDay } from "../../../lib/runtime/dates.ts";
import { round } from "../../../lib/runtime/money.ts";
import { blackScholes } from "./black-scholes.ts";
import type { MarketView } from "./history.ts";

export interface PricedOption extends OptionTerms {
  symbol: string;
  bid: number;
  ask: number;
  mark: number;
  delta: number;
  volatility: number;
  /** When the underlying was traded at the price that it follows from. */
  at: Date;
}

/** DESIGN section 9. */
const rate = 0.04;
const strikeStep = 1.025;
const strikeReach = 0.4;
const defaultDays = 60;
/** Of the mark, between bid and ask, at least two cents. */
const spread = 0.04;
const yearMs = 365 * 24 * 60 * 60_000;

/** The underlying's name within an option's symbol: `BRK.B` → `BRKB`, `^GSPC` → `SPX`. */
export function rootOf(symbol: string): string {
  return symbol === "^GSPC" ? "SPX" : symbol.replace(/[^A-Z0-9]/g, "");
}

/** Splits that leave a contract its strike give it a root of its own: `AMC` → `AMC1`, after the next one `AMC2`. */
function adjustmentsOf(root: string): number {
  return Number(/\d*$/.exec(root)?.[0] ?? 0);
}

/** What a hundredth of a contract's deliverable is in today's shares: one, but after splits that gave it another root. */
function delivered(root: string, symbol: string, view: MarketView): number {
  const adjusting = view.splits(symbol).filter(({ ratio }) => !Number.isInteger(ratio));
  const made = adjustmentsOf(root);
  return made === 0 ? 1 : adjusting.slice(-made).reduce((shares, { ratio }) => shares * ratio, 1);
}

/** The symbol behind an option's root; undefined where nothing listed has it. */
export function underlyingOf(adjustedRoot: string, view: MarketView): string | undefined {
  const root = adjustedRoot.replace(/\d+$/, "");
  const candidates = [root, `${root.slice(0, -1)}.${root.slice(-1)}`, ...(/^SPXW?$/.test(root) ? ["^GSPC"] : [])];
  return candidates.find((symbol) => view.has(symbol));
}

/**
 * All options on a symbol that expire within [from, to], priced by the model. The strikes are the same at any time,
 * each 2.5 % above the one below it, so that a contract which was bought is found again.
 */
export function pricedChain(view: MarketView, symbol: string, from: string | null, to: string | null): PricedOption[] {
  const spot = view.lastPrice(symbol)?.last;
  if (spot === undefined) return [];
  const strikes = strikesAround(spot);
  const expirations = fridays(from ?? view.today, to ?? addDays(from ?? view.today, defaultDays));
  const types: OptionType[] = ["call", "put"];
  return types.flatMap((option_type) =>
    expirations.flatMap((expiration) =>
      strikes.flatMap((strike) => priced(view, { root: rootOf(symbol), expiration, option_type, strike }) ?? []),
    ),
  );
}

/** What a contract is worth at the view's time; undefined once it has expired, or where its underlying has no price. */
export function priced(view: MarketView, terms: OptionTerms): PricedOption | undefined {
  const symbol = underlyingOf(terms.root, view);
  const underlying = symbol === undefined ? undefined : view.lastPrice(symbol);
  const volatility = symbol === undefined ? null : view.volatility(symbol);
  const expires = sessionEnd(terms.expiration);
  if (symbol === undefined || underlying === undefined || volatility === null) return undefined;
  if (expires < view.marketTime) return undefined;
  const { last, at } = underlying;
  const spot = last * delivered(terms.root, symbol, view);
  // Nobody quotes it after the session of that price: until the next one it loses nothing.
  const quotedAt = Math.min(view.marketTime.getTime(), sessionEnd(newYorkDay(at)).getTime());
  const leftMs = expires.getTime() - quotedAt;
  const { strike, option_type: type } = terms;
  const { price, delta } = blackScholes({ type, spot, strike, rate, volatility, years: leftMs / yearMs });
  const mark = round(price, 2);
  const half = Math.max(0.01, round((mark * spread) / 2, 2));
  return {
    ...terms,
    symbol: occSymbol(terms),
    bid: round(Math.max(0, mark - half), 2),
    ask: round(mark + half, 2),
    mark,
    delta: round(delta, 4),
    volatility,
    at,
  };
}

function strikesAround(spot: number): number[] {
  const strikes = new Set<number>();
  const [lowest, highest] = [spot * (1 - strikeReach), spot * (1 + strikeReach)];
  const first = Math.floor(Math.log(lowest) / Math.log(strikeStep));
  for (let power = first; strikeStep ** power <= highest * strikeStep; power++) {
    const strike = round(strikeStep ** power, strikeStep ** power < 5 ? 3 : 2);
    if (strike >= lowest && strike <= highest && strike > 0) strikes.add(strike);
  }
  return [...strikes];
}

/** Fridays within [from, to]; the last trading day before where the exchange is closed on one. */
function fridays(from: string, to: string): string[] {
  const days: string[] = [];
  for (let day = from; day <= addDays(to, 1); day = addDays(day, 1)) {
    if (new Date(`${day}T00:00:00Z`).getUTCDay() !== 5) continue;
    const expiration = lastTradingDay(day);
    if (expiration >= from && expiration <= to) days.push(expiration);
  }
  return days;
}
