import { describe, expect, it } from "vitest";
import { call } from "../support/cloud.ts";
import { byDay, calls, premiumsAre, shares, useMonitoring } from "../support/monitoring.ts";
import { prediction } from "../support/trading.ts";
import { seedPositions, seedPredictions } from "../support/trading-seeds.ts";

const desk = useMonitoring("reviews");
const { begin, runAt, exitsOf, positionOf, portfolioOf } = desk;
const share = "2026-03-02.GME.quality.stocks_quality";
const option = "2026-03-02.GME.quality.options_quality";
/** Worth 100 before, 78 after; the source of daily prices names it by what its share was worth. */
const spinOff = { GME: [{ date: "2026-03-03", ratio: 1.281, isDoubtful: true as const }] };
const fallen = byDay({ "2026-03-02": 100, "2026-03-03": 78 });
const spinOffReason = "On 2026-03-03 GME became 1.281 shares, which is no split for certain and may be a spin-off.";
const lostReason = "No source knows GME any more: it was delisted, merged or renamed.";
const expired = (name: string, changes: Parameters<typeof prediction>[0] = {}) =>
  prediction({
    ...{ id: `${name}.GME`, comment_id: name, entry_date: "2026-03-02", created_at: "2026-03-02T15:30:00.000Z" },
    ...{ contract_symbol: "GME   260320C00100000", strike_price: 100, expiration_date: "2026-03-20", ...changes },
  });
/** What Yahoo answers whatever it is asked for: days at one price each, and no splits. */
const closesAre = (closes: Record<string, number>) => () => {
  const timestamp = Object.keys(closes).map((day) => Date.parse(`${day}T14:30:00Z`) / 1000);
  const column = Object.values(closes);
  const indicators = { quote: [{ open: column, high: column, low: column, close: column }] };
  return { status: 200, body: JSON.stringify({ chart: { result: [{ timestamp, indicators }], error: null } }) };
};
const shown = async (name: string) => (await call("api/get-prediction", { params: { id: `${name}.GME` } })).body.data;

