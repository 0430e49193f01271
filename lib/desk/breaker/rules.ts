import type { Configuration } from "../../configuration/keys.ts";
import { round } from "../../runtime/money.ts";
import type { Breaker, Happening, TripReason, Watched } from "./record.ts";

export interface Trip {
  reason: TripReason;
  /** What was seen. */
  detail: string;
}

/** What the engine sees of the account. */
export interface Reading {
  equityCents: number;
  /** The money that was put in. */
  startingCents: number;
  largestPositionPct: number;
  /** The trading day that began last, and what the account was worth as it began. */
  day: string;
  openingCents: number;
  /** The wall clock's time and the market's, ISO-8601. */
  now: string;
  marketTime: string;
}

/** A breaker as it has become, with what there is to tell. */
export interface Changed {
  breaker: Breaker;
  happened?: Happening;
}

/** The breaker of a realm that has had none: closed, and nothing was seen yet. */
export function newBreaker(): Breaker {
  return {
    ...{ state: "closed", trip_reason: null, tripped_at: null, halted_by_hand: false },
    ...{ losing_closes: 0, closed_since: null, watched: null, version: 0 },
  };
}

/** Trading is allowed in one state alone. */
export function allowsTrading(breaker: Pick<Breaker, "state"> | undefined): boolean {
  return breaker?.state === "closed";
}

/** What was lost of `from`, as a share of it; 0 where nothing was lost or there was nothing to lose. */
export function lossPct(fromCents: number, equityCents: number): number {
  return fromCents <= 0 ? 0 : Math.max(0, (fromCents - equityCents) / fromCents);
}

const percent = (share: number) => `${round(share * 100, 2)} %`;

/**
 * The first condition that holds. A loss of exactly the daily limit trips, a drawdown or a position of exactly its limit does
 * not. A position trips when it grows beyond its limit, and not again while it stays there: the breaker holds the orders
 * that would make it smaller, so that otherwise no reset could ever last.
 */
export function tripOf(
  seen: Watched,
  { losing_closes, before }: { losing_closes: number; before: Watched | null },
  settings: Configuration,
): Trip | undefined {
  const today = lossPct(seen.counted_from_cents, seen.equity_cents);
  const { breaker_daily_loss_pct, breaker_drawdown_pct, breaker_position_limit_pct: largest } = settings;
  if (today > 0 && today >= breaker_daily_loss_pct) {
    const detail = `${percent(today)} was lost today, and ${percent(breaker_daily_loss_pct)} is the limit.`;
    return { reason: "daily_loss_exceeded", detail };
  }
  const drawdown = lossPct(seen.peak_cents, seen.equity_cents);
  if (drawdown > breaker_drawdown_pct) {
    const detail = `The account is ${percent(drawdown)} below its peak, and ${percent(breaker_drawdown_pct)} is the limit.`;
    return { reason: "max_drawdown_exceeded", detail };
  }
  const losses = lossesTrip(losing_closes, settings);
  if (losses) return losses;
  const wasLarge = (before?.largest_position_pct ?? 0) > largest;
  if (seen.largest_position_pct > largest && !wasLarge) {
    const detail = `A position is ${percent(seen.largest_position_pct)} of the account, and ${percent(largest)} is the limit.`;
    return { reason: "position_limit_exceeded", detail };
  }
  return undefined;
}

function lossesTrip(count: number, { breaker_consecutive_losses: limit }: Configuration): Trip | undefined {
  if (count < limit) return undefined;
  const detail = `${count} positions in a row were closed at a loss, and ${limit} is the limit.`;
  return { reason: "consecutive_losses_exceeded", detail };
}

/** Halts trading. Where it is halted already the first reason and time stay, and nothing but the condition is told. */
export function tripped(breaker: Breaker, { reason, detail }: Trip, now: string): Changed {
  const halted_by_hand = breaker.halted_by_hand || reason === "manual_halt";
  if (breaker.state === "open") {
    return { breaker: { ...breaker, halted_by_hand }, happened: { type: "condition", reason, detail } };
  }
  return {
    breaker: { ...breaker, state: "open", trip_reason: reason, tripped_at: now, halted_by_hand },
    happened: { type: "tripped", reason, detail },
  };
}

