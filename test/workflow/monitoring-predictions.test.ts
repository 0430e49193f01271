import { describe, expect, it } from "vitest";
import * as z from "zod";
import { useServices } from "../../lib/services.ts";
import { portfolioNames } from "../../lib/trading/positions/accounts.ts";
import {
  type FollowedPrediction,
  predictionExitSchema,
  predictionOutcomeSchema,
  predictionSchema,
} from "../../lib/trading/predictions/record.ts";
import { call } from "../support/cloud.ts";
import { byDay, premiumsAre, useMonitoring } from "../support/monitoring.ts";
import { prediction } from "../support/trading.ts";
import { seedPredictions } from "../support/trading-seeds.ts";

const desk = useMonitoring("predictions-monitoring");
const { begin, runAt, portfolioOf } = desk;
const contract = "GME   260320C00100000";
const premiumIs = (mark: number) => {
  desk.scene.schwabFaults = premiumsAre({ [contract]: mark });
};

/** Ten calls at 2.00, predicted on 2026-03-02 and tracked since. */
const predicted = (name: string, changes: Partial<FollowedPrediction> = {}): FollowedPrediction =>
  prediction({
    id: `${name}.GME`,
    comment_id: name,
    author: `author_${name}`,
    entry_date: "2026-03-02",
    created_at: "2026-03-02T15:30:00.000Z",
    contract_symbol: contract,
    strike_price: 100,
    expiration_date: "2026-03-20",
    ...changes,
  });
const storedPrediction = (name: string) =>
  desk.services.store.get(desk.services.store.keys.prediction(`${name}.GME`), predictionSchema);
const itemsOf = <T>(name: string, prefix: string, schema: z.ZodType<T>) => {
  const { keys, queryAll } = desk.services.store;
  return queryAll({ pk: keys.prediction(`${name}.GME`).pk, prefix }, schema);
};
const listed = async (pk: string) =>
  (await desk.services.store.queryAll({ pk }, z.object({ prediction_id: z.string() }))).map(
    (item) => item.prediction_id,
  );
const tracked = () => listed(desk.services.store.keys.tracked("", "").pk);
const unapplied = () => listed(desk.services.store.keys.unapplied("", "").pk);
const total = async (list: string) => {
  const { keys, get } = desk.services.store;
  return (await get(keys.counter(list), z.object({ total: z.number() })))?.total;
};

