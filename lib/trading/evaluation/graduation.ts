import type { SignalType } from "../../analysis/signals/signal.ts";
import { round } from "../../runtime/money.ts";
import type { ExcessBound } from "./excess.ts";
import { type EvaluationPeriod, isJudged } from "./record.ts";

/** Consecutive periods that are looked at (spec pipeline 11.1). */
const periodsNeeded = 3;
const beatsNeeded = 2;
/** Points against the S&P 500. */
const worstAllowed = -15;
/** Closed trades, of which those that share ticker and exit count once (issue "Numbers that hold", 8). */
const tradesNeeded = 20;
/** Share of the trading days that have the portfolio's and the index's value of one moment. */
const pairsNeeded = 0.9;

/** What a type of signal has shown since its count of at most twelve periods began. */
export interface Evidence {
  /** Complete ones of the count that have a verdict. */
  periods: number;
  independentTrades: number;
  tradingDays: number;
  /** Trading days with both values. */
  pairs: number;
  excess: ExcessBound | null;
}

/** One of the things that must hold, with what it is and what it must be. */
export interface Condition {
  condition: string;
  isMet: boolean;
  /** Null where it cannot be told before those above are met. */
  measured: number | null;
  needed: number;
}

export interface Graduation {
  isReady: boolean;
  /** The signal type that did better in all three periods; null where neither did. */
  leader: SignalType | null;
  /** All of them, in the order in which they are asked. */
  conditions: Condition[];
  /** Why not, one sentence each. */
  reasons: string[];
}

/** With what each type has shown so far. */
export type GraduationWithEvidence = Graduation & { evidence: Record<SignalType, Evidence> };

interface Question extends Omit<Condition, "isMet"> {
  /** Whether those above are met as far as this one needs them. */
  isAsked: boolean;
  isMet: (measured: number) => boolean;
  reason: string;
}

/**
 * Whether paper trading has proved a signal type (spec pipeline 11.1): of the completed periods of the two stock
 * portfolios the last three count. The bars of two beats in three and of −15 points are the leader's. What luck passes,
 * the leader's evidence must stop: trades enough, values of both sides for the days, and a mean daily excess over the
 * index whose lower bound is above 0.
 */
export function assessGraduation(
  periods: readonly EvaluationPeriod[],
  evidenceOf: (type: SignalType) => Evidence,
): Graduation {
  const quality = lastPeriods(periods, "quality");
  const consensus = lastPeriods(periods, "consensus");
  const consecutive = Math.min(consecutiveOnes(quality), consecutiveOnes(consensus));
  const areThree = consecutive >= periodsNeeded;
  const compared = [...quality, ...consensus].filter(isJudged);
  const areCompared = areThree && compared.length === 2 * periodsNeeded;
  const better = quality.map((period, index) => relativeOf(period) - relativeOf(consensus[index]));
  const led = [better.filter((points) => points > 0).length, better.filter((points) => points < 0).length] as const;
  const leader = areCompared ? leaderOf(led) : null;
  const questions = [
    ask("consecutive_periods", true, consecutive, periodsNeeded, "Fewer than three consecutive periods are complete."),
    ask(
      "periods_with_a_benchmark",
      areThree,
      compared.length,
      2 * periodsNeeded,
      "A period has no verdict: the S&P 500's value or its own after costs is not known (`missing`).",
    ),
    ask(
      "periods_led",
      areCompared,
      Math.max(...led),
      periodsNeeded,
      "No signal type was the better one in all three periods.",
    ),
    ...questionsOfLeader(leader && { three: leader === "quality" ? quality : consensus, evidence: evidenceOf(leader) }),
  ];
  const answers = questions.map(({ condition, isAsked, measured, needed, isMet, reason }) => ({
    ...{ condition, isAsked, needed, reason, measured: isAsked ? measured : null },
    isMet: isAsked && measured !== null && isMet(measured),
  }));
  return {
    isReady: answers.every(({ isMet }) => isMet),
    leader,
    conditions: answers.map(({ condition, isMet, measured, needed }) => ({ condition, isMet, measured, needed })),
    reasons: answers.flatMap(({ isAsked, isMet, reason }) => (isAsked && !isMet ? [reason] : [])),
  };
}

function questionsOfLeader(leader: { three: readonly EvaluationPeriod[]; evidence: Evidence } | null): Question[] {
  const isAsked = leader !== null;
  const relatives = leader?.three.map(relativeOf) ?? [];
  const beats = relatives.filter((relative) => relative > 0).length;
  const { independentTrades, pairs, tradingDays, excess } = leader?.evidence ?? nothing;
  const share = tradingDays === 0 ? 0 : round(pairs / tradingDays, 4);
  return [
    ask(
      "periods_that_beat_the_index",
      isAsked,
      beats,
      beatsNeeded,
      "Fewer than two of the three periods beat the benchmark.",
    ),
    ask(
      "worst_period",
      isAsked,
      Math.min(...relatives),
      worstAllowed,
      "A period was more than 15 points worse than the benchmark.",
    ),
    ask(
      "independent_trades",
      isAsked,
      independentTrades,
      tradesNeeded,
      `Only ${independentTrades} independent trades are closed, of ${tradesNeeded} that are needed.`,
    ),
    ask(
      "days_with_both_values",
      isAsked,
      share,
      pairsNeeded,
      `Only ${pairs} of ${tradingDays} trading days have the portfolio's and the index's value of one moment.`,
    ),
    {
      ...ask("mean_daily_excess_bound", isAsked, excess && round(excess.bound, 8), 0, tooLow(excess)),
      isMet: (measured) => measured > 0,
    },
  ];
}

const nothing: Evidence = { periods: 0, independentTrades: 0, tradingDays: 0, pairs: 0, excess: null };

function tooLow(excess: ExcessBound | null): string {
  if (excess === null) return "There are too few days to compare the mean daily return with the index's.";
  const [mean, bound] = [excess.mean, excess.bound].map((value) => `${round(value * 100, 4)} %`);
  return `The mean daily return beyond the index is ${mean}; its lower bound, ${bound}, is not above 0.`;
}

/** A question that at least `needed` answers. */
function ask(condition: string, isAsked: boolean, measured: number | null, needed: number, reason: string): Question {
  return { condition, isAsked, measured, needed, reason, isMet: (value) => value >= needed };
}

function lastPeriods(periods: readonly EvaluationPeriod[], type: SignalType): EvaluationPeriod[] {
  return completedOf(periods, type).slice(-periodsNeeded);
}

/** The completed periods of a type's stock portfolio, oldest first. */
export function completedOf(periods: readonly EvaluationPeriod[], type: SignalType): EvaluationPeriod[] {
  return periods
    .filter(
      (period) => period.instrument_type === "stock" && period.status === "completed" && period.signal_type === type,
    )
    .toSorted((a, b) => (a.period_start < b.period_start ? -1 : 1));
}

/** How many of these periods, oldest first, follow on one another up to the last. */
export function consecutiveOnes(periods: readonly EvaluationPeriod[]): number {
  const gap = periods.findLastIndex(
    (period, index) => index > 0 && period.period_start !== periods[index - 1]?.period_end,
  );
  return periods.length - Math.max(gap, 0);
}

function relativeOf(period: EvaluationPeriod | undefined): number {
  return period?.relative_performance ?? 0;
}

function leaderOf([quality, consensus]: readonly [number, number]): SignalType | null {
  if (quality === periodsNeeded) return "quality";
  return consensus === periodsNeeded ? "consensus" : null;
}
