import { describe, expect, it } from "vitest";
import { orderRequestSchema } from "../../lib/desk/orders/request.ts";
import { submitOrder } from "../../lib/desk/orders/submit-order.ts";
import { call } from "../support/cloud.ts";
import { unlimited, useDesk } from "../support/desk.ts";

const desk = useDesk("approvals");
const { dispatch, order, over, submit } = desk;

const shares = { symbol: "GME", execution_type: "equity", quantity: 10 };
let price = 100;
const begin = (settings: object = { order_mode: "semi_auto" }) => {
  price = 100;
  return desk.begin({ GME: () => price }, { ...unlimited, ...settings });
};

/** Submits as the desk's own strategies do. */
async function submitAs(origin: "bot" | "autonomous"): Promise<string> {
  const body = orderRequestSchema.parse(shares);
  const request = { operation: "submit-order", key: undefined, apiKeyId: "system", body };
  return (await submitOrder(desk.services, { request, origin })).order_id;
}
/** One that is checked, and waits. */
async function waiting(origin: "bot" | "autonomous" = "bot"): Promise<string> {
  const id = await submitAs(origin);
  await dispatch();
  expect((await order(id)).status).toBe("awaiting_approval");
  return id;
}
const approve = (id: string, body: object = { approved_by: "Ann" }) =>
  call("orders/approve-order", { params: { id }, body, apiKeyId: "key-2" });
const refuse = (id: string, body: object) => call("orders/refuse-order", { params: { id }, body });

describe("in the mode semi_auto", () => {
  it.each(["bot", "autonomous"] as const)(
    "an order of a %s waits, listed and counted, and executes nothing",
    async (origin) => {
      await begin();
      const id = await waiting(origin);
      await dispatch();
      expect((await order(id)).status).toBe("awaiting_approval");
      const listed = await call("orders/list-orders", { query: { status: "awaiting_approval" } });
      expect(listed.body.data).toMatchObject({ orders: [{ order_id: id }], total: 1 });
      expect((await call("orders/count-pending-orders")).body.data).toEqual({ pending_count: 1 });
      expect((await desk.book()).cashCents).toBe(10_000_000);
    },
  );

  it("a person's own order never waits", async () => {
    await begin();
    const id = await submit(shares);
    await dispatch();
    expect(await over(id)).toMatchObject({ status: "filled", approval: null });
  });

  it("an approval lets it into the queue, with who and when", async () => {
    await begin();
    const id = await waiting();
    const { status, body } = await approve(id);
    expect({ status, data: body.data }).toMatchObject({
      status: 200,
      data: {
        status: "queued",
        approval: { decision: "approved", by: "Ann", at: "2026-03-02T15:30:00.000Z", api_key_id: "key-2" },
      },
    });
    await dispatch();
    expect(await over(id)).toMatchObject({ status: "filled", approval: { by: "Ann" } });
    expect(await approve(id)).toMatchObject({ status: 409, body: { error: { code: "ORDER_NOT_WAITING" } } });
  });

  it("a refusal cancels it, with who and why", async () => {
    await begin();
    const id = await waiting();
    expect(await refuse(id, { refused_by: "Ben", reason: "earnings tomorrow" })).toMatchObject({ status: 200 });
    expect(await order(id)).toMatchObject({
      ...{ status: "cancelled", error_message: "refused by Ben: earnings tomorrow" },
      approval: { decision: "refused", by: "Ben" },
    });
    expect((await call("orders/count-pending-orders")).body.data).toEqual({ pending_count: 0 });
  });

  it("what costs more than 2 % other than when it was checked is not approved, unless that is said", async () => {
    await begin();
    const id = await waiting();
    price = 102.5;
    expect(await approve(id)).toMatchObject({
      ...{ status: 409 },
      body: { error: { code: "PRICE_DRIFTED", details: { reference_price: 100, price: 102.5, drift: 0.025 } } },
    });
    expect((await order(id)).status).toBe("awaiting_approval");
    expect(await approve(id, { approved_by: "Ann", accept_drift: true })).toMatchObject({ status: 200 });
  });

  it("exactly 2 % is allowed", async () => {
    await begin();
    const id = await waiting();
    price = 98;
    expect(await approve(id)).toMatchObject({ status: 200 });
  });

  it("all that wait are decided on at once, each by itself", async () => {
    await begin();
    const ids = [await submitAs("bot"), await submitAs("autonomous")];
    await dispatch();
    const decided = await call("orders/decide-orders", { body: { decision: "refused", by: "Ann" } });
    expect(decided.body.data.decided.toSorted()).toEqual(ids.toSorted());
    const third = await waiting();
    price = 110;
    const left = await call("orders/decide-orders", { body: { decision: "approved", by: "Ann" } });
    expect(left.body.data).toMatchObject({ decided: [], left: [{ order_id: third, code: "PRICE_DRIFTED" }] });
  });

  it("it may be called back, and expires", async () => {
    await begin();
    const id = await waiting();
    expect(await call("orders/cancel-order", { params: { id } })).toMatchObject({ status: 200 });
    expect(await approve(id)).toMatchObject({ status: 409 });
  });

  it.each([{}, { approved_by: " " }, { approved_by: "x".repeat(101) }])("nobody approves as %o", async (body) => {
    await begin();
    expect(await approve(await waiting(), body)).toMatchObject({ status: 422 });
  });
});

it("in the mode auto nobody is asked", async () => {
  await begin({});
  const id = await submitAs("bot");
  await dispatch();
  expect(await over(id)).toMatchObject({ status: "filled", approval: null });
});
