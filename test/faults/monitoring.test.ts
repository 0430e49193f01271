import { beforeAll, describe, expect, it } from "vitest";
import type { Run } from "../../lib/analysis/run.ts";
import { type Fault, faultyStore } from "../support/faulty-store.ts";
import { byDay, calls, onDay, premiumsAre, shares, useMonitoring } from "../support/monitoring.ts";
import { prediction } from "../support/trading.ts";
import { seedPositions, seedPredictions } from "../support/trading-seeds.ts";

/** Every how many-th write is tried; `npm run test:all` tries them all. */
const stride = Number(process.env.FAULT_STRIDE ?? 7);

const desk = useMonitoring("monitoring-faults");
const contract = "GME   260320C00100000";
const expired = { entry_date: "2026-02-17", expiration_date: "2026-02-27" };
/** Last checked on a day that is three trading days before the run. */
const lost = { entry_date: "2026-02-26", doubted_since: "2026-02-27" };
const predicted = (name: string, changes: Parameters<typeof prediction>[0]) =>
  prediction({
    id: `${name}.GME`,
    comment_id: name,
    entry_date: "2026-03-02",
    contract_symbol: contract,
    strike_price: 100,
    expiration_date: "2026-03-20",
    ...changes,
  });

/**
 * Whatever a check can come to: a stop, a taken profit, a stock that only Yahoo knows and one that nobody knows, an
 * option that stops out, one that is settled and one without a premium, one that was split oddly and one whose symbol is
 * lost; predictions alike.
 */
async function beginScenario(): Promise<void> {
  const services = await desk.begin(
    {
      GME: onDay("2026-03-03", { 6: 89 }),
      AMC: onDay("2026-03-03", { 6: 116 }),
      AMD: byDay({ "2026-03-03": 101 }),
      TSLA: 100,
      BB: 78,
    },
    { BB: [{ date: "2026-03-03", ratio: 1.281, isDoubtful: true }] },
  );
  await seedPositions(services, [
    ...["GME", "AMC", "AMD", "TSLA"].map((ticker) => shares({ ticker })),
    shares({ portfolio_id: "stocks_consensus" }),
    shares({ ticker: "BB" }),
    shares({ ...lost, ticker: "WISH" }),
    calls(),
    calls({ ticker: "AMC", contract_symbol: "AMC   260320C00100000" }),
    calls({ ...expired, contract_symbol: "GME   260227C00090000", strike_price: 90 }),
  ]);
  await seedPredictions(services, [
    predicted("a", {}),
    predicted("b", { entry_premium: 1 }),
    predicted("c", expired),
    predicted("d", { contract_symbol: "GME   260320C00120000" }),
    predicted("e", { ticker: "BB", contract_symbol: "BB    260320C00100000" }),
  ]);
  const options = premiumsAre({ [contract]: 0.9 });
  desk.scene.schwabFaults = (request) => {
    const symbol = request.query.get("symbol");
    if (symbol === "AMD" || symbol === "TSLA") return { status: 500, body: "{}" };
    return options(request);
  };
  desk.scene.yahooFaults = ({ path }) => (path.endsWith("/TSLA") ? { status: 500, body: "{}" } : undefined);
}

/** A split of ten for one of what is held as stock, as option and as prediction, one share of it for a tenth. */
async function beginSplits(): Promise<void> {
  const price = byDay({ "2026-03-02": 100, "2026-03-03": 10 });
  const services = await desk.begin(
    { GME: price, AMC: byDay({ "2026-03-02": 100, "2026-03-03": 1_000 }) },
    { GME: [{ date: "2026-03-03", ratio: 10 }], AMC: [{ date: "2026-03-03", ratio: 0.1 }] },
  );
  await seedPositions(services, [
    shares(),
    shares({
      ticker: "AMC",
      portfolio_id: "stocks_consensus",
      shares: 51,
      shares_remaining: 51,
      position_size_cents: 510_000,
    }),
    calls(),
  ]);
  await seedPredictions(services, [
    predicted("a", {}),
    predicted("b", { contract_symbol: "GME   260320C00120000", strike_price: 120 }),
  ]);
  desk.scene.schwabFaults = premiumsAre({ "GME   260320C00010000": 0.21 });
}

