import { readMoment } from "../../realm/moment.ts";
import { AppError } from "../../runtime/errors.ts";
import { contractTerms, type Leg } from "../orders/legs.ts";
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
  const quantity = unitsToClose(position, body);
  const order = closingRequest(position, { quantity, priority: "high", notes: body.notes ?? null });
  const { order_id } = await submitOrder(services, {
    ...{ request: { ...repeatable, body: order }, origin: "manual", closes: { position_id: id } },
  });
  return { order_id, position_id: id, quantity };
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

/** The order that closes so many units of a position: what is held is sold, and what is owed is bought. */
export function closingRequest(
  position: DeskPosition,
  { quantity, priority, notes, limit_price = null }: ClosingTerms,
): OrderRequest {
  return {
    symbol: position.underlying,
    ...instrumentsToClose(position),
    ...{ quantity, limit_price, priority, notes, strategy_params: null, two_part_config: null },
    ...{ bot_managed: position.bot_managed, client_order_id: null },
  };
}

type ClosingTerms = Pick<OrderRequest, "quantity" | "priority" | "notes"> & Partial<Pick<OrderRequest, "limit_price">>;

function instrumentsToClose(position: DeskPosition): Pick<OrderRequest, "execution_type" | "side" | "legs"> {
  const closing = closingLegs(position);
  const [only, ...others] = closing;
  if (only && others.length === 0 && !contractTerms(only.symbol)) return { execution_type: "equity", side: only.side };
  return { execution_type: "manual_legs", legs: closing };
}

/** What is traded to close one unit of a position. */
export function closingLegs({ legs, quantity }: Pick<DeskPosition, "legs" | "quantity">): Leg[] {
  return legs.map((leg) => ({
    symbol: leg.symbol,
    side: leg.quantity * quantity > 0 ? "sell" : "buy",
    quantity: Math.abs(leg.quantity),
    limit_price: null,
  }));
}
