import type { Report } from "../../store/events.ts";
import type { Order } from "./record.ts";

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
