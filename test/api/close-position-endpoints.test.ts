import { describe, expect, it } from "vitest";
import { ask, close, refusal } from "../support/closing.ts";
import { call } from "../support/cloud.ts";
import { gate } from "../support/gate.ts";
import { marketOf, untraded } from "../support/market.ts";
import { byDay, calls, onDay, premiumsAre, shares, useMonitoring } from "../support/monitoring.ts";
import { seedPositions } from "../support/trading-seeds.ts";

const desk = useMonitoring("closing");
const { begin, moveTo, runAt, exitsOf, positionOf, portfolioOf } = desk;
const stock = "2026-03-02.GME.quality.stocks_quality";
const option = "2026-03-02.GME.quality.options_quality";
const cash = async (id: string) => (await portfolioOf(id)).cash_available_cents;

/** Fifty shares of GME, bought at 100 on Monday and now, on Tuesday at 10:30, at 110. */
async function hold(changes: Parameters<typeof shares>[0] = {}) {
  const services = await begin({ GME: byDay({ "2026-03-03": 110 }) });
  await seedPositions(services, [shares(changes)]);
  moveTo("2026-03-03");
}

describe("POST /positions/{id}/close", () => {
  it("sells all of a stock at the live price", async () => {
    await hold();
    const { position, exit } = await close(stock, { reason: "  I have seen enough.  " });
    expect(exit).toMatchObject({
      id: `${stock}.1`,
      position_id: stock,
      exit_reason: "manual",
      exit_date: "2026-03-03",
      exit_price: 110,
      quantity_pct: 1,
      shares_exited: 50,
      contracts_exited: null,
      realized_pnl: 500,
      notes: "I have seen enough.",
      created_at: "2026-03-03T15:30:00.000Z",
      net: { bid: 109.99, ask: 110.01 },
    });
    expect(position).toMatchObject({
      id: stock,
      status: "closed",
      shares_remaining: 0,
      exit_date: "2026-03-03",
      exit_reason: "manual",
      hold_days: 1,
      realized_return_pct: 10,
      current_price: 110,
      position_exits: [exit],
    });
    expect(await portfolioOf("stocks_quality")).toMatchObject({
      cash_available_cents: 10_050_000,
      current_value_cents: 10_050_000,
      open_position_ids: [],
      last_valued_at: "2026-03-03T15:30:00.000Z",
    });
    expect(await exitsOf(stock)).toMatchObject([{ run_id: null, trigger_candle: null, observed_price: 110 }]);
    const listed = await call("api/list-positions", { query: { status: "closed" } });
    expect(listed.body).toMatchObject({ meta: { total: 1 }, data: [position] });
  });

  it("sells a part of what remains, and then a part of that", async () => {
    await hold();
    const first = await close(stock, { reason: "half", quantity_pct: 0.5 });
    expect(first.exit).toMatchObject({ quantity_pct: 0.5, shares_exited: 25, realized_pnl: 250 });
    expect(first.position).toMatchObject({ status: "open", shares_remaining: 25, hold_days: 1, exit_reason: null });
    const second = await close(stock, { reason: "half of the rest", quantity_pct: 0.5 });
    expect(second.exit).toMatchObject({ id: `${stock}.2`, shares_exited: 12 });
    expect(second.position.position_exits.map(({ id }) => id)).toEqual([`${stock}.2`, `${stock}.1`]);
    // 95,000 + 37 × 110 in cash, and 13 shares at 110
    expect(await portfolioOf("stocks_quality")).toMatchObject({
      cash_available_cents: 9_907_000,
      current_value_cents: 10_050_000,
      open_position_ids: [stock],
    });
  });

  it.each([
    { quantity_pct: 0.99, remaining: 50, sold: 49, status: "open", stored: 0.99 },
    { quantity_pct: 0.29, remaining: 100, sold: 29, status: "open", stored: 0.29 },
    { quantity_pct: 0.001, remaining: 50, sold: 1, status: "open", stored: 0.001 },
    { quantity_pct: 1e-300, remaining: 50, sold: 1, status: "open", stored: 1e-9 },
    { quantity_pct: 0.5, remaining: 1, sold: 1, status: "closed", stored: 1 },
    { quantity_pct: 1, remaining: 50, sold: 50, status: "closed", stored: 1 },
  ])("of $quantity_pct of $remaining shares sells $sold", async (expected) => {
    await hold({ shares: expected.remaining, shares_remaining: expected.remaining });
    const { exit, position } = await close(stock, { reason: "some", quantity_pct: expected.quantity_pct });
    expect([exit.shares_exited, exit.quantity_pct]).toEqual([expected.sold, expected.stored]);
    expect(position.status).toBe(expected.status);
  });

  it("sells an option at its premium, a hundred of it per contract", async () => {
    await seedPositions(await begin({ GME: 100 }), [calls()]);
    moveTo("2026-03-03");
    desk.scene.schwabFaults = premiumsAre({ "GME   260320C00100000": 2.75 });
    const { exit, position } = await close(option, { reason: "enough", quantity_pct: 0.4 });
    expect(exit).toMatchObject({ contracts_exited: 4, shares_exited: null, exit_price: 2.75, realized_pnl: 300 });
    expect(position).toMatchObject({ contracts_remaining: 6, current_price: 2.75, premium_change_pct: 0.375 });
    expect(await cash("options_quality")).toBe(9_910_000);
  });

  it("takes the last close of a stock where the broker gives no price", async () => {
    await hold();
    desk.scene.schwabFaults = () => ({ status: 500, body: "{}" });
    const { exit } = await close(stock, { reason: "the broker is down" });
    expect(exit).toMatchObject({ exit_price: 110, net: { bid: null, ask: null } });
  });

  it.each([
    { what: "a stock that no source knows", id: stock, fault: 500, yahooIsDown: true },
    { what: "an option whose broker is down", id: option, fault: 500, yahooIsDown: false },
    { what: "an option whose broker wants a login", id: option, fault: 401, yahooIsDown: false },
    { what: "an option whose contract the broker does not know", id: option, fault: null, yahooIsDown: false },
  ])("is refused with 503 for $what, and nothing but the price history changes", async ({ id, fault, yahooIsDown }) => {
    await seedPositions(await begin({ GME: 100 }), [shares(), calls()]);
    moveTo("2026-03-03");
    desk.scene.schwabFaults = fault === null ? premiumsAre({}) : () => ({ status: fault, body: "{}" });
    if (yahooIsDown) desk.scene.yahooFaults = () => ({ status: 500, body: "{}" });
    const books = async () => (await desk.contents()).filter((item) => !item.includes("#PRICES#"));
    const before = await books();
    expect(await refusal(id, { reason: "now" })).toEqual([503, "PRICE_UNAVAILABLE"]);
    expect(await books()).toEqual(before);
  });

  it.each([
    { what: "was not traded in the last session", id: stock, fault: undefined },
    { what: "was not traded in it, at a bar of the session before, while the broker is down", id: stock, fault: 500 },
    { what: "is an option on such a stock", id: option, fault: undefined },
  ])("is refused with 503 for what $what", async ({ id, fault }) => {
    await seedPositions(await begin({}), [shares(), calls()]);
    desk.scene.market = untraded(marketOf({ GME: 100 }), "GME", "2026-03-03");
    if (fault) desk.scene.schwabFaults = () => ({ status: fault, body: "{}" });
    moveTo("2026-03-03", "09:31");
    expect(await refusal(id, { reason: "now" })).toEqual([503, "PRICE_UNAVAILABLE"]);
    expect((await positionOf(id)).status).toBe("open");
    // Monday's close is a price until Tuesday's opening, and so is what the option was quoted at then: 18 days to go, a fifth a year.
    moveTo("2026-03-03", "09:29");
    const { exit } = await close(id, { reason: "before the opening" });
    expect(exit.exit_price).toBe(id === stock ? 100 : 1.87);
  });

  it("books a split since the last check first: ten for one, and nobody sells ten shares at the price of one", async () => {
    await seedPositions(
      await begin(
        { GME: byDay({ "2026-03-02": 100, "2026-03-03": 11 }) },
        { GME: [{ date: "2026-03-03", ratio: 10 }] },
      ),
      [shares()],
    );
    moveTo("2026-03-03");
    const { position, exit } = await close(stock, { reason: "now" });
    expect(exit).toMatchObject({ shares_exited: 500, exit_price: 11, realized_pnl: 500 });
    expect(position).toMatchObject({ status: "closed", entry_price: 10, shares: 500, splits: [{ ratio: 10 }] });
  });

  it("is refused with 503 for an option that nobody bids for", async () => {
    await seedPositions(await begin({ GME: 100 }), [calls()]);
    moveTo("2026-03-03");
    desk.scene.schwabFaults = premiumsAre({ "GME   260320C00100000": 0 });
    expect(await refusal(option, { reason: "now" })).toEqual([503, "PRICE_UNAVAILABLE"]);
  });

  it("is refused with 404 for what is no position, and with 409 for one that is closed", async () => {
    await hold();
    expect(await refusal("2026-03-02.AMC.quality.stocks_quality", { reason: "now" })).toEqual([404, "NOT_FOUND"]);
    expect(await refusal("0", { reason: "now" })).toEqual([404, "NOT_FOUND"]);
    await close(stock, { reason: "now" });
    const before = await desk.contents();
    expect(await refusal(stock, { reason: "again" })).toEqual([409, "POSITION_ALREADY_CLOSED"]);
    expect(await desk.contents()).toEqual(before);
  });

  it.each([
    { why: "no reason", body: {} },
    { why: "an empty reason", body: { reason: "" } },
    { why: "a blank reason", body: { reason: " \t\n " } },
    { why: "a reason nobody can see", body: { reason: "\u200b\u00a0\u2060\u0007" } },
    { why: "a reason of 501 characters", body: { reason: "a".repeat(501) } },
    { why: "a reason that is a number", body: { reason: 7 } },
    { why: "nothing to close", body: { reason: "now", quantity_pct: 0 } },
    { why: "a negative part", body: { reason: "now", quantity_pct: -0.5 } },
    { why: "more than all", body: { reason: "now", quantity_pct: 1.0001 } },
    { why: "a part that is a text", body: { reason: "now", quantity_pct: "0.5" } },
    { why: "a part that is null", body: { reason: "now", quantity_pct: null } },
    { why: "an unknown field", body: { reason: "now", quantity: 5 } },
    { why: "a body that is null", body: null },
    { why: "a body that is a list", body: [{ reason: "now" }] },
  ])("is refused with 422 for $why, and nothing changes", async ({ body }) => {
    await hold();
    const before = await desk.contents();
    expect(await refusal(stock, body)).toEqual([422, "VALIDATION_ERROR"]);
    expect(await desk.contents()).toEqual(before);
  });

  it("keeps any text as the reason, of up to 500 characters, and logs none of it", async () => {
    await hold();
    const logged = desk.cloud.log.lines.length;
    const reason = "line\n\u001b[31mred\u001b[0m "
      .concat("$", "{jndi:ldap://x} <script>alert(1)</script> ")
      .repeat(7)
      .trim();
    const { exit } = await close(stock, { reason, quantity_pct: 0.5 });
    expect(exit.notes).toBe(reason);
    expect(JSON.stringify(desk.cloud.log.lines.slice(logged))).not.toContain("jndi");
    expect((await close(stock, { reason: "a".repeat(500) })).exit.notes).toHaveLength(500);
  });

  it("is done once for one Idempotency-Key, which another request cannot use", async () => {
    await hold();
    const request = { reason: "half", quantity_pct: 0.5 };
    const first = await ask(stock, request, "key");
    expect((await ask(stock, request, "key")).body.data).toEqual(first.body.data);
    expect(await exitsOf(stock)).toHaveLength(1);
    const other = await ask(stock, { reason: "all" }, "key");
    expect([other.status, other.body.error.code]).toEqual([422, "IDEMPOTENCY_MISMATCH"]);
    await close(stock, { reason: "the rest" });
    expect((await ask(stock, request, "key")).body.data).toEqual(first.body.data);
    expect((await positionOf(stock)).status).toBe("closed");
  });

  it("is done at any hour, at the last price", async () => {
    await hold();
    moveTo("2026-03-07", "23:00");
    const { exit } = await close(stock, { reason: "on a Saturday night" });
    expect(exit).toMatchObject({ exit_price: 110, exit_date: "2026-03-07" });
  });

  it("is done while a run is active, whose monitoring then finds what is left", async () => {
    const services = await begin({ GME: onDay("2026-03-03", { 6: 116 }) });
    await seedPositions(services, [shares()]);
    const hold = gate();
    hold.close();
    const entered = gate();
    entered.close();
    desk.setAround(async (handler, input) => {
      entered.open();
      await hold.passed();
      return handler(input);
    });
    const running = runAt("2026-03-03");
    await entered.passed();
    await close(stock, { reason: "most of it", quantity_pct: 0.6 });
    hold.open();
    // A manual close is no exit of the run, and does not take the target's place (spec G1, G8).
    expect(await running).toMatchObject({ exits_triggered: 1 });
    expect((await exitsOf(stock)).map(({ exit_reason, shares_exited }) => [exit_reason, shares_exited])).toEqual([
      ["manual", 30],
      ["take_profit", 10],
    ]);
  });
});
