import { describe, expect, it } from "vitest";
import { portfolioNames } from "../../lib/trading/positions/accounts.ts";
import { portfolioValueSchema } from "../../lib/trading/positions/record.ts";
import { byDay, onDay, shares, useMonitoring } from "../support/monitoring.ts";
import { seedPositions } from "../support/trading-seeds.ts";

const desk = useMonitoring("windows");
const { begin, runAt, exitsOf, positionOf, portfolioOf, bars } = desk;
const monday = "2026-03-02.GME.quality.stocks_quality";
/** Asks for nothing to happen on this day. */
const quietAt = async (day: string, time?: string) =>
  expect(await runAt(day, time)).toMatchObject({ exits_triggered: 0, warnings: null });

describe("the window of a check", () => {
  it("of several days is walked by candles, and every day enters the price history", async () => {
    const services = await begin({ GME: onDay("2026-03-04", { 40: 85 }) });
    await seedPositions(services, [shares()]);
    await runAt("2026-03-06");
    const [exit] = await exitsOf(monday);
    expect(exit).toMatchObject({ exit_price: 90, observed_price: 85, exit_date: "2026-03-04" });
    expect(exit?.trigger_candle?.timestamp).toBe("2026-03-04T17:45:00.000Z");
    expect(await positionOf(monday)).toMatchObject({ exit_date: "2026-03-04", hold_days: 2 });
    const stored = await bars("GME");
    expect(stored.map(({ date, is_final, source }) => `${date} ${is_final} ${source}`)).toEqual([
      "2026-03-02 true broker",
      "2026-03-03 true broker",
      "2026-03-04 true broker",
      "2026-03-05 true broker",
      "2026-03-06 false broker",
    ]);
    expect(stored[2]).toMatchObject({ open: 100, high: 100, low: 85, close: 85 });
  });

  it("beyond ten trading days is walked by daily bars, because the broker has no candles of then", async () => {
    const services = await begin({ GME: onDay("2026-03-04", { 40: 85 }) });
    await seedPositions(services, [shares()]);
    const asked: string[] = [];
    desk.scene.schwabFaults = ({ path, query }) => {
      if (path.endsWith("/pricehistory")) asked.push(new Date(Number(query.get("startDate"))).toISOString());
      return undefined;
    };
    await runAt("2026-03-23");
    expect(asked).toEqual(["2026-03-09T13:30:00.000Z"]);
    const [exit] = await exitsOf(monday);
    expect(exit).toMatchObject({ exit_reason: "stop_loss", exit_price: 90, exit_date: "2026-03-04" });
    expect(exit?.trigger_candle).toEqual({
      timestamp: "2026-03-04T14:30:00.000Z",
      open: 100,
      high: 100,
      low: 85,
      close: 85,
    });
    const sources = (await bars("GME")).map(({ date, source }) => `${date} ${source}`);
    expect(sources.slice(0, 6)).toEqual([
      "2026-03-02 yahoo",
      "2026-03-03 yahoo",
      "2026-03-04 yahoo",
      "2026-03-05 yahoo",
      "2026-03-06 yahoo",
      "2026-03-09 broker",
    ]);
  });

  it("holds no candle that began before the purchase", async () => {
    const services = await begin({ GME: (day, candle) => (day === "2026-03-02" && candle < 13 ? 80 : 100) });
    const opened_at = "2026-03-02T15:32:00.000Z";
    await seedPositions(services, [shares({ opened_at, last_checked_at: opened_at })]);
    await quietAt("2026-03-02", "14:00");
    expect(await positionOf(monday)).toMatchObject({ status: "open", peak_price: 100 });
  });

  it("ends at the candle under way, which the next one begins with", async () => {
    // Candle 11 (10:25 to 10:30) falls to 89; at 10:28 it is not over.
    const services = await begin({ GME: onDay("2026-03-03", { 12: 89 }) });
    await seedPositions(services, [shares()]);
    await quietAt("2026-03-03", "10:28");
    await runAt("2026-03-03", "10:31");
    expect((await exitsOf(monday))[0]?.trigger_candle?.timestamp).toBe("2026-03-03T15:25:00.000Z");
  });

  it("before the day's opening holds nothing, and is not asked for", async () => {
    const services = await begin({ GME: byDay({ "2026-03-03": 80 }) });
    const early = "2026-03-03T13:00:00.000Z";
    await seedPositions(services, [shares({ last_checked_at: early })]);
    desk.scene.schwabFaults = ({ path }) => (path.endsWith("/pricehistory") ? { status: 400, body: "{}" } : undefined);
    await quietAt("2026-03-03", "09:00");
    expect(await positionOf(monday)).toMatchObject({ last_price: 100, last_checked_at: "2026-03-03T14:00:00.000Z" });
  });

  it("is asked for once per ticker, for the positions of all portfolios", async () => {
    const services = await begin({ GME: onDay("2026-03-03", { 6: 89 }), AMC: 100 });
    const consensus = { portfolio_id: "stocks_consensus" };
    await seedPositions(services, [shares(), shares(consensus), shares({ ticker: "AMC" })]);
    const asked: string[] = [];
    desk.scene.schwabFaults = ({ path, query }) => {
      if (path.startsWith("/marketdata")) asked.push(`${path} ${query.get("symbols") ?? query.get("symbol")}`);
      return undefined;
    };
    expect(await runAt("2026-03-03")).toMatchObject({ exits_triggered: 2 });
    expect(asked.toSorted()).toEqual([
      "/marketdata/v1/pricehistory AMC",
      "/marketdata/v1/pricehistory GME",
      // The benchmark of the portfolios' values.
      "/marketdata/v1/quotes $SPX",
      "/marketdata/v1/quotes AMC",
      "/marketdata/v1/quotes GME",
    ]);
  });
});

describe("the portfolios", () => {
  it("are all valued, each day once, with what their fills would have cost and the index of that moment", async () => {
    const services = await begin({ GME: byDay({ "2026-03-03": 102 }), "^GSPC": byDay({ "2026-03-03": 5000 }) });
    await seedPositions(services, [shares({ trading_costs_cents: 300 })]);
    const valuesOf = async (id: string) => {
      const { pk } = services.store.keys.portfolioValue(id, "");
      return services.store.queryAll({ pk }, portfolioValueSchema);
    };
    await runAt("2026-03-03", "10:30");
    await runAt("2026-03-03", "15:00");
    await runAt("2026-03-04");
    const common = { portfolio_id: "stocks_quality", value_cents: 10_010_000, net_value_cents: 10_009_700 };
    expect(await valuesOf("stocks_quality")).toEqual([
      { ...common, date: "2026-03-03", valued_at: "2026-03-03T20:00:00.000Z", benchmark_price: 5000 },
      { ...common, date: "2026-03-04", valued_at: "2026-03-04T15:30:00.000Z", benchmark_price: 5000 },
    ]);
    expect((await valuesOf("options_consensus")).map(({ value_cents }) => value_cents)).toEqual([
      10_000_000, 10_000_000,
    ]);
    for (const name of portfolioNames) {
      expect((await portfolioOf(name)).last_valued_at).toBe("2026-03-04T15:30:00.000Z");
    }
  });

  it("are valued without the index where the broker does not know it", async () => {
    const services = await begin({ GME: byDay({ "2026-03-03": 102 }) });
    await runAt("2026-03-03");
    const { pk } = services.store.keys.portfolioValue("stocks_quality", "");
    expect(await services.store.queryAll({ pk }, portfolioValueSchema)).toMatchObject([{ benchmark_price: null }]);
  });
});
