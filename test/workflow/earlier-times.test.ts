import { describe, expect, it } from "vitest";
import { portfolioValueSchema } from "../../lib/trading/positions/record.ts";
import { byDay, shares, useMonitoring } from "../support/monitoring.ts";
import { heldStock, heldTickers, useOpenings } from "../support/openings.ts";
import { seedPositions } from "../support/trading-seeds.ts";

describe("a run at an earlier market time than the one before it", () => {
  const desk = useMonitoring("earlier-times");

  it("leaves the days' values, and what was checked later, as they are", async () => {
    const services = await desk.begin({ GME: byDay({ "2026-03-03": 101, "2026-03-05": 110 }) });
    await seedPositions(services, [shares()]);
    const { keys } = services.store;
    const values = async () =>
      (
        await desk.services.store.queryAll({ pk: keys.portfolioValue("stocks_quality", "").pk }, portfolioValueSchema)
      ).map(({ date, value_cents }) => [date, value_cents]);
    await desk.runAt("2026-03-03");
    await desk.runAt("2026-03-05");
    const position = await desk.positionOf("2026-03-02.GME.quality.stocks_quality");
    await desk.runAt("2026-03-03");
    await desk.runAt("2026-03-04");
    // 50 shares at 101 and at 110, and $95,000
    expect(await values()).toEqual([
      ["2026-03-03", 10_005_000],
      ["2026-03-05", 10_050_000],
    ]);
    expect(await desk.positionOf("2026-03-02.GME.quality.stocks_quality")).toEqual(position);
  });
});

describe("a signal at an earlier market time", () => {
  const desk = useOpenings("earlier-signals");

  it("does not replace a position that is not there yet", async () => {
    const services = await desk.begin([{ confidence: 0.9 }]);
    const later = { entry_date: "2026-03-05", opened_at: "2026-03-05T15:30:00.000Z" };
    const positions = heldTickers.map((ticker) =>
      heldStock(ticker, { confidence: 0.85, last_checked_at: "2026-03-05T15:30:00.000Z" }),
    );
    await seedPositions(services, [
      ...positions.slice(1),
      heldStock("KA", { ...later, last_checked_at: later.opened_at }),
    ]);
    await desk.run();
    expect(await desk.inPortfolio("stocks_quality")).toMatchObject({ skip_reason: "portfolio_full" });
    expect((await desk.portfolio("stocks_quality")).open_position_ids).toHaveLength(10);
  });
});
