import type * as z from "zod";
import type { signalInPortfolioSchema } from "../analysis/signal-views.ts";
import type { RunServices } from "../runs/services.ts";
import { unrealizedReturnPct } from "./levels.ts";
import { readMoment } from "./market-moment.ts";
import { type Position, positionId, positionSchema, type SignalOutcome, signalOutcomeSchema } from "./records.ts";

type ListedSignal = { id: string; confidence: number };
type InPortfolio = z.infer<typeof signalInPortfolioSchema>;

/**
 * A page of at most 100 signals, each with what it came to in a portfolio (spec api 4); as they are where none is asked
 * for. Two batch reads, whatever the page holds.
 */
export async function withPositions<S extends ListedSignal>(
  services: Pick<RunServices, "store" | "config" | "clock">,
  signals: readonly S[],
  portfolioId: string | undefined,
): Promise<(S & Partial<InPortfolio>)[]> {
  if (portfolioId === undefined || signals.length === 0) return [...signals];
  const { store } = services;
  const { keys } = store;
  const [{ settings }, positions, outcomes] = await Promise.all([
    readMoment(services),
    store.getMany(
      signals.map(({ id }) => keys.position(positionId(id, portfolioId))),
      positionSchema,
    ),
    store.getMany(
      signals.map(({ id }) => keys.signalOutcome(id, portfolioId)),
      signalOutcomeSchema,
    ),
  ]);
  const positionOf = new Map(positions.map((position) => [position.signal_id, position]));
  const outcomeOf = new Map(outcomes.map((outcome) => [outcome.signal_id, outcome]));
  return signals.map((signal) => ({
    ...signal,
    ...inPortfolio(
      positionOf.get(signal.id),
      outcomeOf.get(signal.id),
      signal.confidence >= settings.signal_min_confidence,
    ),
  }));
}

/** A reason to skip is that of the last run which looked; a signal that has fallen below the threshold has none. */
function inPortfolio(
  position: Position | undefined,
  outcome: SignalOutcome | undefined,
  isQualified: boolean,
): InPortfolio {
  if (!position) {
    const skip_reason = (isQualified && outcome?.skip_reason) || null;
    return { position_opened: false, position_summary: null, skip_reason };
  }
  const { id, status, entry_date, entry_price, last_price, realized_return_pct, hold_days } = position;
  const isPriced = status === "open" && last_price !== null;
  const unrealized_return_pct = isPriced ? unrealizedReturnPct(entry_price, last_price) : null;
  const returns = { unrealized_return_pct, realized_return_pct, hold_days };
  return {
    position_opened: true,
    position_summary: { position_id: id, status, entry_date, entry_price, ...returns },
    skip_reason: null,
  };
}
