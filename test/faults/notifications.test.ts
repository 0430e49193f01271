import { afterAll, beforeAll, expect, it } from "vitest";
import { handler as notify } from "../../functions/events/notify-webhook.ts";
import { type Report, transactReporting } from "../../lib/store/events.ts";
import { type Cloud, call, startCloud } from "../support/cloud.ts";
import { type Fault, faultyStore } from "../support/faulty-store.ts";
import { startReceiver } from "../support/receiver.ts";

let cloud: Cloud;
let receiver: Awaited<ReturnType<typeof startReceiver>>;
let realm = 0;

beforeAll(async () => {
  cloud = await startCloud();
  // It will never take the second one.
  receiver = await startReceiver((_nth, { body }) => (body.includes('"order-2"') ? 400 : 200));
});
afterAll(async () => {
  await cloud?.close();
  await receiver?.close();
});

/** Four events are told of, while a write goes wrong; then whoever was killed is called again, until all is done. */
async function tell(fault: Fault | undefined) {
  receiver.received.length = 0;
  const settings = { WEBHOOK_URL: receiver.url, WEBHOOK_SECRET: "s".repeat(32) };
  const services = cloud.enter(`told-${realm++}`, settings);
  const reports = ["order-1", "order-2", "order-3", "order-4"].map(
    (subject_id): Report => ({ channel: "orders", type: "order_filled", subject_id, data: {} }),
  );
  await transactReporting(services, [], reports);
  const faults = faultyStore(services.store.client);
  faults.set(fault);
  const fails = await notify({}).then(
    () => false,
    () => true,
  );
  const writes = faults.count();
  faults.set(undefined);
  for (let minute = 1; minute <= 3; minute++) {
    cloud.time.now = new Date(cloud.time.now.getTime() + 60_000);
    await notify({});
  }
  const { data } = (await call("desk/list-dead-letters")).body;
  return {
    fails,
    writes,
    told: receiver.events().map(({ subject_id, event_id }) => `${subject_id} ${String(event_id).split(".")[1]}`),
    deadLetters: data.map(({ subject_id }: { subject_id: string }) => subject_id),
  };
}

const once = ["order-1 1", "order-2 2", "order-3 3", "order-4 4"];

it("are told once and in order where nothing goes wrong", async () => {
  // The lease, four events, the end of the lease.
  expect(await tell(undefined)).toEqual({ fails: false, writes: 6, told: once, deadLetters: ["order-2"] });
});

it("are told in order, none missing and one at most repeated, whichever write goes wrong and however", async () => {
  for (let write = 0; write < 6; write++) {
    for (const moment of ["before", "after"] as const) {
      for (const kind of ["blip", "crash"] as const) {
        const { fails, told, deadLetters } = await tell({ call: write, moment, kind });
        const where = `write ${write}, ${moment}, ${kind}`;
        expect(fails, where).toBe(true);
        // A repeat follows what it repeats.
        expect(
          told.filter((each, index) => each !== told[index - 1]),
          where,
        ).toEqual(once);
        const repeats = told.length - once.length;
        expect(repeats, where).toBe(moment === "before" && write >= 1 && write <= 4 ? 1 : 0);
        expect(deadLetters, where).toEqual(["order-2"]);
      }
    }
  }
});
