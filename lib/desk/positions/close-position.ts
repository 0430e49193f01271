import * as z from "zod";
import { readMoment } from "../../realm/moment.ts";
import { AppError } from "../../runtime/errors.ts";
import { closingQuantity } from "../../trading/instruments/quantities.ts";
import { contractTerms, type Leg } from "../orders/legs.ts";
import type { Order } from "../orders/record.ts";
import type { OrderRequest } from "../orders/request.ts";
import { type Submission, submitOrder } from "../orders/submit-order.ts";
import type { DeskServices } from "../services.ts";
import { adjustPosition } from "./adjust-position.ts";
import { type DeskPosition, isOpen } from "./record.ts";
import { findDeskPosition } from "./stored.ts";

export const closeRequestSchema = z
  .strictObject({
    quantity_pct: z.number().positive().max(1).default(1).describe("Fraction of what is left; at least one unit."),
    notes: z.string().max(500).optional(),
  })
  .meta({ id: "BookCloseRequest" });

export const closeOrderSchema = z
  .object({ order_id: z.string(), position_id: z.string(), quantity: z.number().int() })
  .meta({ id: "ClosingOrder" });
type ClosingOrder = z.infer<typeof closeOrderSchema>;

/**
 * Makes an order of priority `high` that closes a position of the desk, all of it or a part, on the scale of today's prices.
 * Throws `NOT_FOUND`, `POSITION_ALREADY_CLOSED`, `POSITION_NEEDS_REVIEW`, `PRICE_UNAVAILABLE`, `QUEUE_FULL`,
 * `IDEMPOTENCY_MISMATCH`.
 */
export async function closeDeskPosition(
  services: DeskServices,
  id: string,
  { body, ...request }: Omit<Submission["request"], "body"> & { body: z.infer<typeof closeRequestSchema> },
): Promise<ClosingOrder> {
  const position = await readToClose(services, id);
  const quantity = Math.max(1, closingQuantity(Math.abs(position.quantity), body.quantity_pct));
  return submitClosing(services, position, quantity, {
    ...{ ...request, priority: "high", origin: "manual", notes: body.notes ?? null },
  });
}

async function readToClose(services: DeskServices, id: string): Promise<DeskPosition> {
  const position = await findDeskPosition(services, id);
  if (!position) throw new AppError("NotFound", "NOT_FOUND", "There is no such position of the desk.");
  const { review_reason: reason } = position;
  if (reason !== null) {
    throw new AppError("Conflict", "POSITION_NEEDS_REVIEW", `The position needs review: ${reason}`, {
      details: { reason },
    });
  }
  const now = isOpen(position) ? await adjustPosition(services, position, await readMoment(services)) : position;
  if (!now) {
    throw new AppError("PricesUnavailable", "PRICE_UNAVAILABLE", "Nobody says whether it was split; try later.");
  }
  if (isOpen(now)) return now;
  throw new AppError("Conflict", "POSITION_ALREADY_CLOSED", "The position is closed already.");
}

type Closing = Omit<Submission["request"], "body"> & Pick<Order, "priority" | "origin" | "notes">;

/** Submits the order that closes so many units of a position. Repeated with the same key, it is the same order. */
export async function submitClosing(
  services: Pick<DeskServices, "store" | "config" | "clock" | "sleep" | "ids" | "log">,
  position: DeskPosition,
  quantity: number,
  { priority, origin, notes, ...request }: Closing,
): Promise<ClosingOrder> {
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
