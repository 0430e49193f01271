import { describe, expect, it } from "vitest";
import { useEndpoints } from "../support/endpoints.ts";

const api = useEndpoints();
const { data, refusal, contents, pass } = api;

const create = "POST /api/v1/templates";
const list = "GET /api/v1/templates";
const one = "GET /api/v1/templates/{id}";
const change = "PATCH /api/v1/templates/{id}";
const remove = "DELETE /api/v1/templates/{id}";
const pause = "POST /api/v1/templates/{id}/pause";
const resume = "POST /api/v1/templates/{id}/resume";
const trigger = "POST /api/v1/templates/{id}/trigger";
const executions = "GET /api/v1/templates/{id}/executions";

/** The clock of these tests begins on Monday, 2026-03-02, 10:30 in New York. */
const weekly = {
  ...{ name: "condor", symbol: "spy", strategy_name: "iron_condor" },
  ...{ schedule_type: "weekly", schedule_time: "09:35", days_of_week: [0, 2, 4] },
};
const daily = { name: "straddle", symbol: "GME", strategy_name: "straddle", schedule_type: "daily" };

const template = async (body: object, headers: Record<string, string> = {}) =>
  (await data(create, { body, headers })).template_id as string;
const shown = (id: string) => data(one, { params: { id } });
const patched = (id: string, body: object) => data(change, { params: { id }, body });

describe("POST /api/v1/templates", () => {
  it("makes a template of each Monday, Wednesday and Friday at 09:35, and says when that is", async () => {
    const made = await data(create, { body: weekly });
    expect(made).toEqual({
      ...{ template_id: expect.stringMatching(/^[0-9A-Z]{26}$/), name: "condor", symbol: "SPY" },
      ...{ strategy_name: "iron_condor", quantity: 1, limit_price: null, schedule_type: "weekly" },
      ...{ schedule_time: "09:35", days_of_week: [0, 2, 4], day_of_month: null, expires_at: null },
      ...{ max_executions: null, status: "active", notes: null, created_at: "2026-03-02T15:30:00.000Z" },
      ...{ updated_at: "2026-03-02T15:30:00.000Z", last_executed: null, execution_count: 0 },
      next_execution: "2026-03-04T14:35:00.000Z",
      next_executions: [
        ...["2026-03-04T14:35:00.000Z", "2026-03-06T14:35:00.000Z"],
        // The clocks went forward.
        ...["2026-03-09T13:35:00.000Z", "2026-03-11T13:35:00.000Z", "2026-03-13T13:35:00.000Z"],
      ],
    });
    expect(await shown(made.template_id)).toEqual(made);
  });

  it.each([
    [daily, { schedule_time: "09:35", days_of_week: null, day_of_month: null }, "2026-03-03T14:35:00.000Z"],
    [{ ...daily, schedule_type: "weekly" }, { schedule_time: "09:35", days_of_week: [0] }, "2026-03-09T13:35:00.000Z"],
    [{ ...daily, schedule_type: "monthly" }, { schedule_time: "09:35", day_of_month: 1 }, "2026-04-01T13:35:00.000Z"],
    [{ ...daily, schedule_type: "market_open" }, { schedule_time: null }, "2026-03-03T14:30:00.000Z"],
    [{ ...daily, schedule_type: "market_close" }, { schedule_time: null }, "2026-03-02T20:55:00.000Z"],
  ])("fills in what %o leaves out", async (body, expected, next_execution) => {
    expect(await data(create, { body })).toMatchObject({ ...expected, next_execution });
  });

  it("shows no more times than there will be orders", async () => {
    expect(await data(create, { body: { ...daily, max_executions: 2 } })).toMatchObject({
      next_executions: ["2026-03-03T14:35:00.000Z", "2026-03-04T14:35:00.000Z"],
    });
    expect(await data(create, { body: { ...daily, expires_at: "2026-03-04T14:35:00Z" } })).toMatchObject({
      ...{ expires_at: "2026-03-04T14:35:00.000Z", next_executions: ["2026-03-03T14:35:00.000Z"] },
    });
    expect(await data(create, { body: { ...daily, expires_at: "2026-03-02T15:31:00Z" } })).toMatchObject({
      ...{ status: "active", next_execution: null, next_executions: [] },
    });
  });

  it.each<[string, object, string, string]>([
    ["a schedule nobody knows", { ...daily, schedule_type: "conditional" }, "schedule_type", "daily"],
    ["an hour that is none", { ...daily, schedule_time: "24:00" }, "schedule_time", "HH:MM"],
    ["an hour of one digit", { ...daily, schedule_time: "9:35" }, "schedule_time", "HH:MM"],
    ["an hour beside the market's", { ...daily, schedule_type: "market_open", schedule_time: "09:35" }, ...notOpen()],
    ["an eighth day", { ...weekly, days_of_week: [7] }, "days_of_week.0", "6"],
    ["no day", { ...weekly, days_of_week: [] }, "days_of_week", "1"],
    ["a day twice", { ...weekly, days_of_week: [1, 1] }, "days_of_week", "once"],
    ["weekends alone", { ...weekly, days_of_week: [5, 6] }, "days_of_week", "opens"],
    ["days of no week", { ...daily, days_of_week: [1] }, "days_of_week", "is not for daily"],
    ["a day of no month", { ...daily, day_of_month: 1 }, "day_of_month", "is not for daily"],
    ["the 29th", { ...daily, schedule_type: "monthly", day_of_month: 29 }, "day_of_month", "28"],
    ["an end that is over", { ...daily, expires_at: "2026-03-02T15:30:00Z" }, "expires_at", "in the future"],
    ["an end that is no time", { ...daily, expires_at: "2026-03-02" }, "expires_at", "datetime"],
    ["no execution", { ...daily, max_executions: 0 }, "max_executions", "1"],
    ["no name", { ...daily, name: "" }, "name", "1"],
    ["a long name", { ...daily, name: "x".repeat(101) }, "name", "100"],
    ["no symbol", { ...daily, symbol: undefined }, "symbol", "Symbol is required"],
    ["no strategy", { ...daily, strategy_name: null }, "strategy_name", "Unknown strategy"],
    ["a strategy nobody knows", { ...daily, strategy_name: "jade_lizard" }, "strategy_name", "Unknown strategy"],
    ["101 contracts", { ...daily, quantity: 101 }, "quantity", "100"],
    ["0 contracts", { ...daily, quantity: 0 }, "quantity", "Quantity must be positive"],
    ["a price of 0", { ...daily, limit_price: 0 }, "limit_price", "0"],
    ["501 characters", { ...daily, notes: "x".repeat(501) }, "notes", "500"],
    ["a field nobody knows", { ...daily, conditions: [] }, "conditions", "known"],
  ])("refuses %s, and stores nothing", async (_what, body, field, problem) => {
    const before = await contents();
    const refused = await refusal(create, { body });
    expect(refused).toMatchObject({ status: 422, code: "VALIDATION_ERROR" });
    expect(refused.details).toEqual(expect.arrayContaining([{ field, problem: expect.stringContaining(problem) }]));
    expect(await contents()).toEqual(before);
  });

  it("answers a repetition as the first time", async () => {
    const headers = { "Idempotency-Key": "k1" };
    const id = await template(daily, headers);
    pass(60_000);
    expect(await template(daily, headers)).toBe(id);
    expect(await data(list)).toMatchObject({ count: 1, total: 1 });
    expect(await refusal(create, { body: weekly, headers })).toMatchObject({
      ...{ status: 422, code: "IDEMPOTENCY_MISMATCH" },
    });
  });
});

