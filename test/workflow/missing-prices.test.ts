import { describe, expect, it } from "vitest";
import { portfolioValueSchema } from "../../lib/trading/positions/record.ts";
import { call } from "../support/cloud.ts";
import { marketOf, untraded } from "../support/market.ts";
import { byDay, calls, onDay, premiumsAre, shares, useMonitoring } from "../support/monitoring.ts";
import { seedPositions } from "../support/trading-seeds.ts";

const desk = useMonitoring("missing-prices");
const { begin, runAt, exitsOf, positionOf } = desk;
const stock = "2026-03-02.GME.quality.stocks_quality";
const option = "2026-03-02.GME.quality.options_quality";
const contract = "GME   260320C00100000";

const shown = async (id: string) => (await call("api/get-position", { params: { id } })).body.data;
const account = async (id: string) => (await call("api/get-portfolio", { params: { id } })).body.data;
const noPrice = (trading_days: number, is_halted = false) =>
  expect.objectContaining({
    ...{ type: "price_unavailable", ticker: "GME", phase: 6 },
    context: { ticker: "GME", trading_days, is_halted },
  });

/** What Schwab says of GME while it is halted: traded a minute before a market time, in dollars per share. */
function halted(last: number, at: string) {
  return ({ path, query }: { path: string; query: URLSearchParams }) => {
    if (!path.endsWith("/quotes") || query.get("symbols") !== "GME") return undefined;
    const quote = { lastPrice: last, tradeTime: Date.parse(at), securityStatus: "Halted" };
    return { status: 200, body: JSON.stringify({ GME: { symbol: "GME", quote } }) };
  };
}

describe("a stock that nobody trades any more", () => {
  it("keeps its last price, waits with its exits, and counts nothing in net value from the fifth trading day on", async () => {
    const services = await begin({ GME: byDay({ "2026-03-10": 96 }) });
    desk.scene.market = untraded(
      marketOf({ GME: byDay({ "2026-03-10": 96 }), "^GSPC": 5_000 }),
      "GME",
      "2026-03-03",
      "2026-03-09",
    );
    await seedPositions(services, [shares()]);

    expect((await runAt("2026-03-03")).warnings).toEqual([noPrice(1)]);
    expect(await shown(stock)).toMatchObject({
      current_price: 100,
      price_as_of: "2026-03-02T15:30:00.000Z",
      days_without_price: 1,
      net: { current_value: 5_000 },
    });
    await runAt("2026-03-04");
    await runAt("2026-03-05");
    expect((await runAt("2026-03-06")).warnings).toEqual([noPrice(4)]);
    expect(await account("stocks_quality")).toMatchObject({
      current_value: 100_000,
      net: { current_value: 100_000, unpriced_value: 0 },
    });

    // A week after its opening the base time stop is due as well, and has no price to sell at.
    expect(await runAt("2026-03-09")).toMatchObject({ exits_triggered: 0, warnings: [noPrice(5)] });
    expect(await shown(stock)).toMatchObject({
      status: "open",
      current_price: 100,
      days_without_price: 5,
      net: { current_value: 0 },
    });
    const lost = { current_value: 95_000, total_pnl: -5_000, total_pnl_pct: -5, unpriced_value: 5_000 };
    expect(await account("stocks_quality")).toMatchObject({ current_value: 100_000, net: lost });
    const day = services.store.keys.portfolioValue("stocks_quality", "2026-03-09");
    expect(await desk.services.store.get(day, portfolioValueSchema)).toMatchObject({
      value_cents: 10_000_000,
      net_value_cents: 9_500_000,
      benchmark_price: 5_000,
    });

    expect(await runAt("2026-03-10")).toMatchObject({ exits_triggered: 1, warnings: null });
    expect(await exitsOf(stock)).toMatchObject([{ exit_reason: "time_stop", exit_price: 96, exit_date: "2026-03-10" }]);
    expect(await account("stocks_quality")).toMatchObject({ current_value: 99_800, net: { unpriced_value: 0 } });
  });

  it("counts again at once where it has a price again", async () => {
    const services = await begin({ GME: byDay({ "2026-03-03": 104 }) });
    const held = shares({ days_without_price: 6, last_traded_at: "2026-02-20T21:00:00.000Z" });
    await seedPositions(services, [held]);
    expect(await account("stocks_quality")).toMatchObject({ net: { current_value: 95_000, unpriced_value: 5_000 } });
    await runAt("2026-03-03");
    expect(await shown(stock)).toMatchObject({ days_without_price: 0, net: { current_value: 5_200 } });
    expect(await account("stocks_quality")).toMatchObject({ net: { current_value: 100_200, unpriced_value: 0 } });
  });

  it("is sold by the candles of the sessions it was still traded in, at what was paid in them", async () => {
    // On Tuesday at 10:00 it falls to 89, and is not traded from Wednesday on.
    const services = await begin({ GME: onDay("2026-03-03", { 6: 89 }) });
    desk.scene.market = untraded(marketOf({ GME: onDay("2026-03-03", { 6: 89 }) }), "GME", "2026-03-04");
    await seedPositions(services, [shares()]);
    expect(await runAt("2026-03-05")).toMatchObject({ exits_triggered: 1, warnings: [noPrice(2)] });
    expect(await exitsOf(stock)).toMatchObject([{ exit_reason: "stop_loss", exit_price: 90, exit_date: "2026-03-03" }]);
  });

  it("has no price at a daily bar of an earlier session either, where the broker is down", async () => {
    const services = await begin({});
    desk.scene.market = untraded(marketOf({ GME: byDay({ "2026-03-03": 80 }) }), "GME", "2026-03-04");
    await seedPositions(services, [shares()]);
    desk.scene.schwabFaults = () => ({ status: 500, body: "{}" });
    const before = await positionOf(stock);
    await runAt("2026-03-05");
    expect(await positionOf(stock)).toEqual(before);
  });
});

