import type { Configuration } from "../../configuration/keys.ts";
import type { OptionChain, OptionContract, OptionQuote, OptionType } from "../../providers/market/market.ts";
import { daysBetween, iso } from "../../runtime/dates.ts";
import { round } from "../../runtime/money.ts";
import { priceDecimals } from "../instruments/returns.ts";

/** What the choice looks at of a chain's contract; unknown figures are null. */
export type ListedContract = Omit<
  OptionContract,
  "dte" | "last" | "isHalted" | "synthetic" | "bidSize" | "askSize" | "volume"
>;

export interface SelectedContract {
  contract_symbol: string;
  option_type: OptionType;
  strike_price: number;
  expiration_date: string;
  delta: number;
  dte: number;
  /** Dollars per share, above 0. */
  mark: number;
  bid: number | null;
  ask: number | null;
  underlying_price: number | null;
  /** ISO-8601 UTC; null where the broker does not say. */
  quoted_at: string | null;
}

export interface StrikeSelection {
  contract: SelectedContract | null;
  /** The expirations within the limits of days, earliest first; for the warning. */
  expirationsChecked: string[];
}

export type StrikeSettings = Pick<
  Configuration,
  | "strike_dte_min"
  | "strike_dte_max"
  | "strike_dte_target"
  | "strike_delta_target"
  | "strike_delta_min"
  | "strike_delta_max"
>;

/**
 * The contract to buy for a direction (spec pipeline 5.1): the expiration nearest to 17 days, the later on a tie; in it
 * the delta nearest to 0.30, the smaller on a tie (then the lower strike), within [0.15, 0.50]. Days are counted from
 * `today` (New York), not taken from the broker, whose count is of the day it answered. None where the best contract is
 * outside the band or has no price (spec G5). Brokers mark unknown greeks by NaN or −999: such contracts are passed over.
 */
export function selectContract(
  chain: Pick<OptionChain, "underlyingPrice"> & { contracts: readonly ListedContract[] },
  optionType: OptionType,
  today: string,
  settings: StrikeSettings,
): StrikeSelection {
  const contracts = chain.contracts.filter(({ option_type }) => option_type === optionType);
  const expirationsChecked = [...new Set(contracts.map(({ expiration }) => expiration))].toSorted().filter((day) => {
    const dte = daysBetween(today, day);
    return dte >= settings.strike_dte_min && dte <= settings.strike_dte_max;
  });
  const offTarget = (day: string) => Math.abs(daysBetween(today, day) - settings.strike_dte_target);
  const expiration = expirationsChecked.toReversed().toSorted((a, b) => offTarget(a) - offTarget(b))[0];
  const best = contracts
    .filter((contract) => contract.expiration === expiration)
    .flatMap((contract) => {
      const size = deltaSize(contract);
      if (size === null) return [];
      return { ...contract, size, distance: round(Math.abs(size - settings.strike_delta_target), 6) };
    })
    .toSorted((a, b) => a.distance - b.distance || a.size - b.size || a.strike - b.strike)[0];
  if (best === undefined || best.size < settings.strike_delta_min || best.size > settings.strike_delta_max) {
    return { contract: null, expirationsChecked };
  }
  const mark = markPrice(best);
  if (mark === null) return { contract: null, expirationsChecked };
  const contract = {
    contract_symbol: best.symbol,
    option_type: optionType,
    strike_price: best.strike,
    expiration_date: best.expiration,
    delta: optionType === "call" ? best.size : -best.size,
    dte: daysBetween(today, best.expiration),
    mark,
    bid: knownOrNull(best.bid),
    ask: knownOrNull(best.ask),
    underlying_price: chain.underlyingPrice,
    quoted_at: best.at && iso(best.at),
  };
  return { contract, expirationsChecked };
}

/** The absolute delta; null where it is no delta of such a contract. */
function deltaSize({ delta, option_type }: ListedContract): number | null {
  const size = option_type === "call" ? (delta ?? Number.NaN) : -(delta ?? Number.NaN);
  return size > 0 && size <= 1 ? size : null;
}

/** The mark, or the middle of bid and ask where the broker gives none; null unless above 0. Dollars per share. */
export function markPrice({ mark, bid, ask }: Pick<OptionQuote, "mark" | "bid" | "ask">): number | null {
  if (isKnown(mark)) return mark > 0 ? round(mark, priceDecimals) : null;
  if (!isKnown(bid) || !isKnown(ask) || ask <= 0) return null;
  return round((bid + ask) / 2, priceDecimals);
}

function knownOrNull(price: number | null): number | null {
  return isKnown(price) ? price : null;
}

/** A price, and not NaN, −999 or another negative sentinel. */
function isKnown(price: number | null): price is number {
  return price !== null && Number.isFinite(price) && price >= 0;
}
