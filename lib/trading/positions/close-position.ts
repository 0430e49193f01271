import * as z from "zod";
import { type MarketMoment, readMoment } from "../../realm/moment.ts";
import { AppError } from "../../runtime/errors.ts";
import { round } from "../../runtime/money.ts";
import { counterActions } from "../../store/counters.ts";
import { decideAnew } from "../../store/decide-anew.ts";
import { answerOnce, type IdempotentRequest, refuseAnswered, remember } from "../../store/idempotency.ts";
import { priceDecimals } from "../instruments/returns.ts";
import type { OpenedSplit } from "../market/bars.ts";
import { quotedSplits } from "../market/confirmed-splits.ts";
import { reviewReason } from "../market/doubts.ts";
import { inTime, type LivePrice } from "../market/quotes.ts";
import type { TradingServices } from "../services.ts";
import { applyExit, exitOnRequest, type Holding, observePrice } from "./bookkeeping.ts";
import { askMarket, isHeard } from "./closing-price.ts";
import type { Position } from "./record.ts";
import { bookDueSplits, dueSplits } from "./splits.ts";
import {
  closingCounts,
  createExits,
  readExits,
  readPortfolio,
  readPosition,
  savePortfolio,
  savePosition,
} from "./stored.ts";
import { exitViewSchema, positionViewSchema, toExitView, toPositionView } from "./view.ts";

/** Dearer than any share there is, and few enough digits for money to be exact. */
const greatestPrice = 10_000_000;

export const closeRequestSchema = z
  .strictObject({
    reason: z.string().trim().min(1).max(500).refine(isVisible, "must not be blank"),
    /** Fraction of what remains. */
    quantity_pct: z.number().positive().max(1).default(1),
    price: z
      .number()
      .nonnegative()
      .max(greatestPrice)
      .refine((price) => round(price, priceDecimals) === price, `must have at most ${priceDecimals} decimals`)
      .optional()
      .describe(
        "Dollars per share, or the premium per share, of what the position shows; 0 for what is worthless. Only where the " +
          "market has no price, or the position needs review.",
      ),
  })
  .meta({ id: "CloseRequest" });
type CloseRequest = z.infer<typeof closeRequestSchema>;

export const closeAnswerSchema = z
  .object({ position: positionViewSchema, exit: exitViewSchema })
  .meta({ id: "ClosedPosition" });
type CloseAnswer = z.infer<typeof closeAnswerSchema>;

/** Trimming leaves characters that nobody sees, such as a zero-width space. */
function isVisible(text: string): boolean {
  return /[^\s\p{Cc}\p{Cf}]/u.test(text);
}

/** A smaller fraction takes one unit just the same, and the table holds no number below 10⁻¹³⁰. */
const smallestFraction = 1e-9;

/** What is sold at, and which splits that price is after. */
interface ClosingPrice extends LivePrice {
  splits: readonly OpenedSplit[];
  /** A person named it, for the shares or contracts that the position then showed. */
  isNamed: boolean;
}

/**
 * Closes a position by hand, all of what remains or a part: at the live price (spec api 6), or at one that a person names
 * where the market has none or the position needs review. The price is asked for once; what remains is read again where a
 * run or another close came between. Throws `NOT_FOUND`, `POSITION_ALREADY_CLOSED`, `POSITION_NEEDS_REVIEW`,
 * `MARKET_HAS_PRICE`, `PRICE_UNAVAILABLE`, `IDEMPOTENCY_MISMATCH`.
 */
export async function closePosition(
  services: TradingServices,
  id: string,
  request: IdempotentClose,
): Promise<CloseAnswer> {
  const { answer } = await answerOnce(services, request, async () => {
    const moment = await readMoment(services);
    const position = await readOpen(services, id);
    const { price } = request.body;
    const closing =
      price === undefined
        ? await marketPrice(services, position, moment)
        : await namedPrice(services, position, price, moment);
    return decideAnew(services, () => closeOnce(services, position, request, closing, moment));
  });
  return answer;
}

type IdempotentClose = IdempotentRequest & { body: CloseRequest };

async function readOpen(services: TradingServices, id: string): Promise<Position> {
  const position = await readPosition(services, id);
  if (position.status === "open") return position;
  throw new AppError("Conflict", "POSITION_ALREADY_CLOSED", "The position is closed already.", {
    details: { exit_date: position.exit_date, exit_reason: position.exit_reason },
  });
}

async function holdingOf(services: TradingServices, position: Position): Promise<Holding> {
  return { portfolio: await readPortfolio(services, position.portfolio_id), position };
}

/** Live, after the splits since the last check: a price of today says nothing about shares of before. */
async function marketPrice(services: TradingServices, position: Position, moment: MarketMoment): Promise<ClosingPrice> {
  if (position.needs_review) throw needsReview(position);
  const splits = await splitsOf(services, position, moment);
  const review_reason = reasonToReview(position, splits ?? [], moment);
  if (review_reason) throw needsReview({ review_reason });
  if (!splits) throw unavailable(`Nobody says whether ${position.ticker} was split; try later.`);
  const after = afterSplits(await holdingOf(services, position), splits, moment);
  const live = await askMarket(services, after, moment);
  if (live) return { ...live, splits, isNamed: false };
  const advice = live === null ? "try later, or name one" : "try later";
  throw unavailable(`There is no price for this position now; ${advice}.`);
}

