import { describe, expect, it } from "vitest";
import { call } from "../support/cloud.ts";
import { byDay, calls, onDay, premiumsAre, shares, useMonitoring } from "../support/monitoring.ts";
import { prediction } from "../support/trading.ts";
import { seedPositions, seedPredictions } from "../support/trading-seeds.ts";

const desk = useMonitoring("splits");
const { begin, runAt, exitsOf, positionOf, portfolioOf, bars } = desk;
const monday = "2026-03-02.GME.quality.stocks_quality";
const tenForOne = { GME: [{ date: "2026-03-03", ratio: 10 }] };
/** A hundred before the split of Tuesday, eleven after it. */
const traded = byDay({ "2026-03-02": 100, "2026-03-03": 11 });
const down = () => ({ status: 500, body: "{}" });

describe("a split of ten for one since the last check", () => {
  it("turns 50 shares at 100 into 500 at 10 before anything is decided, and all stored prices are as traded", async () => {
    const services = await begin({ GME: traded }, tenForOne);
    await seedPositions(services, [shares()]);
    expect(await runAt("2026-03-03")).toMatchObject({ exits_triggered: 0, warnings: null });
    expect(await positionOf(monday)).toMatchObject({
      ...{ shares: 500, shares_remaining: 500, entry_price: 10, stop_loss_price: 9, take_profit_price: 11.5 },
      ...{ peak_price: 11, last_price: 11, splits: [{ date: "2026-03-03", ratio: 10, settlement_cents: 0 }] },
    });
    expect(await portfolioOf("stocks_quality")).toMatchObject({
      ...{ current_value_cents: 10_050_000, cash_available_cents: 9_500_000 },
    });
    expect((await bars("GME")).map(({ date, close, split }) => [date, close, split])).toEqual([
      ["2026-03-02", 100, 1],
      ["2026-03-03", 11, 10],
    ]);
  });

  it("is booked once, by however many runs", async () => {
    const services = await begin({ GME: traded }, tenForOne);
    await seedPositions(services, [shares()]);
    await runAt("2026-03-03");
    await runAt("2026-03-03", "14:00");
    await runAt("2026-03-04");
    expect(await positionOf(monday)).toMatchObject({ shares: 500, splits: [{ date: "2026-03-03" }] });
  });

  it("comes after the exits of the days before it, at the prices of those days", async () => {
    // Monday's afternoon goes below the stop of 90.
    const price = onDay("2026-03-02", { 30: 89, 40: 95 });
    const fallen = (day: string, candle: number) => (day > "2026-03-02" ? 9.5 : price(day, candle));
    const services = await begin({ GME: fallen }, tenForOne);
    await seedPositions(services, [shares()]);
    expect(await runAt("2026-03-03")).toMatchObject({ exits_triggered: 1 });
    expect(await exitsOf(monday)).toMatchObject([
      { exit_reason: "stop_loss", exit_date: "2026-03-02", shares_exited: 50, exit_price: 90 },
    ]);
    expect(await positionOf(monday)).toMatchObject({ status: "closed", shares: 50, splits: [] });
  });

  it("moves the stop that the same day touches", async () => {
    const services = await begin({ GME: onDay("2026-03-03", { 0: 10, 5: 8.9, 10: 10 }) }, tenForOne);
    await seedPositions(services, [shares()]);
    expect(await runAt("2026-03-03", "14:00")).toMatchObject({ exits_triggered: 1 });
    expect(await exitsOf(monday)).toMatchObject([{ exit_reason: "stop_loss", shares_exited: 500, exit_price: 9 }]);
  });

  it("does not count before its day's opening, and is not guessed from candles that are adjusted for it already", async () => {
    const services = await begin({ GME: traded }, tenForOne);
    await seedPositions(services, [shares()]);
    expect((await runAt("2026-03-03", "08:00")).warnings).toMatchObject([{ type: "splits_unknown" }]);
    expect(await positionOf(monday)).toMatchObject({ shares: 50, last_price: 100, splits: [] });
    expect(await runAt("2026-03-03")).toMatchObject({ warnings: null });
    expect(await positionOf(monday)).toMatchObject({ shares: 500, last_price: 11 });
  });

  it("changes nothing of shares that were bought on its day, at its price", async () => {
    const services = await begin(
      { GME: byDay({ "2026-02-27": 1000, "2026-03-02": 100 }) },
      { GME: [{ date: "2026-03-02", ratio: 10 }] },
    );
    await seedPositions(services, [shares()]);
    await runAt("2026-03-03");
    expect(await positionOf(monday)).toMatchObject({ shares: 50, entry_price: 100, splits: [] });
  });

  it("and a second one are booked in their order", async () => {
    const twice = { GME: [...tenForOne.GME, { date: "2026-03-05", ratio: 0.5 }] };
    const services = await begin({ GME: byDay({ "2026-03-02": 100, "2026-03-03": 10, "2026-03-05": 21 }) }, twice);
    await seedPositions(services, [shares({ trailing_stop_active: true, peak_price: 104 })]);
    expect(await runAt("2026-03-05")).toMatchObject({ exits_triggered: 0 });
    expect(await positionOf(monday)).toMatchObject({
      ...{ shares: 250, entry_price: 20, stop_loss_price: 18, peak_price: 21 },
      splits: [
        { quantity_before: 50, quantity_after: 500 },
        { quantity_before: 500, quantity_after: 250 },
      ],
    });
  });
});

