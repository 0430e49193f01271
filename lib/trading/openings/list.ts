import * as z from "zod";
import { listSignals } from "../../analysis/signals/list.ts";
import { type SignalFilters, signalFilters, signalItemSchema } from "../../analysis/signals/view.ts";
import { readMoment } from "../../realm/moment.ts";
import type { RunServices } from "../../runs/services.ts";
import type { PageRequest } from "../../store/lists.ts";
import { unrealizedReturnPct } from "../instruments/returns.ts";
import { priceSchema } from "../instruments/terms.ts";
import { type PortfolioName, portfolioNames, signalTypeOf } from "../positions/accounts.ts";
import { type Position, positionId, positionSchema } from "../positions/record.ts";
import { type SignalOutcome, signalOutcomeSchema, skipReasonSchema } from "./signal-outcome.ts";

/** The filters of `GET /signals` (spec api 4). */
export const portfolioSignalFilters = { ...signalFilters, portfolio_id: z.enum(portfolioNames).optional() };

type Filters = SignalFilters & { portfolio_id?: PortfolioName | undefined };

/** A page of `GET /signals`; with a portfolio only what it trades on, and what each signal came to there. */
export async function listSignalResults(
  services: Pick<RunServices, "store" | "config" | "clock">,
  request: Filters & PageRequest,
) {
  const page = await listSignals(services, toSignalFilters(request), request);
  return { ...page, items: await withPositions(services, page.items, request.portfolio_id) };
}

/** A portfolio means its own type of signal; a contradicting type matches nothing [G22]. */
function toSignalFilters(query: Filters): SignalFilters | "none" {
  const { ticker, date_from, date_to, signal_type, portfolio_id } = query;
  const ofPortfolio = portfolio_id && signalTypeOf(portfolio_id);
  if (ofPortfolio && signal_type && ofPortfolio !== signal_type) return "none";
  return { ticker, date_from, date_to, signal_type: ofPortfolio ?? signal_type };
}

type ListedSignal = { id: string; confidence: number };
type PortfolioResult = z.infer<typeof portfolioResultSchema>;

/**
 * A page of at most 100 signals, each with what it came to in a portfolio (spec api 4); as they are where none is asked
 * for. Two batch reads, whatever the page holds.
 */
async function withPositions<S extends ListedSignal>(
  services: Pick<RunServices, "store" | "config" | "clock">,
  signals: readonly S[],
  portfolioId: string | undefined,
): Promise<(S & Partial<PortfolioResult>)[]> {
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
    ...portfolioResult(
      positionOf.get(signal.id),
      outcomeOf.get(signal.id),
      signal.confidence >= settings.signal_min_confidence,
    ),
  }));
}

/** A reason to skip is that of the last run which looked; a signal that has fallen below the threshold has none. */
function portfolioResult(
  position: Position | undefined,
  outcome: SignalOutcome | undefined,
  isQualified: boolean,
): PortfolioResult {
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

/** What an entry says of one portfolio. Returns are percent, before trading costs. */
export const portfolioResultSchema = z.object({
  /** Whether this signal opened a position in this portfolio. */
  position_opened: z.boolean(),
  position_summary: z
    .object({
      position_id: z.string(),
      status: z.enum(["open", "closed"]),
      entry_date: z.string(),
      entry_price: priceSchema,
      unrealized_return_pct: z.number().nullable().describe("Percent, before trading costs; null unless open."),
      /** Null unless closed, like the next one. */
      realized_return_pct: z.number().nullable().describe("Percent, before trading costs."),
      hold_days: z.number().int().nullable(),
    })
    .nullable(),
  skip_reason: skipReasonSchema.nullable(),
});

/** `GET /signals`: without a portfolio the keys that speak of one are absent (spec D16). */
export const signalListSchema = z.union([
  signalItemSchema.extend(portfolioResultSchema.shape).meta({ id: "SignalItemInPortfolio" }).array(),
  signalItemSchema.array(),
]);