/** Milliseconds until it may be reset. */
export function cooldownMs({ tripped_at }: Breaker, settings: Configuration, now: Date): number {
  if (tripped_at === null) return 0;
  return Math.max(0, Date.parse(tripped_at) + settings.breaker_cooldown_minutes * 60_000 - now.getTime());
}

/**
 * Closed again by a person. What was lost until now no longer counts: otherwise a drawdown would trip again at the next look,
 * and no reset could ever end it. The figures of the day stay what they are.
 */
export function reset(breaker: Breaker, marketTime: string): Breaker {
  const { watched } = breaker;
  return {
    ...closed(breaker, marketTime),
    watched: watched && {
      ...watched,
      counted_from_cents: watched.equity_cents,
      peak_cents: watched.equity_cents,
    },
  };
}

function closed(breaker: Breaker, marketTime: string): Breaker {
  const calm = { trip_reason: null, halted_by_hand: false, losing_closes: 0 };
  return { ...breaker, ...calm, state: "closed", closed_since: marketTime };
}

/**
 * The breaker after a look at the account: a new day begins at its opening, a closed or half-open one trips where a condition
 * holds, a half-open one closes where none does, and an open one becomes half-open after its cool-down where no person is
 * asked for.
 */
export function observed(before: Breaker, reading: Reading, settings: Configuration): Changed {
  const watched = watch(before.watched, reading);
  const isNewDay = before.watched !== null && watched.day !== before.watched.day;
  const breaker = { ...before, watched, losing_closes: isNewDay ? 0 : before.losing_closes };
  if (breaker.state === "open") {
    const isPatient = settings.breaker_require_human_reset || breaker.halted_by_hand;
    if (isPatient || cooldownMs(breaker, settings, new Date(reading.now)) > 0) return { breaker };
    return {
      breaker: { ...breaker, state: "half_open" },
      happened: { type: "half_opened", reason: breaker.trip_reason },
    };
  }
  const trip = tripOf(watched, { losing_closes: breaker.losing_closes, before: before.watched }, settings);
  if (trip) return tripped(breaker, trip, reading.now);
  return breaker.state === "half_open"
    ? { breaker: closed(breaker, reading.marketTime), happened: { type: "closed" } }
    : { breaker };
}

function watch(before: Watched | null, reading: Reading): Watched {
  const { equityCents: equity_cents, startingCents: starting_cents, openingCents, day } = reading;
  const begins = { day_start_cents: openingCents, counted_from_cents: openingCents, peak_cents: equity_cents };
  const putIn = before ? starting_cents - before.starting_cents : 0;
  const goesOn = before && {
    day_start_cents: before.day_start_cents + putIn,
    counted_from_cents: before.counted_from_cents + putIn,
  };
  return {
    ...begins,
    ...(before?.day === day && goesOn),
    ...(before && { peak_cents: Math.max(before.peak_cents + putIn, equity_cents) }),
    ...{ day, equity_cents, starting_cents, largest_position_pct: round(reading.largestPositionPct, 6) },
  };
}

/**
 * The breaker after a position was closed whole: at a loss one more in a row, at a gain none, and neither where it came out
 * even. A position counts once, by all that it realised, however many fills closed it.
 */
export function closeCounted(before: Breaker, realizedCents: number, now: string, settings: Configuration): Changed {
  if (realizedCents >= 0)
    return { breaker: { ...before, losing_closes: realizedCents > 0 ? 0 : before.losing_closes } };
  const breaker = { ...before, losing_closes: before.losing_closes + 1 };
  const trip = lossesTrip(breaker.losing_closes, settings);
  return trip && breaker.state !== "open" ? tripped(breaker, trip, now) : { breaker };
}

/** Gain of the day as a share of the equity at its beginning; null where nobody knows that. */
export function dailyPnlPct(breaker: Breaker | undefined, equityCents: number): number | null {
  const from = breaker?.watched?.day_start_cents ?? 0;
  return from <= 0 ? null : (equityCents - from) / from;
}
