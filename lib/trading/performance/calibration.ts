import { mean, sum } from "simple-statistics";
import * as z from "zod";
import type { Signal } from "../../analysis/signals/signal.ts";
import { round } from "../../runtime/money.ts";
import { netReturnPct } from "../positions/bookkeeping.ts";
import { type Position, portfolioSchema } from "../positions/record.ts";
import type { EndedPosition } from "./base-rate.ts";
import { independentOnes, shareOf } from "./figures.ts";
import { ratioOfSums } from "./ratios.ts";

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
    right: z.number().int().describe("Those whose deciding position gained anything after its trading costs."),
    gross_right: z.number().int().describe("The same before costs."),
    mean_confidence: z.number().nullable().describe("Of scores, which nothing has made probabilities."),
    right_share: z.number().nullable().describe("To compare with base_rate, and with mean_confidence."),
    independent: z.number().int().describe("Those that share ticker and day of exit count once."),
    right_share_low: z
      .number()
      .nullable()
      .describe(
        "Lower end of the 95 % interval (Wilson) of the independent ones; one is right if its returns' sum is.",
      ),
    right_share_high: z.number().nullable(),
    base_rate: z
      .number()
      .nullable()
      .describe(
        "How often the same tickers moved the same way over as many days: the mean over those where it is known.",
      ),
    mean_return_pct: z
      .number()
      .nullable()
      .describe("Percent of what the deciding positions cost, after trading costs."),
    gross_mean_return_pct: z.number().nullable().describe("The same before costs."),
  })
  .meta({ id: "CalibrationBin", description: "What each means: GET /methods." });
type Bin = z.infer<typeof binSchema>;

/** The figures of `GET /signals/calibration`. */
export const calibrationFiguresSchema = z.object({
  signals: z.number().int(),
  ended: z.number().int(),
  independent: z.number().int().describe("Ended ones, of which those that share ticker and day of exit count once."),
  brier_score: z.number().nullable().describe("0 is perfect; always saying 0.5 gives 0.25; null where none has ended."),
  base_rate: z.number().nullable().describe("Mean over the ended ones of which it is known."),
  base_rate_known: z.number().int().describe("Ended signals with a base rate; the skill score is of these."),
  base_rate_brier_score: z.number().nullable().describe("What always saying a ticker's base rate would have scored."),
  brier_skill_score: z
    .number()
    .nullable()
    .describe(
      "1 less confidence's Brier score over the base rate's: above 0 the score knows more than the base rate. " +
        "Null below 20 independent signals with a base rate.",
    ),
  brier_skill_score_error: z.number().nullable().describe("Its standard error."),
  bins: binSchema.array(),
});

type JudgedPosition = EndedPosition &
  Pick<
    Position,
    "signal_id" | "realized_return_pct" | "realized_pnl_cents" | "trading_costs_cents" | "position_size_cents"
  >;

interface JudgedSignal {
  signal_type: Bin["signal_type"];
  confidence: number;
  ended: Ended | null;
}
/** What became of a signal whose deciding position is closed. */
interface Ended {
  confidence: number;
  ticker: string;
  endedAt: string;
  /** After costs; what was right is told by it. */
  returnPct: number;
  grossReturnPct: number;
  baseRate: number | null;
}

/**
 * Whether confidence, a score by rule, says more than chance: what its signals came to, beside the base rate of the same
 * tickers and horizon. Right is a signal whose deciding position was closed with a profit after its trading costs: a
 * bullish one's shares, a bearish one's puts, since nothing is sold short. So it measures the signal together with the
 * exit rules and, for bearish ones, the price of the option. A signal that opened no such position, or one still open,
 * only counts as a signal. The Brier score is the mean square of confidence less outcome (1 or 0). There is a bin for
 * every type and range, empty or not.
 */
export function calibration(
  signals: readonly Pick<Signal, "id" | "signal_type" | "prediction" | "confidence">[],
  closed: readonly JudgedPosition[],
  baseRateOf: (position: EndedPosition) => number | null,
): z.infer<typeof calibrationFiguresSchema> {
  const decided = new Map(closed.map((each) => [`${each.signal_id} ${each.direction}`, each]));
  const judged = signals.map(({ id, prediction, signal_type, confidence }): JudgedSignal => {
    const position = decided.get(`${id} ${prediction === "bullish" ? "long" : "put"}`);
    if (!position || position.realized_return_pct === null) return { signal_type, confidence, ended: null };
    const { ticker, exit_date, realized_return_pct: grossReturnPct } = position;
    const returns = { returnPct: netReturnPct(position), grossReturnPct };
    const ended = { confidence, ticker, endedAt: exit_date ?? "", ...returns, baseRate: baseRateOf(position) };
    return { signal_type, confidence, ended };
  });
  const ended = endedOf(judged);
  return {
    signals: judged.length,
    ended: ended.length,
    independent: independentOnes(ended).length,
    brier_score: meanOf(ended.map(squaredMiss), decimals),
    ...skillFigures(ended),
    bins: signal_type.options.flatMap((type) => binsOf(type, judged)),
  };
}

/** Confidence against what always saying a ticker's base rate would have come to. */
function skillFigures(ended: readonly Ended[]) {
  const known = ended.flatMap((each) => (each.baseRate === null ? [] : [{ ...each, baseRate: each.baseRate }]));
  const missOfBaseRate = (each: { returnPct: number; baseRate: number }) => (each.baseRate - outcome(each)) ** 2;
  const ratio = ratioOfSums(
    independentOnes(known).map((group) => [sum(group.map(squaredMiss)), sum(group.map(missOfBaseRate))]),
  );
  return {
    base_rate: meanOf(
      known.map(({ baseRate }) => baseRate),
      decimals,
    ),
    base_rate_known: known.length,
    base_rate_brier_score: meanOf(known.map(missOfBaseRate), decimals),
    brier_skill_score: ratio && round(1 - ratio.value, decimals),
    brier_skill_score_error: ratio && round(ratio.error, decimals),
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
  const ended = endedOf(signals);
  const right = ended.filter((each) => outcome(each) === 1).length;
  const groups = independentOnes(ended).map((group) => sum(group.map(({ returnPct }) => returnPct)));
  const { low, high } = shareOf(groups.filter((total) => total > 0).length, groups.length);
  const column = (of: (each: Ended) => number | null, places: number) =>
    meanOf(
      ended.flatMap((each) => of(each) ?? []),
      places,
    );
  return {
    signals: signals.length,
    ended: ended.length,
    right,
    gross_right: ended.filter(({ grossReturnPct }) => grossReturnPct > 0).length,
    mean_confidence: column(({ confidence }) => confidence, decimals),
    right_share: shareOf(right, ended.length).share,
    independent: groups.length,
    right_share_low: low,
    right_share_high: high,
    base_rate: column(({ baseRate }) => baseRate, decimals),
    mean_return_pct: column(({ returnPct }) => returnPct, 4),
    gross_mean_return_pct: column(({ grossReturnPct }) => grossReturnPct, 4),
  };
}

function endedOf(signals: readonly JudgedSignal[]): Ended[] {
  return signals.flatMap(({ ended }) => ended ?? []);
}

function outcome({ returnPct }: { returnPct: number }): number {
  return returnPct > 0 ? 1 : 0;
}

function squaredMiss(ended: Ended): number {
  return (ended.confidence - outcome(ended)) ** 2;
}

function meanOf(values: readonly number[], places: number): number | null {
  return values.length === 0 ? null : round(mean([...values]), places);
}
