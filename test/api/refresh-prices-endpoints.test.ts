import { describe, expect, it } from "vitest";
import * as z from "zod";
import { portfolioViewSchema } from "../../lib/trading/positions/portfolio-view.ts";
import { positionViewSchema } from "../../lib/trading/positions/view.ts";
import { call } from "../support/cloud.ts";
import { marketOf, untraded } from "../support/market.ts";
import { byDay, calls, premiumsAre, shares, useMonitoring } from "../support/monitoring.ts";
import { seedPositions } from "../support/trading-seeds.ts";

const desk = useMonitoring("refreshing");
const { begin, moveTo, exitsOf, positionOf, portfolioOf } = desk;
const gme = "2026-03-02.GME.quality.stocks_quality";
const amc = "2026-03-02.AMC.quality.stocks_quality";
const answerSchema = z.strictObject({
  portfolio: portfolioViewSchema.strict(),
  positions: positionViewSchema.strict().array(),
  failed: z.string().array(),
});

async function refresh(id: string) {
  const answer = await call("api/refresh-prices", { params: { id }, body: {} });
  expect(answer.status).toBe(200);
  return answerSchema.parse(answer.body.data);
}
/** GME has fallen far below its stop by Tuesday, AMC has risen. */
async function hold() {
  const services = await begin({ GME: byDay({ "2026-03-03": 80 }), AMC: byDay({ "2026-03-03": 104 }) });
  await seedPositions(services, [shares(), shares({ ticker: "AMC" })]);
  moveTo("2026-03-03");
}

