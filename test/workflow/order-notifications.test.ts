import { afterAll, expect, it } from "vitest";
import { handler as notify } from "../../functions/events/notify-webhook.ts";
import { useDesk } from "../support/desk.ts";
import { startReceiver } from "../support/receiver.ts";
import { until } from "../support/waiting.ts";

const receiver = await startReceiver();
const desk = useDesk("told-orders", {
  settings: { WEBHOOK_URL: receiver.url, WEBHOOK_SECRET: "webhook-secret-0123456789-0123456789" },
});
afterAll(() => receiver.close());

const shares = { symbol: "GME", execution_type: "equity", quantity: 10 };

it("a fill is told when the order's execution ends, and a refusal, which has none, with the next call", async () => {
  await desk.begin({ GME: 100 }, {});
  const filled = await desk.trade(shares);
  await until(async () => receiver.received[0]);
  const refused = await desk.trade({ ...shares, quantity: 600 });
  // Who still tells of the fill has a second one do nothing.
  await until(async () => {
    await notify({});
    return receiver.received[1];
  });
  expect(receiver.events()).toMatchObject([
    {
      type: "order_filled",
      channel: "orders",
      subject_id: filled.order_id,
      data: { status: "filled", filled_quantity: 10, fill_price: 100.01 },
    },
    {
      type: "order_rejected",
      subject_id: refused.order_id,
      data: { status: "rejected", error_message: refused.error_message },
    },
  ]);
});
