import { describe, expect, it } from "vitest";
import type { StandInRequest } from "../../localstack/standins/json-server.ts";
import { marketOf, type PriceOf } from "../support/market.ts";
import { byDay, calls, onDay, premiumsAre, shares, useMonitoring } from "../support/monitoring.ts";
import { seedPositions } from "../support/trading-seeds.ts";

const desk = useMonitoring("outages");
const { begin, runAt, exitsOf, positionOf, portfolioOf, bars } = desk;
const monday = "2026-03-02.GME.quality.stocks_quality";
const friday = "2026-03-06.GME.quality.stocks_quality";
const option = "2026-03-02.GME.quality.options_quality";

const down = () => ({ status: 500, body: "{}" });
const isMarketData = ({ path }: StandInRequest) => path.startsWith("/marketdata");
/** At 103 from Tuesday on, but for a fall to 89 on that morning, of which the daily bars learn in the evening. */
const dip: PriceOf = (day, candle) => {
  if (day < "2026-03-03") return 100;
  return day === "2026-03-03" && candle >= 6 && candle < 10 ? 89 : 103;
};
const stockWarning = (attempts: number, fallback: "yahoo" | "none") => ({
  type: "schwab_stock_unavailable",
  ticker: "GME",
  phase: 6,
  context: { ticker: "GME", attempts, fallback },
});

describe("while the broker is down", () => {
  it("daily bars give a stock its price, and the next run walks all of the window", async () => {
    const services = await begin({ GME: dip });
    await seedPositions(services, [shares()]);
    let asked = 0;
    desk.scene.schwabFaults = (request) => {
      if (!isMarketData(request)) return undefined;
      asked++;
      return down();
    };
    const run = await runAt("2026-03-03");
    expect(run).toMatchObject({ exits_triggered: 0, warnings: [stockWarning(4, "yahoo")] });
    expect(run.warnings?.[0]?.message).toBe("Schwab gave no prices of GME; daily bars stand in.");
    // Four times for the stock, and four times for the index beside the portfolios' values.
    expect(asked).toBe(8);
    expect(await positionOf(monday)).toMatchObject({
      last_price: 103,
      last_price_at: "2026-03-03T15:30:00.000Z",
      last_checked_at: "2026-03-02T15:30:00.000Z",
      peak_price: 100,
    });
    expect(await portfolioOf("stocks_quality")).toMatchObject({ current_value_cents: 10_015_000 });

    desk.scene.schwabFaults = undefined;
    expect(await runAt("2026-03-04")).toMatchObject({ exits_triggered: 1, warnings: null });
    expect(await exitsOf(monday)).toMatchObject([
      { exit_reason: "stop_loss", exit_price: 90, exit_date: "2026-03-03" },
    ]);
    expect((await exitsOf(monday))[0]?.trigger_candle?.timestamp).toBe("2026-03-03T14:55:00.000Z");
  });

  it("without daily bars nothing is written, and the next run walks all of the window", async () => {
    const services = await begin({ GME: dip });
    await seedPositions(services, [shares()]);
    const before = await positionOf(monday);
    desk.scene.schwabFaults = (request) => (isMarketData(request) ? down() : undefined);
    desk.scene.yahooFaults = down;
    const run = await runAt("2026-03-03");
    expect(run).toMatchObject({ exits_triggered: 0, warnings: [stockWarning(4, "none")] });
    expect(await positionOf(monday)).toEqual(before);
    expect(await bars("GME")).toEqual([]);
    expect(await portfolioOf("stocks_quality")).toMatchObject({ current_value_cents: 10_000_000 });

    desk.scene.schwabFaults = undefined;
    desk.scene.yahooFaults = undefined;
    await runAt("2026-03-04");
    expect((await exitsOf(monday))[0]?.trigger_candle?.timestamp).toBe("2026-03-03T14:55:00.000Z");
  });

  it("the bar of a day that was missed decides nothing: the candles of it tell what came first", async () => {
    // On Tuesday to 116, above the target, and then to 89, below the stop.
    const price = onDay("2026-03-03", { 6: 116, 40: 89 });
    const services = await begin({ GME: price });
    await seedPositions(services, [shares()]);
    desk.scene.schwabFaults = (request) => (isMarketData(request) ? down() : undefined);
    expect(await runAt("2026-03-04")).toMatchObject({ exits_triggered: 0, warnings: [stockWarning(4, "yahoo")] });
    expect(await positionOf(monday)).toMatchObject({ status: "open", last_checked_at: "2026-03-02T15:30:00.000Z" });
    desk.scene.schwabFaults = undefined;
    expect(await runAt("2026-03-05")).toMatchObject({ exits_triggered: 2, warnings: null });
    expect((await exitsOf(monday)).map(({ exit_reason, exit_date }) => `${exit_reason} ${exit_date}`)).toEqual([
      "take_profit 2026-03-03",
      "stop_loss 2026-03-03",
    ]);
  });

  it("neither a promotion nor the last day of a stock counts, which both need the price of the moment", async () => {
    const services = await begin({ GME: (day) => (day < "2026-03-09" ? 100 : 106), AMC: 100 });
    await seedPositions(services, [
      shares({ entry_date: "2026-03-06" }),
      shares({ ticker: "AMC", entry_date: "2026-02-20" }),
    ]);
    desk.scene.schwabFaults = (request) => (isMarketData(request) ? down() : undefined);
    expect(await runAt("2026-03-11")).toMatchObject({ exits_triggered: 0 });
    expect(await positionOf(friday)).toMatchObject({ stop_loss_price: 90, time_extension: "base", last_price: 106 });
    desk.scene.schwabFaults = undefined;
    expect(await runAt("2026-03-12")).toMatchObject({ exits_triggered: 1 });
    expect(await positionOf(friday)).toMatchObject({ stop_loss_price: 100, time_extension: "extended" });
    expect(await exitsOf("2026-02-20.AMC.quality.stocks_quality")).toMatchObject([{ exit_reason: "time_stop" }]);
  });

  it("an option is skipped: its premium is not guessed", async () => {
    const services = await begin({ GME: 100 });
    await seedPositions(services, [calls(), shares()]);
    const before = await positionOf(option);
    desk.scene.schwabFaults = ({ query }) => (query.get("symbols")?.includes("C00") ? down() : undefined);
    const run = await runAt("2026-03-03");
    expect(run.warnings).toMatchObject([
      {
        type: "schwab_options_unavailable",
        ticker: "GME",
        phase: 6,
        context: { ticker: "GME", position_id: option },
      },
    ]);
    expect(await positionOf(option)).toEqual(before);
    expect((await positionOf(monday)).last_checked_at).toBe("2026-03-03T15:30:00.000Z");
  });
});

