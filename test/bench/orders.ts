import { setTimeout as pause } from "node:timers/promises";
import * as z from "zod";
import { orderListSchema, orderStatisticsSchema } from "../../lib/desk/orders/list.ts";
import { submittedSchema } from "../../lib/desk/orders/submit-order.ts";
import type { OrderView } from "../../lib/desk/orders/view.ts";
import { expectData } from "../../localstack/commands/client.ts";
import { unlimited } from "../support/desk-settings.ts";
import type { LocalStack } from "../support/stack.ts";

const tickers = ["GME", "NVDA", "AMD", "TSLA", "AAPL", "PLTR", "SOFI"];
/** Seldom enough to take nothing from the orders. */
const pollMs = 500;
const longestMs = 300_000;

/** Settings by which orders follow each other at once, and trading goes on as soon as it may. */
export async function liftLimits(stack: LocalStack): Promise<void> {
  const { order_spacing_seconds: value, ...also } = { ...unlimited, breaker_cooldown_minutes: 0 };
  const answer = await stack.api.call("PUT", "/config/order_spacing_seconds", { body: { value, also } });
  if (answer.status !== 200) throw new Error(`PUT /config: ${answer.status} ${JSON.stringify(answer.body)}`);
}

/** Submits one share of the next of some companies. */
export async function submit(stack: LocalStack, index: number): Promise<{ id: string; ms: number }> {
  const body = { symbol: tickers[index % tickers.length], execution_type: "equity", quantity: 1 };
  const startedAt = performance.now();
  const answer = await stack.api.call("POST", "/api/v1/orders", { body });
  const ms = performance.now() - startedAt;
  return { id: expectData(answer, 201, submittedSchema, "POST /api/v1/orders").order_id, ms };
}

/** Returns once so many orders are filled in all. Throws where one was not, or where it takes too long. */
export async function allFilled(stack: LocalStack, count: number): Promise<void> {
  const endsAt = performance.now() + longestMs;
  for (;;) {
    const answer = await stack.api.call("GET", "/api/v1/orders/statistics");
    const { by_status } = expectData(answer, 200, orderStatisticsSchema, "GET /api/v1/orders/statistics");
    if (by_status.filled === count) return;
    const { rejected, cancelled, failed } = by_status;
    if (rejected + cancelled + failed > 0 || performance.now() > endsAt) {
      throw new Error(`not all of ${count} orders were filled: ${JSON.stringify(by_status)}`);
    }
    await pause(pollMs);
  }
}

/** The newest orders. */
export async function newestOrders(stack: LocalStack, count: number): Promise<OrderView[]> {
  const answer = await stack.api.call("GET", `/api/v1/orders?limit=${count}`);
  return expectData(answer, 200, orderListSchema, "GET /api/v1/orders").orders;
}

/** Halts trading, or lets it go on. */
export async function setTrading(stack: LocalStack, action: "halt" | "reset"): Promise<void> {
  const body = action === "halt" ? { reason: "bench" } : { authorized_by: "bench" };
  const answer = await stack.api.call("POST", `/api/v1/circuit-breaker/${action}`, { body });
  expectData(answer, 200, z.object({ message: z.string() }), `POST /api/v1/circuit-breaker/${action}`);
}
