import { describe, expect, it } from "vitest";
import * as z from "zod";
import { put, remove } from "../../lib/store/actions.ts";
import { portfolioNames } from "../../lib/trading/positions/accounts.ts";
import { call } from "../support/cloud.ts";
import { useOpenings } from "../support/openings.ts";
import { signalOf } from "../support/seeds.ts";

const desk = useOpenings("old-realms");
const { begin, run, portfolio } = desk;

/** As an installation leaves it that has run before there was any trading: a configuration and signals, no account. */
async function beginOld(signals: Parameters<typeof begin>[0] = [{}]) {
  const services = await begin(signals);
  const { keys, transact } = services.store;
  const newer = ["commission_stock_usd", "commission_option_usd", "slippage_stock_pct", "slippage_option_pct"];
  await transact([
    ...portfolioNames.map((name) => remove(keys.portfolio(name))),
    ...newer.map((name) => remove(keys.configuration(name))),
  ]);
  return services;
}

describe("a realm from before paper trading", () => {
  it("trades with its next run, from the same $100,000", async () => {
    await beginOld();
    expect(await run()).toMatchObject({ status: "completed", positions_opened: 2 });
    // 35 shares at 142.50 are 4,987.50
    expect(await portfolio("stocks_quality")).toMatchObject({
      cash_available_cents: 9_501_250,
      current_value_cents: 10_000_000,
      open_position_ids: ["2026-03-02.GME.quality.stocks_quality"],
    });
    expect(await portfolio("options_consensus")).toMatchObject({ cash_available_cents: 10_000_000, version: 1 });
  });

  it("completes a run that has nothing to trade", async () => {
    await beginOld([]);
    expect(await run()).toMatchObject({ status: "completed", positions_opened: 0 });
  });

  it("has accounts whose prices can be refreshed, before and after", async () => {
    await beginOld([]);
    const refresh = () => call("api/refresh-prices", { params: { id: "stocks_quality" }, body: {} });
    expect(await refresh()).toMatchObject({ status: 200 });
    expect(await refresh()).toMatchObject({ status: 200 });
    expect((await run()).status).toBe("completed");
    expect(await portfolio("stocks_quality")).toMatchObject({ cash_available_cents: 10_000_000 });
  });

  it("shows the signals of then, in the list and one by one", async () => {
    const services = await beginOld([]);
    const { keys, transact } = services.store;
    const signal = signalOf({ signal_date: "2026-02-27" });
    await transact([put({ ...keys.formerSignal(signal.id), ...keys.signalIndex(signal), ...signal })]);
    const [listed] = (await call("api/list-signals", { query: {} })).body.data;
    expect(listed.id).toBe("2026-02-27.GME.quality");
    expect(await call("api/get-signal", { params: { id: listed.id } })).toMatchObject({ status: 200 });
  });

  it("says the same of an account's beginning at any time", async () => {
    const services = await beginOld([]);
    const ofOne = async () => (await call("api/get-portfolio", { params: { id: "stocks_quality" } })).body.data;
    const before = await ofOne();
    desk.stage.cloud.time.now = new Date(Date.parse(services.clock.now().toISOString()) + 86_400_000);
    expect(await ofOne()).toEqual(before);
  });
});

describe("a realm that was never used", () => {
  it("has accounts whose prices can be refreshed", async () => {
    const services = desk.stage.begin("old-realms-unused", undefined);
    const answer = await call("api/refresh-prices", { params: { id: "options_quality" }, body: {} });
    expect(answer.status).toBe(200);
    expect(answer.body.data.portfolio).toMatchObject({ current_value: 100_000, cash_available: 100_000 });
    expect((await services.store.query({ pk: services.store.keys.portfolio("").pk }, z.unknown())).items).toHaveLength(
      1,
    );
  });
});