describe("a ratio that is no split for certain", () => {
  it("is booked on nothing: the position is marked, keeps its last price, and every run names it", async () => {
    const services = await begin({ GME: fallen, AMC: 100 }, spinOff);
    await seedPositions(services, [shares(), calls(), shares({ ticker: "AMC" })]);
    desk.scene.schwabFaults = premiumsAre({ "GME   260320C00100000": 0.5 });
    const { warnings, exits_triggered } = await runAt("2026-03-03");
    // At 78 the stop of 90 would have sold, and at 0.50 that of the option.
    expect(exits_triggered).toBe(0);
    expect(warnings?.map(({ type, message }) => `${type} ${message}`).toSorted()).toEqual([
      `position_needs_review ${option} needs review since 2026-03-03: ${spinOffReason} Close it by naming a price.`,
      `position_needs_review ${share} needs review since 2026-03-03: ${spinOffReason} Close it by naming a price.`,
    ]);
    expect(await positionOf(share)).toMatchObject({
      ...{ status: "open", needs_review: true, review_reason: spinOffReason, review_since: "2026-03-03" },
      ...{ shares_remaining: 50, last_price: 100, last_price_at: "2026-03-02T15:30:00.000Z", splits: [] },
    });
    expect(await positionOf("2026-03-02.AMC.quality.stocks_quality")).toMatchObject({
      needs_review: false,
      last_checked_at: "2026-03-03T15:30:00.000Z",
    });
    const marked = await positionOf(share);
    const later = await runAt("2026-03-05");
    expect(later.warnings).toEqual(warnings?.map((each) => ({ ...each, timestamp: expect.any(String) })));
    expect(await positionOf(share)).toEqual({ ...marked, days_without_price: 3, version: marked.version + 1 });
    expect(await portfolioOf("stocks_quality")).toMatchObject({
      ...{ current_value_cents: 10_000_000, unpriced_value_cents: 0, review_position_ids: [share] },
    });
    await runAt("2026-03-09");
    expect(await portfolioOf("stocks_quality")).toMatchObject({ unpriced_value_cents: 500_000 });
  });

  it("leaves shares that were bought after it alone", async () => {
    const services = await begin({ GME: fallen }, spinOff);
    await seedPositions(services, [
      shares(),
      shares({
        ...{ portfolio_id: "stocks_consensus", entry_date: "2026-03-03", entry_price: 78, last_price: 78 },
        ...{ stop_loss_price: 70.2, take_profit_price: 89.7, peak_price: 78 },
      }),
    ]);
    await runAt("2026-03-03", "14:00");
    await runAt("2026-03-04");
    expect(await positionOf("2026-03-03.GME.consensus.stocks_consensus")).toMatchObject({
      needs_review: false,
      last_price: 78,
      last_checked_at: "2026-03-04T15:30:00.000Z",
    });
  });

  it("ends a prediction without a verdict", async () => {
    const services = await begin({ GME: fallen }, spinOff);
    await seedPredictions(services, [expired("a"), expired("b", { entry_date: "2026-03-03" })]);
    desk.scene.schwabFaults = premiumsAre({ "GME   260320C00100000": 0.5 });
    const { warnings } = await runAt("2026-03-03", "14:00");
    expect(warnings).toMatchObject([{ type: "prediction_needs_review", ticker: "GME", context: { ticker: "GME" } }]);
    expect(warnings?.[0]?.message).toBe(
      `Predictions about GME need review and are not followed any more: ${spinOffReason}`,
    );
    expect(await shown("a")).toMatchObject({
      ...{ status: "needs_review", review_reason: spinOffReason, review_since: "2026-03-03" },
      ...{ is_correct: null, exit_reason: null, contracts_remaining: 10, splits: [] },
    });
    expect(await shown("b")).toMatchObject({ status: "resolved", exit_reason: "stop_loss" });
    const listed = await call("api/list-predictions", { query: { status: "needs_review" } });
    expect(listed.body).toMatchObject({ meta: { total: 1 }, data: [{ id: "a.GME" }] });
    expect(await runAt("2026-03-04")).toMatchObject({ warnings: null });
  });

  it("is refused to a close at the live price, and not to one at a named price, before a run has seen it too", async () => {
    const services = await begin({ GME: fallen }, spinOff);
    await seedPositions(services, [shares()]);
    desk.moveTo("2026-03-03");
    const refused = await call("api/close-position", { params: { id: share }, body: { reason: "now" } });
    expect([refused.status, refused.body.error]).toEqual([
      409,
      {
        code: "POSITION_NEEDS_REVIEW",
        message: `The position needs review: ${spinOffReason} Name a price to close it.`,
        details: { reason: spinOffReason },
      },
    ]);
    const named = await call("api/close-position", { params: { id: share }, body: { reason: "now", price: 101.5 } });
    expect(named.body.data.exit).toMatchObject({ exit_price: 101.5, shares_exited: 50, realized_pnl: 75 });
  });
});

