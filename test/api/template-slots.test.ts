import { describe, expect, it } from "vitest";
import { handler as runDueTemplates } from "../../functions/events/run-due-templates.ts";
import { readEvents } from "../../lib/store/events.ts";
import { useEndpoints } from "../support/endpoints.ts";

const api = useEndpoints();
const { data, refusal, contents } = api;

const daily = { name: "straddle", symbol: "GME", strategy_name: "straddle", schedule_type: "daily" };

const template = async (body: object) => (await data("POST /api/v1/templates", { body })).template_id as string;
const shown = (id: string) => data("GET /api/v1/templates/{id}", { params: { id } });
const trigger = (id: string, headers = {}) => data("POST /api/v1/templates/{id}/trigger", { params: { id }, headers });
const refusedTrigger = (id: string, headers = {}) =>
  refusal("POST /api/v1/templates/{id}/trigger", { params: { id }, headers });
const executions = async (id: string, query = {}) =>
  (await data("GET /api/v1/templates/{id}/executions", { params: { id }, query })).executions;
const orders = async () => (await data("GET /api/v1/orders")).orders;
const configure = (key: string, value: unknown) => data("PUT /config/{key}", { params: { key }, body: { value } });
/** The schedule's next pass, at an instant. */
const passAt = async (instant: string) => {
  api.cloud.time.now = new Date(instant);
  await runDueTemplates({});
};

