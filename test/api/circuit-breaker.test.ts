import { beforeEach, describe, expect, it } from "vitest";
import { observeEquity } from "../../lib/desk/breaker/observe-equity.ts";
import { tripBreaker } from "../../lib/desk/breaker/trip.ts";
import { readMoment } from "../../lib/realm/moment.ts";
import { changeSettings } from "../../lib/realm/stored-settings.ts";
import { put } from "../../lib/store/actions.ts";
import { readEvents } from "../../lib/store/events.ts";
import { useEndpoints } from "../support/endpoints.ts";

const api = useEndpoints();
const { ask, data, refusal, contents, pass, enter } = api;

const show = "GET /api/v1/circuit-breaker";
const list = "GET /api/v1/circuit-breaker/events";
const halt = "POST /api/v1/circuit-breaker/halt";
const reset = "POST /api/v1/circuit-breaker/reset";

const now = "2026-03-02T15:30:00.000Z";
const by = { body: { authorized_by: "Ada" } };
const why = { body: { reason: "The news." } };
/** The engine makes its pass. */
const look = async () => observeEquity(api.services, await readMoment(api.services));
const trip = () => tripBreaker(api.services, { reason: "max_drawdown_exceeded", detail: "It fell." });
const told = async () =>
  (await readEvents(api.services.store, 0, 100)).events.map(({ channel, type, data }) => [channel, type, data]);
const minute = 60_000;

describe("GET /api/v1/circuit-breaker", () => {
  it("is unknown before the engine ever ran, and then nobody may trade", async () => {
    expect(await data(show)).toEqual({
      ...{ is_halted: false, state: "unknown", trip_reason: null, last_trip_time: null, consecutive_losses: 0 },
      ...{ daily_loss_pct: 0, max_daily_loss_pct: 0.03, can_trade: false },
    });
  });

  it("is closed once the engine has looked, and told to nobody, because nothing has happened", async () => {
    await look();
    expect(await data(show)).toMatchObject({ state: "closed", is_halted: false, can_trade: true });
    expect(await told()).toEqual([]);
    expect(await data(list)).toEqual({ events: [], count: 0 });
  });

  it("says why trading is halted, and since when", async () => {
    await look();
    await trip();
    expect(await data(show)).toEqual({
      ...{ is_halted: true, state: "open", trip_reason: "max_drawdown_exceeded", last_trip_time: now },
      ...{ consecutive_losses: 0, daily_loss_pct: 0, max_daily_loss_pct: 0.03, can_trade: false },
    });
    expect(await told()).toEqual([["alerts", "circuit_breaker", { is_halted: true, reason: "max_drawdown_exceeded" }]]);
  });

  it("is unknown where its record cannot be read", async () => {
    const { store } = api.services;
    await store.transact([put({ ...store.keys.breaker(), state: "ajar" })]);
    expect(await data(show)).toMatchObject({ state: "unknown", can_trade: false });
  });
});

describe("POST /api/v1/circuit-breaker/halt", () => {
  it("halts trading, also before the engine ever ran", async () => {
    expect(await data(halt, why)).toEqual({ message: "Trading halted", reason: "The news.", timestamp: now });
    expect(await data(show)).toMatchObject({ state: "open", trip_reason: "manual_halt", last_trip_time: now });
    expect(await data(list)).toEqual({
      count: 1,
      events: [
        {
          ...{ event_id: "1", type: "tripped", at: now, reason: "manual_halt", detail: "The news." },
          ...{ authorized_by: null, api_key_id: "key-1" },
        },
      ],
    });
    await look();
    expect(await data(show)).toMatchObject({ state: "open", can_trade: false });
  });

  it("writes over a record that cannot be read, and keeps what was told before", async () => {
    await look();
    await trip();
    const { store } = api.services;
    await store.transact([put({ ...store.keys.breaker(), state: "ajar" })]);
    await data(halt, why);
    expect(await data(show)).toMatchObject({ state: "open", trip_reason: "manual_halt", can_trade: false });
    expect((await data(list)).events.map(({ reason }: { reason: string }) => reason)).toEqual([
      "manual_halt",
      "max_drawdown_exceeded",
    ]);
  });

  it("leaves the first reason and its time where trading is halted already, and keeps that it was asked for", async () => {
    await look();
    await trip();
    pass(minute);
    await data(halt, why);
    expect(await data(show)).toMatchObject({ trip_reason: "max_drawdown_exceeded", last_trip_time: now });
    expect((await data(list)).events).toMatchObject([
      { type: "condition", reason: "manual_halt", detail: "The news.", at: "2026-03-02T15:31:00.000Z" },
      { type: "tripped", reason: "max_drawdown_exceeded", detail: "It fell.", at: now, api_key_id: null },
    ]);
    expect(await told()).toHaveLength(1);
  });

  it.each([{}, { reason: " " }, { reason: "x".repeat(501) }])("wants a reason: %j is 422", async (body) => {
    expect(await refusal(halt, { body })).toMatchObject({ status: 422, code: "VALIDATION_ERROR" });
    expect(await told()).toEqual([]);
  });
});

