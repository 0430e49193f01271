import fc from "fast-check";
import { expect, it } from "vitest";
import { newYorkInstant } from "../../../../lib/calendar/trading-days.ts";
import { type Holding, openCostCents } from "../../../../lib/trading/positions/bookkeeping.ts";
import type { Position, PositionExit } from "../../../../lib/trading/positions/record.ts";
import { calls, shares } from "../../../support/monitoring.ts";
import { Desk, type Fault, marketOfDays, type Run, tradingDays } from "../../../support/outages.ts";
import { portfolio } from "../../../support/trading.ts";

const histories = Number(process.env.HISTORIES ?? 200);
/** The broker has candles of ten trading days; what it did not give in time is read of daily bars, in which no order is. */
const reach = 9;
const dayCount = 45;
const longestStep = 4;
const healthy: { yahoo: Fault; broker: Fault } = { yahoo: null, broker: null };

const percent = (min: number, max: number) => fc.integer({ min, max }).map((hundredths) => hundredths / 100);
const day = fc.record({
  night: fc.oneof({ weight: 4, arbitrary: percent(97, 103) }, { weight: 1, arbitrary: percent(78, 128) }),
  moves: fc.array(fc.record({ high: percent(100, 105), low: percent(95, 100), close: percent(95, 105) }), {
    minLength: 3,
    maxLength: 3,
  }),
  split: fc.oneof(
    { weight: 14, arbitrary: fc.constant(1) },
    { weight: 1, arbitrary: fc.constantFrom(2, 3, 10, 1.5, 4 / 3, 0.1, 0.5, 1 / 7) },
  ),
});
const faultOf = (healthy: number) =>
  fc.oneof(
    { weight: healthy, arbitrary: fc.constant(null) },
    { weight: 2, arbitrary: fc.constant({ kind: "down" } as const) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("late" as const), days: fc.integer({ min: 1, max: 4 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("lossy" as const), every: fc.integer({ min: 1, max: 4 }) }) },
  );
const run = fc.record({
  after: fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 1, max: longestStep }) },
    { weight: 1, arbitrary: fc.constant(14) },
  ),
  isAfternoon: fc.boolean(),
  yahoo: faultOf(4),
  broker: faultOf(6),
});

/** 51 shares, 10 that are trailed, and an option that expires after three weeks, each in a portfolio of its own. */
function holdings(): Holding[] {
  const trailed = { portfolio_id: "stocks_consensus", trailing_stop_active: true, time_extension: "trailing" } as const;
  const positions: Position[] = [
    shares({ shares: 51, shares_remaining: 51, position_size_cents: 510_000 }),
    shares({ ...trailed, shares: 10, shares_remaining: 10, position_size_cents: 100_000, stop_loss_price: 60 }),
    calls(),
  ];
  return positions.map((position) => {
    const cost = openCostCents(position);
    const account = portfolio(position.instrument_type, {
      ...{ id: position.portfolio_id, open_position_ids: [position.id], cash_available_cents: 10_000_000 - cost },
    });
    return { position, portfolio: account };
  });
}

/** When each run is, and which sources fail it: none after so many days that the broker's candles would be gone. */
function planned(runs: readonly Run[]) {
  const days = tradingDays(dayCount);
  let [place, seen, hasLost] = [0, 0, false];
  const plan = runs.flatMap(({ after, isAfternoon, ...faults }) => {
    place += seen === place ? after : Math.min(after, longestStep);
    const isLast = place + longestStep - seen > reach;
    const failing = isLast ? healthy : told(faults, hasLost);
    if (isWell(failing)) [seen, hasLost] = [place, false];
    hasLost ||= failing.yahoo?.kind === "lossy";
    const date = days[place];
    return date === undefined ? [] : [{ at: newYorkInstant(date, isAfternoon ? "16:30" : "10:30"), ...failing }];
  });
  return plan.map((each, index) => (index === plan.length - 1 ? { ...each, ...healthy } : each));
}

function isWell({ yahoo, broker }: typeof healthy): boolean {
  return yahoo === null && broker === null;
}

/** What counts as a day without trading is none to be lost: by Yahoo on two days, or by both sources at once. */
function told({ yahoo, broker }: typeof healthy, hasLost: boolean): typeof healthy {
  const isLostTwice = yahoo?.kind === "lossy" && hasLost;
  const isLostByBoth = broker !== null && broker.kind !== "down";
  return yahoo && (isLostTwice || isLostByBoth) ? { yahoo: { kind: "down" }, broker } : { yahoo, broker };
}

/** What the books say, without when and by which run it was written. */
function books({ holdings, exits }: Desk) {
  const stamps = { run_id: "", created_at: "", fill: null };
  return {
    exits: exits.map((exit): PositionExit => ({ ...exit, ...stamps })).toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    costs: exits.map(({ id, fill }) => `${id} ${fill?.net_price} ${fill?.cost_cents}`).toSorted(),
    held: holdings.map(({ portfolio, position }) => ({
      portfolio: { ...portfolio, last_valued_at: null, ...(position.status === "closed" && { version: 0 }) },
      position: {
        ...{ ...position, last_price: 0, last_price_at: null, last_traded_at: null, last_checked_at: "" },
        splits: position.splits.map((split) => ({ ...split, run_id: "", created_at: "" })),
      },
    })),
  };
}

function expectMoney({ holdings }: Desk): void {
  for (const { portfolio: account, position } of holdings) {
    const spent = position.status === "open" ? openCostCents(position) : 0;
    expect(account.cash_available_cents + spent - account.realized_pnl_cents).toBe(10_000_000);
    expect(account.realized_pnl_cents).toBe(position.realized_pnl_cents);
  }
}

it(`over ${histories} histories with splits, outages and gaps money is kept to the cent, and the books come to what they do without the outages`, {
  timeout: 600_000,
}, () => {
  const reached = { splits: 0, fractions: 0, settled: 0, exits: 0, gapped: 0, faults: 0, delayed: 0 };
  fc.assert(
    fc.property(
      fc.array(day, { minLength: dayCount, maxLength: dayCount }),
      fc.array(run, { minLength: 1, maxLength: 14 }),
      (days, runs) => {
        const market = marketOfDays([
          { night: 1, moves: Array(3).fill({ high: 1, low: 1, close: 1 }), split: 1 },
          ...days.slice(1),
        ]);
        const [faulty, well] = [new Desk(market, holdings()), new Desk(market, holdings())];
        for (const { at, yahoo, broker } of planned(runs)) {
          faulty.run(at, yahoo, broker);
          well.run(at, null, null);
          expectMoney(faulty);
          expectMoney(well);
          if (yahoo || broker) reached.faults++;
          if (faulty.exits.length < well.exits.length) reached.delayed++;
        }
        expect(books(faulty)).toEqual(books(well));
        const booked = well.holdings.flatMap(({ position }) => position.splits);
        reached.splits += booked.length;
        reached.fractions += booked.filter(({ settled_fraction }) => settled_fraction > 0).length;
        reached.settled += well.exits.filter(({ exit_reason }) => exit_reason === "expiration").length;
        reached.exits += well.exits.length;
        reached.gapped += well.exits.filter(
          ({ exit_price, trigger_candle }) => exit_price === trigger_candle?.open,
        ).length;
      },
    ),
    { numRuns: histories, seed: 20_260_302 },
  );
  // The histories are worth something only if they come to the edges.
  expect(Object.entries(reached).filter(([, count]) => count < histories / 20)).toEqual([]);
});
