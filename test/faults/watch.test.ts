import { describe, expect, it } from "vitest";
import { dispatchOrders } from "../../lib/desk/execution/dispatch-orders.ts";
import { sweepOrders } from "../../lib/desk/execution/reconcile-orders.ts";
import type { OrderView } from "../../lib/desk/orders/view.ts";
import { readAccount } from "../../lib/desk/positions/stored.ts";
import { watchPositions } from "../../lib/desk/watch/watch-positions.ts";
import { readEvents } from "../../lib/store/events.ts";
import { call } from "../support/cloud.ts";
import { unlimited, useDesk } from "../support/desk.ts";
import { type Fault, faultyStore } from "../support/faulty-store.ts";
import { aWhile } from "../support/waiting.ts";

/** Every how many-th point is tried, each kind of fault in its turn; `npm run test:all` tries them all. */
const stride = Number(process.env.FAULT_STRIDE ?? 12) > 1 ? 7 : 1;

const desk = useDesk("watch-faults");
const held = { symbol: "GME", execution_type: "manual_legs", legs: [{ symbol: "GME260320C100", side: "buy" }] };
const quantity = 3;
/** A week before the contracts expire. */
const friday = "2026-03-13T15:30:00Z";
let price = 100;
/** The executions of all orders that were dispatched, which are not asked of a table that may be gone. */
const started: string[] = [];

function dispatch() {
  const { services } = desk;
  const { order } = services.executions;
  const start: typeof order.start = (name, input) => {
    started.push(name);
    return order.start(name, input);
  };
  return dispatchOrders({ ...services, executions: { ...services.executions, order: { ...order, start } } });
}

interface Life {
  /** Those by which the bot closed and opened, the first one first. */
  orders: OrderView[];
  writes: number;
}

/** A position and what the bot does about it with a fault in that, until all its orders are over. */
async function liveThrough(settings: object, fault: Fault | undefined): Promise<Life> {
  price = 100;
  desk.stage.cloud.time.now = new Date("2026-03-02T15:30:00Z");
  await desk.begin({ GME: (_day, candle) => price + (candle % 2) }, { ...unlimited, ...settings });
  const { order_id: bought } = await desk.trade({ ...held, quantity });
  const services = desk.moveTo(friday);
  const store = faultyStore(services.store.client);
  store.set(fault);
  const attempt = async (work: () => Promise<unknown>) => void (await work().catch(() => undefined));
  await attempt(() => watchPositions(services));
  for (let pass = 0; pass < 2; pass++) {
    await attempt(dispatch);
    await executionsOver();
  }
  const writes = store.count();
  store.set(undefined);
  // Whoever looks next sees another price.
  price = 99.5;
  for (let minute = 0; minute < 10; minute++) {
    desk.stage.cloud.time.now = new Date(desk.stage.cloud.time.now.getTime() + 61_000);
    await watchPositions(services);
    await dispatch();
    await executionsOver();
    await sweepOrders(services);
    const orders = (await allOrders()).filter(({ order_id }) => order_id !== bought);
    if (orders.length > 0 && orders.every(isOver)) return { orders, writes };
  }
  throw new Error(`the orders are not over: ${JSON.stringify(await allOrders())}`);
}

const allOrders = async (): Promise<OrderView[]> => (await call("orders/list-orders")).body.data.orders.toReversed();
const isOver = ({ status }: OrderView) => ["filled", "cancelled", "rejected", "failed"].includes(status);

async function executionsOver(): Promise<void> {
  const { order: executions } = desk.services.executions;
  for (const id of started) while ((await executions.describe(id))?.status === "RUNNING") await aWhile();
}

/** What is held is what was bought, less what was closed, and what was opened again; money agrees with it to the cent. */
async function expectWhole(orders: readonly OrderView[]): Promise<void> {
  const { services } = desk;
  const closed = filledOf(orders.filter(({ position_id }) => position_id !== null));
  const opened = filledOf(orders.filter(({ after_order_id }) => after_order_id !== null));
  const { positions, cashCents } = await desk.book();
  expect(positions.reduce((sum, position) => sum + position.quantity, 0)).toBe(quantity - closed + opened);
  const { flows_cents, realized_cents } = await readAccount(services);
  const cost = positions.reduce((sum, { cost_cents }) => sum + cost_cents, 0);
  expect(flows_cents).toBe(realized_cents - cost);
  expect(cashCents).toBe(10_000_000 + flows_cents);
  const { events } = await readEvents(services.store, 0, 1_000);
  expect(events.map(({ id }) => id)).toEqual(events.map((_event, index) => index + 1));
  const isLess = orders.some(({ after_order_id }) => after_order_id !== null) && opened < closed;
  expect(events.filter(({ type }) => type === "alert")).toHaveLength(isLess ? 1 : 0);
  expect((await call("orders/count-pending-orders")).body.data).toEqual({ pending_count: 0 });
}

const filledOf = (orders: readonly OrderView[]) =>
  orders.reduce((sum, { filled_quantity }) => sum + filled_quantity, 0);

/** Each write, lost before or after it took effect, alone or with all that come after it. */
function faultsOf(writes: number): Fault[] {
  return Array.from({ length: writes }).flatMap((_, call) =>
    (["before", "after"] as const).flatMap((moment) =>
      (["blip", "crash"] as const).map((kind): Fault => ({ call, moment, kind })),
    ),
  );
}

const kinds = {
  stop: { bot_stop_loss_pct: -0.3 },
  roll: {},
};

describe.each(Object.entries(kinds))("a %s of the bot", (name, settings) => {
  const isRoll = name === "roll";

  it("killed before or after any write of it is done once, and what is held is the rest", async () => {
    const { orders: whole, writes } = await liveThrough(settings, undefined);
    expect(whole.map(({ status }) => status)).toEqual(isRoll ? ["filled", "filled"] : ["filled"]);
    expect(writes).toBeGreaterThan(isRoll ? 9 : 5);
    for (const fault of faultsOf(writes).filter((_fault, index) => index % stride === 0)) {
      const { orders } = await liveThrough(settings, fault);
      const [closing, ...others] = orders;
      expect({ fault, others: others.map(({ after_order_id }) => after_order_id) }).toEqual({
        fault,
        others: isRoll ? [closing?.order_id] : others.map(() => null),
      });
      await expectWhole(orders);
    }
  }, 600_000);
});
