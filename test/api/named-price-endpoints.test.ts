import { describe, expect, it } from "vitest";
import { ask, close, refusal } from "../support/closing.ts";
import { call } from "../support/cloud.ts";
import { marketOf, untraded } from "../support/market.ts";
import { byDay, calls, premiumsAre, shares, useMonitoring } from "../support/monitoring.ts";
import { seedPositions } from "../support/trading-seeds.ts";

const desk = useMonitoring("named-prices");
const { begin, moveTo, runAt, exitsOf, positionOf, portfolioOf } = desk;
const stock = "2026-03-02.GME.quality.stocks_quality";
const option = "2026-03-02.GME.quality.options_quality";
const contract = "GME   260320C00100000";
const down = () => ({ status: 500, body: "{}" });

const reason = "a word from the company";

/** Fifty shares bought at 100 on Monday, and ten calls; from Tuesday on nobody trades GME. */
async function holdUntraded() {
  await seedPositions(await begin({}), [shares(), calls()]);
  desk.scene.market = untraded(marketOf({ GME: 100 }), "GME", "2026-03-03");
  moveTo("2026-03-03");
}

describe("POST /positions/{id}/close with a price, where the market has none", () => {
  it("sells at that price less slippage, by hand, and shows that a person named it", async () => {
    await holdUntraded();
    const { position, exit } = await close(stock, { reason, price: 40 });
    expect(exit).toMatchObject({
      ...{ exit_reason: "manual", exit_price: 40, shares_exited: 50, realized_pnl: -3_000, price_named: true },
      // 0.05 % of slippage on 50 shares.
      net: { exit_price: 39.98, bid: null, ask: null, commission: 0, cost: 1, realized_pnl: -3_001 },
    });
    expect(position).toMatchObject({ status: "closed", exit_reason: "manual", realized_return_pct: -60 });
    // The market's last price is no other one for it.
    expect(position).toMatchObject({ current_price: 100, price_as_of: "2026-03-02T15:30:00.000Z" });
    expect(await exitsOf(stock)).toMatchObject([{ observed_price: null, price_named_by: expect.stringMatching(/./) }]);
    expect(await portfolioOf("stocks_quality")).toMatchObject({
      ...{ cash_available_cents: 9_700_000, current_value_cents: 9_700_000, open_position_ids: [] },
    });
  });

  it("sells a part, and what is left keeps the market's last price", async () => {
    await holdUntraded();
    const { position } = await close(stock, { reason, price: 40, quantity_pct: 0.4 });
    expect(position).toMatchObject({ status: "open", shares_remaining: 30, current_price: 100 });
    // 95,000 + 20 × 40 in cash, and 30 shares at 100.
    expect(await portfolioOf("stocks_quality")).toMatchObject({
      ...{ cash_available_cents: 9_580_000, current_value_cents: 9_880_000 },
    });
  });

  it("writes off what is worthless at 0", async () => {
    await holdUntraded();
    expect((await close(option, { reason, price: 0 })).exit).toMatchObject({
      ...{ exit_price: 0, contracts_exited: 10, realized_pnl: -2_000 },
      net: { exit_price: 0, commission: 6.5 },
    });
    expect(await portfolioOf("options_quality")).toMatchObject({ cash_available_cents: 9_800_000 });
  });

  it("is open to an option that nobody bids for", async () => {
    await seedPositions(await begin({ GME: 100 }), [calls()]);
    moveTo("2026-03-03");
    desk.scene.schwabFaults = premiumsAre({ [contract]: 0 });
    expect((await close(option, { reason, price: 0.05 })).exit).toMatchObject({ exit_price: 0.05, price_named: true });
  });

  it("is done once for one Idempotency-Key, and another price under it is another request", async () => {
    await holdUntraded();
    const half = { reason: "half", quantity_pct: 0.5, price: 40 };
    const first = await ask(stock, half, "key");
    expect(first.status).toBe(200);
    expect((await ask(stock, half, "key")).body.data).toEqual(first.body.data);
    expect(await exitsOf(stock)).toHaveLength(1);
    const other = await ask(stock, { ...half, price: 41 }, "key");
    expect([other.status, other.body.error.code]).toEqual([422, "IDEMPOTENCY_MISMATCH"]);
  });
});

