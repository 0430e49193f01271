import type { Candle } from "../../providers/market/market.ts";
import { scaled, sharesSince } from "../../providers/market/splits.ts";
import { newYorkDay } from "../../runtime/dates.ts";
import { decideExits } from "../exits/decide.ts";
import type { FillSettings } from "../exits/fills.ts";
import type { ExitSettings } from "../exits/steps.ts";
import type { Offered } from "../instruments/terms.ts";
import type { OpenedSplit } from "../market/bars.ts";
import { type Doubt, reviewReason } from "../market/doubts.ts";
import { applyDecision, type Holding, missPrice, observePrice } from "../positions/bookkeeping.ts";
import { positionInstrument } from "../positions/instrument.ts";
import type { Position, PositionExit } from "../positions/record.ts";
import { markForReview } from "../positions/review.ts";
import { bookSplit, dueSplits } from "../positions/splits.ts";
import { predictionInstrument } from "../predictions/instrument.ts";
import type { FollowedPrediction, PredictionExit, PredictionOutcome } from "../predictions/record.ts";
import { applyPredictionDecision, predictionOutcome } from "../predictions/rules.ts";

/** When and by which configuration a run checks. */
export interface CheckMoment {
  runId: string;
  /** ISO-8601 UTC */
  now: string;
  /** New York day. */
  today: string;
  settings: ExitSettings & FillSettings;
}

/** What a check observes of a position's market. Prices are dollars per share, as traded on their day. */
export interface ObservedMarket {
  /** Of the underlying since the last check, oldest first. */
  splits: readonly OpenedSplit[];
  /** Stocks only: those of the window. */
  candles: readonly Candle[];
  price: number | null;
  /** When that was traded, ISO-8601 UTC; null where the broker does not say. */
  tradedAt: string | null;
  offered: Offered;
  /** Trading days without a price; null where there is one, or nobody says. */
  daysWithoutPrice: number | null;
  /** False where no source says which splits there were: nothing can be judged. */
  isScaleKnown: boolean;
  /** Options past their expiration only. */
  expirationClose: number | null;
  /** Of a stock that the broker gave no prices of: daily bars give it a value. */
  isDailyOnly: boolean;
  /** Why nobody knows the scale, although the sources answer. */
  doubt: Doubt | null;
}

/** Nothing is known of the market, and of no split. */
export const unobserved: ObservedMarket = {
  splits: [],
  candles: [],
  price: null,
  tradedAt: null,
  offered: { bid: null, ask: null },
  daysWithoutPrice: null,
  isScaleKnown: true,
  expirationClose: null,
  isDailyOnly: false,
  doubt: null,
};

type Checked = Holding & { records: PositionExit[] };

/**
 * What a check of a position comes to: exits, splits, state, price, and from when on the next one looks; or that a person
 * has to look at it, and then how long it has been without a price. Null where it has been written before.
 */
export function checkPosition(holding: Holding, observed: ObservedMarket, moment: CheckMoment): Checked | null {
  const { position } = holding;
  if (position.needs_review) return changed(holding, priceObserved(holding, { ...observed, price: null }, moment.now));
  const reason = reasonOf(position, observed, moment);
  if (reason !== null) return { ...markForReview(holding, reason, moment.today), records: [] };
  return decided(holding, observed, moment);
}

function reasonOf(position: Position, { splits, doubt }: ObservedMarket, { today }: CheckMoment): string | null {
  const held = { doubtedSince: position.doubted_since, due: dueSplits(position, splits), doubt };
  return reviewReason(position.ticker, held, today);
}

function decided(holding: Holding, observed: ObservedMarket, moment: CheckMoment): Checked | null {
  const { price } = observed;
  const { now } = moment;
  if (!observed.isScaleKnown) {
    return changed(holding, priceObserved(doubted(holding, observed, moment.today), observed, now));
  }
  const due = dueSplits(holding.position, observed.splits);
  if (observed.isDailyOnly) return valued(holding, due, observed, now);
  const known = { ...observed, candles: onScaleOf(holding.position, observed.candles) };
  const split = bookSplits({ ...holding, records: [] }, due, known, moment);
  if (split.position.status === "closed") return checkedAt(now, split);
  const latest = due.at(-1)?.date ?? "";
  const candles = known.candles.filter(({ timestamp }) => newYorkDay(timestamp) >= latest);
  const instrument = positionInstrument(split.position);
  const expirationClose = delivered(split.position.deliverable_shares, observed.expirationClose);
  const view = { candles, price, today: moment.today, expirationClose };
  const decision = decideExits(instrument, view, moment.settings);
  const priced = { ...split, ...priceObserved(split, observed, now) };
  const after = applyDecision(priced, decision, exitContext(observed, moment));
  return checkedAt(now, { ...after, records: [...split.records, ...after.records] });
}

/** A source that says nothing neither begins a doubt nor ends it. */
function doubted({ portfolio, position }: Holding, { doubt }: ObservedMarket, today: string): Holding {
  const doubted_since = doubt === null ? position.doubted_since : (position.doubted_since ?? today);
  return { portfolio, position: { ...position, doubted_since } };
}

