import type { Candle } from "../../providers/market/market.ts";
import { decideExits } from "../exits/decide.ts";
import type { FillSettings } from "../exits/fills.ts";
import type { MonitoredInstrument } from "../exits/monitored.ts";
import type { ExitDecision, ExitSettings } from "../exits/steps.ts";
import type { Offered } from "../instruments/terms.ts";
import { applyDecision, type Holding, observePrice } from "../positions/bookkeeping.ts";
import { positionInstrument } from "../positions/instrument.ts";
import type { PositionExit } from "../positions/record.ts";
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

/** What a check observes of a position's market. Prices are dollars per share. */
export interface ObservedMarket {
  /** Stocks only: those of the window. */
  candles: readonly Candle[];
  price: number | null;
  offered: Offered;
  /** Options past their expiration only. */
  expirationClose: number | null;
  /** Daily bars stand in for the broker's candles. */
  isDailyOnly: boolean;
}

/**
 * What a check of a position comes to: exits, state, price, and from when on the next one looks. Null where it has been
 * written before.
 */
export function checkPosition(
  holding: Holding,
  observed: ObservedMarket,
  { runId, now, today, settings }: CheckMoment,
): (Holding & { records: PositionExit[] }) | null {
  const { candles, price, offered, expirationClose } = observed;
  const instrument = positionInstrument(holding.position);
  const decision = decideExits(instrument, { candles, price, today, expirationClose }, settings);
  const priced =
    price === null ? holding : { ...holding, ...observePrice(holding.portfolio, holding.position, price, now) };
  // Daily bars do not know the five-minute candles of the window. Where they change nothing but the price, the window
  // stays open, and the peak where it was, so that the next check walks all of it as if this one had not been (G16).
  // Where they decide something, candles from before would be judged by levels that came after them: the window ends.
  if (observed.isDailyOnly && !decides(instrument, decision)) {
    const { last_price, last_price_at } = holding.position;
    return last_price === price && last_price_at === now ? null : { ...priced, records: [] };
  }
  const context = { runId, notes: null, now, offered, costs: settings };
  const after = applyDecision(priced, decision, context);
  return { ...after, position: { ...after.position, last_checked_at: now } };
}

/** An exit or another tier, which every promotion and every taken profit brings; a new peak alone decides nothing. */
function decides(before: MonitoredInstrument, { exits, instrument }: ExitDecision): boolean {
  return exits.length > 0 || tierOf(before) !== tierOf(instrument);
}

function tierOf(instrument: MonitoredInstrument): string | null {
  return instrument.instrument_type === "stock" ? instrument.time_extension : null;
}

/** What a check of a prediction comes to. */
export interface PredictionCheck {
  before: FollowedPrediction;
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
  const expirationClose = premium === null ? observed.expirationClose : null;
  const offered = premium === null ? { bid: null, ask: null } : observed.offered;
  const instrument = predictionInstrument(prediction);
  const decision = decideExits(instrument, { candles: [], price: premium, today, expirationClose }, settings);
  const applied = applyPredictionDecision(prediction, decision, { premium, offered, now }, settings);
  const outcome =
    premium === null
      ? null
      : predictionOutcome(prediction, { premium, underlyingPrice: observed.underlyingPrice, today, now });
  return {
    before: prediction,
    after: { ...applied.prediction, last_checked_at: now },
    exits: applied.exits,
    outcome,
  };
}