/**
 * What a person says, where the market has no price. A source that does not answer has not said that there is none, unless
 * the position needs review: then no price of the market would count.
 */
async function namedPrice(
  services: TradingServices,
  position: Position,
  price: number,
  moment: MarketMoment,
): Promise<ClosingPrice> {
  const named = { price, offered: { bid: null, ask: null }, tradedAt: null, splits: [], isNamed: true };
  if (position.needs_review) return named;
  const splits = await splitsOf(services, position, moment);
  if (reasonToReview(position, splits ?? [], moment)) return named;
  const after = afterSplits(await holdingOf(services, position), splits ?? [], moment);
  const live = await askMarket(services, after, moment);
  if (live) throw priceKnown("The market has a price for this position; close it without naming one.");
  // After a split that nobody has named, the market may know the position under another symbol.
  if (live === null && (splits || (await isHeard(services, position, moment)))) return named;
  throw unavailable("The market does not answer, which is not to say that it has no price; try later.");
}

/** Undefined where nobody says which there were. */
async function splitsOf(
  services: TradingServices,
  { ticker, last_checked_at }: Position,
  { marketTime }: MarketMoment,
) {
  return (await inTime(quotedSplits(services, ticker, last_checked_at, marketTime)))?.splits;
}

/** Why no price of the market tells what the position is worth, whether a run has marked it already or not. */
function reasonToReview(position: Position, splits: readonly OpenedSplit[], { today }: MarketMoment): string | null {
  const held = { doubtedSince: position.doubted_since, due: dueSplits(position, splits), doubt: null };
  return reviewReason(position.ticker, held, today);
}

/** Throws where a split has left nothing to close, which the next run books. */
function afterSplits(holding: Holding, splits: readonly OpenedSplit[], { now }: MarketMoment): Position {
  const { position } = bookDueSplits(holding, splits, { runId: null, now });
  if (position.status === "open") return position;
  throw unavailable("A split has left less than a share of it.");
}

function unavailable(problem: string): AppError {
  return new AppError("PricesUnavailable", "PRICE_UNAVAILABLE", problem);
}

function priceKnown(problem: string): AppError {
  return new AppError("Conflict", "MARKET_HAS_PRICE", problem);
}

function needsReview({ review_reason: reason }: Pick<Position, "review_reason">): AppError {
  const problem = `The position needs review: ${reason} Name a price to close it.`;
  return new AppError("Conflict", "POSITION_NEEDS_REVIEW", problem, { details: { reason } });
}

/**
 * Undefined where another write came between. Where that booked a split, or marked the position, a price from before is one
 * of something else.
 */
async function closeOnce(
  services: TradingServices,
  first: Position,
  request: IdempotentClose,
  closing: ClosingPrice,
  moment: MarketMoment,
): Promise<CloseAnswer | undefined> {
  const { store, clock, log } = services;
  const { id } = first;
  const { today, settings } = moment;
  const before = await readOpen(services, id);
  if (closing.isNamed && before.splits.length > first.splits.length) {
    throw priceKnown("A split was booked just now; look at the position again.");
  }
  if (!closing.isNamed && before.needs_review) throw needsReview(before);
  const after = close(await holdingOf(services, before), request, closing, moment);
  const earlier = (await readExits(services, [before])).get(id) ?? [];
  const exits = [...earlier, after.record];
  const answer = {
    position: toPositionView(after.position, exits, { today, settings }),
    exit: toExitView(after.record),
  };
  const written = await store.transact([
    savePosition(store.keys, after.position),
    savePortfolio(store.keys, after.portfolio),
    ...createExits(store.keys, [after.record]),
    ...counterActions(store.keys, [closingCounts(before, after.position)]),
    ...remember(store, request, answer, clock.now()),
  ]);
  if (!written.applied) return refuseAnswered(written);
  log.info("position closed by hand", { positionId: id, exitId: after.record.id, status: after.position.status });
  return answer;
}

/** The exit that is asked for. A price that a person names is no observation: what is left keeps its last price. */
function close(
  before: Holding,
  { body, apiKeyId }: IdempotentClose,
  { price, offered, tradedAt, splits, isNamed }: ClosingPrice,
  { now, today, settings }: MarketMoment,
) {
  const holding = bookDueSplits(before, splits, { runId: null, now });
  const observed = isNamed ? holding : observePrice(holding.portfolio, holding.position, { price, tradedAt }, now);
  const fraction = Math.max(body.quantity_pct, smallestFraction);
  const exit = exitOnRequest(observed.position, { reason: "manual", fraction, price, today });
  const context = { runId: null, notes: body.reason, now, offered, costs: settings };
  if (!isNamed) return applyExit(observed, exit, context);
  return applyExit(observed, { ...exit, observed_price: null }, { ...context, priceNamedBy: apiKeyId });
}