function notOpen(): [string, string] {
  return ["schedule_time", "is not for market_open"];
}

describe("GET /api/v1/templates", () => {
  it("of nobody is empty", async () => {
    expect(await data(list)).toEqual({ templates: [], count: 0, total: 0, next_cursor: null });
  });

  it("lists the newest first, by status and symbol", async () => {
    const ids: string[] = [];
    for (const body of [weekly, daily, { ...daily, symbol: "SPY" }]) {
      ids.unshift(await template(body));
      pass(1_000);
    }
    await data(pause, { params: { id: ids[0] ?? "" } });
    const found = async (query: Record<string, string>) => {
      const { templates, count, total } = await data(list, { query });
      expect([count, total]).toEqual([templates.length, templates.length]);
      return templates.map(({ template_id }: { template_id: string }) => ids.indexOf(template_id));
    };
    expect(await found({})).toEqual([0, 1, 2]);
    expect(await found({ status: "paused" })).toEqual([0]);
    expect(await found({ status: "active" })).toEqual([1, 2]);
    expect(await found({ symbol: "spy" })).toEqual([0, 2]);
    expect(await found({ symbol: "SPY", status: "active" })).toEqual([2]);
    expect(await found({ status: "expired" })).toEqual([]);
    const { templates, next_cursor: cursor } = await data(list, { query: { limit: "2" } });
    expect(templates).toHaveLength(2);
    expect(await data(list, { query: { limit: "2", cursor } })).toMatchObject({ count: 1, next_cursor: null });
  });

  it("refuses a status that there is not", async () => {
    expect(await refusal(list, { query: { status: "done" } })).toMatchObject({ status: 422 });
  });
});

describe("a template that nobody made", () => {
  it.each([one, change, remove, pause, resume, trigger, executions])("is not found by %s", async (name) => {
    const request = { params: { id: "nobody" }, ...(name === one || name === executions ? {} : { body: {} }) };
    expect(await refusal(name, request)).toMatchObject({ status: 404, code: "NOT_FOUND" });
  });
});