describe("a stock that is halted", () => {
  it("is neither sold by time nor valued, however new its last trade", async () => {
    const services = await begin({ GME: 97 });
    await seedPositions(services, [shares()]);
    desk.scene.schwabFaults = halted(97, "2026-03-10T14:29:00Z");
    expect(await runAt("2026-03-10")).toMatchObject({ exits_triggered: 0, warnings: [noPrice(0, true)] });
    expect(await shown(stock)).toMatchObject({ status: "open", current_price: 100, days_without_price: 0 });
  });
});

describe("a last trade far outside of what is bid and asked", () => {
  it("sells nothing and is no value", async () => {
    const services = await begin({ GME: 97 });
    await seedPositions(services, [shares()]);
    desk.scene.schwabFaults = ({ path, query }) => {
      if (!path.endsWith("/quotes") || query.get("symbols") !== "GME") return undefined;
      const quote = { lastPrice: 9.7, bidPrice: 96.9, askPrice: 97.1, tradeTime: Date.parse("2026-03-10T14:29:00Z") };
      return { status: 200, body: JSON.stringify({ GME: { symbol: "GME", quote } }) };
    };
    expect(await runAt("2026-03-10")).toMatchObject({ exits_triggered: 0, warnings: [noPrice(0)] });
    expect(await shown(stock)).toMatchObject({ status: "open", current_price: 100 });
  });
});