describe("POST /portfolios/{id}/refresh-prices", () => {
  it("stores live prices and values the portfolio, and lets no exit follow", async () => {
    await hold();
    const { portfolio, positions, failed } = await refresh("stocks_quality");
    // 90,000 in cash, 50 × 80 and 50 × 104
    expect(portfolio).toMatchObject({
      id: "stocks_quality",
      current_value: 99_200,
      cash_available: 90_000,
      open_position_count: 2,
      last_valued_at: "2026-03-03T15:30:00.000Z",
    });
    expect(positions).toMatchObject([
      {
        id: gme,
        status: "open",
        current_price: 80,
        unrealized_return_pct: -20,
        price_as_of: "2026-03-03T15:30:00.000Z",
      },
      {
        id: amc,
        status: "open",
        current_price: 104,
        unrealized_return_pct: 4,
        price_as_of: "2026-03-03T15:30:00.000Z",
      },
    ]);
    expect(failed).toEqual([]);
    expect(await exitsOf(gme)).toEqual([]);
    // The next check still walks the whole window.
    expect(await positionOf(amc)).toMatchObject({ last_checked_at: "2026-03-02T15:30:00.000Z", peak_price: 100 });
    expect((await call("api/get-portfolio", { params: { id: "stocks_quality" } })).body.data).toMatchObject(portfolio);
  });

  it("asks the broker once for all of them", async () => {
    await hold();
    const asked: string[] = [];
    desk.scene.schwabFaults = ({ path, query }) => {
      if (path.startsWith("/marketdata")) asked.push(`${path} ${query.get("symbols")}`);
      return undefined;
    };
    await refresh("stocks_quality");
    // And for the candles of GME, which has moved as far as a split would.
    expect(asked).toEqual(["/marketdata/v1/quotes AMC,GME", "/marketdata/v1/pricehistory null"]);
  });

  it("names those that keep their last price", async () => {
    const services = await begin({ GME: byDay({ "2026-03-03": 102 }) });
    await seedPositions(services, [shares(), shares({ ticker: "AMC" })]);
    moveTo("2026-03-03");
    const { portfolio, positions, failed } = await refresh("stocks_quality");
    expect(failed).toEqual(["AMC"]);
    expect(positions.map(({ current_price }) => current_price)).toEqual([102, 100]);
    expect(portfolio.current_value).toBe(100_100);
  });

  it("keeps the last price of what was not traded in the last session", async () => {
    await seedPositions(await begin({}), [shares(), calls()]);
    desk.scene.market = untraded(marketOf({ GME: byDay({ "2026-03-02": 98 }) }), "GME", "2026-03-03");
    moveTo("2026-03-03");
    const { positions, failed } = await refresh("stocks_quality");
    expect([failed, positions[0]?.current_price]).toEqual([["GME"], 100]);
    expect((await refresh("options_quality")).failed).toEqual(["GME"]);
  });

  it("keeps the last price on the day of a split that no run has booked yet, and of one that it only looks like", async () => {
    const price = byDay({ "2026-03-03": 11 });
    await seedPositions(await begin({ GME: price }, { GME: [{ date: "2026-03-03", ratio: 10 }] }), [shares()]);
    moveTo("2026-03-03");
    const { portfolio, positions, failed } = await refresh("stocks_quality");
    expect([failed, positions[0]?.current_price, portfolio.current_value]).toEqual([["GME"], 100, 100_000]);
    expect(await positionOf(gme)).toMatchObject({ shares: 50, last_price: 100, splits: [] });

    await seedPositions(await begin({ GME: price }), [shares()]);
    moveTo("2026-03-03");
    desk.scene.yahooFaults = () => ({ status: 500, body: "{}" });
    expect(await refresh("stocks_quality")).toMatchObject({ failed: ["GME"], portfolio: { current_value: 100_000 } });
  });

  it("takes a price that is on the same scale, though nobody says whether there was a split", async () => {
    await hold();
    desk.scene.yahooFaults = () => ({ status: 500, body: "{}" });
    expect(await refresh("stocks_quality")).toMatchObject({ failed: [], portfolio: { current_value: 99_200 } });
  });

  it("writes nothing while the broker is down", async () => {
    await hold();
    desk.scene.schwabFaults = () => ({ status: 500, body: "{}" });
    const before = await desk.contents();
    const { portfolio, positions, failed } = await refresh("stocks_quality");
    expect(failed).toEqual(["AMC", "GME"]);
    expect(portfolio).toMatchObject({ current_value: 100_000, last_valued_at: null });
    expect(positions.map(({ current_price }) => current_price)).toEqual([100, 100]);
    expect(await desk.contents()).toEqual(before);
  });

  it("asks for the premiums of options, and knows that one is worth nothing", async () => {
    const other = { ticker: "AMC", contract_symbol: "AMC   260320C00100000" };
    await seedPositions(await begin({ GME: 100 }), [calls(), calls(other)]);
    moveTo("2026-03-03");
    desk.scene.schwabFaults = premiumsAre({ "GME   260320C00100000": 2.5, [other.contract_symbol]: 0 });
    const { portfolio, positions } = await refresh("options_quality");
    expect(positions.map(({ current_price }) => current_price)).toEqual([2.5, 0]);
    expect(portfolio).toMatchObject({ current_value: 98_500, cash_available: 96_000 });
  });

  it("values an empty portfolio at its cash", async () => {
    await begin({});
    moveTo("2026-03-03");
    expect(await refresh("options_consensus")).toMatchObject({
      portfolio: { current_value: 100_000, last_valued_at: "2026-03-03T15:30:00.000Z" },
      positions: [],
      failed: [],
    });
    expect((await portfolioOf("options_consensus")).last_valued_at).toBe("2026-03-03T15:30:00.000Z");
  });

  it("is refused for a portfolio that does not exist and for a body with anything in it", async () => {
    await hold();
    const unknown = await call("api/refresh-prices", { params: { id: "5" }, body: {} });
    expect([unknown.status, unknown.body.error.code]).toEqual([404, "NOT_FOUND"]);
    const withBody = await call("api/refresh-prices", { params: { id: "stocks_quality" }, body: { ticker: "GME" } });
    expect([withBody.status, withBody.body.error.code]).toEqual([422, "VALIDATION_ERROR"]);
  });
});
