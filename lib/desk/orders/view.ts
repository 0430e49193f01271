import * as z from "zod";
import { dollars } from "../../runtime/money.ts";
import { type Order, orderFillSchema, orderSchema } from "./record.ts";

const fillViewSchema = orderFillSchema
  .omit({ commission_cents: true })
  .extend({ commission: z.number().describe("Dollars.") })
  .meta({ id: "OrderFillView" });

/** An order as it is shown: all of it but what the engine keeps for itself. */
export const orderViewSchema = orderSchema
  .omit({
    ...{ version: true, api_key_id: true, strategy_params: true, two_part_config: true, execution_details: true },
    ...{ broker_order_ids: true, fills: true },
  })
  .extend({
    fills: z.array(fillViewSchema),
    after_order_id: z
      .string()
      .nullable()
      .describe("The order that closes what this one opens again; it waits for that one's end."),
  })
  .meta({ id: "Order" });
export type OrderView = z.infer<typeof orderViewSchema>;

export function toOrderView(order: Order): OrderView {
  const fills = order.fills.map(({ commission_cents, ...fill }) => ({
    ...fill,
    commission: dollars(commission_cents),
  }));
  return orderViewSchema.parse({ ...order, fills });
}
