import { describe, expect, it } from "vitest";
import { byDay, calls, premiumsAre, useMonitoring } from "../support/monitoring.ts";
import { seedPositions } from "../support/trading-seeds.ts";

const desk = useMonitoring("options");
const { begin, runAt, exitsOf, positionOf, portfolioOf } = desk;
const id = "2026-03-02.GME.quality.options_quality";
const contract = "GME   260320C00100000";
const cash = async () => (await portfolioOf("options_quality")).cash_available_cents;
const premiumIs = (mark: number) => {
  desk.scene.schwabFaults = premiumsAre({ [contract]: mark });
};

describe("an option", () => {
  it("that has lost more than half is sold at the premium that was seen", async () => {
    await seedPositions(await begin({ GME: 100 }), [calls()]);
    premiumIs(0.9);
    expect(await runAt("2026-03-03")).toMatchObject({ exits_triggered: 1, warnings: null });
    expect(await exitsOf(id)).toMatchObject([
      {
        exit_reason: "stop_loss",
        exit_price: 0.9,
        observed_price: 0.9,
        contracts_exited: 10,
        shares_exited: null,
        realized_pnl_cents: -110_000,
        trigger_candle: null,
      },
    ]);
    expect(await cash()).toBe(9_890_000);
  });

  it("that nobody bids for any more is worth nothing, and is sold for nothing", async () => {
    await seedPositions(await begin({ GME: 100 }), [calls()]);
    premiumIs(0);
    await runAt("2026-03-03");
    expect(await exitsOf(id)).toMatchObject([{ exit_reason: "stop_loss", exit_price: 0, observed_price: 0 }]);
    expect(await positionOf(id)).toMatchObject({ status: "closed", last_price: 0 });
  });

  it("that has doubled is halved at what it is worth, and the rest trails the peak", async () => {
    await seedPositions(await begin({ GME: 100 }), [calls()]);
    premiumIs(4.5);
    expect(await runAt("2026-03-03")).toMatchObject({ exits_triggered: 1 });
    expect(await positionOf(id)).toMatchObject({
      contracts_remaining: 5,
      trailing_stop_active: true,
      peak_premium: 4.5,
      last_price: 4.5,
    });
    // 98,000 + 5 × 4.50 × 100 in cash, and five contracts at 4.50
    expect(await portfolioOf("options_quality")).toMatchObject({
      cash_available_cents: 10_025_000,
      current_value_cents: 10_250_000,
    });
    premiumIs(3.1);
    expect(await runAt("2026-03-04")).toMatchObject({ exits_triggered: 1 });
    // Below 4.50 × 0.7 = 3.15: (3.10 − 2.00) × 5 × 100.
    expect((await exitsOf(id))[1]).toMatchObject({
      exit_reason: "trailing_stop",
      exit_price: 3.1,
      observed_price: 3.1,
      realized_pnl_cents: 55_000,
    });
    expect(await cash()).toBe(10_180_000);
    expect(await positionOf(id)).toMatchObject({ status: "closed", realized_return_pct: 90, hold_days: 2 });
  });

  it("is sold on its tenth day at what it is worth", async () => {
    await seedPositions(await begin({ GME: 100 }), [calls()]);
    premiumIs(2.2);
    expect(await runAt("2026-03-11")).toMatchObject({ exits_triggered: 0 });
    expect(await runAt("2026-03-12")).toMatchObject({ exits_triggered: 1 });
    expect(await exitsOf(id)).toMatchObject([{ exit_reason: "time_stop", exit_price: 2.2 }]);
    expect(await cash()).toBe(10_020_000);
  });

  it("is sold two days before it expires, where no run came earlier", async () => {
    await seedPositions(await begin({ GME: 100 }), [calls()]);
    premiumIs(2.5);
    await runAt("2026-03-18");
    expect(await exitsOf(id)).toMatchObject([{ exit_reason: "expiration", exit_price: 2.5, observed_price: 2.5 }]);
  });

  it("that has expired is settled at the close of that day, without a premium and without costs", async () => {
    await seedPositions(await begin({ GME: byDay({ "2026-03-20": 110, "2026-03-23": 80 }) }), [calls()]);
    desk.scene.schwabFaults = () => ({ status: 500, body: "{}" });
    expect(await runAt("2026-03-23")).toMatchObject({ exits_triggered: 1, warnings: null });
    expect(await exitsOf(id)).toMatchObject([
      {
        exit_reason: "expiration",
        exit_price: 10,
        observed_price: null,
        exit_date: "2026-03-20",
        realized_pnl_cents: 800_000,
        fill: { commission_cents: 0, cost_cents: 0 },
      },
    ]);
    expect(await positionOf(id)).toMatchObject({ exit_date: "2026-03-20", hold_days: 18 });
    expect(await cash()).toBe(10_800_000);
  });

  it("that has expired on a day without trading is settled at the close before it", async () => {
    // Good Friday.
    const held = calls({ expiration_date: "2026-04-03", contract_symbol: "GME   260403C00100000" });
    await seedPositions(await begin({ GME: byDay({ "2026-04-02": 110, "2026-04-06": 80 }) }), [held]);
    desk.scene.schwabFaults = () => ({ status: 500, body: "{}" });
    await runAt("2026-04-06");
    expect(await exitsOf(id)).toMatchObject([{ exit_reason: "expiration", exit_price: 10, exit_date: "2026-04-03" }]);
  });

  it("that has expired below its strike brings nothing", async () => {
    await seedPositions(await begin({ GME: 90 }), [calls()]);
    await runAt("2026-03-23");
    expect(await exitsOf(id)).toMatchObject([{ exit_reason: "expiration", exit_price: 0 }]);
    expect(await cash()).toBe(9_800_000);
  });

  it("that has expired without a close stays open, and the run says so", async () => {
    await seedPositions(await begin({ GME: 90 }), [calls()]);
    desk.scene.yahooFaults = () => ({ status: 500, body: "{}" });
    const before = await positionOf(id);
    const run = await runAt("2026-03-23");
    expect(run).toMatchObject({
      exits_triggered: 0,
      warnings: [
        {
          type: "settlement_unknown",
          ticker: "GME",
          context: { ticker: "GME", position_id: id, expiration_date: "2026-03-20" },
        },
      ],
    });
    expect(run.warnings?.[0]?.message).toBe(
      "Nobody says at what GME closed on 2026-03-20; the option that expired then stays open until a run knows it.",
    );
    expect(await positionOf(id)).toEqual(before);
  });
});
