import { expect, it } from "vitest";
import { dispatchOrders, dispatchQueue } from "../../lib/desk/execution/dispatch-orders.ts";
import { call } from "../support/cloud.ts";
import { unlimited, useDesk } from "../support/desk.ts";

/** Races tried; more on demand: RACE_ROUNDS=1000. */
const rounds = Number(process.env.RACE_ROUNDS ?? 10);

const desk = useDesk("order-races");
const shares = { symbol: "GME", execution_type: "equity", quantity: 1 };

it("of a cancel and the dispatcher exactly one wins, and what is cancelled is never executed", async () => {
  await desk.begin({ GME: 100 }, unlimited);
  const won = { cancel: 0, dispatch: 0 };
  for (let round = 0; round < rounds; round++) {
    const id = await desk.submit(shares);
    const [cancelled] = await Promise.all([call("orders/cancel-order", { params: { id } }), desk.dispatch()]);
    const order = await desk.over(id);
    const isCancelled = cancelled.status === 200;
    expect(order.status).toBe(isCancelled ? "cancelled" : "filled");
    expect(order.transitions.some(({ to }) => to === "executing")).toBe(!isCancelled);
    expect(await desk.services.executions.order.describe(id)).toEqual(
      isCancelled ? undefined : expect.objectContaining({ status: expect.any(String) }),
    );
    won[isCancelled ? "cancel" : "dispatch"]++;
  }
  const { positions } = await desk.book();
  expect(positions.reduce((sum, { quantity }) => sum + quantity, 0)).toBe(won.dispatch);
}, 600_000);

it("several dispatchers at once execute no order twice", async () => {
  const services = await desk.begin({ GME: 100 }, unlimited);
  const ids: string[] = [];
  for (let order = 0; order < 6; order++) ids.push(await desk.submit(shares));
  await Promise.all([1, 2, 3, 4].map(() => dispatchOrders(services)));
  await dispatchOrders(services);
  for (const id of ids) {
    const { status, transitions, fills } = await desk.over(id);
    expect(status).toBe("filled");
    expect(fills).toHaveLength(1);
    expect(transitions.map(({ to }) => to)).toEqual(["pending", "validating", "queued", "executing", "filled"]);
  }
  const { positions } = await desk.book();
  expect(positions.reduce((sum, { quantity }) => sum + quantity, 0)).toBe(6);
});

it("a pass executes ten orders, and the dispatcher makes as many passes as the queue is long", async () => {
  const services = await desk.begin({ GME: 100 }, unlimited);
  const ids: string[] = [];
  for (let order = 0; order < 22; order++) ids.push(await desk.submit(shares));
  expect(await dispatchOrders(services)).toMatchObject({ checked: 22, executing: 10 });
  expect(await dispatchQueue(services)).toMatchObject({ checked: 0, executing: 2 });
  for (const id of ids) expect((await desk.over(id)).status).toBe("filled");
});

it("the queue gives the urgent first, and of equals the first one", async () => {
  const services = await desk.begin({ GME: 100 }, { ...unlimited, order_spacing_seconds: 60 });
  const pass = (seconds: number) => {
    desk.stage.cloud.time.now = new Date(desk.stage.cloud.time.now.getTime() + seconds * 1_000);
  };
  const ids: string[] = [];
  for (const priority of ["low", "normal", "urgent", "normal", "high"]) {
    ids.push(await desk.submit({ ...shares, priority }));
    pass(1);
  }
  const taken: number[] = [];
  for (let turn = 0; turn < 5; turn++) {
    await dispatchOrders(services);
    const orders = await Promise.all(ids.map((id) => desk.order(id)));
    const next = orders.findIndex(({ status }, index) => status !== "queued" && !taken.includes(index));
    taken.push(next);
    pass(60);
  }
  expect(taken).toEqual([2, 4, 1, 3, 0]);
});