describe("prices on another scale without a split that explains it", () => {
  /** The broker's candles are adjusted by ten; the source of daily prices knows of nothing. */
  const scaleDown = async () => {
    const services = await begin(
      { GME: byDay({ "2026-03-02": 100, "2026-03-03": 11 }) },
      { GME: [{ date: "2026-03-03", ratio: 10 }] },
    );
    await seedPositions(services, [shares()]);
    const whole = desk.scene.yahooFaults;
    desk.scene.yahooFaults = closesAre({ "2026-03-02": 100, "2026-03-03": 11, "2026-03-04": 11, "2026-03-05": 11 });
    return () => {
      desk.scene.yahooFaults = whole;
    };
  };

  it("are waited with for two trading days, and marked on the third", async () => {
    await scaleDown();
    for (const day of ["2026-03-03", "2026-03-04"]) {
      expect((await runAt(day)).warnings).toMatchObject([{ type: "splits_unknown" }]);
      expect(await positionOf(share)).toMatchObject({
        ...{ needs_review: false, last_price: 100, doubted_since: "2026-03-03", version: 1 },
      });
    }
    expect((await runAt("2026-03-05")).warnings?.map(({ type }) => type).toSorted()).toEqual([
      "position_needs_review",
      "splits_unknown",
    ]);
    expect(await positionOf(share)).toMatchObject({
      needs_review: true,
      review_reason: "Prices of GME are on another scale than at the last check, and no source names a split.",
      review_since: "2026-03-05",
      last_checked_at: "2026-03-02T15:30:00.000Z",
    });
  });

  it("are read on the right one where the source names the split days late, as if it had done so at once", async () => {
    const explain = await scaleDown();
    for (const day of ["2026-03-03", "2026-03-04"]) await runAt(day);
    explain();
    expect(await runAt("2026-03-05")).toMatchObject({ warnings: null, exits_triggered: 0 });
    expect(await positionOf(share)).toMatchObject({
      ...{ needs_review: false, shares: 500, entry_price: 10, last_price: 11, peak_price: 11 },
      splits: [{ date: "2026-03-03", ratio: 10 }],
    });
  });
});

describe("a split that is named on its day, after a pause of runs", () => {
  it("is waited for where a run comes before that day's opening, and booked by the next one", async () => {
    const services = await begin(
      { GME: byDay({ "2026-03-02": 100, "2026-03-06": 11 }) },
      { GME: [{ date: "2026-03-06", ratio: 10 }] },
    );
    await seedPositions(services, [shares()]);
    expect((await runAt("2026-03-06", "08:00")).warnings).toMatchObject([{ type: "splits_unknown" }]);
    expect(await positionOf(share)).toMatchObject({ needs_review: false, doubted_since: "2026-03-06" });
    expect(await runAt("2026-03-06", "11:00")).toMatchObject({ warnings: null, exits_triggered: 0 });
    expect(await positionOf(share)).toMatchObject({
      ...{ needs_review: false, doubted_since: null, shares: 500, entry_price: 10, last_price: 11 },
    });
  });
});

describe("a split that the source names a day late, after a run on the weekend before it", () => {
  const bought = { entry_date: "2026-03-05" };
  const [stock, contract] = ["2026-03-05.GME.quality.stocks_quality", "2026-03-05.GME.quality.options_quality"];

  it("decides nothing on its day, about share and option, and is booked when it is named", async () => {
    const services = await begin(
      { GME: byDay({ "2026-03-05": 100, "2026-03-09": 11 }) },
      { GME: [{ date: "2026-03-09", ratio: 10 }] },
    );
    await seedPositions(services, [shares(bought), calls(bought)]);
    desk.scene.schwabFaults = premiumsAre({ "GME   260320C00100000": 2, "GME   260320C00010000": 0.3 });
    expect(await runAt("2026-03-08", "12:00")).toMatchObject({ warnings: null, exits_triggered: 0 });
    desk.scene.schwabFaults = premiumsAre({ "GME   260320C00100000": 0.01, "GME   260320C00010000": 0.3 });
    desk.scene.yahooFaults = closesAre({ "2026-03-05": 100, "2026-03-06": 100, "2026-03-09": 11 });
    expect((await runAt("2026-03-09", "11:00")).warnings?.map(({ type }) => type)).toContain("splits_unknown");
    expect(await exitsOf(stock)).toEqual([]);
    expect(await exitsOf(contract)).toEqual([]);
    desk.scene.yahooFaults = undefined;
    expect(await runAt("2026-03-10", "11:00")).toMatchObject({ warnings: null, exits_triggered: 0 });
    expect(await positionOf(stock)).toMatchObject({ shares: 500, entry_price: 10, last_price: 11 });
    expect(await positionOf(contract)).toMatchObject({ contracts: 100, strike_price: 10, entry_price: 0.2 });
  });
});