describe("a close at a named price is refused", () => {
  it("with 409 where the market has a price, which is then taken", async () => {
    await seedPositions(await begin({ GME: byDay({ "2026-03-03": 110 }) }), [shares(), calls()]);
    moveTo("2026-03-03");
    const before = await desk.contents();
    const { status, body } = await ask(stock, { reason: "now", price: 500 });
    expect([status, body.error]).toEqual([
      409,
      {
        code: "MARKET_HAS_PRICE",
        message: "The market has a price for this position; close it without naming one.",
      },
    ]);
    expect(await refusal(option, { reason, price: 500 })).toEqual([409, "MARKET_HAS_PRICE"]);
    expect((await desk.contents()).filter((item) => !item.includes("#PRICES#"))).toEqual(
      before.filter((item) => !item.includes("#PRICES#")),
    );
    const taken = await ask(stock, { reason: "now" });
    expect(taken.body.data.exit).toMatchObject({ exit_price: 110, price_named: false });
  });

  it("with 409 where the broker is down and the last session's bar tells a stock's price", async () => {
    await seedPositions(await begin({ GME: 100 }), [shares()]);
    moveTo("2026-03-03");
    desk.scene.schwabFaults = down;
    expect(await refusal(stock, { reason, price: 500 })).toEqual([409, "MARKET_HAS_PRICE"]);
  });

  it.each([
    { who: "the broker", id: option, broker: down, yahoo: undefined },
    { who: "the broker, of a stock without a bar of the last session", id: stock, broker: down, yahoo: undefined },
    { who: "nobody", id: stock, broker: down, yahoo: down },
    { who: "nobody who knows of splits", id: option, broker: undefined, yahoo: down },
  ])(
    "with 503 where $who does not answer: that is not to say that there is no price",
    async ({ id, broker, yahoo }) => {
      await holdUntraded();
      desk.scene.schwabFaults = broker;
      desk.scene.yahooFaults = yahoo;
      expect(await refusal(id, { reason, price: 40 })).toEqual([503, "PRICE_UNAVAILABLE"]);
      expect(await positionOf(id)).toMatchObject({ status: "open", version: 0 });
    },
  );

  it.each([
    { why: "less than nothing", price: -0.01 },
    { why: "five decimals", price: 1.00001 },
    { why: "more than any share costs", price: 10_000_000.01 },
    { why: "a text", price: "40" },
    { why: "null", price: null },
  ])("with 422 for $why", async ({ price }) => {
    await holdUntraded();
    expect(await refusal(stock, { reason, price })).toEqual([422, "VALIDATION_ERROR"]);
  });
});

describe("what needs review", () => {
  const lost = "No source knows GME any more: it was delisted, merged or renamed.";
  /** Three trading days after its symbol was lost. */
  async function holdLost() {
    await seedPositions(await begin({ AMC: 100 }), [shares(), shares({ ticker: "AMC" })]);
    for (const day of ["2026-03-03", "2026-03-04", "2026-03-05"]) await runAt(day);
    expect(await positionOf(stock)).toMatchObject({ needs_review: true });
  }

  it("is closed at a named price only, whoever answers, and then needs no review", async () => {
    await holdLost();
    desk.scene.schwabFaults = down;
    desk.scene.yahooFaults = down;
    const refused = await ask(stock, { reason: "now" });
    expect([refused.status, refused.body.error.code, refused.body.error.details]).toEqual([
      409,
      "POSITION_NEEDS_REVIEW",
      { reason: lost },
    ]);
    // Bought by another company for 62.50 in cash.
    const { position, exit } = await close(stock, { reason, price: 62.5 });
    expect(exit).toMatchObject({ exit_price: 62.5, realized_pnl: -1_875, price_named: true });
    expect(position).toMatchObject({
      ...{ status: "closed", needs_review: false, review_reason: lost, review_since: "2026-03-05" },
    });
    expect(await portfolioOf("stocks_quality")).toMatchObject({ review_position_ids: [] });
  });

  it("is listed by itself, and counted beside the open positions of its portfolio", async () => {
    await holdLost();
    const list = async (query: Record<string, string>) => {
      const { body } = await call("api/list-positions", { query });
      return [body.meta.total, body.data.map(({ id }: { id: string }) => id)];
    };
    const counts = async () =>
      (await call("api/list-portfolios")).body.data.map(
        (each: { needs_review_count: number }) => each.needs_review_count,
      );
    expect(await list({ needs_review: "true" })).toEqual([1, [stock]]);
    expect(await list({ needs_review: "true", ticker: "GME", portfolio_id: "stocks_quality" })).toEqual([1, [stock]]);
    expect(await list({ needs_review: "true", ticker: "AMC" })).toEqual([0, []]);
    expect(await list({ needs_review: "true", status: "closed" })).toEqual([0, []]);
    expect(await counts()).toEqual([1, 0, 0, 0]);
    await close(stock, { reason, price: 62.5 });
    expect(await list({ needs_review: "true" })).toEqual([0, []]);
    expect(await counts()).toEqual([0, 0, 0, 0]);
    const refused = await call("api/list-positions", { query: { needs_review: "false" } });
    expect([refused.status, refused.body.error.details[0].field]).toEqual([422, "needs_review"]);
  });
});