describe("a slot", () => {
  it("makes the template's order once it is due, and goes on to the next", async () => {
    const id = await template({ ...daily, quantity: 2, limit_price: 3.5, notes: "small" });
    await passAt("2026-03-03T14:34:59Z");
    expect(await orders()).toEqual([]);
    await passAt("2026-03-03T14:35:20Z");
    const [order] = await orders();
    expect(await orders()).toHaveLength(1);
    expect(order).toMatchObject({
      ...{ symbol: "GME", execution_type: "option_strategy", strategy_name: "straddle", quantity: 2, limit_price: 3.5 },
      ...{ status: "pending", priority: "normal", origin: "bot", template_id: id, notes: "small", bot_managed: true },
      client_order_id: `${id}.2026-03-03T14:35:00.000Z`,
    });
    expect(await shown(id)).toMatchObject({
      ...{ status: "active", execution_count: 1, last_executed: "2026-03-03T14:35:20.000Z" },
      next_execution: "2026-03-04T14:35:00.000Z",
    });
    expect(await executions(id)).toEqual([
      {
        execution_id: `${id}.2026-03-03T14:35:00.000Z`,
        ...{ template_id: id, order_id: order.order_id, scheduled_for: "2026-03-03T14:35:00.000Z" },
        ...{ executed_at: "2026-03-03T14:35:20.000Z", status: "submitted", error_message: null, fill_price: null },
      },
    ]);
    await passAt("2026-03-03T14:36:20Z");
    expect(await orders()).toHaveLength(1);
  });

  it("that is delivered 20 times at once makes one order", async () => {
    const id = await template(daily);
    api.cloud.time.now = new Date("2026-03-03T14:35:20Z");
    await Promise.all(Array.from({ length: 20 }, () => runDueTemplates({})));
    expect(await orders()).toHaveLength(1);
    expect(await executions(id)).toMatchObject([{ status: "submitted" }]);
    expect(await shown(id)).toMatchObject({ execution_count: 1, next_execution: "2026-03-04T14:35:00.000Z" });
  });

  it("of each of many templates is run", async () => {
    const ids = [await template(daily), await template({ ...daily, schedule_type: "market_open" })];
    ids.push(
      await template({ ...daily, schedule_time: "09:36" }),
      await template({ ...daily, schedule_time: "11:00" }),
    );
    await passAt("2026-03-03T14:36:00Z");
    const made = (await orders()).map(({ template_id }: { template_id: string }) => ids.indexOf(template_id));
    expect(made.toSorted()).toEqual([0, 1, 2]);
  });

  it("that is found more than ten minutes late is skipped, and the others of a standstill with it", async () => {
    const id = await template(daily);
    await passAt("2026-03-05T14:45:00.001Z");
    expect(await orders()).toEqual([]);
    const skipped = {
      ...{ order_id: null, status: "skipped", executed_at: "2026-03-05T14:45:00.001Z" },
      error_message: "It was found more than 10 minutes late.",
    };
    expect(await executions(id)).toMatchObject([
      { ...skipped, scheduled_for: "2026-03-05T14:35:00.000Z" },
      { ...skipped, scheduled_for: "2026-03-04T14:35:00.000Z" },
      { ...skipped, scheduled_for: "2026-03-03T14:35:00.000Z" },
    ]);
    expect(await shown(id)).toMatchObject({ execution_count: 0, next_execution: "2026-03-06T14:35:00.000Z" });
  });

  it("that is ten minutes late after a standstill is executed at once", async () => {
    const id = await template(daily);
    await passAt("2026-03-04T14:45:00Z");
    expect(await executions(id)).toMatchObject([{ status: "submitted" }, { status: "skipped" }]);
  });

  it("on a day on which the market is closed is skipped; of a month that is told", async () => {
    const weekly = await template({ ...daily, schedule_type: "weekly", days_of_week: [5, 0] });
    const monthly = await template({ ...daily, name: "rent", schedule_type: "monthly", day_of_month: 7 });
    // Saturday, March 7.
    await passAt("2026-03-07T14:35:10Z");
    for (const id of [weekly, monthly]) {
      expect(await executions(id)).toMatchObject([
        {
          ...{ status: "skipped", scheduled_for: "2026-03-07T14:35:00.000Z", order_id: null },
          error_message: "The market is closed on this day.",
        },
      ]);
    }
    expect(await orders()).toEqual([]);
    expect((await readEvents(api.services.store, 0, 10)).events).toMatchObject([
      {
        ...{ channel: "alerts", type: "alert", subject_id: monthly },
        data: {
          level: "info",
          source: "templates",
          message:
            'The template "rent" was not executed at 2026-03-07T14:35:00.000Z. The market is closed on this day.',
        },
      },
    ]);
    expect(await shown(weekly)).toMatchObject({ next_execution: "2026-03-09T13:35:00.000Z" });
    expect(await shown(monthly)).toMatchObject({ next_execution: "2026-04-07T13:35:00.000Z" });
  });

  it("on such a day is told once, however often it is delivered", async () => {
    const id = await template({ ...daily, schedule_type: "monthly", day_of_month: 7 });
    api.cloud.time.now = new Date("2026-03-07T14:35:10Z");
    await Promise.all(Array.from({ length: 5 }, () => runDueTemplates({})));
    expect(await executions(id)).toHaveLength(1);
    expect((await readEvents(api.services.store, 0, 10)).events).toHaveLength(1);
  });

  it("whose name an order of somebody else's has is not taken for executed", async () => {
    const id = await template(daily);
    const client_order_id = `${id}.2026-03-03T14:35:00.000Z`;
    await data("POST /api/v1/orders", { body: { symbol: "GME", execution_type: "equity", client_order_id } });
    await passAt("2026-03-03T14:35:20Z");
    expect(await executions(id)).toMatchObject([
      { status: "failed", order_id: null, error_message: "There is an order with this client_order_id already." },
    ]);
    expect(await shown(id)).toMatchObject({ execution_count: 0 });
  });

  it("of a template that is paused makes nothing, also once it is resumed", async () => {
    const id = await template(daily);
    await data("POST /api/v1/templates/{id}/pause", { params: { id } });
    await passAt("2026-03-03T14:36:00Z");
    await data("POST /api/v1/templates/{id}/resume", { params: { id } });
    await passAt("2026-03-03T14:37:00Z");
    expect(await orders()).toEqual([]);
    expect(await executions(id)).toEqual([]);
    expect(await shown(id)).toMatchObject({ next_execution: "2026-03-04T14:35:00.000Z" });
  });

  it("of a template that is deleted makes nothing", async () => {
    const id = await template(daily);
    await data("DELETE /api/v1/templates/{id}", { params: { id } });
    await passAt("2026-03-03T14:36:00Z");
    expect(await orders()).toEqual([]);
  });

  it("whose order is refused counts for nothing, and the next one is tried", async () => {
    await configure("order_queue_capacity", 1);
    const id = await template(daily);
    const { order_id: full } = await data("POST /api/v1/orders", { body: { symbol: "GME", execution_type: "equity" } });
    await passAt("2026-03-03T14:35:20Z");
    expect(await orders()).toHaveLength(1);
    expect(await shown(id)).toMatchObject({ status: "active", execution_count: 0, last_executed: null });
    const failed = {
      ...{ order_id: null, status: "failed", executed_at: "2026-03-03T14:35:20.000Z" },
      error_message: "As many orders wait as may: 1. Try again later.",
    };
    expect(await executions(id)).toMatchObject([failed]);
    await data("DELETE /api/v1/orders/{id}", { params: { id: full } });
    await passAt("2026-03-03T14:36:20Z");
    expect(await executions(id)).toMatchObject([failed]);
    await passAt("2026-03-04T14:35:20Z");
    expect(await executions(id)).toMatchObject([{ status: "submitted" }, failed]);
    expect(await shown(id)).toMatchObject({ execution_count: 1 });
  });

  it("that comes again because a clock goes behind is not executed again, and holds nothing up", async () => {
    const id = await template(daily);
    await passAt("2026-03-03T14:35:00Z");
    // The machine that changes the time and back is one second behind.
    api.cloud.time.now = new Date("2026-03-03T14:34:59Z");
    for (const schedule_time of ["09:40", "09:35"]) {
      await data("PATCH /api/v1/templates/{id}", { params: { id }, body: { schedule_time } });
    }
    expect(await shown(id)).toMatchObject({ next_execution: "2026-03-03T14:35:00.000Z" });
    await passAt("2026-03-03T14:36:00Z");
    expect(await orders()).toHaveLength(1);
    expect(await shown(id)).toMatchObject({ execution_count: 1, next_execution: "2026-03-04T14:35:00.000Z" });
  });

  it("of a template that cannot be read keeps no other from its own", async () => {
    const [bad, good] = [await template(daily), await template(daily)];
    const { store } = api.services;
    await store.transact([{ kind: "update", key: store.keys.template(bad), changes: { set: { quantity: "many" } } }]);
    await passAt("2026-03-03T14:35:20Z");
    expect((await orders()).map(({ template_id }: { template_id: string }) => template_id)).toEqual([good]);
    expect(api.cloud.log.lines.filter(({ message }) => message === "a template was not run")).toMatchObject([
      { level: "error", fields: { templateId: bad } },
    ]);
  });
});

