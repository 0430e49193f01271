import { mean } from "simple-statistics";
import * as z from "zod";
import type { Signal } from "../../analysis/signals/signal.ts";
import { round } from "../../runtime/money.ts";
import { type Position, portfolioSchema } from "../positions/record.ts";
import { shareOf } from "./figures.ts";

const { signal_type } = portfolioSchema.shape;
/** Where a bin of confidence begins and the one before ends; the last one holds 1 too. */
const edges = [0, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
const decimals = 6;

const binSchema = z
  .object({
    signal_type,
    confidence_from: z.number().describe("Inclusive."),
    confidence_to: z.number().describe("Exclusive, but 1 belongs to the last bin."),
    signals: z.number().int(),
    ended: z.number().int().describe("Those whose deciding position is closed; the figures below are of these."),
    right: z.number().int(),
    mean_confidence: z.number().nullable(),
    right_share: z.number().nullable().describe("To compare with mean_confidence."),
    right_share_low: z.number().nullable().describe("Lower end of its 95 % interval (Wilson)."),
    right_share_high: z.number().nullable(),
    mean_return_pct: z.number().nullable().describe("Percent of what the deciding positions cost."),
  })
  .meta({ id: "CalibrationBin" });
type Bin = z.infer<typeof binSchema>;

/** The figures of `GET /signals/calibration`. */
export const calibrationFiguresSchema = z.object({
  signals: z.number().int(),
  ended: z.number().int(),
  brier_score: z.number().nullable().describe("0 is perfect; always saying 0.5 gives 0.25; null where none has ended."),
  bins: binSchema.array(),
});

type JudgedSignal = Pick<Signal, "signal_type" | "confidence"> & { returnPct: number | null };

/**
 * Whether confidence means anything: of signals said with a confidence of 0.8, eight in ten should turn out right.
 * Right is a signal whose deciding position was closed with a profit, before trading costs: a bullish one's shares, a
 * bearish one's puts, since nothing is sold short. So it measures the signal together with the exit rules and, for
 * bearish ones, the price of the option. A signal that opened no such position, or one still open, only counts as a
 * signal. The Brier score is the mean square of confidence less outcome (1 or 0). There is a bin for every type and
 * range, empty or not.
 */
export function calibration(
  signals: readonly Pick<Signal, "id" | "signal_type" | "prediction" | "confidence">[],
  closed: readonly Pick<Position, "signal_id" | "direction" | "realized_return_pct">[],
): z.infer<typeof calibrationFiguresSchema> {
  const returns = new Map(closed.map((each) => [`${each.signal_id} ${each.direction}`, each.realized_return_pct]));
  const judged = signals.map(({ id, prediction, signal_type, confidence }) => {
    const direction = prediction === "bullish" ? "long" : "put";
    return { signal_type, confidence, returnPct: returns.get(`${id} ${direction}`) ?? null };
  });
  const misses = judged.flatMap(({ confidence, returnPct }) =>
    returnPct === null ? [] : [(confidence - (returnPct > 0 ? 1 : 0)) ** 2],
  );
  return {
    signals: judged.length,
    ended: misses.length,
    brier_score: meanOf(misses, decimals),
    bins: signal_type.options.flatMap((type) => binsOf(type, judged)),
  };
}

function binsOf(type: Bin["signal_type"], signals: readonly JudgedSignal[]): Bin[] {
  return edges.slice(1).map((to, index) => {
    const from = edges[index] ?? 0;
    const isIn = (confidence: number) => confidence >= from && (confidence < to || to === 1);
    const inBin = signals.filter((signal) => signal.signal_type === type && isIn(signal.confidence));
    return { signal_type: type, confidence_from: from, confidence_to: to, ...binFigures(inBin) };
  });
}

function binFigures(signals: readonly JudgedSignal[]) {
  const ended = signals.flatMap(({ confidence, returnPct }) => (returnPct === null ? [] : [{ confidence, returnPct }]));
  const right = ended.filter(({ returnPct }) => returnPct > 0).length;
  const { share, low, high } = shareOf(right, ended.length);
  return {
    signals: signals.length,
    ended: ended.length,
    right,
    mean_confidence: meanOf(
      ended.map(({ confidence }) => confidence),
      decimals,
    ),
    right_share: share,
    right_share_low: low,
    right_share_high: high,
    mean_return_pct: meanOf(
      ended.map(({ returnPct }) => returnPct),
      4,
    ),
  };
}

function meanOf(values: readonly number[], places: number): number | null {
  return values.length === 0 ? null : round(mean(values), places);
}