/** What is seen of a price, or that there is none, or that nothing can be said of it. */
const seen = ["last_price", "last_price_at", "last_traded_at", "days_without_price", "doubted_since"] as const;

/** Null where that is as before: a window that stays open is looked at again by a repeated call. */
function changed(before: Holding, after: Holding): Checked | null {
  const isSame = seen.every((field) => after.position[field] === before.position[field]);
  return isSame ? null : { ...after, records: [] };
}

function priceObserved(
  { portfolio, position }: Holding,
  { price, tradedAt, daysWithoutPrice }: ObservedMarket,
  now: string,
): Holding {
  if (price !== null) return observePrice(portfolio, position, { price, tradedAt }, now);
  return daysWithoutPrice === null ? { portfolio, position } : missPrice({ portfolio, position }, daysWithoutPrice);
}

/**
 * Daily bars know neither the candles of the window nor the price of the moment: they give a value and decide nothing, so
 * that the next check walks all of the window as if this one had not been (G16). A price after a split is none of what is
 * held before it, and the split itself waits: what the days before it sell is sold before it.
 */
function valued(holding: Holding, due: readonly OpenedSplit[], observed: ObservedMarket, now: string): Checked | null {
  return due.length > 0 ? null : changed(holding, priceObserved(holding, observed, now));
}

/** What a hundredth of what a contract delivers is worth, to which its strike and premium relate. */
function delivered(shares: number | null, close: number | null): number | null {
  return close === null || shares === null ? close : (close * shares) / 100;
}

function checkedAt(now: string, checked: Checked): Checked {
  return { ...checked, position: { ...checked.position, last_checked_at: now, doubted_since: null } };
}

function exitContext({ offered }: ObservedMarket, { runId, now, settings }: CheckMoment) {
  return { runId, notes: null, now, offered, costs: settings };
}

/** Prices from before a split that is booked already, as of a window that is still open, on the scale after it. */
function onScaleOf({ splits }: Position, candles: readonly Candle[]): Candle[] {
  return candles.map((candle) => scaled(candle, 1 / sharesSince(newYorkDay(candle.timestamp), splits)));
}

/** Each split in its place: after the exits of the days before it, and before everything that comes later. */
function bookSplits(
  start: Checked,
  due: readonly OpenedSplit[],
  observed: ObservedMarket,
  moment: CheckMoment,
): Checked {
  let checked = start;
  let from = "";
  for (const split of due) {
    checked = walkDays({ from, until: split.date }, checked, observed, moment);
    if (checked.position.status === "closed") break;
    checked = { ...checked, ...bookSplit(checked, split, moment) };
    from = split.date;
  }
  return checked;
}

/** The exits of the days between two splits, on their own scale. */
function walkDays(
  { from, until }: { from: string; until: string },
  before: Checked,
  observed: ObservedMarket,
  moment: CheckMoment,
): Checked {
  // An option's premium is seen at checks only.
  if (before.position.instrument_type === "option") return before;
  const candles = observed.candles.filter(({ timestamp }) => {
    const day = newYorkDay(timestamp);
    return day >= from && day < until;
  });
  const instrument = positionInstrument(before.position);
  const view = { candles, price: null, today: moment.today, expirationClose: null };
  const decision = decideExits(instrument, view, moment.settings);
  const after = applyDecision(before, decision, exitContext(observed, moment));
  return { ...after, records: [...before.records, ...after.records] };
}

/** What a check of a prediction comes to. */
export interface PredictionCheck {
  after: FollowedPrediction;
  exits: PredictionExit[];
  /** The day's observation; null where it was settled without one. */
  outcome: PredictionOutcome | null;
}

/** What a check observes of a prediction's option. */
export type ObservedPremium =
  | { premium: number; offered: Offered; underlyingPrice: number | null }
  | { premium: null; expirationClose: number | null };

/** Watches a prediction at its premium, or settles it past its expiration (spec pipeline 6.3, 6.4). */
export function checkPrediction(
  prediction: FollowedPrediction,
  observed: ObservedPremium,
  { now, today, settings }: Omit<CheckMoment, "runId">,
): PredictionCheck {
  const { premium } = observed;
  const { deliverable_shares } = prediction;
  const expirationClose = premium === null ? delivered(deliverable_shares, observed.expirationClose) : null;
  const offered = premium === null ? { bid: null, ask: null } : observed.offered;
  const instrument = predictionInstrument(prediction);
  const decision = decideExits(instrument, { candles: [], price: premium, today, expirationClose }, settings);
  const applied = applyPredictionDecision(prediction, decision, { premium, offered, now }, settings);
  const outcome =
    premium === null
      ? null
      : predictionOutcome(prediction, { premium, underlyingPrice: observed.underlyingPrice, today, now });
  return {
    after: { ...applied.prediction, last_checked_at: now, doubted_since: null },
    exits: applied.exits,
    outcome,
  };
}