describe("where nobody says whether there was a split", () => {
  it("nothing is decided, the run warns, and the next one decides as if it had not been", async () => {
    const services = await begin({ GME: traded }, tenForOne);
    await seedPositions(services, [shares()]);
    const before = await positionOf(monday);
    desk.scene.yahooFaults = down;
    const run = await runAt("2026-03-03");
    expect(run).toMatchObject({ exits_triggered: 0, warnings: [{ type: "splits_unknown", ticker: "GME", phase: 6 }] });
    expect(run.warnings?.[0]?.message).toBe(
      "Nobody says whether GME was split; its positions are checked by the next run.",
    );
    expect(await positionOf(monday)).toEqual(before);
    desk.scene.yahooFaults = undefined;
    await runAt("2026-03-04");
    expect(await positionOf(monday)).toMatchObject({ shares: 500, last_price: 11 });
  });
});

describe("a split while daily bars stand in for the broker", () => {
  it("waits with all else for the next run, which sells before it what the days before it sell", async () => {
    // Monday's afternoon goes below the stop of 90, of which Tuesday's run learns nothing.
    const price = onDay("2026-03-02", { 30: 89, 40: 95 });
    const services = await begin({ GME: (day, candle) => (day > "2026-03-02" ? 10 : price(day, candle)) }, tenForOne);
    await seedPositions(services, [shares()]);
    desk.scene.schwabFaults = ({ path }) => (path.startsWith("/marketdata") ? down() : undefined);
    const before = await positionOf(monday);
    await runAt("2026-03-03");
    expect(await positionOf(monday)).toEqual(before);
    desk.scene.schwabFaults = undefined;
    expect(await runAt("2026-03-04")).toMatchObject({ exits_triggered: 1 });
    expect(await exitsOf(monday)).toMatchObject([
      { exit_reason: "stop_loss", exit_date: "2026-03-02", shares_exited: 50, exit_price: 90 },
    ]);
  });
});

describe("a split of an option's underlying", () => {
  const option = "2026-03-02.GME.quality.options_quality";
  const contract = "GME   260320C00010000";

  it("makes a hundred calls at 0.20 of ten at 2.00, which are priced by their new name", async () => {
    const services = await begin({ GME: traded }, tenForOne);
    await seedPositions(services, [calls()]);
    desk.scene.schwabFaults = premiumsAre({ [contract]: 0.21 });
    expect(await runAt("2026-03-03")).toMatchObject({ exits_triggered: 0, warnings: null });
    expect(await positionOf(option)).toMatchObject({
      ...{ contracts: 100, contracts_remaining: 100, entry_price: 0.2, peak_premium: 0.21, last_price: 0.21 },
      ...{ strike_price: 10, contract_symbol: contract, deliverable_shares: 100 },
      splits: [{ date: "2026-03-03", ratio: 10, quantity_before: 10, quantity_after: 100 }],
    });
    expect(await portfolioOf("options_quality")).toMatchObject({ current_value_cents: 10_010_000 });
  });

  it("is booked without a premium too, and moves no money", async () => {
    const services = await begin({ GME: traded }, tenForOne);
    await seedPositions(services, [calls()]);
    desk.scene.schwabFaults = premiumsAre({});
    const run = await runAt("2026-03-03");
    expect(run.warnings).toMatchObject([{ type: "price_unavailable" }, { type: "schwab_options_unavailable" }]);
    expect(run.warnings?.[1]?.message).toContain(contract);
    expect(await positionOf(option)).toMatchObject({ contracts: 100, last_price: 0.2, splits: [{ ratio: 10 }] });
    expect(await portfolioOf("options_quality")).toMatchObject({ current_value_cents: 10_000_000 });
  });

  it("to fewer shares is settled by what a contract delivers, at the close as it was traded", async () => {
    // Ten shares of 1,210 where a hundred of 121 were to be had: 21 a share above the strike.
    const price = byDay({ "2026-03-02": 100, "2026-03-19": 1210, "2026-03-23": 605 });
    const splits = [
      { date: "2026-03-19", ratio: 0.1 },
      { date: "2026-03-23", ratio: 2 },
    ];
    const services = await begin({ GME: price }, { GME: splits });
    await seedPositions(services, [calls()]);
    expect(await runAt("2026-03-23")).toMatchObject({ exits_triggered: 1 });
    expect(await exitsOf(option)).toMatchObject([
      { exit_reason: "expiration", exit_date: "2026-03-20", exit_price: 21, contracts_exited: 10 },
    ]);
    expect(await positionOf(option)).toMatchObject({ deliverable_shares: 10, splits: [{ date: "2026-03-19" }] });
  });

  it("changes a prediction alike, and its earlier days are shown on the scale of then", async () => {
    const services = await begin(
      { GME: byDay({ "2026-03-02": 100, "2026-03-04": 11 }) },
      { GME: [{ date: "2026-03-04", ratio: 10 }] },
    );
    const followed = prediction({
      ...{ id: "a.GME", comment_id: "a", entry_date: "2026-03-02", created_at: "2026-03-02T15:30:00.000Z" },
      ...{ contract_symbol: "GME   260320C00100000", strike_price: 100, expiration_date: "2026-03-20" },
    });
    await seedPredictions(services, [followed]);
    desk.scene.schwabFaults = premiumsAre({ "GME   260320C00100000": 3, [contract]: 0.25 });
    await runAt("2026-03-03");
    await runAt("2026-03-04");
    const { data } = (await call("api/get-prediction", { params: { id: "a.GME" } })).body;
    expect(data).toMatchObject({
      ...{ contracts: 100, contracts_remaining: 100, entry_premium: 0.2, current_premium: 0.25, peak_premium: 0.3 },
      ...{ strike_price: 10, contract_symbol: contract, deliverable_shares: 100, status: "tracking" },
      splits: [{ date: "2026-03-04", ratio: 10, contracts: 10 }],
      prediction_outcomes: [
        { day_offset: 1, premium: 3, pnl_pct: 0.5 },
        { day_offset: 2, premium: 0.25, pnl_pct: 0.25 },
      ],
    });
  });
});