describe("a prediction", () => {
  it("is noted once a day, by the day's last run", async () => {
    await seedPredictions(await begin({ GME: 105 }), [predicted("a")]);
    premiumIs(2.5);
    await runAt("2026-03-03", "10:30");
    premiumIs(2.6);
    await runAt("2026-03-03", "15:00");
    premiumIs(2.4);
    await runAt("2026-03-04");
    expect(await itemsOf("a", "OUTCOME#", predictionOutcomeSchema)).toEqual([
      {
        prediction_id: "a.GME",
        day_offset: 1,
        premium: 2.6,
        underlying_price: 105,
        recorded_at: "2026-03-03T20:00:00.000Z",
      },
      {
        prediction_id: "a.GME",
        day_offset: 2,
        premium: 2.4,
        underlying_price: 105,
        recorded_at: "2026-03-04T15:30:00.000Z",
      },
    ]);
    expect(await storedPrediction("a")).toMatchObject({
      status: "tracking",
      current_premium: 2.4,
      peak_premium: 2.6,
      last_checked_at: "2026-03-04T15:30:00.000Z",
    });
    expect(await tracked()).toEqual(["a.GME"]);
  });

  it("that is resolved moves no money, leaves the tracked ones and waits for its author", async () => {
    const services = await begin({ GME: 100 });
    await seedPredictions(services, [predicted("a"), predicted("b", { entry_premium: 1 })]);
    premiumIs(0.9);
    expect(await runAt("2026-03-03")).toMatchObject({ exits_triggered: 0, warnings: null });
    expect(await storedPrediction("a")).toMatchObject({
      status: "resolved",
      contracts_remaining: 0,
      exit_reason: "stop_loss",
      simulated_pnl_cents: -110_000,
      simulated_return_pct: -0.55,
      is_correct: false,
      resolved_at: "2026-03-03T15:30:00.000Z",
    });
    expect(await itemsOf("a", "EXIT#", predictionExitSchema)).toMatchObject([
      { id: "a.GME.1", exit_premium: 0.9, observed_premium: 0.9, contracts_exited: 10, exit_reason: "stop_loss" },
    ]);
    expect([await tracked(), await unapplied()]).toEqual([["b.GME"], ["a.GME"]]);
    expect(await Promise.all(["tracking", "resolved"].map((status) => total(`PREDICTIONS#status=${status}`)))).toEqual([
      1, 1,
    ]);
    for (const name of portfolioNames) {
      expect(await portfolioOf(name)).toMatchObject({ cash_available_cents: 10_000_000, realized_pnl_cents: 0 });
    }
    const before = await storedPrediction("a");
    premiumIs(5);
    await runAt("2026-03-04");
    expect(await storedPrediction("a")).toEqual(before);
  });

  it("that has expired is settled although the broker is down, and is right if it gained", async () => {
    await seedPredictions(await begin({ GME: byDay({ "2026-03-20": 105 }) }), [
      predicted("a"),
      predicted("b", { strike_price: 104 }),
      predicted("c", { expiration_date: "2026-03-27" }),
    ]);
    desk.scene.schwabFaults = () => ({ status: 500, body: "{}" });
    await runAt("2026-03-23");
    expect(await storedPrediction("a")).toMatchObject({ simulated_return_pct: 1.5, is_correct: true });
    expect(await storedPrediction("b")).toMatchObject({ simulated_return_pct: -0.5, is_correct: false });
    expect((await itemsOf("a", "EXIT#", predictionExitSchema))[0]).toMatchObject({
      exit_reason: "expiration",
      exit_date: "2026-03-20",
      exit_premium: 5,
    });
    expect([await tracked(), await unapplied()]).toEqual([["c.GME"], ["a.GME", "b.GME"]]);
  });

  it("that has expired is settled in time however long the source of closes takes for each of many", async () => {
    const names = Array.from({ length: 10 }, (_, index) => `T${index}`);
    const expired = names.map((ticker) =>
      predicted("a", {
        id: `a.${ticker}`,
        ticker,
        contract_symbol: `${ticker}    260306C00100000`,
        expiration_date: "2026-03-06",
      }),
    );
    await seedPredictions(await begin(Object.fromEntries(names.map((ticker) => [ticker, 100]))), expired);
    let entries = 0;
    desk.setAround((handler, input) => {
      entries++;
      return handler(input);
    });
    desk.scene.yahooFaults = () => {
      desk.cloud.time.now = new Date(desk.cloud.time.now.getTime() + 100_000);
      return undefined;
    };
    await runAt("2026-03-09");
    expect(await tracked()).toEqual([]);
    expect(await total("PREDICTIONS#status=resolved")).toBe(10);
    expect(entries).toBe(2);
  });

  it("that a later market time has made is left alone by a run at an earlier one", async () => {
    const later = predicted("a", { entry_date: "2026-03-05", created_at: "2026-03-05T15:30:00.000Z" });
    await seedPredictions(await begin({ GME: 100 }), [later]);
    premiumIs(0.5);
    await runAt("2026-03-03");
    expect(await storedPrediction("a")).toEqual(later);
    expect(await itemsOf("a", "OUTCOME#", z.unknown())).toEqual([]);
  });

  it("without a premium is left as it is, which the log says and no warning", async () => {
    const other = predicted("b", { contract_symbol: "GME   260320C00120000" });
    await seedPredictions(await begin({ GME: 100 }), [predicted("a"), other]);
    premiumIs(2.1);
    expect(await runAt("2026-03-03")).toMatchObject({ warnings: null });
    expect(await storedPrediction("b")).toEqual(other);
    expect(await storedPrediction("a")).toMatchObject({ current_premium: 2.1 });
    expect(desk.cloud.log.lines).toContainEqual(
      expect.objectContaining({
        message: "predictions without a premium are left to the next run",
        fields: expect.objectContaining({ predictions: 1, tickers: ["GME"] }),
      }),
    );
  });

  it("keeps a person's word that came while the run looked at it, and so do the others of its batch", async () => {
    await seedPredictions(await begin({ GME: 100 }), [predicted("a"), predicted("b"), predicted("c")]);
    premiumIs(0.9);
    desk.setAround(async (handler, input) => {
      const { services } = desk.cloud;
      const broker = await services.broker();
      const optionQuotes: typeof broker.optionQuotes = async (request) => {
        const params = { id: "b.GME" };
        const answer = await call("api/override-prediction", { params, body: { override_result: "correct" } });
        expect(answer.status).toBe(200);
        return broker.optionQuotes(request);
      };
      useServices({ ...services, broker: async () => ({ ...broker, optionQuotes }) });
      return handler(input);
    });
    await runAt("2026-03-03");
    expect(await storedPrediction("a")).toMatchObject({ status: "resolved", is_correct: false });
    expect(await storedPrediction("b")).toMatchObject({
      status: "resolved",
      hitl_override: "correct",
      is_correct: true,
      simulated_return_pct: -0.55,
    });
    expect(await unapplied()).toEqual(["a.GME", "b.GME", "c.GME"]);
    expect(await total("PREDICTIONS#status=resolved")).toBe(3);
  });

  it("is one of many: all are checked, whatever a transaction holds", async () => {
    const many = Array.from({ length: 120 }, (_, index) => predicted(`p${String(index).padStart(3, "0")}`));
    await seedPredictions(await begin({ GME: 100 }), many);
    premiumIs(0.9);
    await runAt("2026-03-03");
    expect(await tracked()).toEqual([]);
    expect(await unapplied()).toHaveLength(120);
    expect(await total("PREDICTIONS#status=resolved")).toBe(120);
    expect(await total("PREDICTIONS#status=tracking")).toBe(0);
  });
});