describe("a split that the source names a day late, of what only options are held of", () => {
  const split = [{ date: "2026-03-03", ratio: 2 }];
  const puts = { option_type: "put", contract_symbol: "GME   260320P00100000", strike_price: 100 } as const;
  /** GME is worth 100, then 49; the old put is quoted on, at what 49 made of it. */
  const holdPuts = async () => {
    const services = await begin({ GME: byDay({ "2026-03-02": 100, "2026-03-03": 49 }) }, { GME: split });
    await seedPositions(services, [calls(puts)]);
    await seedPredictions(services, [expired("a", { ...puts, sentiment: "bearish" })]);
    desk.scene.schwabFaults = premiumsAre({ "GME   260320P00100000": 51, "GME   260320P00050000": 1.1 });
  };
  const unnamed = closesAre({ "2026-03-02": 100, "2026-03-03": 49 });

  it.each(["10:30", "17:00"])(
    "decides nothing at %s of that day, and comes to what it would have a day later",
    async (time) => {
      await holdPuts();
      desk.scene.yahooFaults = unnamed;
      expect(await runAt("2026-03-03", time)).toMatchObject({
        exits_triggered: 0,
        warnings: [{ type: "predictions_unchecked" }, { type: "splits_unknown" }],
      });
      expect(await positionOf(option)).toMatchObject({ contracts: 10, strike_price: 100, last_price: 2, splits: [] });
      desk.scene.yahooFaults = undefined;
      expect(await runAt("2026-03-04")).toMatchObject({ exits_triggered: 0, warnings: null });
      expect(await positionOf(option)).toMatchObject({
        ...{ contracts: 20, strike_price: 50, entry_price: 1, last_price: 1.1, doubted_since: null },
        splits: [{ date: "2026-03-03", ratio: 2 }],
      });
      expect(await shown("a")).toMatchObject({
        status: "tracking",
        contracts: 20,
        strike_price: 50,
        current_premium: 1.1,
      });
    },
  );

  it("refuses a close and keeps the last price when prices are refreshed", async () => {
    await holdPuts();
    desk.scene.yahooFaults = unnamed;
    desk.moveTo("2026-03-03");
    const refused = await call("api/close-position", { params: { id: option }, body: { reason: "now" } });
    expect([refused.status, refused.body.error.code]).toEqual([503, "PRICE_UNAVAILABLE"]);
    const { body } = await call("api/refresh-prices", { params: { id: "options_quality" }, body: {} });
    expect([body.data.failed, body.data.positions[0].current_price]).toEqual([["GME"], 2]);
  });

  it("is no split where the broker's candles of before stand where the closes do: the price has halved", async () => {
    const services = await begin({ GME: byDay({ "2026-03-02": 100, "2026-03-03": 49 }) });
    await seedPositions(services, [calls(puts)]);
    desk.scene.schwabFaults = premiumsAre({ "GME   260320P00100000": 51 });
    expect(await runAt("2026-03-03")).toMatchObject({ exits_triggered: 1, warnings: null });
    expect(await exitsOf(option)).toMatchObject([{ exit_reason: "take_profit", exit_price: 51 }]);
  });

  it("settles no option that expires on its day by the old strike", async () => {
    const services = await begin(
      { GME: byDay({ "2026-03-02": 100, "2026-03-06": 49 }) },
      { GME: [{ date: "2026-03-06", ratio: 2 }] },
    );
    const friday = { ...puts, contract_symbol: "GME   260306P00100000", expiration_date: "2026-03-06" };
    await seedPositions(services, [calls(friday)]);
    desk.scene.yahooFaults = closesAre({
      ...{ "2026-03-02": 100, "2026-03-03": 100, "2026-03-04": 100, "2026-03-05": 100 },
      ...{ "2026-03-06": 49, "2026-03-09": 49 },
    });
    expect(await runAt("2026-03-09")).toMatchObject({ exits_triggered: 0, warnings: [{ type: "settlement_unknown" }] });
    desk.scene.yahooFaults = undefined;
    expect(await runAt("2026-03-10")).toMatchObject({ exits_triggered: 1, warnings: null });
    // Twenty at a strike of 50.
    expect(await exitsOf(option)).toMatchObject([
      { exit_reason: "expiration", exit_date: "2026-03-06", exit_price: 1, contracts_exited: 20 },
    ]);
  });
});

