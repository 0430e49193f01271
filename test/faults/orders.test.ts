import { describe, expect, it } from "vitest";
import { dispatchOrders } from "../../lib/desk/execution/dispatch-orders.ts";
import { sweepOrders } from "../../lib/desk/execution/reconcile-orders.ts";
import type { OrderView } from "../../lib/desk/orders/view.ts";
import { readAccount } from "../../lib/desk/positions/stored.ts";
import { readEvents } from "../../lib/store/events.ts";
import { call } from "../support/cloud.ts";
import { unlimited, useDesk } from "../support/desk.ts";
import { type Fault, faultyStore } from "../support/faulty-store.ts";
import { aWhile } from "../support/waiting.ts";

/** Every how many-th point is tried, each kind of fault in its turn; `npm run test:all` tries them all. */
const stride = Number(process.env.FAULT_STRIDE ?? 12) > 1 ? 3 : 1;

const desk = useDesk("order-faults");
const headers = { "Idempotency-Key": "the-client-repeats-this" };

/** The puts at the money bring more than the calls above it cost. */
const legs = [
  { symbol: "SPY260417C410", side: "buy" },
  { symbol: "SPY260417C420", side: "sell" },
  { symbol: "SPY260417P400", side: "sell" },
  { symbol: "SPY260417P390", side: "buy" },
];
const kinds: Record<string, object> = {
  equity: { symbol: "GME", execution_type: "equity", quantity: 10 },
  option_strategy: { symbol: "SPY", execution_type: "option_strategy", strategy_name: "iron_condor" },
  manual_legs: { symbol: "SPY", execution_type: "manual_legs", legs: legs.slice(0, 2), quantity: 3 },
  two_part_spread: {
    ...{ symbol: "SPY", execution_type: "two_part_spread", legs },
    two_part_config: { debit_factor: 1, credit_factor: 0 },
  },
};

/** The whole life of an order with a fault in it, until it is over. */
async function liveThrough(body: object, fault: Fault | undefined): Promise<{ order: OrderView; writes: number }> {
  const services = await desk.begin({ GME: 100, SPY: 400 }, unlimited);
  const store = faultyStore(services.store.client);
  store.set(fault);
  const attempt = async (work: () => Promise<unknown>) => void (await work().catch(() => undefined));
  const ask = () => call("orders/submit-order", { body, headers });
  let answer = await ask();
  await attempt(() => dispatchOrders(services));
  if (answer.status === 201) await executionOver(answer.body.data.order_id);
  const writes = store.count();
  store.set(undefined);
  // The client repeats what it was not answered, and the schedules go on.
  if (answer.status !== 201) answer = await ask();
  expect(answer.status).toBe(201);
  const id: string = answer.body.data.order_id;
  for (let minute = 0; minute < 8; minute++) {
    desk.stage.cloud.time.now = new Date(desk.stage.cloud.time.now.getTime() + 61_000);
    await dispatchOrders(services);
    await executionOver(id);
    await sweepOrders(services);
    const order = await desk.order(id);
    if (["filled", "cancelled", "rejected", "failed"].includes(order.status)) return { order, writes };
  }
  throw new Error(`the order is not over: ${JSON.stringify((await desk.order(id)).transitions)}`);
}

/** Nothing of the order's execution is going on. */
async function executionOver(id: string): Promise<void> {
  const { order: executions } = desk.services.executions;
  while ((await executions.describe(id))?.status === "RUNNING") await aWhile();
}

/** There is one order, and what it says it filled is what is held and what was paid. */
async function expectWhole(order: OrderView): Promise<void> {
  const { services } = desk;
  expect((await call("orders/list-orders")).body.data).toMatchObject({ total: 1 });
  expect((await call("orders/count-pending-orders")).body.data).toEqual({ pending_count: 0 });
  const { positions, cashCents } = await desk.book();
  const account = await readAccount(services);
  expect(positions).toHaveLength(order.fills.length === 0 ? 0 : order.fills.filter(({ part }) => part).length || 1);
  for (const { quantity } of positions) expect(quantity).toBe(order.filled_quantity);
  expect(account.flows_cents).toBe(0 - positions.reduce((sum, { cost_cents }) => sum + cost_cents, 0));
  expect(cashCents).toBe(10_000_000 + account.flows_cents);
  const { events } = await readEvents(services.store, 0, 1_000);
  expect(events.map(({ id }) => id)).toEqual(events.map((_event, index) => index + 1));
  const told = events.filter(({ channel }) => channel === "orders").map(({ data }) => data.status);
  expect(told).toEqual(order.transitions.map(({ to }) => to));
}

/** Each write, lost before or after it took effect, alone or with all that come after it. */
function faultsOf(writes: number): Fault[] {
  return Array.from({ length: writes }).flatMap((_, call) =>
    (["before", "after"] as const).flatMap((moment) =>
      (["blip", "crash"] as const).map((kind): Fault => ({ call, moment, kind })),
    ),
  );
}

describe.each(Object.entries(kinds))("an order of the kind %s", (name, body) => {
  // Between its two parts the machine waits for three seconds.
  const every = name === "two_part_spread" && stride > 1 ? 8 * stride : stride;

  it("killed before or after any write of its life is neither lost nor filled twice", async () => {
    const { order, writes } = await liveThrough(body, undefined);
    expect(order.status).toBe("filled");
    await expectWhole(order);
    expect(writes).toBeGreaterThan(4);
    for (const fault of faultsOf(writes).filter((_fault, index) => index % every === 0)) {
      const { order: ended } = await liveThrough(body, fault);
      const status = expect.stringMatching(/^(filled|failed|cancelled)$/);
      expect({ fault, status: ended.status }).toEqual({ fault, status });
      await expectWhole(ended);
    }
  }, 600_000);
});