describe("the end of a template", () => {
  it("comes with the last order that it may make", async () => {
    const id = await template({ ...daily, max_executions: 2 });
    await passAt("2026-03-03T14:35:00Z");
    expect(await shown(id)).toMatchObject({ status: "active", next_executions: ["2026-03-04T14:35:00.000Z"] });
    await passAt("2026-03-04T14:35:00Z");
    expect(await shown(id)).toMatchObject({ status: "expired", execution_count: 2, next_executions: [] });
    await passAt("2026-03-05T14:35:00Z");
    expect(await orders()).toHaveLength(2);
    expect((await data("GET /api/v1/templates", { query: { status: "expired" } })).templates).toHaveLength(1);
  });

  it("comes with its time, whether it is active or paused, and no order after it", async () => {
    const expires_at = "2026-03-03T14:36:00Z";
    const ids = [await template({ ...daily, expires_at }), await template({ ...daily, expires_at })];
    await data("POST /api/v1/templates/{id}/pause", { params: { id: ids[0] ?? "" } });
    await passAt("2026-03-03T14:36:00Z");
    for (const id of ids) {
      expect(await shown(id)).toMatchObject({ status: "expired", next_execution: null });
      expect(await executions(id)).toEqual([]);
    }
    expect(await orders()).toEqual([]);
  });

  it("is not passed by a slot and somebody who asks at once", async () => {
    const id = await template({ ...daily, max_executions: 1 });
    api.cloud.time.now = new Date("2026-03-03T14:35:20Z");
    const asked = Array.from({ length: 5 }, () => api.ask("POST /api/v1/templates/{id}/trigger", { params: { id } }));
    const [answers] = await Promise.all([Promise.all(asked), runDueTemplates({}), runDueTemplates({})]);
    expect(await orders()).toHaveLength(1);
    expect(await shown(id)).toMatchObject({ status: "expired", execution_count: 1 });
    expect(answers.filter(({ status }) => status !== 409).length).toBeLessThan(2);
  });
});

