import { lastTradingDay } from "../../calendar/trading-days.ts";
import type { Configuration } from "../../configuration/keys.ts";
import type { OptionChain, OptionContract } from "../../providers/market/market.ts";
import type { OptionTerms } from "../../providers/market/occ.ts";
import { daysBetween, newYorkDay } from "../../runtime/dates.ts";
import { round } from "../../runtime/money.ts";
import { contractTerms } from "../orders/legs.ts";
import type { DeskPosition, PositionLeg } from "../positions/record.ts";

export type RollSettings = Pick<
  Configuration,
  "bot_roll_mode" | "bot_roll_days" | "bot_roll_to_days" | "bot_roll_strike_move_usd"
>;

/** Where the contracts that are to be rolled could go, and what their underlying costs. */
export interface RollMarket {
  chain: OptionChain;
  spot: number;
  /** New York day, YYYY-MM-DD. */
  today: string;
}

/**
 * The day of the contracts of a position that are due to be rolled (spec orders 5.3), YYYY-MM-DD; null where none are. What was
 * bought with so few days left was meant so, and on their last day contracts are left to be settled.
 */
export function dueRoll(
  { bot_managed, quantity, legs, opened_at }: DeskPosition,
  { bot_roll_mode, bot_roll_days }: RollSettings,
  today: string,
): string | null {
  if (!bot_managed || quantity === 0 || bot_roll_mode === "off") return null;
  const nearest = legs.flatMap(({ symbol }) => contractTerms(symbol)?.expiration ?? []).toSorted()[0];
  if (nearest === undefined || lastTradingDay(nearest) <= today) return null;
  const hadDays = daysBetween(newYorkDay(new Date(opened_at)), nearest);
  return daysBetween(today, nearest) <= bot_roll_days && hadDays > bot_roll_days ? nearest : null;
}

/** A leg that moves to a later expiration. */
interface Moving {
  symbol: string;
  terms: OptionTerms;
  /** What it takes to hold it again. */
  side: "buy" | "sell";
}

/**
 * The legs of a position after its contracts of one day have been rolled; null where the chain has none that they could
 * become. All of them go to one expiration within the allowed days, the one nearest to the target first, and none past those
 * legs that expire later and stay. No strike moves farther than allowed, and their order stays what it is.
 */
export function rolledLegs(
  { legs, quantity }: Pick<DeskPosition, "legs" | "quantity">,
  due: string,
  market: RollMarket,
  settings: RollSettings,
): PositionLeg[] | null {
  const moving = legs.flatMap(({ symbol, quantity: ratio }): Moving[] => {
    const terms = contractTerms(symbol);
    return terms?.expiration === due ? [{ symbol, terms, side: ratio * quantity > 0 ? "buy" : "sell" }] : [];
  });
  const later = legs.flatMap(({ symbol }) => contractTerms(symbol)?.expiration ?? []).filter((day) => day > due);
  const isPossible = (day: string) => day > due && later.every((other) => day < other);
  for (const expiration of expirations(market, settings).filter(isPossible)) {
    const found = contractsOn(expiration, moving, market, settings);
    if (!found) continue;
    return legs.map((leg) => ({
      ...leg,
      symbol: found[moving.findIndex(({ symbol }) => symbol === leg.symbol)] ?? leg.symbol,
    }));
  }
  return null;
}

/** Those within the allowed days, the nearest to the target first; of two the earlier. */
function expirations({ chain, today }: RollMarket, { bot_roll_to_days: [from, target, to] }: RollSettings): string[] {
  const days = [...new Set(chain.contracts.map(({ expiration }) => expiration))];
  const daysTo = (day: string) => daysBetween(today, day);
  const off = (day: string) => Math.abs(daysTo(day) - target);
  return days
    .filter((day) => daysTo(day) >= from && daysTo(day) <= to)
    .toSorted((a, b) => off(a) - off(b) || order(a, b));
}

/** The contracts that the moving legs become on a day, by their symbols. */
function contractsOn(
  expiration: string,
  moving: readonly Moving[],
  market: RollMarket,
  settings: RollSettings,
): string[] | null {
  const offered = market.chain.contracts.filter((contract) => contract.expiration === expiration);
  const misfit = misfitOf(moving, market, settings);
  const most = settings.bot_roll_mode === "same_strikes" ? 0 : settings.bot_roll_strike_move_usd;
  const chosen = moving.map((leg) => {
    const { option_type, strike } = leg.terms;
    const fitting = offered.filter(
      (contract) =>
        contract.option_type === option_type &&
        round(Math.abs(contract.strike - strike), 4) <= most &&
        isOffered(contract, leg.side) &&
        Number.isFinite(misfit(leg, contract)),
    );
    return fitting.toSorted((a, b) => misfit(leg, a) - misfit(leg, b) || a.strike - b.strike)[0];
  });
  const found = chosen.filter((contract) => contract !== undefined);
  return found.length === moving.length && keepsOrder(moving, found) ? found.map(({ symbol }) => symbol) : null;
}

/** How ill a contract fits a leg: in dollars of its strike, or in delta. */
function misfitOf(
  moving: readonly Moving[],
  { chain, spot }: RollMarket,
  { bot_roll_mode: mode, bot_roll_strike_move_usd: most }: RollSettings,
): (leg: Moving, contract: OptionContract) => number {
  if (mode === "delta_maintain") {
    const deltas = new Map(chain.contracts.map(({ symbol, delta }) => [symbol, delta]));
    return ({ symbol }, { delta }) => {
      const now = deltas.get(symbol) ?? null;
      return now === null || delta === null ? Number.POSITIVE_INFINITY : Math.abs(delta - now);
    };
  }
  const strikes = moving.map(({ terms }) => terms.strike);
  const center = (Math.min(...strikes) + Math.max(...strikes)) / 2;
  const shift = mode === "atm_adjust" ? Math.max(-most, Math.min(most, spot - center)) : 0;
  return ({ terms }, { strike }) => Math.abs(strike - terms.strike - shift);
}

/** Whether there is somebody to trade with; at 0 nobody buys. */
function isOffered({ bid, ask }: OptionContract, side: Moving["side"]): boolean {
  return ((side === "buy" ? ask : bid) ?? 0) > 0;
}

/** A higher strike stays the higher one, and equal ones stay equal: it is the same combination. */
function keepsOrder(moving: readonly Moving[], contracts: readonly OptionContract[]): boolean {
  return moving.every(({ terms }, index) =>
    contracts.every(
      ({ strike }, other) =>
        Math.sign((contracts[index]?.strike ?? 0) - strike) ===
        Math.sign(terms.strike - (moving[other]?.terms.strike ?? 0)),
    ),
  );
}

function order(a: string, b: string): number {
  return a < b ? -1 : 1;
}

/** The least that a roll has to bring where it has to bring something, dollars per share of a unit. */
const leastCredit = 0.01;

/** Limits, dollars per share of a unit; null where there is none. */
export interface RollLimits {
  closing: number | null;
  opening: number | null;
}

/**
 * The limits of the two orders with which a roll brings money in, whatever becomes of the prices; null where it would not by
 * the prices of now. Prices are what a unit costs: negative where it brings money.
 */
export function creditLimits(closing: number, opening: number): RollLimits | null {
  const most = round(-closing - leastCredit, 4);
  if (opening > most) return null;
  // One that brings money where it may cost some needs no limit.
  return { closing: limitAt(closing), opening: Math.sign(most) === Math.sign(opening) ? limitAt(most) : null };
}

function limitAt(price: number): number | null {
  return price === 0 ? null : Math.abs(price);
}