describe("where the broker wants a login", () => {
  it("stocks fall back, options are skipped, and the log says how to log in", async () => {
    const services = await begin({ GME: 100 });
    await seedPositions(services, [shares(), calls()]);
    desk.scene.schwabFaults = () => ({ status: 401, body: "{}" });
    const logged = desk.cloud.log.lines.length;
    const { warnings } = await runAt("2026-03-03");
    expect(warnings).toHaveLength(2);
    expect(warnings).toContainEqual(expect.objectContaining(stockWarning(1, "yahoo")));
    expect(warnings?.map(({ type }) => type)).toContain("schwab_options_unavailable");
    const errors = desk.cloud.log.lines.slice(logged).filter(({ level }) => level === "error");
    expect(errors.some(({ message }) => message.includes("GET /auth/schwab/login"))).toBe(true);
  });
});

describe("where the broker does not know one of several", () => {
  it("stocks, the others are checked all the same", async () => {
    const services = await begin({ GME: onDay("2026-03-03", { 6: 89 }), AMC: onDay("2026-03-03", { 6: 89 }) });
    await seedPositions(services, [shares(), shares({ ticker: "AMC" })]);
    desk.scene.schwabFaults = ({ query }) => (query.get("symbol") === "GME" ? { status: 400, body: "{}" } : undefined);
    const run = await runAt("2026-03-03");
    expect(run).toMatchObject({ exits_triggered: 1, warnings: [stockWarning(1, "yahoo")] });
    expect(await exitsOf("2026-03-02.AMC.quality.stocks_quality")).toHaveLength(1);
    expect(await exitsOf(monday)).toEqual([]);
  });

  it("stocks, and nobody else does, it is left as it is", async () => {
    const services = await begin({ AMC: 100 });
    await seedPositions(services, [shares()]);
    const before = await positionOf(monday);
    expect((await runAt("2026-03-03")).warnings).toMatchObject([
      { type: "price_unavailable", ticker: "GME", context: { ticker: "GME", trading_days: 1, is_halted: false } },
      stockWarning(1, "none"),
    ]);
    expect(await positionOf(monday)).toEqual({
      ...before,
      ...{ days_without_price: 1, doubted_since: "2026-03-03", version: before.version + 1 },
    });
  });

  it("contracts, the others are checked all the same", async () => {
    const services = await begin({ GME: byDay({}), AMC: 100 });
    const other = { ticker: "AMC", contract_symbol: "AMC   260320C00100000" };
    await seedPositions(services, [calls(), calls(other)]);
    desk.scene.schwabFaults = premiumsAre({ [other.contract_symbol]: 1 });
    const run = await runAt("2026-03-03");
    expect(run).toMatchObject({
      exits_triggered: 1,
      warnings: [{ type: "price_unavailable", ticker: "GME" }, { context: { position_id: option } }],
    });
    expect((await positionOf(option)).status).toBe("open");
    expect((await positionOf("2026-03-02.AMC.quality.options_quality")).exit_reason).toBe("stop_loss");
  });
});

