import { isCoin } from "../../analysis/comments/coins.ts";
import type { Signal } from "../../analysis/signals/signal.ts";
import type { InstrumentType } from "../instruments/terms.ts";
import { portfolioOf } from "../positions/accounts.ts";
import { positionId } from "../positions/record.ts";
import type { SignalOutcome } from "./signal-outcome.ts";

/** One signal in one of the two portfolios that trade on its type. */
export interface SignalInPortfolio {
  /** That of the position it may open. */
  id: string;
  signal: Signal;
  portfolioId: string;
  instrument: InstrumentType;
}

/** The signals of a day that may be traded, by confidence (0–1) descending, then ticker (spec pipeline 8, step 2). */
export function qualifiedSignals(signals: readonly Signal[], minConfidence: number): Signal[] {
  return signals
    .filter(({ confidence }) => confidence >= minConfidence)
    .toSorted((a, b) => b.confidence - a.confidence || (a.id < b.id ? -1 : 1));
}

/** A signal in its portfolios, in the order in which they are decided: stock, then option (spec pipeline 8, step 3). */
export function inPortfolios(signal: Signal): SignalInPortfolio[] {
  return (["stock", "option"] as const).map((instrument) => {
    const portfolioId = portfolioOf(instrument, signal.signal_type);
    return { id: positionId(signal.id, portfolioId), signal, portfolioId, instrument };
  });
}

/**
 * Whether a run has it still to decide. Its own outcome says so, not the signal's `position_opened`: that is true as
 * soon as it has opened in one portfolio, and would keep a later run of the day from trying the other again (spec L1).
 */
export function isPending(outcome: SignalOutcome | undefined, runId: string): boolean {
  return !hasOpened(outcome) && outcome?.run_id !== runId;
}

export function hasOpened(outcome: SignalOutcome | undefined): boolean {
  return outcome?.outcome === "opened";
}

/**
 * Whether it would have to sell short. Short positions are reserved, so it is passed over whatever `stocks_long_only`
 * says, and a bearish signal buys a put only (spec D46).
 */
export function isShort({ instrument, signal }: SignalInPortfolio): boolean {
  return instrument === "stock" && signal.prediction === "bearish";
}

/** Whether anything could be bought for it. A coin has signals and predictions, but no shares and no options. */
export function isTradable(pair: SignalInPortfolio): boolean {
  return !isShort(pair) && !isCoin(pair.signal.ticker);
}