/** A scenario's run; `fault` befalls the phase once, then the workflow enters it again. */
async function runThrough(
  fault?: Fault,
  begin = beginScenario,
): Promise<{ run: Run; table: string[]; writes: number; entries: number }> {
  await begin();
  let writes = 0;
  let entries = 0;
  desk.setAround(async (handler, input) => {
    const store = faultyStore(desk.cloud.services.store.client);
    entries++;
    store.set(entries === 1 ? fault : undefined);
    try {
      return await handler(input);
    } finally {
      if (entries === 1) writes = store.count();
      store.set(undefined);
    }
  });
  const run = await desk.runAt("2026-03-03");
  return { run, table: await desk.contents(), writes, entries };
}

describe("a monitoring", () => {
  let faultFree: Awaited<ReturnType<typeof runThrough>>;
  beforeAll(async () => {
    faultFree = await runThrough();
  });

  it("brings five exits, nine warnings, two resolved predictions and three holdings that need review", () => {
    const { run, table } = faultFree;
    expect(run.exits_triggered).toBe(5);
    expect(run.warnings?.map(({ type, context }) => `${type} ${context.ticker}`).toSorted()).toEqual([
      "position_needs_review BB",
      "position_needs_review WISH",
      "prediction_needs_review BB",
      "price_unavailable AMC",
      "price_unavailable WISH",
      "schwab_options_unavailable AMC",
      "schwab_stock_unavailable AMD",
      "schwab_stock_unavailable TSLA",
      "schwab_stock_unavailable WISH",
    ]);
    expect(table.find((item) => item.includes('"sk":"DONE#MonitorPrices"'))).toContain(
      '"summary":{"exits":5,"positions":6,"predictions":2,"resolved":2}',
    );
  });

  it("finds nothing to do in another run at the same market time", async () => {
    const positions = (table: readonly string[]) => table.filter((item) => item.includes('"pk":"#POSITION'));
    expect(await desk.runAt("2026-03-03")).toMatchObject({ exits_triggered: 0 });
    expect(positions(await desk.contents())).toEqual(positions(faultFree.table));
  });

  for (const moment of ["before", "after"] as const) {
    it(`leaves the same table when a write fails ${moment} it takes effect`, { timeout: 120_000 }, async () => {
      expect(faultFree.writes).toBeGreaterThan(12);
      for (let point = 0; point < faultFree.writes; point += stride) {
        const result = await runThrough({ call: point, moment, kind: "crash" });
        expect(result.table, `write ${point}`).toEqual(faultFree.table);
        expect(result.entries, `write ${point}`).toBe(2);
      }
    });
  }

  it("leaves the same table when it is delivered twice, one after the other", async () => {
    await beginScenario();
    desk.setAround(async (handler, input) => {
      const summary = await handler(input);
      expect(await handler(input)).toEqual(summary);
      return summary;
    });
    await desk.runAt("2026-03-03");
    expect(await desk.contents()).toEqual(faultFree.table);
  });

  it("leaves the same table when it is delivered twice at once", async () => {
    await beginScenario();
    desk.setAround(async (handler, input) => {
      const [first, second] = await Promise.all([handler(input), handler(input)]);
      expect(second).toEqual(first);
      return first;
    });
    await desk.runAt("2026-03-03");
    expect(await desk.contents()).toEqual(faultFree.table);
  });
});

describe("a monitoring that books splits", () => {
  let faultFree: Awaited<ReturnType<typeof runThrough>>;
  beforeAll(async () => {
    faultFree = await runThrough(undefined, beginSplits);
  });

  it("books one each on two stocks, on an option and on two predictions, of which one has no premium", async () => {
    expect(faultFree.run).toMatchObject({ exits_triggered: 0, warnings: null });
    const booked = (kind: string) =>
      faultFree.table.filter((item) => item.includes(kind) && /"splits":\[\{/.test(item));
    expect([booked('"pk":"#POSITION').length, booked('"pk":"#PREDICTION').length]).toEqual([3, 2]);
    // A tenth of a share at the opening of 1,000.
    expect(await desk.portfolioOf("stocks_consensus")).toMatchObject({ cash_available_cents: 9_500_000 });
  });

  for (const moment of ["before", "after"] as const) {
    it(`leaves the same table when a write fails ${moment} it takes effect`, { timeout: 120_000 }, async () => {
      expect(faultFree.writes).toBeGreaterThan(6);
      for (let point = 0; point < faultFree.writes; point += stride) {
        const result = await runThrough({ call: point, moment, kind: "crash" }, beginSplits);
        expect(result.table, `write ${point}`).toEqual(faultFree.table);
        expect(result.entries, `write ${point}`).toBe(2);
      }
    });
  }
});
