import { describe, expect, it } from "vitest";
import { byDay, onDay, shares, useMonitoring } from "../support/monitoring.ts";
import { seedPositions } from "../support/trading-seeds.ts";

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
  it("is booked, and the next run walks all of the window on the new scale", async () => {
    // Monday's afternoon goes below the stop of 90, of which Tuesday's run learns nothing.
    const price = onDay("2026-03-02", { 30: 89, 40: 95 });
    const services = await begin({ GME: (day, candle) => (day > "2026-03-02" ? 10 : price(day, candle)) }, tenForOne);
    await seedPositions(services, [shares()]);
    desk.scene.schwabFaults = ({ path }) => (path.startsWith("/marketdata") ? down() : undefined);
    await runAt("2026-03-03");
    expect(await positionOf(monday)).toMatchObject({ shares: 500, last_price: 10, status: "open" });
    desk.scene.schwabFaults = undefined;
    expect(await runAt("2026-03-04")).toMatchObject({ exits_triggered: 1 });
    expect(await exitsOf(monday)).toMatchObject([
      { exit_reason: "stop_loss", exit_date: "2026-03-02", shares_exited: 500, exit_price: 9 },
    ]);
  });
});