describe("a symbol that no source knows any more", () => {
  it("is waited for, and marked on the third trading day without it, share and option alike", async () => {
    await seedPositions(await begin({ AMC: 100 }), [shares(), calls()]);
    for (const day of ["2026-03-03", "2026-03-04"]) await runAt(day);
    expect(await positionOf(share)).toMatchObject({
      ...{ needs_review: false, days_without_price: 2, last_checked_at: "2026-03-02T15:30:00.000Z" },
    });
    await runAt("2026-03-05");
    for (const id of [share, option]) {
      expect(await positionOf(id)).toMatchObject({ needs_review: true, review_reason: lostReason });
    }
    expect(await runAt("2026-03-23")).toMatchObject({ exits_triggered: 0 });
    expect(await exitsOf(option)).toEqual([]);
  });

  it("is not taken for lost where one of both sources does not answer, or only knows no price", async () => {
    const services = await begin({ AMC: 100 });
    await seedPositions(services, [shares(), calls()]);
    desk.scene.yahooFaults = () => ({ status: 500, body: "{}" });
    await runAt("2026-03-05");
    desk.scene.yahooFaults = () => ({ status: 404, body: "<html>" });
    await runAt("2026-03-06");
    desk.scene.yahooFaults = undefined;
    desk.scene.schwabFaults = ({ path }) => (path.startsWith("/marketdata") ? { status: 500, body: "{}" } : undefined);
    await runAt("2026-03-09");
    desk.scene.schwabFaults = ({ path }) => (path.endsWith("/quotes") ? { status: 200, body: "{}" } : undefined);
    await runAt("2026-03-10");
    for (const id of [share, option]) {
      expect(await positionOf(id)).toMatchObject({
        ...{ needs_review: false, last_price: id === share ? 100 : 2, last_checked_at: "2026-03-02T15:30:00.000Z" },
      });
    }
  });

  it("settles no option and no prediction at their last premiums", async () => {
    const services = await begin({ AMC: 100 });
    await seedPositions(services, [calls()]);
    await seedPredictions(services, [expired("a")]);
    for (const day of ["2026-03-23", "2026-03-24"]) await runAt(day);
    expect(await positionOf(option)).toMatchObject({ needs_review: false, exit_count: 0 });
    expect(await shown("a")).toMatchObject({ status: "tracking" });
    await runAt("2026-03-25");
    expect(await positionOf(option)).toMatchObject({ needs_review: true, review_reason: lostReason, exit_count: 0 });
    expect(await shown("a")).toMatchObject({ status: "needs_review", review_reason: lostReason, is_correct: null });
  });
});

describe("what needs review", () => {
  const marked = { needs_review: true, review_reason: spinOffReason, review_since: "2026-03-03" };

  it("keeps its price when prices are refreshed", async () => {
    await seedPositions(await begin({ GME: 120, AMC: 120 }), [shares(marked), shares({ ticker: "AMC" })]);
    desk.moveTo("2026-03-04");
    const { body } = await call("api/refresh-prices", { params: { id: "stocks_quality" }, body: {} });
    expect(body.data.failed).toEqual(["GME"]);
    expect(body.data.positions.map(({ current_price }: { current_price: number }) => current_price)).toEqual([
      100, 120,
    ]);
  });
});
