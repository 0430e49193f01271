import { beforeAll, describe, expect, it } from "vitest";
import { readBreakerEvents } from "../../lib/desk/breaker/stored.ts";
import { tripBreaker } from "../../lib/desk/breaker/trip.ts";
import { dispatchOrders } from "../../lib/desk/execution/dispatch-orders.ts";
import { fillOrder } from "../../lib/desk/execution/fill-order.ts";
import type { Services } from "../../lib/services.ts";
import { readEvents } from "../../lib/store/events.ts";
import { unlimited, unstarted, useDesk } from "../support/desk.ts";
import { dump } from "../support/dump.ts";
import { faultyStore } from "../support/faulty-store.ts";

const desk = useDesk("breaker-faults");
const shares = { symbol: "GME", execution_type: "equity", quantity: 10 };

/** What is stored, and what was told. */
async function contents({ store, config }: Services, ids: string[]): Promise<string[]> {
  const { events } = await readEvents(store, 0, 1_000);
  return [...(await dump(store, config.environment.REALM, ids)), ...events.map(({ type }) => type)];
}

/** The first loss halts trading, and an order is about to be filled that makes one. */
async function arrange(): Promise<{ services: Services; orderId: string; ids: string[] }> {
  const services = await desk.begin({ GME: 100 }, { ...unlimited, breaker_consecutive_losses: 1 });
  const { order_id } = await desk.trade(shares);
  const orderId = await desk.submit({ ...shares, side: "sell" });
  await dispatchOrders(unstarted(services));
  return { services, orderId, ids: [order_id, orderId] };
}

describe("a fill that halts trading", () => {
  let faultFree: string[];
  beforeAll(async () => {
    const { services, orderId, ids } = await arrange();
    const store = faultyStore(services.store.client);
    store.set(undefined);
    expect(await fillOrder(services, { orderId })).toMatchObject({ status: "filled" });
    expect(store.count()).toBe(1);
    faultFree = await contents(services, ids);
    // The breaker, and the record of it.
    expect(faultFree.filter((item) => item.includes('"consecutive_losses_exceeded"'))).toHaveLength(2);
    expect(faultFree.slice(-3)).toEqual(["order_filled", "position_closed", "circuit_breaker"]);
  });

  it.each(["before", "after"] as const)("leaves the same table when it is killed %s its write", async (moment) => {
    const { services, orderId, ids } = await arrange();
    const store = faultyStore(services.store.client);
    store.set({ call: 0, moment, kind: "crash" });
    await expect(fillOrder(services, { orderId })).rejects.toMatchObject({ name: "StoreUnavailable" });
    store.set(undefined);
    expect(await fillOrder(services, { orderId })).toMatchObject({ status: "filled" });
    expect(await contents(services, ids)).toEqual(faultFree);
  });

  it("counts one loss when it is delivered twice at once", async () => {
    const { services, orderId, ids } = await arrange();
    await Promise.all([fillOrder(services, { orderId }), fillOrder(services, { orderId })]);
    expect(await contents(services, ids)).toEqual(faultFree);
  });
});

describe("a trip", () => {
  it.each(["before", "after"] as const)(
    "happens once when it is killed %s its write and tried again",
    async (moment) => {
      const services = await desk.begin({ GME: 100 });
      await desk.dispatch();
      const store = faultyStore(services.store.client);
      const trip = () => tripBreaker(services, { reason: "system_error", detail: "x" });
      store.set({ call: 0, moment, kind: "crash" });
      await expect(trip()).rejects.toMatchObject({ name: "StoreUnavailable" });
      store.set(undefined);
      await trip();
      expect(await readBreakerEvents(services)).toHaveLength(1);
    },
  );
});

describe("a pass of the engine", () => {
  it.each(["before", "after"] as const)(
    "makes the same of the breaker when it is killed %s any of its writes and comes again",
    async (moment) => {
      for (let call = 0; call < 8; call++) {
        const services = await desk.begin({ GME: 100 });
        const id = await desk.submit(shares);
        const store = faultyStore(services.store.client);
        store.set({ call, moment, kind: "crash" });
        // The breaker, the heartbeat, the opening's equity, and four moves of the order.
        await dispatchOrders(unstarted(services)).catch(() => undefined);
        store.set(undefined);
        await dispatchOrders(unstarted(services));
        expect(await desk.order(id), `write ${call}`).toMatchObject({ status: "executing" });
        expect(await readBreakerEvents(services)).toEqual([]);
      }
    },
  );
});
