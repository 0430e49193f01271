import fc from "fast-check";
import { expect, it } from "vitest";
import { addDays } from "../../../../lib/runtime/dates.ts";
import { decideExits } from "../../../../lib/trading/exits/decide.ts";
import type { InstrumentType, Offered } from "../../../../lib/trading/instruments/terms.ts";
import { type Opening, openPosition } from "../../../../lib/trading/openings/new-position.ts";
import { replacePosition } from "../../../../lib/trading/openings/replacement.ts";
import { isProtected, replacementCandidate, targetAllocationCents } from "../../../../lib/trading/openings/sizing.ts";
import {
  applyDecision,
  applyExit,
  exitOnRequest,
  netValueCents,
  observePrice,
  openCostCents,
  portfolioValueCents,
  remainingQuantity,
} from "../../../../lib/trading/positions/bookkeeping.ts";
import { positionInstrument } from "../../../../lib/trading/positions/instrument.ts";
import type { Portfolio, Position, PositionExit } from "../../../../lib/trading/positions/record.ts";
import { settings as delivered, offerOf, openDate, portfolio } from "../../../support/trading.ts";

const histories = Number(process.env.HISTORIES ?? 500);

/** As delivered, and with positions so large that the cash runs out, and with a price for every stock order. */
const variants = [
  delivered,
  { ...delivered, sizing_base_divisor: 8, sizing_option_pct: 0.12, commission_stock_usd: 4.95 },
];

/** Dollars with four decimals. */
const price = fc.integer({ min: 1, max: 3_000_000 }).map((units) => units / 10_000);
const factor = fc.integer({ min: 60, max: 145 }).map((hundredths) => hundredths / 100);
const action = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant("open" as const), price, confidence: fc.integer({ max: 100, min: 0 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("check" as const),
      factors: fc.array(fc.tuple(factor, factor), { maxLength: 4 }),
      days: fc.integer({ min: 0, max: 2 }),
      hasPrice: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("close" as const),
      which: fc.nat(9),
      fraction: fc.integer({ min: 1, max: 100 }).map((hundredths) => hundredths / 100),
      factor,
    }),
  },
);
type Action = typeof action extends fc.Arbitrary<infer A> ? A : never;

interface World {
  portfolio: Portfolio;
  open: Position[];
  closed: Position[];
  exits: PositionExit[];
  settings: typeof delivered;
  today: string;
  serial: number;
}

function quote(position: Position, change: number): number {
  return Math.round((position.last_price ?? position.entry_price) * change * 10_000) / 10_000;
}

/** What is bid and asked around a price, or nothing known where the price is a multiple of seven. */
function offeredAround(price: number): Offered {
  const units = Math.round(price * 10_000);
  if (units % 7 === 0) return { bid: null, ask: null };
  return { bid: Math.floor(units * 0.98) / 10_000, ask: Math.ceil(units * 1.03) / 10_000 };
}

function keep(world: World, position: Position): void {
  world.open = world.open.filter(({ id }) => id !== position.id);
  (position.status === "open" ? world.open : world.closed).push(position);
}

function open(world: World, type: InstrumentType, { price, confidence }: Extract<Action, { do: "open" }>): void {
  const { settings } = world;
  world.serial += 1;
  const now = `${world.today}T15:00:00.000Z`;
  const opening: Opening = {
    signal: { id: `s${world.serial}`, ticker: "GME", signal_type: "quality", confidence: confidence / 100 },
    offer: { ...offerOf(type, price), ...offeredAround(price) },
    targetCents: targetAllocationCents(type, netValueCents(world.portfolio), confidence / 100, settings),
    today: world.today,
    now,
  };
  if (world.open.length < settings.max_open_positions) {
    const result = openPosition(world.portfolio, opening, settings);
    if (result.outcome === "skipped") return;
    world.portfolio = result.portfolio;
    world.open.push(result.position);
    return;
  }
  const outgoing = replacementCandidate(world.open, confidence / 100, settings);
  if (outgoing === null || isProtected(outgoing, quote(outgoing, 1), settings)) return;
  const seen = { price: quote(outgoing, 1), tradedAt: now };
  const context = { offered: offeredAround(seen.price), costs: settings, runId: "run", now };
  const result = replacePosition(world.portfolio, outgoing, seen, opening, context, settings);
  if (result.outcome === "skipped") return;
  world.portfolio = result.portfolio;
  world.exits.push(result.exit);
  keep(world, result.closed);
  world.open.push(result.opened);
}

function check(world: World, { factors, days, hasPrice }: Extract<Action, { do: "check" }>): void {
  world.today = addDays(world.today, days);
  const now = `${world.today}T16:00:00.000Z`;
  for (const position of world.open) {
    const candles = factors.map(([one, other], index) => ({
      timestamp: new Date(`${world.today}T15:${String(index * 5).padStart(2, "0")}:00.000Z`),
      open: quote(position, one),
      high: quote(position, Math.max(one, other)),
      low: quote(position, Math.min(one, other)),
      close: quote(position, other),
    }));
    const price = hasPrice ? (candles.at(-1)?.close ?? quote(position, 1)) : null;
    const decision = decideExits(
      positionInstrument(position),
      { candles, price, today: world.today, expirationClose: null },
      world.settings,
    );
    const seen =
      price === null
        ? { portfolio: world.portfolio, position }
        : observePrice(world.portfolio, position, { price, tradedAt: now }, now);
    const offered = offeredAround(price ?? quote(position, 1));
    const context = { offered, costs: world.settings, runId: "run", notes: null, now };
    const after = applyDecision(seen, decision, context);
    expect(remainingQuantity(after.position)).toBe(decision.instrument.remaining_quantity);
    world.portfolio = after.portfolio;
    world.exits.push(...after.records);
    keep(world, after.position);
  }
}