describe("a phase that takes more than ten minutes", () => {
  it("is left and entered again", async () => {
    const services = await begin({ GME: onDay("2026-03-03", { 6: 89 }), AMC: onDay("2026-03-03", { 6: 89 }) });
    await seedPositions(services, [shares(), shares({ ticker: "AMC" })]);
    const entered: string[] = [];
    desk.setAround(async (handler, input) => {
      entered.push(desk.cloud.time.now.toISOString());
      return handler(input);
    });
    let slow = true;
    desk.scene.schwabFaults = ({ path }) => {
      if (path.endsWith("/pricehistory") && slow) {
        slow = false;
        desk.cloud.time.now = new Date("2026-03-02T15:40:01Z");
      }
      return undefined;
    };
    expect(await runAt("2026-03-03")).toMatchObject({ status: "completed", exits_triggered: 2 });
    expect(entered).toEqual(["2026-03-02T15:30:00.000Z", "2026-03-02T15:40:01.000Z"]);
  });
});

describe("where the broker's candles are not all there", () => {
  const monthly: PriceOf = (day, candle) => (day === "2026-03-03" && candle >= 6 && candle < 10 ? 89 : 100);
  /** As the broker has them, but for some. */
  function candlesWithout(isLost: (at: string) => boolean) {
    const market = marketOf({ GME: monthly });
    desk.scene.schwabFaults = ({ path }) => {
      if (!path.endsWith("/pricehistory")) return undefined;
      const days = ["2026-03-02", "2026-03-03", "2026-03-04"];
      const candles = days
        .flatMap((day) => market.candles("GME", day))
        .flatMap(({ timestamp, ...candle }) => {
          const isAhead = timestamp.toISOString() > "2026-03-04T15:25:00.000Z";
          return isAhead || isLost(timestamp.toISOString()) ? [] : [{ ...candle, datetime: timestamp.getTime() }];
        });
      return { status: 200, body: JSON.stringify({ symbol: "GME", candles, empty: candles.length === 0 }) };
    };
  }

  it.each<[string, (at: string) => boolean]>([
    ["the rest of the day of the last check", (at) => at < "2026-03-03"],
    ["a whole day", (at) => at.startsWith("2026-03-03")],
    ["all since the opening", (at) => at.startsWith("2026-03-04")],
    ["the last forty minutes", (at) => at > "2026-03-04T14:45"],
    ["everything", () => true],
  ])("%s, nothing is decided, and the next run decides as if it had not been", async (_, isLost) => {
    const services = await begin({ GME: monthly });
    await seedPositions(services, [shares()]);
    const before = await positionOf(monday);
    candlesWithout(isLost);
    expect(await runAt("2026-03-04")).toMatchObject({ exits_triggered: 0, warnings: [stockWarning(1, "none")] });
    expect(await positionOf(monday)).toEqual(before);
    desk.scene.schwabFaults = undefined;
    expect(await runAt("2026-03-05")).toMatchObject({ exits_triggered: 1, warnings: null });
    expect((await exitsOf(monday))[0]?.trigger_candle?.timestamp).toBe("2026-03-03T14:55:00.000Z");
  });

  it("but only some of a rarely traded stock, they decide", async () => {
    const services = await begin({ GME: monthly });
    await seedPositions(services, [shares()]);
    candlesWithout((at) => at > "2026-03-04T15:00" && at < "2026-03-04T15:25");
    expect(await runAt("2026-03-04")).toMatchObject({ exits_triggered: 1, warnings: null });
  });
});
