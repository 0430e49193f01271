import type { Candle } from "../../providers/market/market.ts";
import { evaluateExits } from "../exits/decide.ts";
import type { FillSettings } from "../exits/fills.ts";
import type { MonitoredInstrument } from "../exits/monitored.ts";
import type { Evaluation, ExitSettings } from "../exits/steps.ts";
import type { Offered } from "../instruments/terms.ts";
import { applyEvaluation, type Holding, observePrice } from "../positions/bookkeeping.ts";
import { positionInstrument } from "../positions/instrument.ts";
import type { PositionExit } from "../positions/record.ts";
import { predictionInstrument } from "../predictions/instrument.ts";
import type { FollowedPrediction, PredictionExit, PredictionOutcome } from "../predictions/record.ts";
import { applyPredictionEvaluation, predictionOutcome } from "../predictions/rules.ts";

/** When and by which configuration a run checks. */
export interface CheckMoment {
  runId: string;
  /** ISO-8601 UTC */
  now: string;
  /** New York day. */
  today: string;
  settings: ExitSettings & FillSettings;
}

/** What a check sees of a position's market. Prices are dollars per share. */
export interface PositionSight {
  /** Stocks only: those of the window. */
  candles: readonly Candle[];
  price: number | null;
  offered: Offered;
  /** Options past their expiration only. */
  expirationClose: number | null;
  /** Daily bars stand in for the broker's candles. */
  isStopgap: boolean;
}

/**
 * What a check of a position comes to: exits, state, price, and from when on the next one looks. Null where it has been
 * written before.
 */
export function checkPosition(
  holding: Holding,
  sight: PositionSight,
  { runId, now, today, settings }: CheckMoment,
): (Holding & { records: PositionExit[] }) | null {
  const { candles, price, offered, expirationClose } = sight;
  const instrument = positionInstrument(holding.position);
  const evaluation = evaluateExits(instrument, { candles, price, today, expirationClose }, settings);
  const observed =
    price === null ? holding : { ...holding, ...observePrice(holding.portfolio, holding.position, price, now) };
  // A stopgap has not seen the five-minute candles of the window. Where it changes nothing but the price, the window
  // stays open, and the peak where it was, so that the next check walks all of it as if this one had not been (G16).
  // Where it decides something, candles from before would be judged by levels that came after them: the window ends.
  if (sight.isStopgap && !decides(instrument, evaluation)) {
    const { last_price, last_price_at } = holding.position;
    return last_price === price && last_price_at === now ? null : { ...observed, records: [] };
  }
  const context = { runId, notes: null, now, offered, costs: settings };
  const after = applyEvaluation(observed, evaluation, context);
  return { ...after, position: { ...after.position, last_checked_at: now } };
}

/** An exit or another tier, which every promotion and every taken profit brings; a new peak alone decides nothing. */
function decides(before: MonitoredInstrument, { exits, instrument }: Evaluation): boolean {
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

/** What a check sees of a prediction's option. */
export type PredictionSight =
  | { premium: number; offered: Offered; underlyingPrice: number | null }
  | { premium: null; expirationClose: number | null };

/** Watches a prediction at its premium, or settles it past its expiration (spec pipeline 6.3, 6.4). */
export function checkPrediction(
  prediction: FollowedPrediction,
  sight: PredictionSight,
  { now, today, settings }: Omit<CheckMoment, "runId">,
): PredictionCheck {
  const { premium } = sight;
  const expirationClose = premium === null ? sight.expirationClose : null;
  const offered = premium === null ? { bid: null, ask: null } : sight.offered;
  const instrument = predictionInstrument(prediction);
  const evaluation = evaluateExits(instrument, { candles: [], price: premium, today, expirationClose }, settings);
  const applied = applyPredictionEvaluation(prediction, evaluation, { premium, offered, now }, settings);
  const outcome =
    premium === null
      ? null
      : predictionOutcome(prediction, { premium, underlyingPrice: sight.underlyingPrice, today, now });
  return {
    before: prediction,
    after: { ...applied.prediction, last_checked_at: now },
    exits: applied.exits,
    outcome,
  };
}