function closeByHand(world: World, { which, fraction, factor }: Extract<Action, { do: "close" }>): void {
  const position = world.open[which];
  if (position === undefined) return;
  const request = { reason: "manual", fraction, price: quote(position, factor), today: world.today } as const;
  const after = applyExit({ portfolio: world.portfolio, position }, exitOnRequest(position, request), {
    offered: offeredAround(request.price),
    costs: world.settings,
    runId: null,
    notes: "by hand",
    now: `${world.today}T17:00:00.000Z`,
  });
  world.portfolio = after.portfolio;
  world.exits.push(after.record);
  keep(world, after.position);
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function expectBalance({ portfolio: account, open: held }: World, startCents: number): void {
  expect(account.cash_available_cents + sum(held.map(openCostCents)) - account.realized_pnl_cents).toBe(startCents);
  expect(account.current_value_cents).toBe(portfolioValueCents(account.cash_available_cents, held));
  expect(account.cash_available_cents).toBeGreaterThanOrEqual(0);
  expect(held.length).toBeLessThanOrEqual(10);
  expect(account.open_position_ids.toSorted()).toEqual(held.map(({ id }) => id).toSorted());
}

function expectSoundPositions({ portfolio: account, open: held, closed, exits }: World): void {
  expect(account.realized_pnl_cents).toBe(sum(exits.map((exit) => exit.realized_pnl_cents)));
  for (const position of [...held, ...closed]) {
    const original = position.instrument_type === "stock" ? position.shares : position.contracts;
    const own = exits.filter((exit) => exit.position_id === position.id);
    const sold = sum(own.map((exit) => exit.shares_exited ?? exit.contracts_exited ?? 0));
    expect(remainingQuantity(position)).toBe(original - sold);
    expect(remainingQuantity(position)).toBeGreaterThanOrEqual(0);
    expect(position.status === "closed").toBe(remainingQuantity(position) === 0);
    const causes = own.map((exit) => exit.exit_reason).filter((reason) => reason !== "manual");
    expect(new Set(causes).size).toBe(causes.length);
    expect(new Set(own.map((exit) => exit.id)).size).toBe(own.length);
  }
}

function perform(world: World, type: InstrumentType, each: Action): void {
  if (each.do === "open") open(world, type, each);
  else if (each.do === "check") check(world, each);
  else closeByHand(world, each);
}

/** What trading would have cost is the sum over all fills, in the portfolio and in each position. */
function expectCosts({ portfolio: account, open: held, closed, exits }: World): void {
  const positions = [...held, ...closed];
  const ofExits = (own: readonly PositionExit[]) => sum(own.map((exit) => exit.fill?.cost_cents ?? Number.NaN));
  const ofEntry = (position: Position) => position.entry_fill?.cost_cents ?? Number.NaN;
  expect(account.trading_costs_cents).toBe(sum(positions.map(ofEntry)) + ofExits(exits));
  for (const position of positions) {
    const own = exits.filter((exit) => exit.position_id === position.id);
    expect(position.trading_costs_cents).toBe(ofEntry(position) + ofExits(own));
  }
}

it(`money is neither made nor lost over ${histories} histories: cash + cost of open positions − realised profit stays as it began, and every fill's cost is in the sum`, {
  timeout: 600_000,
}, () => {
  const reached = { replaced: 0, full: 0, poor: 0, costly: 0 };
  fc.assert(
    fc.property(
      fc.constantFrom<InstrumentType>("stock", "option"),
      fc.integer({ min: 50_000, max: 20_000_000 }),
      fc.constantFrom(...variants),
      fc.array(action, { minLength: 1, maxLength: 60, size: "max" }),
      (type, startCents, settings, actions) => {
        const money = { starting_capital_cents: startCents, current_value_cents: startCents };
        const account = portfolio(type, { ...money, cash_available_cents: startCents });
        const world: World = {
          portfolio: account,
          open: [],
          closed: [],
          exits: [],
          settings,
          today: openDate,
          serial: 0,
        };
        for (const each of actions) {
          perform(world, type, each);
          expectBalance(world, startCents);
          if (world.open.length === 10) reached.full += 1;
          if (world.portfolio.cash_available_cents < startCents / 20) reached.poor += 1;
        }
        reached.replaced += world.exits.filter((exit) => exit.exit_reason === "replaced").length;
        expectSoundPositions(world);
        expectCosts(world);
        if (world.portfolio.trading_costs_cents > 0) reached.costly += 1;
      },
    ),
    { numRuns: histories, seed: 20_210_127 },
  );
  // The histories are worth something only if they come to the edges.
  expect(reached.full).toBeGreaterThan(0);
  expect(reached.poor).toBeGreaterThan(0);
  expect(reached.replaced).toBeGreaterThan(0);
  expect(reached.costly).toBeGreaterThan(0);
});
