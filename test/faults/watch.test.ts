import { expect, it } from "vitest";
import { watchPositions } from "../../lib/desk/watch/watch-positions.ts";
import { call } from "../support/cloud.ts";
import { unlimited, useDesk } from "../support/desk.ts";
import { type Fault, faultyStore } from "../support/faulty-store.ts";

const desk = useDesk("watch-faults");
let price = 100;

it("a stop whose watcher is killed at any write is one order, also where the price has moved on by then", async () => {
  const legs = [{ symbol: "GME260320C100", side: "buy" }];
  const run = async (fault: Fault | undefined): Promise<number> => {
    price = 100;
    const services = await desk.begin({ GME: () => price }, { ...unlimited, bot_stop_loss_pct: -0.3 });
    await desk.trade({ symbol: "GME", execution_type: "manual_legs", legs, quantity: 10 });
    price = 96;
    const store = faultyStore(services.store.client);
    store.set(fault);
    await watchPositions(services).catch(() => undefined);
    const writes = store.count();
    store.set(undefined);
    price = 95;
    await watchPositions(services);
    await desk.dispatch();
    const { orders } = (await call("orders/list-orders")).body.data;
    const closing = orders.filter(({ position_id }: { position_id: string | null }) => position_id !== null);
    expect({ fault, closing }).toMatchObject({ fault, closing: [{ priority: "urgent", quantity: 10 }] });
    expect(await desk.over(closing[0].order_id)).toMatchObject({ status: "filled" });
    return writes;
  };
  const writes = await run(undefined);
  for (let each = 0; each < writes; each++) {
    for (const moment of ["before", "after"] as const) await run({ call: each, moment, kind: "crash" });
  }
}, 600_000);