describe("POST /api/v1/circuit-breaker/reset", () => {
  beforeEach(async () => {
    await look();
  });

  it("lets trading go on after the cool-down, by a person who is named", async () => {
    await trip();
    pass(30 * minute);
    const at = "2026-03-02T16:00:00.000Z";
    expect(await data(reset, by)).toEqual({ message: "Circuit breaker reset", authorized_by: "Ada", timestamp: at });
    expect(await data(show)).toMatchObject({
      ...{ is_halted: false, state: "closed", trip_reason: null, last_trip_time: now, can_trade: true },
    });
    expect((await told())[1]).toEqual(["alerts", "circuit_breaker", { is_halted: false, reason: null }]);
    expect((await data(list)).events[0]).toEqual({
      ...{ event_id: "3", type: "reset", at, reason: "max_drawdown_exceeded", detail: null },
      ...{ authorized_by: "Ada", api_key_id: "key-1" },
    });
  });

  it("says how many seconds are left before, changes nothing and tells nobody", async () => {
    await trip();
    pass(29 * minute + 30_001);
    const before = await contents();
    const answer = await ask(reset, by);
    expect(answer.body.error).toEqual({
      ...{ code: "BREAKER_COOLDOWN", message: "It may be reset in 30 s.", details: { seconds_left: 30 } },
    });
    expect(answer).toMatchObject({ status: 409, headers: { "retry-after": "30" } });
    expect(await contents()).toEqual(before);
  });

  it("is refused where nothing is halted", async () => {
    const before = await contents();
    expect(await refusal(reset, by)).toMatchObject({ status: 409, code: "BREAKER_NOT_TRIPPED" });
    expect(await contents()).toEqual(before);
  });

  it.each([{}, { authorized_by: "" }, { authorized_by: "x".repeat(101) }, { authorized_by: "Ada", force: true }])(
    "wants a name: %j is 422",
    async (body) => {
      await trip();
      pass(30 * minute);
      expect(await refusal(reset, { body })).toMatchObject({ status: 422, code: "VALIDATION_ERROR" });
      expect(await data(show)).toMatchObject({ state: "open" });
    },
  );

  it("waits as long as the settings say", async () => {
    await changeSettings(api.services, { breaker_cooldown_minutes: 5 });
    await trip();
    pass(5 * minute - 1);
    expect(await refusal(reset, by)).toMatchObject({ code: "BREAKER_COOLDOWN", details: { seconds_left: 1 } });
    pass(1);
    expect(await data(reset, by)).toMatchObject({ authorized_by: "Ada" });
  });
});

describe("POST /api/v1/circuit-breaker/reset, 503", () => {
  it("before the engine ever ran", async () => {
    expect(await refusal(reset, by)).toMatchObject({ status: 503, code: "NOT_READY" });
  });

  it("where the table does not answer", async () => {
    enter({ DYNAMODB_ENDPOINT: "http://127.0.0.1:9" });
    expect(await refusal(reset, by)).toMatchObject({ status: 503, code: "NOT_READY" });
    expect(await data(show)).toMatchObject({ state: "unknown", can_trade: false });
  });
});

describe("GET /api/v1/circuit-breaker/events", () => {
  it("shows the last hundred, the newest first", async () => {
    for (let count = 0; count < 101; count++) await data(halt, { body: { reason: `Halt ${count}.` } });
    const { events, count } = await data(list);
    expect(count).toBe(100);
    expect(events[0]).toMatchObject({ detail: "Halt 100." });
    expect(events[99]).toMatchObject({ detail: "Halt 1." });
  });
});