describe("an option", () => {
  const before = { quoteTime: Date.parse("2026-03-02T20:59:00Z"), tradeTime: Date.parse("2026-03-02T20:00:00Z") };

  it("is not sold at a premium from before the session, and is at one that was quoted in it without a trade", async () => {
    const services = await begin({ GME: 100 });
    await seedPositions(services, [calls()]);
    desk.scene.schwabFaults = premiumsAre({ [contract]: 0.5 }, before);
    const run = await runAt("2026-03-03");
    expect(run).toMatchObject({ exits_triggered: 0 });
    expect(run.warnings).toContainEqual(noPrice(1));
    expect(await shown(option)).toMatchObject({ current_price: 2, days_without_price: 1 });

    const quoteTime = Date.parse("2026-03-03T20:00:00Z");
    desk.scene.schwabFaults = premiumsAre({ [contract]: 0.5 }, { ...before, quoteTime });
    expect(await runAt("2026-03-03", "15:01")).toMatchObject({ exits_triggered: 1, warnings: null });
    expect(await exitsOf(option)).toMatchObject([{ exit_reason: "stop_loss", exit_price: 0.5 }]);
    expect(await shown(option)).toMatchObject({ price_as_of: "2026-03-03T20:00:00.000Z", days_without_price: 0 });
  });

  it("of a stock that nobody trades waits as well, and counts nothing in net value from the fifth trading day on", async () => {
    const services = await begin({});
    desk.scene.market = untraded(marketOf({ GME: 100 }), "GME", "2026-03-03");
    await seedPositions(services, [calls()]);
    const run = await runAt("2026-03-09");
    expect(run).toMatchObject({ exits_triggered: 0 });
    expect(run.warnings).toContainEqual(noPrice(5));
    expect(await account("options_quality")).toMatchObject({
      current_value: 100_000,
      net: { current_value: 98_000, unpriced_value: 2_000 },
    });
  });
});

describe("an option that expired while nobody traded its stock", () => {
  it("counts nothing in net value from the fifth trading day on", async () => {
    const late = "2026-03-16.GME.quality.options_quality";
    const services = await begin({});
    desk.scene.market = untraded(marketOf({ GME: 100 }), "GME", "2026-03-18");
    await seedPositions(services, [calls({ entry_date: "2026-03-16" })]);
    desk.scene.schwabFaults = premiumsAre({ [contract]: 2 });
    await runAt("2026-03-17");
    desk.scene.schwabFaults = undefined;
    await runAt("2026-03-23");
    expect(await shown(late)).toMatchObject({ status: "open", days_without_price: 4 });
    expect(await account("options_quality")).toMatchObject({ net: { current_value: 100_000, unpriced_value: 0 } });
    await runAt("2026-03-24");
    expect(await shown(late)).toMatchObject({ status: "open", days_without_price: 5 });
    expect(await account("options_quality")).toMatchObject({ net: { current_value: 98_000, unpriced_value: 2_000 } });
  });
});

describe("the time of a price", () => {
  it("is when it was traded, not when it was looked at", async () => {
    const services = await begin({ GME: 100 });
    await seedPositions(services, [shares()]);
    await runAt("2026-03-03", "10:33");
    expect(await shown(stock)).toMatchObject({ price_as_of: "2026-03-03T15:30:00.000Z" });
    expect(await positionOf(stock)).toMatchObject({ last_price_at: "2026-03-03T15:33:00.000Z" });
    // On the weekend it is that of Friday's close.
    await runAt("2026-03-07", "12:00");
    expect(await shown(stock)).toMatchObject({ price_as_of: "2026-03-06T21:00:00.000Z", days_without_price: 0 });
  });
});

describe("the index beside the portfolios' values", () => {
  it("is unknown where its own quote is from before the session", async () => {
    const services = await begin({});
    desk.scene.market = untraded(marketOf({ "^GSPC": 5_000 }), "^GSPC", "2026-03-03");
    await runAt("2026-03-02", "17:00");
    await runAt("2026-03-03");
    const { pk } = services.store.keys.portfolioValue("stocks_quality", "");
    const values = await desk.services.store.queryAll({ pk }, portfolioValueSchema);
    expect(values.map(({ date, benchmark_price }) => [date, benchmark_price])).toEqual([
      ["2026-03-02", 5_000],
      ["2026-03-03", null],
    ]);
  });
});
