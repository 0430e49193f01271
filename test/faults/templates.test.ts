import { beforeEach, describe, expect, it } from "vitest";
import { handler as runDueTemplates } from "../../functions/events/run-due-templates.ts";
import { abandonedBefore } from "../../lib/desk/templates/claim.ts";
import { readDeployment } from "../../localstack/embedded/lambda/functions.ts";
import { useEndpoints } from "../support/endpoints.ts";
import { type Fault, faultyStore } from "../support/faulty-store.ts";

const api = useEndpoints();
const { ask, data } = api;

const slot = "2026-03-03T14:35:00.000Z";
const daily = { name: "straddle", symbol: "GME", strategy_name: "straddle", schedule_type: "daily" };
/** Claims the slot, submits the order, and notes what came of it. */
const writesOfSlot = 3;
const points = Array.from({ length: writesOfSlot }, (_, call) => call).flatMap((call) =>
  (["before", "after"] as const).map((moment): Fault => ({ call, moment, kind: "crash" })),
);

let id: string;
beforeEach(async () => {
  id = (await data("POST /api/v1/templates", { body: daily })).template_id;
});

const setTime = (instant: string) => {
  api.cloud.time.now = new Date(instant);
};
/** The schedule's next pass, perhaps by a function that is killed, which then lives no longer than its time-out. */
async function pass(fault?: Fault): Promise<void> {
  const store = faultyStore(api.services.store.client);
  store.set(fault);
  await runDueTemplates({}).catch(() => undefined);
  if (fault) expect(store.count()).toBe(fault.call + 1);
  store.set(undefined);
}
const template = () => data("GET /api/v1/templates/{id}", { params: { id } });
const executions = async () => (await data("GET /api/v1/templates/{id}/executions", { params: { id } })).executions;
const orders = async () => (await data("GET /api/v1/orders")).orders;

/** One order, which its slot and the template's counters know of. */
async function expectOneOrder() {
  const made = await orders();
  expect(made).toMatchObject([{ template_id: id, origin: "bot", client_order_id: `${id}.${slot}` }]);
  expect(await executions()).toMatchObject([{ scheduled_for: slot, status: "submitted", order_id: made[0].order_id }]);
  expect(await template()).toMatchObject({
    ...{ status: "active", execution_count: 1, next_execution: "2026-03-04T14:35:00.000Z" },
  });
}

