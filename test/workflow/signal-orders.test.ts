import { expect, it } from "vitest";
import { call } from "../support/cloud.ts";
import { unlimited, useDesk } from "../support/desk.ts";
import { seedSignals, signalOf } from "../support/seeds.ts";

const desk = useDesk("signals");
const { dispatch, over } = desk;

const signal = (changes: object = {}) =>
  signalOf({ ticker: "GME", signal_type: "quality", confidence: 0.8, ...changes });
async function begin(settings: object = {}, changes: object = {}): Promise<string> {
  const services = await desk.begin({ GME: 100 }, { ...unlimited, ...settings });
  const seeded = signal(changes);
  await seedSignals(services, [seeded]);
  return seeded.id;
}
const order = (id: string, body: object = {}) => call("orders/order-signal", { params: { id }, body });

it("a bullish signal becomes an order of shares, of origin autonomous, as large as a position of the portfolios", async () => {
  const id = await begin();
  const { status, body } = await order(id);
  expect(status).toBe(201);
  await dispatch();
  // A twentieth of 100,000 dollars at 100.01.
  expect(await over(body.data.order_id)).toMatchObject({
    ...{ symbol: "GME", execution_type: "equity", side: "buy", quantity: 49, status: "filled" },
    ...{ origin: "autonomous", signal_id: id, client_order_id: `signal:${id}` },
  });
  expect((await desk.book()).positions).toMatchObject([{ source: "autonomous", quantity: 49 }]);
});

it("a bearish one buys a spread of puts", async () => {
  const id = await begin({}, { prediction: "bearish" });
  const { body } = await order(id, { quantity: 2 });
  await dispatch();
  const { legs, ...rest } = await over(body.data.order_id);
  expect(rest).toMatchObject({ strategy_name: "put_spread", quantity: 2, status: "filled" });
  expect(legs?.map(({ side, symbol }) => [side, symbol.slice(12, 13)])).toEqual([
    ["buy", "P"],
    ["sell", "P"],
  ]);
});

it("a signal becomes one order, whoever asks", async () => {
  const id = await begin();
  await order(id);
  expect(await order(id)).toMatchObject({ status: 409, body: { error: { code: "ORDER_EXISTS" } } });
  expect(await order("2026-03-02.AMC.quality")).toMatchObject({ status: 404 });
});

it("by itself none becomes one, unless the settings say from which score on", async () => {
  await begin();
  expect(await dispatch()).toMatchObject({ ordered: 0 });
  const id = await begin({ signal_order_min_confidence: 0.8 });
  expect(await dispatch()).toMatchObject({ ordered: 1, executing: 1 });
  expect(await dispatch()).toMatchObject({ ordered: 0 });
  const listed = await call("orders/list-orders", { query: { client_order_id: `signal:${id}` } });
  expect(listed.body.data.orders).toMatchObject([{ origin: "autonomous", signal_id: id }]);
  await begin({ signal_order_min_confidence: 0.81 });
  expect(await dispatch()).toMatchObject({ ordered: 0 });
});

it("the paper portfolios do not know of it", async () => {
  const id = await begin();
  await order(id);
  await dispatch();
  expect((await call("api/list-positions")).body.data).toEqual([]);
  expect((await call("api/list-portfolios")).body.data[0]).toMatchObject({ cash_available: 100_000 });
});
