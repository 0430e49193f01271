import type { Configuration } from "../../configuration/keys.ts";
import { round } from "../../runtime/money.ts";
import type { CheckResult } from "../orders/record.ts";

/** What the checks of an order look at; null is what nobody knows. Money is in cents, shares of it are fractions. */
export interface Facts {
  /** The position that it was to close is closed already. */
  isGone: boolean;
  /** It closes what is held, all of it or a part: the limits of what may be held do not hold it up. */
  isClosing: boolean;
  /** The circuit breaker allows trading. */
  mayTrade: boolean;
  /** Cost or proceeds of the whole order. */
  valueCents: number | null;
  worstCaseCents: number | null;
  equityCents: number | null;
  /** What is held of the same underlying, and in all. */
  symbolExposureCents: number;
  exposureCents: number;
  /** Gain of this trading day, as a share of the equity at its beginning. */
  dailyPnlPct: number | null;
  /** How long ago the market was asked for the price, and whether it had one. */
  priceAgeSeconds: number | null;
  hasPrice: boolean;
  isDuplicate: boolean;
  volume: number | null;
  /** Shares and contracts bought less those sold, of a combination. */
  netLegs: number | null;
  /** It begins a position of its own, and adds to none. */
  opensPosition: boolean;
  openPositions: number;
  /** It opens again what was closed for that. */
  opensAgain: boolean;
  tradesToday: number;
}

type Verdict = [result: CheckResult["result"], reason?: string];
type Check = (facts: Facts, settings: Configuration) => Verdict;

const passed: Verdict = ["passed"];
const skipped = (reason: string): Verdict => ["skipped", reason];
const failed = (reason: string): Verdict => ["failed", reason];
const warning = (reason: string): Verdict => ["warning", reason];

const usd = (cents: number) => `$${round(cents / 100, 2)}`;
const percent = (share: number) => `${round(share * 100, 2)} %`;

/** A limit on a share of the equity; what is not known is a warning. */
function limited(cents: number | null, facts: Facts, limit: number, what: string): Verdict {
  if (facts.isClosing) return skipped("It closes what is held.");
  if (cents === null) return warning("There is no price yet.");
  if (!facts.equityCents || facts.equityCents <= 0) return warning("The value of the account is not known.");
  const share = cents / facts.equityCents;
  return share > limit
    ? failed(`${what} would be ${percent(share)} of the account, and ${percent(limit)} is the limit.`)
    : passed;
}

/** The checks of spec orders 3.5 that are made before an order waits for its turn, and again when it comes. */
const checks: Readonly<Record<string, Check>> = {
  // It holds the queue, and refuses nothing.
  circuit_breaker: ({ mayTrade }) => (mayTrade ? passed : warning("Trading is halted: the order waits.")),
  position_to_close: ({ isGone }) => (isGone ? failed("The position that it was to close is closed already.") : passed),
  position_limit: (facts, { order_position_limit_pct: limit }) =>
    limited(plus(facts.valueCents, facts.symbolExposureCents), facts, limit, "The position"),
  concentration_limit: (facts, { order_exposure_limit_pct: limit }) =>
    limited(plus(facts.valueCents, facts.exposureCents), facts, limit, "All that is held"),
  daily_loss_limit: ({ isClosing, dailyPnlPct }, { order_daily_loss_limit_pct: limit }) => {
    if (isClosing) return skipped("It closes what is held.");
    if (dailyPnlPct === null) return skipped("The day has no beginning yet.");
    return dailyPnlPct <= -limit
      ? failed(`Today has lost ${percent(-dailyPnlPct)}, and ${percent(limit)} is the limit.`)
      : passed;
  },
  risk_per_trade: (facts, { order_risk_per_trade_pct: limit }) =>
    limited(facts.worstCaseCents, facts, limit, "The worst case"),
  order_value: ({ valueCents, isClosing }, { order_value_max_usd: most, order_value_warning_usd: least }) => {
    if (valueCents === null) return warning("There is no price yet.");
    if (valueCents > most * 100 && !isClosing)
      return failed(`The order is worth ${usd(valueCents)}, and $${most} is the limit.`);
    return valueCents < least * 100 ? warning(`The order is worth ${usd(valueCents)} only.`) : passed;
  },
  data_freshness: ({ hasPrice, priceAgeSeconds }, { order_price_max_age_seconds: most }) => {
    if (!hasPrice || priceAgeSeconds === null) return warning("There is no price yet.");
    return priceAgeSeconds > most
      ? failed(`The price is ${round(priceAgeSeconds, 1)} s old, and ${most} s is the limit.`)
      : passed;
  },
  duplicate_order: ({ isDuplicate }, { order_duplicate_seconds: seconds }) =>
    isDuplicate ? failed(`The same was ordered less than ${seconds} s before.`) : passed,
  liquidity: ({ volume }, { order_min_volume: least }) => {
    if (volume === null) return skipped("The broker does not say how much was traded.");
    return volume < least ? warning(`Only ${volume} were traded today.`) : passed;
  },
  combo_balance: ({ netLegs }) => {
    if (netLegs === null) return skipped("It is no combination.");
    return netLegs === 0 ? passed : warning("What is bought and what is sold do not net to zero.");
  },
  max_open_positions: ({ opensPosition, openPositions }, { order_max_open_positions: most }) => {
    if (!opensPosition) return skipped("It opens none.");
    return openPositions >= most ? failed(`${openPositions} positions are open, and ${most} is the limit.`) : passed;
  },
  trades_per_day: ({ isClosing, opensAgain, tradesToday }, { orders_per_day: most }) => {
    if (isClosing) return skipped("It closes what is held.");
    if (opensAgain) return skipped("It opens again what was closed for that.");
    return tradesToday >= most
      ? failed(`${tradesToday} orders were executed today, and ${most} is the limit.`)
      : passed;
  },
};

function plus(cents: number | null, others: number): number | null {
  return cents === null ? null : cents + others;
}

/** Every check of an order. It goes on where none has failed. */
export function checkOrder(facts: Facts, settings: Configuration): CheckResult[] {
  return Object.entries(checks).map(([check, verdict]) => {
    const [result, reason = null] = verdict(facts, settings);
    return { check, result, reason };
  });
}

/** Why an order does not go on; undefined where it does. */
export function refusalOf(results: readonly CheckResult[]): string | undefined {
  const reasons = results.filter(({ result }) => result === "failed").map(({ check, reason }) => `${check}: ${reason}`);
  return reasons.length > 0 ? reasons.join(" ") : undefined;
}
