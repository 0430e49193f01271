import { type MarketMoment, readMoment } from "../../realm/moment.ts";
import { iso } from "../../runtime/dates.ts";
import { AppError } from "../../runtime/errors.ts";
import { round } from "../../runtime/money.ts";
import { decideAnew } from "../../store/decide-anew.ts";
import { transactReporting } from "../../store/events.ts";
import { answerOnce, type IdempotentRequest, refuseAnswered, remember } from "../../store/idempotency.ts";
import { countClose } from "../breaker/count-close.ts";
import { livePrices, marksOf } from "../execution/prices.ts";
import type { DeskServices } from "../services.ts";
import { adjustPosition } from "./adjust-position.ts";
import { closeUnits } from "./book-fill.ts";
import { type CloseRequest, type ClosingOrder, unitsToClose } from "./close-request.ts";
import type { DeskPosition } from "./record.ts";
import { bookActions, bookReports, readToClose, stillOpen } from "./stored.ts";
import { unitShares } from "./units.ts";

type NamedClose = IdempotentRequest & { body: CloseRequest };

/**
 * Closes units of a position at what a person says that one is worth, in dollars per share: where it needs review, or where
 * the market, asked, has no price. A source that does not answer has not said that there is none. Throws `NOT_FOUND`,
 * `POSITION_ALREADY_CLOSED`, `MARKET_HAS_PRICE`, `PRICE_UNAVAILABLE`, `IDEMPOTENCY_MISMATCH`.
 */
export async function closeAtNamedPrice(
  services: DeskServices,
  id: string,
  request: NamedClose,
  price: number,
): Promise<ClosingOrder> {
  const { answer } = await answerOnce(services, request, async () => {
    const moment = await readMoment(services);
    return decideAnew(services, () => closeOnce(services, id, request, price, moment));
  });
  return answer;
}

/** Undefined where another write came between. */
async function closeOnce(
  services: DeskServices,
  id: string,
  request: NamedClose,
  price: number,
  moment: MarketMoment,
): Promise<(ClosingOrder & Record<string, unknown>) | undefined> {
  const { store, clock, log } = services;
  const position = await readUnpriced(services, id, moment);
  const quantity = unitsToClose(position, request.body);
  const worth = price * quantity * Math.sign(position.quantity) * unitShares(position.legs);
  const flow_cents = round(worth * 100, 0);
  const { position: left, realized_cents } = closeUnits(position, quantity, flow_cents, moment.now);
  const at = iso(clock.now());
  const details = `Closed ${quantity} at ${price}, a price that was named by the key ${request.apiKeyId}.`;
  const after: DeskPosition = {
    ...left,
    ...{ last_updated: at, version: position.version + 1 },
    management_history: [...left.management_history, { at, action: "close", details, level: null, order_id: null }],
  };
  const booked = { positions: [after], flow_cents, realized_cents };
  const counted = await countClose(services, booked, moment);
  const answer = { order_id: null, position_id: id, quantity };
  const written = await transactReporting(
    services,
    [
      ...bookActions(store.keys, position, booked, position.source),
      ...(counted.actions ?? []),
      ...remember(store, request, answer, clock.now()),
    ],
    [...bookReports(position, booked), ...(counted.reports ?? [])],
  );
  if (!written.applied) return refuseAnswered(written);
  log.info("desk position closed at a named price", { positionId: id, quantity });
  return answer;
}

/** The open position, of which nobody but a person can say what it is worth. */
async function readUnpriced(services: DeskServices, id: string, moment: MarketMoment): Promise<DeskPosition> {
  const found = await readToClose(services, id);
  const needsReview = found.review_reason !== null;
  const adjusted = needsReview ? found : await adjustPosition(services, found, moment);
  if (!adjusted) throw silent();
  const position = stillOpen(adjusted);
  if (needsReview) return position;
  const instruments = position.legs.map(({ symbol }) => symbol);
  const prices = await livePrices(services, instruments, moment.marketTime);
  if (marksOf(position.legs, prices)) {
    throw new AppError(
      "Conflict",
      "MARKET_HAS_PRICE",
      "The market has a price for this position; close it without naming one.",
    );
  }
  if (instruments.some((symbol) => !prices.has(symbol))) throw silent();
  return position;
}

function silent(): AppError {
  const problem = "The market does not answer, which is not to say that it has no price; try later.";
  return new AppError("PricesUnavailable", "PRICE_UNAVAILABLE", problem);
}
