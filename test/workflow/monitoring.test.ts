import { describe, expect, it } from "vitest";
import type { PositionExit } from "../../lib/trading/positions/record.ts";
import { byDay, onDay, shares, useMonitoring } from "../support/monitoring.ts";
import { seedPositions } from "../support/trading-seeds.ts";

const desk = useMonitoring("monitoring");
const { begin, runAt, exitsOf, positionOf, portfolioOf } = desk;
/** Fifty shares at 100; those of Friday are in their fifth day on Wednesday, in their tenth on the Monday after. */
const monday = "2026-03-02.GME.quality.stocks_quality";
const friday = "2026-03-06.GME.quality.stocks_quality";
const boughtOnFriday = () => [shares({ entry_date: "2026-03-06" })];

const whatOf = ({ exit_reason, exit_price, shares_exited, exit_date }: PositionExit) =>
  `${exit_reason}: ${shares_exited} at ${exit_price} on ${exit_date}`;
const exits = async (id: string) => (await exitsOf(id)).map(whatOf);
/** Asks for nothing to happen on this day. */
const quietAt = async (day: string, time?: string) =>
  expect(await runAt(day, time)).toMatchObject({ exits_triggered: 0, warnings: null });

describe("a stock", () => {
  it("that falls to its stop is sold there, by the candle that touched it", async () => {
    const services = await begin({ GME: onDay("2026-03-03", { 6: 89 }) });
    await seedPositions(services, [shares()]);
    expect(await runAt("2026-03-03")).toMatchObject({ exits_triggered: 1, warnings: null });
    expect(await exitsOf(monday)).toMatchObject([
      {
        id: `${monday}.1`,
        exit_date: "2026-03-03",
        exit_price: 90,
        exit_reason: "stop_loss",
        quantity_pct: 1,
        shares_exited: 50,
        contracts_exited: null,
        realized_pnl_cents: -50_000,
        observed_price: 89,
        trigger_candle: { timestamp: "2026-03-03T14:55:00.000Z", open: 100, high: 100, low: 89, close: 89 },
        // Sold at 90, where the candle opened above it, less 0.05 %.
        fill: { bid: 88.99, ask: 89.01, net_price: 89.955, commission_cents: 0, cost_cents: 225 },
        created_at: "2026-03-03T15:30:00.000Z",
      },
    ]);
    expect(await positionOf(monday)).toMatchObject({
      status: "closed",
      shares_remaining: 0,
      exit_date: "2026-03-03",
      exit_reason: "stop_loss",
      hold_days: 1,
      realized_return_pct: -10,
      last_price: 89,
      last_checked_at: "2026-03-03T15:30:00.000Z",
    });
    expect(await portfolioOf("stocks_quality")).toMatchObject({
      cash_available_cents: 9_950_000,
      current_value_cents: 9_950_000,
      realized_pnl_cents: -50_000,
      open_position_ids: [],
    });
  });

  it("that rises to its target is halved there, and the rest trails the peak within the same window", async () => {
    const services = await begin({ GME: onDay("2026-03-03", { 6: 116, 8: 120, 10: 110 }) });
    await seedPositions(services, [shares()]);
    expect(await runAt("2026-03-03")).toMatchObject({ exits_triggered: 2 });
    const [taken, trailed] = await exitsOf(monday);
    expect(taken).toMatchObject({
      exit_reason: "take_profit",
      exit_price: 115,
      shares_exited: 25,
      quantity_pct: 0.5,
      realized_pnl_cents: 37_500,
      trigger_candle: { timestamp: "2026-03-03T14:55:00.000Z", open: 100, high: 116, low: 100, close: 116 },
    });
    // 120 × 0.93
    expect(trailed).toMatchObject({
      exit_reason: "trailing_stop",
      exit_price: 111.6,
      shares_exited: 25,
      quantity_pct: 1,
      realized_pnl_cents: 29_000,
      trigger_candle: { timestamp: "2026-03-03T15:15:00.000Z", open: 120, high: 120, low: 110, close: 110 },
    });
    expect(await positionOf(monday)).toMatchObject({ status: "closed", peak_price: 120, realized_return_pct: 13.3 });
    expect((await portfolioOf("stocks_quality")).cash_available_cents).toBe(10_066_500);
  });

  it("is sold at its stop where one candle touches stop and target", async () => {
    const services = await begin({ GME: onDay("2026-03-03", { 0: 116, 1: 89 }) });
    await seedPositions(services, [shares()]);
    await runAt("2026-03-03");
    const [exit, ...more] = await exitsOf(monday);
    expect(more).toEqual([]);
    expect(exit).toMatchObject({ exit_reason: "stop_loss", exit_price: 90, shares_exited: 50 });
    expect(exit?.trigger_candle).toMatchObject({ timestamp: "2026-03-03T14:30:00.000Z", high: 116, low: 89 });
  });

  it("that has gained less than 5 % is sold on its fifth day", async () => {
    const services = await begin({ GME: byDay({ "2026-03-09": 104 }) });
    await seedPositions(services, boughtOnFriday());
    await quietAt("2026-03-10");
    expect(await runAt("2026-03-11")).toMatchObject({ exits_triggered: 1 });
    expect(await exitsOf(friday)).toMatchObject([
      { exit_reason: "time_stop", exit_price: 104, observed_price: 104, trigger_candle: null, shares_exited: 50 },
    ]);
    expect(await positionOf(friday)).toMatchObject({ hold_days: 5, realized_return_pct: 4 });
    expect((await portfolioOf("stocks_quality")).cash_available_cents).toBe(10_020_000);
  });

  it("that has gained 5 % on its fifth day is stopped at the entry, or at an opening below it", async () => {
    const services = await begin({ GME: byDay({ "2026-03-09": 106, "2026-03-12": 99 }) });
    await seedPositions(services, boughtOnFriday());
    await quietAt("2026-03-11");
    expect(await positionOf(friday)).toMatchObject({
      stop_loss_price: 100,
      breakeven_active: true,
      time_extension: "extended",
      peak_price: 106,
      last_price: 106,
    });
    expect(await portfolioOf("stocks_quality")).toMatchObject({ current_value_cents: 10_030_000 });
    await runAt("2026-03-12");
    expect(await exits(friday)).toEqual(["breakeven_stop: 50 at 99 on 2026-03-12"]);
    expect(await portfolioOf("stocks_quality")).toMatchObject({
      cash_available_cents: 9_995_000,
      realized_pnl_cents: -5_000,
    });
  });

  it("that was extended stays so when its gain falls, and is sold on its seventh day", async () => {
    const services = await begin({ GME: byDay({ "2026-03-09": 106, "2026-03-12": 101 }) });
    await seedPositions(services, boughtOnFriday());
    await quietAt("2026-03-11");
    await quietAt("2026-03-12");
    expect(await positionOf(friday)).toMatchObject({ time_extension: "extended" });
    await runAt("2026-03-13");
    expect(await exits(friday)).toEqual(["time_stop: 50 at 101 on 2026-03-13"]);
  });

  it("that is trailed is sold on its tenth day", async () => {
    const services = await begin({ GME: byDay({ "2026-03-09": 116 }) });
    await seedPositions(services, boughtOnFriday());
    expect(await runAt("2026-03-09")).toMatchObject({ exits_triggered: 1 });
    await quietAt("2026-03-11");
    await quietAt("2026-03-13");
    await quietAt("2026-03-15", "12:00");
    expect(await runAt("2026-03-16")).toMatchObject({ exits_triggered: 1 });
    expect(await exits(friday)).toEqual(["take_profit: 25 at 116 on 2026-03-09", "time_stop: 25 at 116 on 2026-03-16"]);
  });

  it("that is not traded on the day of the run is judged by its last trade", async () => {
    const services = await begin({ GME: byDay({ "2026-03-04": 104 }) });
    await seedPositions(services, [shares()]);
    await runAt("2026-03-07", "12:00");
    expect(await exits(monday)).toEqual(["time_stop: 50 at 104 on 2026-03-07"]);
  });
});
