import { describe, expect, it } from "vitest";
import { marketOf, type PriceOf } from "../support/market.ts";
import { byDay, calls, onDay, shares, useMonitoring } from "../support/monitoring.ts";
import { seedPositions } from "../support/trading-seeds.ts";

const desk = useMonitoring("halts");
const { runAt, exitsOf, positionOf, bars } = desk;
const stock = "2026-03-02.GME.quality.stocks_quality";
const option = "2026-03-02.GME.quality.options_quality";

/** A market in which GME is not traded on some days, although the exchange is open. */
async function beginHalted(price: PriceOf, isHalted: (day: string) => boolean) {
  const services = await desk.begin({ GME: price });
  const market = marketOf({ GME: price });
  desk.scene.market = {
    ...market,
    bars: (symbol, from, to) => market.bars(symbol, from, to).filter(({ date }) => !isHalted(date)),
    candles: (symbol, day) => (isHalted(day) ? [] : market.candles(symbol, day)),
  };
  return services;
}

describe("a day on which a stock was not traded", () => {
  it("holds nothing up where neither the broker nor Yahoo knows of a trade", async () => {
    const services = await beginHalted(onDay("2026-03-05", { 6: 89 }), (day) => day === "2026-03-04");
    await seedPositions(services, [shares()]);
    expect(await runAt("2026-03-06")).toMatchObject({ exits_triggered: 1, warnings: null });
    expect(await exitsOf(stock)).toMatchObject([{ exit_reason: "stop_loss", exit_date: "2026-03-05", exit_price: 90 }]);
    expect((await bars("GME")).find(({ date }) => date === "2026-03-04")).toMatchObject({ close: null, split: 1 });
  });

  it("and of which the broker has no candles any more, waits until Yahoo leaves it out on a second day", async () => {
    const price = byDay({ "2026-03-05": 80, "2026-03-06": 100 });
    const services = await beginHalted(price, (day) => day === "2026-03-04");
    await seedPositions(services, [shares()]);
    for (const time of ["10:30", "14:00"]) {
      expect(await runAt("2026-03-23", time)).toMatchObject({ warnings: [{ type: "splits_unknown", ticker: "GME" }] });
    }
    expect(await runAt("2026-03-24")).toMatchObject({ exits_triggered: 1, warnings: null });
    expect(await exitsOf(stock)).toMatchObject([{ exit_date: "2026-03-05", exit_price: 80 }]);
  });

  it("and with no trade since sells at the stop of the day before, and at no price of today", async () => {
    const services = await beginHalted(onDay("2026-03-05", { 6: 89 }, 106), (day) => day >= "2026-03-06");
    // One that falls below its stop before the halt, and one whose time is up during it.
    await seedPositions(services, [
      shares(),
      shares({ entry_date: "2026-02-17", stop_loss_price: 50, portfolio_id: "stocks_consensus" }),
    ]);
    expect(await runAt("2026-03-27")).toMatchObject({ exits_triggered: 1 });
    expect(await exitsOf(stock)).toMatchObject([{ exit_date: "2026-03-05", exit_price: 90 }]);
    const other = "2026-02-17.GME.consensus.stocks_consensus";
    expect(await positionOf(other)).toMatchObject({ status: "open", last_price: 100 });
  });

  it("on which an option of it expired leaves the option open, for as long as nobody names a price", async () => {
    const services = await beginHalted(byDay({ "2026-03-19": 110 }), (day) => day === "2026-03-20");
    await seedPositions(services, [calls()]);
    for (const day of ["2026-03-23", "2026-03-24", "2026-03-30"]) {
      expect(await runAt(day)).toMatchObject({ exits_triggered: 0, warnings: [{ type: "settlement_unknown" }] });
    }
    expect(await positionOf(option)).toMatchObject({ status: "open", last_price: 2 });
  });
});

describe("a day that only Yahoo has lost", () => {
  it("holds nothing up where the broker has its candles", async () => {
    const services = await desk.begin({ GME: onDay("2026-03-04", { 6: 89 }) });
    const market = marketOf({ GME: onDay("2026-03-04", { 6: 89 }) });
    desk.scene.yahooFaults = () => {
      const days = ["2026-03-02", "2026-03-03", "2026-03-05", "2026-03-06"];
      const timestamp = days.map((day) => Date.parse(`${day}T14:30:00Z`) / 1000);
      const column = days.map((day) => market.candles("GME", day)[0]?.open ?? 0);
      const quote = [{ open: column, high: column, low: column, close: column }];
      const body = { chart: { error: null, result: [{ timestamp, indicators: { quote } }] } };
      return { status: 200, body: JSON.stringify(body) };
    };
    await seedPositions(services, [shares()]);
    expect(await runAt("2026-03-06")).toMatchObject({ exits_triggered: 1, warnings: null });
    expect(await exitsOf(stock)).toMatchObject([{ exit_date: "2026-03-04", exit_price: 90 }]);
  });
});
