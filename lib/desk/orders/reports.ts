import type { Report } from "../../store/events.ts";
import type { Order } from "./record.ts";
import { isTerminal } from "./transitions.ts";

/** What the feed says of an order that has just come to where it is (spec orders 7.4). */
export function reportOf(order: Order): Report {
  const { order_id, status } = order;
  const of = (type: string, more: object = {}): Report => ({
    channel: "orders",
    type,
    subject_id: order_id,
    data: { order_id, status, ...more },
  });
  switch (status) {
    case "pending": {
      const { symbol, execution_type, quantity } = order;
      return of("order_submitted", { symbol, execution_type, quantity });
    }
    case "partially_filled": {
      const { filled_quantity, quantity, fill_price } = order;
      return of("order_partial", { filled_quantity, quantity, fill_price });
    }
    case "filled": {
      const { filled_quantity, fill_price, filled_at } = order;
      return of("order_filled", { filled_quantity, fill_price, filled_at });
    }
    case "cancelled":
      return of("order_cancelled", { reason: order.error_message });
    case "rejected":
      return of("order_rejected", { error_message: order.error_message });
    default:
      return of("order_update");
  }
}

/** What is said aloud of an order that has come to its end: that a position was closed to be rolled, and is not open again. */
export function alertOf(order: Order): Report[] {
  const { order_id, symbol, after_order_id, status, quantity, filled_quantity, error_message, transitions } = order;
  if (after_order_id === null || !isTerminal(status) || status === "filled") return [];
  // Until it is checked it waits for the order that closes; where that closed nothing, all is as it was.
  if (!transitions.some(({ to }) => to === "validating")) return [];
  const message =
    `${symbol}: ${quantity - filled_quantity} of ${quantity} units that were closed to be rolled were not opened again: ` +
    `${error_message}`;
  return [
    {
      ...{ channel: "alerts", type: "alert", subject_id: order_id },
      data: { level: "warning", message, source: "orders" },
    },
  ];
}