describe("PATCH /api/v1/templates/{id}", () => {
  it("sets the fields that are sent, and no other", async () => {
    const id = await template({ ...weekly, limit_price: 2.5, notes: "small" });
    const before = await shown(id);
    pass(1_000);
    const updated_at = "2026-03-02T15:30:01.000Z";
    expect(await patched(id, { quantity: 3, limit_price: null })).toEqual({
      ...before,
      ...{ quantity: 3, limit_price: null, updated_at },
    });
    expect(await patched(id, { name: "other", notes: null })).toEqual({
      ...before,
      ...{ quantity: 3, limit_price: null, name: "other", notes: null, updated_at },
    });
  });

  it("goes by another time from now on", async () => {
    const id = await template(daily);
    expect(await patched(id, { schedule_time: "15:00" })).toMatchObject({
      ...{ schedule_time: "15:00", next_execution: "2026-03-02T20:00:00.000Z" },
    });
    expect(await patched(id, { schedule_time: "10:30" })).toMatchObject({
      next_execution: "2026-03-03T15:30:00.000Z",
    });
  });

  it("changes nothing where nothing differs", async () => {
    const id = await template(weekly);
    const before = await contents();
    pass(1_000);
    await patched(id, {});
    await patched(id, { quantity: 1, status: "active", schedule_time: "09:35" });
    expect(await contents()).toEqual(before);
  });

  it("pauses and resumes", async () => {
    const id = await template(daily);
    expect(await patched(id, { status: "paused" })).toMatchObject({
      ...{ status: "paused", next_execution: null, next_executions: [] },
    });
    expect(await patched(id, { status: "active", schedule_time: "11:00" })).toMatchObject({
      ...{ status: "active", next_execution: "2026-03-02T16:00:00.000Z" },
    });
  });

  it.each<[object, string]>([
    [{ status: "expired" }, "status"],
    [{ quantity: 0 }, "quantity"],
    [{ quantity: null }, "quantity"],
    [{ name: "" }, "name"],
    [{ limit_price: -1 }, "limit_price"],
    [{ schedule_time: null }, "schedule_time"],
    [{ schedule_time: "25:00" }, "schedule_time"],
    [{ notes: "x".repeat(501) }, "notes"],
    [{ symbol: "GME" }, "symbol"],
    [{ strategy_name: "straddle" }, "strategy_name"],
    [{ schedule_type: "daily" }, "schedule_type"],
    [{ days_of_week: [1] }, "days_of_week"],
    [{ expires_at: null }, "expires_at"],
    [{ max_executions: 5 }, "max_executions"],
  ])("refuses %o", async (body, field) => {
    const id = await template(weekly);
    const before = await contents();
    expect(await refusal(change, { params: { id }, body })).toMatchObject({ status: 422, details: [{ field }] });
    expect(await contents()).toEqual(before);
  });

  it("refuses an hour where the market's counts", async () => {
    const id = await template({ ...daily, schedule_type: "market_close" });
    expect(await refusal(change, { params: { id }, body: { schedule_time: "15:00" } })).toMatchObject({
      ...{ status: 422, details: [{ field: "schedule_time", problem: "is not for market_close" }] },
    });
  });

  it("of two at once loses neither", async () => {
    const id = await template(daily);
    await Promise.all([patched(id, { quantity: 7 }), patched(id, { name: "other" }), patched(id, { notes: "n" })]);
    expect(await shown(id)).toMatchObject({ quantity: 7, name: "other", notes: "n" });
  });
});

describe("pausing and resuming", () => {
  it("answer as often as they are asked for, and the second time change nothing", async () => {
    const id = await template(daily);
    const paused = { message: "Template paused", template_id: id, status: "paused" };
    expect(await data(pause, { params: { id } })).toEqual(paused);
    const before = await contents();
    pass(1_000);
    expect(await data(pause, { params: { id } })).toEqual(paused);
    expect(await contents()).toEqual(before);
    const resumed = { message: "Template resumed", template_id: id, status: "active" };
    expect(await data(resume, { params: { id } })).toEqual(resumed);
    const after = await contents();
    pass(1_000);
    expect(await data(resume, { params: { id } })).toEqual(resumed);
    expect(await contents()).toEqual(after);
  });
});

describe("a template that has expired", () => {
  it.each<[string, object]>([
    [change, { notes: "too late" }],
    [change, { status: "active" }],
    [pause, {}],
    [resume, {}],
    [trigger, {}],
  ])("refuses %s with %o", async (name, body) => {
    const id = await template({ ...daily, expires_at: "2026-03-02T15:31:00Z" });
    pass(60_000);
    expect(await refusal(name, { params: { id }, body })).toMatchObject({ status: 409, code: "TEMPLATE_EXPIRED" });
  });
});

describe("DELETE /api/v1/templates/{id}", () => {
  it("removes it and leaves the orders that it made", async () => {
    const id = await template(daily);
    const { order_id } = await data(trigger, { params: { id } });
    expect(await data(remove, { params: { id } })).toEqual({ message: "Template deleted", template_id: id });
    expect(await refusal(one, { params: { id } })).toMatchObject({ status: 404 });
    expect(await refusal(remove, { params: { id } })).toMatchObject({ status: 404 });
    expect(await data(list)).toMatchObject({ templates: [], total: 0 });
    expect(await data("GET /api/v1/orders/{id}", { params: { id: order_id } })).toMatchObject({ template_id: id });
    expect((await contents()).filter((item) => item.includes('"sk":"EXECUTION#'))).toHaveLength(1);
  });
});