describe("an execution", () => {
  it("shows the end of its order and what it was filled at", async () => {
    const id = await template(daily);
    const { order_id } = await trigger(id);
    await data("DELETE /api/v1/orders/{id}", { params: { id: order_id } });
    expect(await executions(id)).toMatchObject([{ order_id, status: "cancelled", fill_price: null }]);
    const { store } = api.services;
    const filled = { status: "filled", fill_price: 4.25 };
    await store.transact([{ kind: "update", key: store.keys.order(order_id), changes: { set: filled } }]);
    expect(await executions(id)).toMatchObject([{ order_id, status: "filled", fill_price: 4.25 }]);
  });

  it("is listed among the others of its template, the latest first", async () => {
    const id = await template(daily);
    await passAt("2026-03-03T14:35:00Z");
    await passAt("2026-03-04T14:35:00Z");
    api.cloud.time.now = new Date("2026-03-04T14:34:00Z");
    await trigger(id);
    const times = async (query = {}) =>
      (await executions(id, query)).map(({ scheduled_for }: { scheduled_for: string }) => scheduled_for);
    expect(await times()).toEqual(["2026-03-04T14:35:00.000Z", null, "2026-03-03T14:35:00.000Z"]);
    expect(await times({ limit: "1" })).toEqual(["2026-03-04T14:35:00.000Z"]);
    const tooMany = { params: { id }, query: { limit: "501" } };
    expect(await refusal("GET /api/v1/templates/{id}/executions", tooMany)).toMatchObject({ status: 422 });
  });
});

describe("POST /api/v1/templates/{id}/trigger", () => {
  it("makes the order now, beside the schedule", async () => {
    const id = await template(daily);
    const order = await trigger(id);
    expect(order).toMatchObject({ status: "pending", origin: "bot", template_id: id, strategy_name: "straddle" });
    expect(await orders()).toEqual([order]);
    expect(await executions(id)).toMatchObject([
      { order_id: order.order_id, status: "submitted", scheduled_for: null, executed_at: "2026-03-02T15:30:00.000Z" },
    ]);
    expect(await shown(id)).toMatchObject({
      ...{ execution_count: 1, last_executed: "2026-03-02T15:30:00.000Z" },
      next_execution: "2026-03-03T14:35:00.000Z",
    });
  });

  it("makes two orders where two ask for one, and one where one asks twice", async () => {
    const id = await template(daily);
    await Promise.all([trigger(id), trigger(id)]);
    expect(await orders()).toHaveLength(2);
    const headers = { "Idempotency-Key": "k1" };
    const order = await trigger(id, headers);
    expect(await trigger(id, headers)).toEqual(order);
    expect(await orders()).toHaveLength(3);
    expect(await shown(id)).toMatchObject({ execution_count: 3 });
  });

  it("makes one order where one asks ten times at once", async () => {
    const id = await template(daily);
    const headers = { "Idempotency-Key": "k1" };
    const asked = Array.from({ length: 10 }, () =>
      api.ask("POST /api/v1/templates/{id}/trigger", { params: { id }, headers }),
    );
    const answers = await Promise.all(asked);
    expect(await orders()).toHaveLength(1);
    // Who came while it was being made is asked to come again.
    expect(new Set(answers.map(({ status }) => status))).not.toContain(500);
    expect(answers.filter(({ status }) => status === 201).length).toBeGreaterThan(0);
  });

  it("is refused while the template is paused", async () => {
    const id = await template(daily);
    await data("POST /api/v1/templates/{id}/pause", { params: { id } });
    const before = await contents();
    expect(await refusedTrigger(id)).toMatchObject({ status: 409, code: "TEMPLATE_NOT_ACTIVE" });
    expect(await contents()).toEqual(before);
  });

  it("tells why the desk takes no order, and may be asked again with the same key", async () => {
    await configure("order_queue_capacity", 1);
    const id = await template(daily);
    const { order_id } = await data("POST /api/v1/orders", { body: { symbol: "GME", execution_type: "equity" } });
    const headers = { "Idempotency-Key": "k1" };
    expect(await refusedTrigger(id, headers)).toMatchObject({ status: 503, code: "QUEUE_FULL" });
    expect(await executions(id)).toMatchObject([{ status: "failed", scheduled_for: null }]);
    expect(await shown(id)).toMatchObject({ execution_count: 0 });
    await data("DELETE /api/v1/orders/{id}", { params: { id: order_id } });
    api.pass(1_000);
    await trigger(id, headers);
    expect(await executions(id)).toMatchObject([{ status: "submitted" }, { status: "failed" }]);
  });
});
