import { isCoin } from "../../analysis/comments/coins.ts";
import type { PhaseContext } from "../../analysis/run.ts";
import type { Configuration } from "../../configuration/keys.ts";
import { iso, newYorkDay } from "../../runtime/dates.ts";
import { costCents } from "../instruments/quantities.ts";
import { quotedSplits } from "../market/confirmed-splits.ts";
import type { LivePrice } from "../market/quotes.ts";
import { type Holding, netValueCents, remainingQuantity } from "../positions/bookkeeping.ts";
import type { Portfolio, Position, PositionExit } from "../positions/record.ts";
import { bookDueSplits, isUncertain } from "../positions/splits.ts";
import { readOpenPositions, readPortfolio } from "../positions/stored.ts";
import type { TradingServices } from "../services.ts";
import { type Opening, openPosition } from "./new-position.ts";
import type { Offers } from "./offers.ts";
import { replacePosition } from "./replacement.ts";
import { isShort, type SignalInPortfolio } from "./signal-in-portfolio.ts";
import type { SkipReason } from "./signal-outcome.ts";
import { isProtected, replacementCandidate, targetAllocationCents } from "./sizing.ts";

/** What the openings of one run are decided with. */
export interface Deciding {
  context: Pick<PhaseContext<unknown, TradingServices>, "runId" | "services" | "marketTime" | "log">;
  configuration: Configuration;
  marketIsOpen: boolean;
  offers: Offers;
}

interface Skip {
  outcome: "skipped";
  skip_reason: SkipReason;
  /** Where the cash was too little. */
  shortfall?: { neededCents: number; availableCents: number };
}

/** What is to become of a signal in a portfolio; nothing is written yet. */
export type OpeningDecision =
  | Skip
  | {
      outcome: "opened";
      portfolio: Portfolio;
      position: Position;
      /** The position that made room for it. */
      replaced: { before: Position; after: Position; exit: PositionExit } | null;
    };

/** A position that may be replaced, after its splits and at its current price. */
interface Outgoing extends LivePrice, Holding {
  outcome: "outgoing";
}

/**
 * Decides on a signal by what the portfolio holds now (spec pipeline 8, step 4): size, limit or replacement, cash guard,
 * price, quantity. Only the store's failures are thrown; whatever the broker cannot say skips this one alone.
 */
export async function decideOpening(deciding: Deciding, pair: SignalInPortfolio): Promise<OpeningDecision> {
  const { context, configuration, offers } = deciding;
  if (isCoin(pair.signal.ticker)) return skipped("cryptocurrency");
  if (isShort(pair)) return skipped("bearish_long_only");
  if (!deciding.marketIsOpen) return skipped("market_closed");
  const portfolio = await readPortfolio(context.services, pair.portfolioId);
  const value = netValueCents(portfolio);
  const targetCents = targetAllocationCents(pair.instrument, value, pair.signal.confidence, configuration);
  const isFull = portfolio.open_position_ids.length >= configuration.max_open_positions;
  const outgoing = isFull ? await findOutgoing(deciding, pair, portfolio) : null;
  if (outgoing?.outcome === "skipped") return outgoing;

  const availableCents = outgoing ? cashAfterSale(outgoing) : portfolio.cash_available_cents;
  // Asked before the price, so that the reason is the same whether or not the broker answers.
  if (availableCents < targetCents) {
    return { ...skipped("insufficient_cash"), shortfall: { neededCents: targetCents, availableCents } };
  }
  const { offer, skip_reason } = await offers.ofSignal(pair);
  if (!offer) return skipped(skip_reason);
  const today = newYorkDay(context.marketTime);
  const opening = { signal: pair.signal, offer, targetCents, today, now: iso(context.marketTime) };
  return outgoing ? replaced(deciding, outgoing, opening) : opened(deciding, portfolio, opening);
}

function opened({ configuration }: Deciding, portfolio: Portfolio, opening: Opening): OpeningDecision {
  const result = openPosition(portfolio, opening, configuration);
  return result.outcome === "skipped" ? result : { ...result, replaced: null };
}

function replaced(deciding: Deciding, outgoing: Outgoing, opening: Opening): OpeningDecision {
  const { context, configuration } = deciding;
  const { portfolio, position: before, offered } = outgoing;
  const exit = { runId: context.runId, now: opening.now, offered, costs: configuration };
  const result = replacePosition(portfolio, before, outgoing, opening, exit, configuration);
  if (result.outcome === "skipped") return result;
  return {
    outcome: "opened",
    portfolio: result.portfolio,
    position: result.opened,
    replaced: { before, after: result.closed, exit: result.exit },
  };
}

/**
 * The position that a signal may replace in a full portfolio, or why it may replace none (spec pipeline 8.2): the weakest
 * one of those that the market has a price of.
 */
async function findOutgoing(
  deciding: Deciding,
  pair: SignalInPortfolio,
  portfolio: Portfolio,
): Promise<Outgoing | Skip> {
  const { context, configuration } = deciding;
  const now = iso(context.marketTime);
  // For a run that goes back behind an earlier one, what that one opened later is not there yet.
  let open = (await readOpenPositions(context.services, [portfolio])).filter(
    ({ opened_at, needs_review }) => opened_at <= now && !needs_review,
  );
  let refusal = skipped("portfolio_full");
  for (;;) {
    const position = replacementCandidate(open, pair.signal.confidence, configuration);
    if (!position) return refusal;
    const outgoing = await priceOutgoing(deciding, { portfolio, position });
    if (outgoing?.outcome === "outgoing" && isProtected(outgoing.position, outgoing.price, configuration)) {
      const { price, offered } = outgoing;
      const facts = { position: position.id, by: pair.id, price, offered };
      context.log.warn("a position gains too much to be replaced", facts);
      return skipped("safeguard_blocked");
    }
    if (outgoing) return outgoing;
    refusal = skipped("price_unavailable");
    open = open.filter(({ id }) => id !== position.id);
  }
}

/** A position after its splits at its current price: null where the market has none, skipped where nobody says. */
async function priceOutgoing({ context, offers }: Deciding, before: Holding): Promise<Outgoing | Skip | null> {
  const { services, marketTime, runId } = context;
  const { ticker, last_checked_at } = before.position;
  const { splits } = await quotedSplits(services, ticker, last_checked_at, marketTime);
  if (splits && isUncertain(before.position, splits)) return null;
  const holding = splits ? bookDueSplits(before, splits, { runId, now: iso(marketTime) }) : before;
  const current = holding.position.status === "open" ? await offers.ofPosition(holding.position) : undefined;
  if (current === null) return null;
  // At a price of today nothing is known of shares of before.
  return current && splits ? { outcome: "outgoing", ...holding, ...current } : skipped("price_unavailable");
}

/** The cash there is once it is sold. */
function cashAfterSale({ portfolio, position, price }: Outgoing): number {
  return portfolio.cash_available_cents + costCents(position.instrument_type, price, remainingQuantity(position));
}

function skipped(skip_reason: SkipReason): Skip {
  return { outcome: "skipped", skip_reason };
}
