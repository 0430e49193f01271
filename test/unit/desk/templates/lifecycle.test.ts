import { describe, expect, it } from "vitest";
import { changed, dueAt, executed, notExecuted, stepOf } from "../../../../lib/desk/templates/lifecycle.ts";
import type { Template } from "../../../../lib/desk/templates/record.ts";

/** Tuesday, 09:35 in New York. */
const slot = "2026-03-03T14:35:00.000Z";
const end = "2026-03-10T00:00:00.000Z";
const now = new Date("2026-03-03T14:36:00.000Z");

const templateOf = (fields: Partial<Template> = {}): Template => ({
  ...{ template_id: "t", name: "n", symbol: "GME", strategy_name: "straddle", quantity: 1, limit_price: null },
  ...{ schedule_type: "daily", schedule_time: "09:35", days_of_week: null, day_of_month: null, expires_at: null },
  ...{ max_executions: null, status: "active", notes: null, created_at: slot, updated_at: slot, last_executed: null },
  ...{ execution_count: 0, next_slot: slot, executions_begun: 0, version: 1, api_key_id: "k" },
  ...fields,
});

describe("something is to be done with a template", () => {
  it.each<[string, Partial<Template>, string | null]>([
    ["at its next slot", {}, slot],
    ["at its next slot, before its end", { expires_at: end }, slot],
    ["at its end, where no slot comes before it", { expires_at: end, next_slot: null }, end],
    ["at its end, while it is paused", { status: "paused", expires_at: end, next_slot: null }, end],
    ["never, while it is paused without an end", { status: "paused", next_slot: null }, null],
    ["never again, once it has expired", { status: "expired", expires_at: end, next_slot: null }, null],
  ])("%s", (_when, fields, expected) => {
    expect(dueAt(templateOf(fields))).toBe(expected);
  });
});

describe("what is to be done", () => {
  const closed = "2026-03-07T14:35:00.000Z";
  it.each<[string, Partial<Template>, string, object | undefined]>([
    ["nothing before the slot", {}, "2026-03-03T14:34:59.999Z", undefined],
    ["its execution at the slot", {}, slot, { do: "execute", slot }],
    ["its execution ten minutes later", {}, "2026-03-03T14:45:00.000Z", { do: "execute", slot }],
    ["no execution after that", {}, "2026-03-03T14:45:00.001Z", { do: "skip", slot }],
    ["none on a Saturday", { next_slot: closed }, closed, { do: "skip", slot: closed }],
    ["its end", { expires_at: slot }, slot, { do: "expire" }],
    ["its end, while it is paused", { status: "paused", next_slot: null, expires_at: slot }, slot, { do: "expire" }],
    ["nothing once it has ended", { status: "expired", next_slot: null, expires_at: slot }, slot, undefined],
    ["nothing while its last order is being made", { max_executions: 1, executions_begun: 1 }, slot, undefined],
    ["its last execution", { max_executions: 2, executions_begun: 1 }, slot, { do: "execute", slot }],
  ])("is %s", (_what, fields, at, expected) => {
    const step = stepOf(templateOf(fields), new Date(at));
    if (expected) expect(step).toMatchObject(expected);
    else expect(step).toBeUndefined();
  });
});

describe("a template", () => {
  it("has no next slot unless it is active", () => {
    expect(changed(templateOf(), now, { status: "paused" })).toMatchObject({
      ...{ status: "paused", next_slot: null, version: 2, updated_at: "2026-03-03T14:36:00.000Z" },
    });
  });

  it("counts what was executed, and expires with the last", () => {
    const before = templateOf({ max_executions: 2, executions_begun: 2 });
    const first = executed(before, now);
    expect(first).toMatchObject({ execution_count: 1, last_executed: now.toISOString(), status: "active" });
    expect(executed(first, now)).toMatchObject({ execution_count: 2, status: "expired", next_slot: null });
  });

  it("gives back the place of what came to nothing", () => {
    const before = templateOf({ max_executions: 2, executions_begun: 2, execution_count: 1 });
    expect(notExecuted(before, now)).toMatchObject({ execution_count: 1, executions_begun: 1, last_executed: null });
  });
});
