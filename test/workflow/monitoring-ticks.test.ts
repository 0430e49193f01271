import { describe, expect, it } from "vitest";
import type { MarketHistory } from "../../localstack/standins/market/history.ts";
import { marketOf } from "../support/market.ts";
import { shares, useMonitoring } from "../support/monitoring.ts";
import { seedPositions } from "../support/trading-seeds.ts";

const desk = useMonitoring("monitoring-ticks");
/** Fifty shares at 100, their stop at 90. */
const monday = "2026-03-02.GME.quality.stocks_quality";
const calm = marketOf({ GME: 100 });

/** A market at 100 but for one price of 10, in the candle of 09:55 on Tuesday. */
function slipOn(tuesday: string, volume: number): MarketHistory {
  return {
    ...calm,
    candles: (symbol, day) =>
      calm
        .candles(symbol, day)
        .map((candle, index) => (day === tuesday && index === 5 ? { ...candle, low: 10, volume } : candle)),
  };
}

/** The position in this market. */
async function begin(market: MarketHistory): Promise<void> {
  const services = await desk.begin({ GME: 100 });
  desk.scene.market = market;
  await seedPositions(services, [shares()]);
}

describe("a price far outside those around it", () => {
  it("sells nothing where the volume does not follow, and is told of", async () => {
    await begin(slipOn("2026-03-03", 2_000));
    const run = await desk.runAt("2026-03-03");
    expect(run).toMatchObject({
      exits_triggered: 0,
      warnings: [
        {
          type: "bad_tick_ignored",
          message: "A price of GME far outside those around it decided nothing: 10 to 100.",
          ticker: "GME",
          context: { ticker: "GME", timestamp: "2026-03-03T14:55:00.000Z", open: 100, high: 100, low: 10, close: 100 },
        },
      ],
    });
    expect(await desk.positionOf(monday)).toMatchObject({ status: "open", last_price: 100 });
    // The window has moved on: it is told once.
    expect(await desk.runAt("2026-03-04")).toMatchObject({ exits_triggered: 0, warnings: null });
  });

  it("is a price like any other where many traded at it", async () => {
    await begin(slipOn("2026-03-03", 2_001));
    expect(await desk.runAt("2026-03-03")).toMatchObject({ exits_triggered: 1, warnings: null });
    expect(await desk.exitsOf(monday)).toMatchObject([{ exit_reason: "stop_loss", exit_price: 90 }]);
  });

  it("sells nothing either where only the day's bar knows it", async () => {
    const bars: MarketHistory["bars"] = (...range) =>
      calm.bars(...range).map((bar) => (bar.date === "2026-03-04" ? { ...bar, low: 10 } : bar));
    await begin({ ...calm, bars });
    // The broker has candles of the last ten trading days, from 6 March on.
    const run = await desk.runAt("2026-03-20");
    expect(run.warnings).toMatchObject([
      { type: "bad_tick_ignored", context: { timestamp: "2026-03-04T14:30:00.000Z" } },
    ]);
    expect(await desk.exitsOf(monday)).toMatchObject([{ exit_reason: "time_stop", exit_price: 100 }]);
  });
});