describe("a slot", () => {
  it("is written three times", async () => {
    setTime(slot);
    const store = faultyStore(api.services.store.client);
    store.set(undefined);
    await runDueTemplates({});
    expect(store.count()).toBe(writesOfSlot);
    await expectOneOrder();
  });

  it.each(points)("has one order, when it is killed $moment write $call and delivered again", async (fault) => {
    setTime(slot);
    await pass(fault);
    // At once, when nobody can know that the first one is dead, and then every minute.
    await pass();
    expect((await orders()).length).toBeLessThan(2);
    for (const minute of [36, 37, 38]) {
      setTime(`2026-03-03T14:${minute}:00.000Z`);
      await pass();
    }
    await expectOneOrder();
  });

  it.each(points)("has one order, when its second delivery is killed too, $moment write $call", async (fault) => {
    setTime(slot);
    // The order is not made, so that the second claims it, makes it, and notes it.
    await pass({ call: 1, moment: "before", kind: "crash" });
    setTime("2026-03-03T14:37:00.000Z");
    await pass(fault);
    setTime("2026-03-03T14:39:00.000Z");
    await pass();
    await expectOneOrder();
  });

  it("has one order, when two deliveries find it abandoned at once", async () => {
    setTime(slot);
    await pass({ call: 1, moment: "before", kind: "crash" });
    setTime("2026-03-03T14:37:00.000Z");
    await Promise.all(Array.from({ length: 10 }, () => runDueTemplates({})));
    await expectOneOrder();
    const noted = api.cloud.log.lines.filter(
      ({ message, fields }) => message === "template executed" && fields.templateId === id,
    );
    expect(noted).toHaveLength(1);
  });

  it.each(["before", "after"] as const)(
    "has one order, when its submission is lost %s it took effect",
    async (moment) => {
      setTime(slot);
      // Whoever submits lives on, and does not know.
      await pass({ call: 1, moment, kind: "blip" });
      expect(await executions()).toMatchObject([{ status: "claimed", order_id: null }]);
      setTime("2026-03-03T14:37:00.000Z");
      await pass();
      await expectOneOrder();
    },
  );

  it("has the order that was made, however late that is found out", async () => {
    setTime(slot);
    await pass({ call: 1, moment: "after", kind: "crash" });
    // An Idempotency-Key is forgotten after a day.
    setTime("2026-03-06T12:00:00.000Z");
    await pass();
    expect(await orders()).toHaveLength(1);
    expect((await executions()).at(-1)).toMatchObject({ scheduled_for: slot, status: "submitted" });
    expect(await template()).toMatchObject({ execution_count: 1 });
  });

  it("has no order, when nobody comes back to it for ten minutes", async () => {
    setTime(slot);
    await pass({ call: 1, moment: "before", kind: "crash" });
    setTime("2026-03-03T14:45:00.001Z");
    await pass();
    expect(await orders()).toEqual([]);
    expect(await executions()).toMatchObject([
      {
        ...{ scheduled_for: slot, status: "failed", order_id: null },
        error_message: "It was interrupted before its order was made, and then more than 10 minutes late.",
      },
    ]);
    expect(await template()).toMatchObject({ execution_count: 0, next_execution: "2026-03-04T14:35:00.000Z" });
  });

  it.each([
    ["POST /api/v1/templates/{id}/pause", "The template was paused or expired before its order was made."],
    ["DELETE /api/v1/templates/{id}", "The template was deleted before its order was made."],
  ])("has no order, when it is killed before and %s comes between", async (name, error_message) => {
    setTime(slot);
    await pass({ call: 1, moment: "before", kind: "crash" });
    await data(name, { params: { id } });
    setTime("2026-03-03T14:37:00.000Z");
    await pass();
    expect(await orders()).toEqual([]);
    const [skipped] = (await api.contents()).filter((item) => item.includes('"sk":"EXECUTION#'));
    expect(JSON.parse(skipped ?? "")).toMatchObject({ status: "skipped", error_message, order_id: null });
    // Nobody looks for it any more.
    expect(skipped).not.toContain("gsi4");
  });

  it("that may be the last holds its place while nobody knows whether it has its order", async () => {
    await data("DELETE /api/v1/templates/{id}", { params: { id } });
    id = (await data("POST /api/v1/templates", { body: { ...daily, max_executions: 1 } })).template_id;
    setTime(slot);
    await pass({ call: 1, moment: "before", kind: "crash" });
    const request = { params: { id } };
    expect(await api.refusal("POST /api/v1/templates/{id}/trigger", request)).toMatchObject({
      ...{ status: 409, code: "TEMPLATE_NOT_ACTIVE" },
    });
    setTime("2026-03-03T14:45:01.000Z");
    await pass();
    // It failed, so there is room again.
    await data("POST /api/v1/templates/{id}/trigger", request);
    expect(await template()).toMatchObject({ status: "expired", execution_count: 1 });
  });
});

describe("an order that somebody asks a template for", () => {
  it.each(points)("is made once at most and known, when it is killed $moment write $call", async (fault) => {
    const request = { params: { id }, headers: { "Idempotency-Key": "k1" } };
    const store = faultyStore(api.services.store.client);
    store.set(fault);
    expect((await ask("POST /api/v1/templates/{id}/trigger", request)).status).toBe(500);
    store.set(undefined);
    api.pass(120_000);
    await pass();
    const made = await orders();
    const known = (await executions()).map(({ order_id }: { order_id: string | null }) => order_id);
    // Who was told that it failed gets no order later; what was made is found.
    const isMade = (fault.call === 1 && fault.moment === "after") || fault.call === 2;
    expect(made).toHaveLength(isMade ? 1 : 0);
    expect(known.filter((orderId: string | null) => orderId !== null)).toEqual(
      made.map(({ order_id }: { order_id: string }) => order_id),
    );
    expect(await template()).toMatchObject({ execution_count: made.length });
    const again = await ask("POST /api/v1/templates/{id}/trigger", request);
    if (isMade) expect(again.body.data).toEqual(made[0]);
    else if (fault.call === 0 && fault.moment === "before") expect(again.status).toBe(201);
    else {
      const message = "It was interrupted before its order was made. Ask with another Idempotency-Key.";
      expect(again.body.error).toMatchObject({ code: "NOT_READY", message });
    }
    expect((await orders()).length).toBeLessThan(2);
  });
});

it("no function that makes the orders lives until its claim counts as abandoned", () => {
  const now = new Date(slot);
  const patienceMs = now.getTime() - Date.parse(abandonedBefore(now));
  const { functions } = readDeployment();
  const lives = ["runDueTemplates", "triggerTemplate"].map((key) => functions.get(key)?.timeoutMs ?? 0);
  expect(lives.every((ms) => ms > 0)).toBe(true);
  expect(Math.max(...lives)).toBeLessThan(patienceMs);
});
