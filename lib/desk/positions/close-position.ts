import { readMoment } from "../../realm/moment.ts";
import { AppError } from "../../runtime/errors.ts";
import { contractTerms, type Leg } from "../orders/legs.ts";
import type { Order } from "../orders/record.ts";
import type { OrderRequest } from "../orders/request.ts";
import { type Submission, submitOrder } from "../orders/submit-order.ts";
import type { DeskServices } from "../services.ts";
import { adjustPosition } from "./adjust-position.ts";
import { closeAtNamedPrice } from "./close-at-named-price.ts";
import { type CloseRequest, type ClosingOrder, unitsToClose } from "./close-request.ts";
import type { DeskPosition } from "./record.ts";
import { readToClose, stillOpen } from "./stored.ts";

/**
 * Closes a position of the desk, all of it or a part: by an order of priority `high`, on the scale of today's prices; or at a
 * price that a person names, where the market has none or the position needs review. Throws `NOT_FOUND`,
 * `POSITION_ALREADY_CLOSED`, `POSITION_NEEDS_REVIEW`, `MARKET_HAS_PRICE`, `PRICE_UNAVAILABLE`, `QUEUE_FULL`,
 * `IDEMPOTENCY_MISMATCH`.
 */
export async function closeDeskPosition(
  services: DeskServices,
  id: string,
  request: Omit<Submission["request"], "body"> & { body: CloseRequest },
): Promise<ClosingOrder> {
  const { body, ...repeatable } = request;
  if (body.price !== undefined) return closeAtNamedPrice(services, id, request, body.price);
  const position = await readOnTodaysScale(services, id);
  return submitClosing(services, position, unitsToClose(position, body), {
    ...{ ...repeatable, priority: "high", origin: "manual", notes: body.notes ?? null },
  });
}

async function readOnTodaysScale(services: DeskServices, id: string): Promise<DeskPosition> {
  const position = await readToClose(services, id);
  const { review_reason: reason } = position;
  if (reason !== null) {
    throw new AppError("Conflict", "POSITION_NEEDS_REVIEW", `The position needs review: ${reason}`, {
      details: { reason },
    });
  }
  const now = await adjustPosition(services, position, await readMoment(services));
  if (now) return stillOpen(now);
  throw new AppError("PricesUnavailable", "PRICE_UNAVAILABLE", "Nobody says whether it was split; try later.");
}

type Closing = Omit<Submission["request"], "body"> & Pick<Order, "priority" | "origin" | "notes">;

/** Submits the order that closes so many units of a position. Repeated with the same key, it is the same order. */
export async function submitClosing(
  services: Pick<DeskServices, "store" | "config" | "clock" | "sleep" | "ids" | "log">,
  position: DeskPosition,
  quantity: number,
  { priority, origin, notes, ...request }: Closing,
): Promise<ClosingOrder & { order_id: string }> {
  const { position_id } = position;
  const body: OrderRequest = {
    symbol: position.underlying,
    ...instrumentsToClose(position),
    ...{ quantity, limit_price: null, priority, notes, strategy_params: null, two_part_config: null },
    ...{ bot_managed: position.bot_managed, client_order_id: null },
  };
  const closes = { position_id };
  const { order_id } = await submitOrder(services, { request: { ...request, body }, origin, closes });
  return { order_id, position_id, quantity };
}

/** What is held is sold, and what is owed is bought. */
function instrumentsToClose({ legs, quantity }: DeskPosition): Pick<OrderRequest, "execution_type" | "side" | "legs"> {
  const [only, ...others] = legs;
  const sideOf = (held: number) => (held > 0 ? "sell" : "buy");
  if (only && others.length === 0 && !contractTerms(only.symbol)) {
    return { execution_type: "equity", side: sideOf(quantity) };
  }
  const closing = legs.map(
    (leg): Leg => ({
      symbol: leg.symbol,
      side: sideOf(leg.quantity * quantity),
      quantity: Math.abs(leg.quantity),
      limit_price: null,
    }),
  );
  return { execution_type: "manual_legs", legs: closing };
}
