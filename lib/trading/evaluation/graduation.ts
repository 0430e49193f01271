import type { SignalType } from "../../analysis/signals/signal.ts";
import type { EvaluationPeriod } from "./record.ts";

/** Consecutive periods that are looked at (spec pipeline 11.1). */
const periodsNeeded = 3;
const beatsNeeded = 2;
/** Points against the S&P 500. */
const worstAllowed = -15;

export interface Graduation {
  isReady: boolean;
  /** The signal type that did better in all three periods; null where neither did. */
  leader: SignalType | null;
  /** Why not, one sentence each. */
  reasons: string[];
}

/**
 * Whether paper trading has proved a signal type (spec pipeline 11.1): the completed periods of the two stock
 * portfolios, of which the last three count. The bars of two beats in three and of −15 points are the leader's.
 */
export function assessGraduation(periods: readonly EvaluationPeriod[]): Graduation {
  const quality = lastPeriods(periods, "quality");
  const consensus = lastPeriods(periods, "consensus");
  const areConsecutive = [quality, consensus].every(
    (three) =>
      three.length === periodsNeeded &&
      three.every((period, index) => index === 0 || period.period_start === three[index - 1]?.period_end),
  );
  if (!areConsecutive) {
    return { isReady: false, leader: null, reasons: ["Fewer than three consecutive periods are complete."] };
  }
  if ([...quality, ...consensus].some(({ relative_performance }) => relative_performance === null)) {
    return { isReady: false, leader: null, reasons: ["A period has no benchmark to compare with."] };
  }
  const [ofQuality, ofConsensus] = [relatives(quality), relatives(consensus)];
  const differences = ofQuality.map((relative, index) => relative - (ofConsensus[index] ?? 0));
  const leader = leaderOf(differences);
  if (leader === null) {
    return { isReady: false, leader, reasons: ["No signal type was the better one in all three periods."] };
  }
  const ofLeader = leader === "quality" ? ofQuality : ofConsensus;
  const reasons: string[] = [];
  if (ofLeader.filter((relative) => relative > 0).length < beatsNeeded) {
    reasons.push("Fewer than two of the three periods beat the benchmark.");
  }
  if (ofLeader.some((relative) => relative < worstAllowed)) {
    reasons.push("A period was more than 15 points worse than the benchmark.");
  }
  return { isReady: reasons.length === 0, leader, reasons };
}

function lastPeriods(periods: readonly EvaluationPeriod[], type: SignalType): EvaluationPeriod[] {
  return periods
    .filter(
      (period) => period.instrument_type === "stock" && period.status === "completed" && period.signal_type === type,
    )
    .toSorted((a, b) => (a.period_start < b.period_start ? -1 : 1))
    .slice(-periodsNeeded);
}

function relatives(periods: readonly EvaluationPeriod[]): number[] {
  return periods.map(({ relative_performance }) => relative_performance ?? 0);
}

function leaderOf(differences: readonly number[]): SignalType | null {
  if (differences.every((difference) => difference > 0)) return "quality";
  return differences.every((difference) => difference < 0) ? "consensus" : null;
}
