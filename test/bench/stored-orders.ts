import { type Order, orderSchema } from "../../lib/desk/orders/record.ts";
import { systemIds } from "../../lib/runtime/ids.ts";
import type { Services } from "../../lib/services.ts";

const firstTime = Date.parse("2026-03-02T15:30:00Z");
const symbols = ["GME", "NVDA"] as const;
const ends = ["filled", "cancelled"] as const;

/**
 * Writes orders that are over straight into the table, with the totals of the lists that show them: half of them of each
 * symbol, and of either half filled and half cancelled.
 */
export async function storeOrders({ store }: Services, count: number): Promise<void> {
  const { keys } = store;
  const ids = systemIds();
  const orders = Array.from({ length: count }, (_, index) =>
    order(
      ids.ulid(firstTime + index * 1_000),
      symbols[index % 2] ?? "GME",
      ends[Math.floor(index / 2) % 2] ?? "filled",
    ),
  );
  const lists = ["ORDERS", "ORDERS#execution_type=equity"].map((list) => [list, count] as const);
  const halves = [...symbols.map((symbol) => `symbol=${symbol}`), ...ends.map((status) => `status=${status}`)];
  await store.putMany([
    ...orders.map((each) => ({
      ...keys.order(each.order_id),
      ...keys.orderIndex({ ...each, place: null }),
      ...each,
    })),
    ...lists.map(([list, total]) => ({ ...keys.counter(list), total })),
    ...halves.map((half) => ({ ...keys.counter(`ORDERS#${half}`), total: count / 2 })),
  ]);
}

function order(order_id: string, symbol: string, status: (typeof ends)[number]): Order {
  const at = new Date(firstTime).toISOString();
  const fill = { at, market_time: at, quantity: 10, price: 20, commission_cents: 0, leg_prices: [20], part: null };
  const isFilled = status === "filled";
  return orderSchema.parse({
    ...{
      order_id,
      client_order_id: null,
      symbol,
      execution_type: "equity",
      side: "buy",
      strategy_name: null,
      legs: null,
    },
    ...{ quantity: 10, limit_price: null, status, priority: "normal", origin: "manual" },
    ...{ created_at: at, updated_at: at, filled_at: isFilled ? at : null, expires_at: null },
    ...{ filled_quantity: isFilled ? 10 : 0, fill_price: isFilled ? 20 : null, fills: isFilled ? [fill] : [] },
    ...{ notes: null, error_message: null, template_id: null, signal_id: null, position_id: null, bot_managed: true },
    ...{ reference_price: 20, approval: null, checks: [{ check: "order_value", result: "passed", reason: null }] },
    transitions: [
      { from: null, to: "pending", at, reason: null },
      { from: "queued", to: status, at, reason: null },
    ],
    ...{ version: 6, api_key_id: "local", strategy_params: null, two_part_config: null },
    ...{ execution_details: {}, broker_order_ids: [] },
  });
}
