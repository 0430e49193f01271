import * as z from "zod";
import { type MarketMoment, readMoment } from "../../realm/moment.ts";
import { iso, newYorkDay } from "../../runtime/dates.ts";
import { AppError } from "../../runtime/errors.ts";
import { counterActions } from "../../store/counters.ts";
import { decideAnew } from "../../store/decide-anew.ts";
import { answerOnce, type IdempotentRequest, refuseAnswered, remember } from "../../store/idempotency.ts";
import type { OpenedSplit } from "../market/bars.ts";
import { barTime, lastOpening } from "../market/price-age.ts";
import { inTime, type LivePrice } from "../market/quotes.ts";
import { priceBars, splitsSince } from "../market/stored-bars.ts";
import type { TradingServices } from "../services.ts";
import { applyExit, exitOnRequest, type Holding, observePrice } from "./bookkeeping.ts";
import { livePrices } from "./live-prices.ts";
import type { Position } from "./record.ts";
import { bookDueSplits } from "./splits.ts";
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

export const closeRequestSchema = z
  .strictObject({
    reason: z.string().trim().min(1).max(500).refine(isVisible, "must not be blank"),
    /** Fraction of what remains. */
    quantity_pct: z.number().positive().max(1).default(1),
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

/**
 * Closes a position by hand, all of what remains or a part, at the live price (spec api 6). The price is asked for once;
 * what remains is read again where a run or another close came between. Throws `NOT_FOUND`, `POSITION_ALREADY_CLOSED`,
 * `PRICE_UNAVAILABLE`, `IDEMPOTENCY_MISMATCH`.
 */
export async function closePosition(
  services: TradingServices,
  id: string,
  request: IdempotentRequest & { body: CloseRequest },
): Promise<CloseAnswer> {
  const { answer } = await answerOnce(services, request, async () => {
    const moment = await readMoment(services);
    const position = await readOpen(services, id);
    const splits = await splitsOf(services, position, moment);
    const price = await priceOf(services, afterSplits(await holdingOf(services, position), splits, moment), moment);
    return decideAnew(services, () => closeOnce(services, id, request, { ...price, splits }, moment));
  });
  return answer;
}

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

/** Those since the last check: a price of today says nothing about shares of before. */
async function splitsOf(
  services: TradingServices,
  { ticker, last_checked_at }: Position,
  { marketTime }: MarketMoment,
) {
  const splits = await inTime(splitsSince(services, ticker, last_checked_at, marketTime));
  if (splits) return splits;
  throw new AppError("PricesUnavailable", "PRICE_UNAVAILABLE", `Nobody says whether ${ticker} was split; try later.`);
}

/** Throws where a split has left nothing to close, which the next run books. */
function afterSplits(holding: Holding, splits: readonly OpenedSplit[], { now }: MarketMoment): Holding["position"] {
  const { position } = bookDueSplits(holding, splits, { runId: null, now });
  if (position.status === "open") return position;
  throw new AppError("PricesUnavailable", "PRICE_UNAVAILABLE", "A split has left less than a share of it.");
}

/**
 * Live; of a share, where the broker does not answer, the last session's close, or its opening while it is on. A bar prices the
 * underlying and not an option (spec D9).
 */
async function priceOf(services: TradingServices, position: Position, moment: MarketMoment): Promise<LivePrice> {
  const live = (await livePrices(services, [position], moment.marketTime)).get(position.id);
  // Nothing is sold for nothing.
  if (live && live.price > 0) return live;
  const isAnswered = live !== undefined;
  const ofBar =
    position.instrument_type === "stock" && !isAnswered ? await lastClose(services, position.ticker, moment) : null;
  if (ofBar) return ofBar;
  throw new AppError("PricesUnavailable", "PRICE_UNAVAILABLE", "There is no price for this position now; try later.");
}

async function lastClose(
  services: TradingServices,
  ticker: string,
  { today, marketTime }: MarketMoment,
): Promise<LivePrice | null> {
  const from = newYorkDay(lastOpening(marketTime));
  const bars = await inTime(priceBars(services, { ticker, from, to: today, marketTime }));
  const last = bars?.at(-1);
  if (!last || last.close === null) return null;
  return { price: last.close, offered: { bid: null, ask: null }, tradedAt: iso(barTime(last.date, marketTime)) };
}

/** Undefined where another write came between. */
async function closeOnce(
  services: TradingServices,
  id: string,
  request: IdempotentRequest & { body: CloseRequest },
  { price, offered, tradedAt, splits }: LivePrice & { splits: readonly OpenedSplit[] },
  { now, today, settings }: MarketMoment,
): Promise<CloseAnswer | undefined> {
  const { store, clock, log } = services;
  const { reason: notes, quantity_pct } = request.body;
  const before = await readOpen(services, id);
  const { portfolio, position } = bookDueSplits(await holdingOf(services, before), splits, { runId: null, now });
  const fraction = Math.max(quantity_pct, smallestFraction);
  const exit = exitOnRequest(position, { reason: "manual", fraction, price, today });
  const observed = observePrice(portfolio, position, { price, tradedAt }, now);
  const after = applyExit(observed, exit, { runId: null, notes, now, offered, costs: settings });
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
