import { expect } from "vitest";
import { countWaiting, orderStatistics } from "../../../lib/desk/orders/list.ts";
import { type Order, orderStatuses } from "../../../lib/desk/orders/record.ts";
import { readProfit } from "../../../lib/desk/positions/read-profit.ts";
import { type DeskPosition, deskPositionSchema } from "../../../lib/desk/positions/record.ts";
import { marketValueCents, unrealizedCents } from "../../../lib/desk/positions/value.ts";
import type { DeskServices } from "../../../lib/desk/services.ts";
import { cents, type Ledger } from "./ledger.ts";
import { isWaiting } from "./life.ts";

const startingCents = 10_000_000;
/** The first trading days of the two weeks that histories last, which are of one month. */
const mondays = ["2026-03-09", "2026-03-02"];

/** What is stored and told of positions and money is what the fills came to, to the cent (spec orders 5.4). */
export async function expectBook(
  services: DeskServices,
  ledger: Ledger,
  orders: readonly Order[],
  day: string,
): Promise<void> {
  const { store } = services;
  const { gsi1pk: pk } = store.keys.deskPositionIndex("");
  const positions = await store.queryAll({ index: "gsi1", pk: pk ?? "" }, deskPositionSchema);
  expectPositions(positions, ledger);
  await expectProfit(services, ledger, day);
  expect(await countWaiting(services)).toBe(orders.filter(isWaiting).length);
}

/** Counted without the orders themselves. */
export async function expectStatistics(services: DeskServices, orders: readonly Order[]): Promise<void> {
  const { by_status, total_orders } = await orderStatistics(services);
  const counted = orderStatuses.map((status) => [status, orders.filter((order) => order.status === status).length]);
  expect([by_status, total_orders]).toEqual([Object.fromEntries(counted), orders.length]);
}

/** Each position is what was bought and sold of it. */
export function expectPositions(positions: readonly DeskPosition[], ledger: Ledger): void {
  const lots = [...ledger.lots.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  expect(
    positions.map((position) => ({
      ...{ id: position.position_id, origin: position.source, quantity: position.quantity, cost: position.cost_cents },
      ...{ realized: position.realized_cents, isFrozen: position.review_reason !== null },
      worth: position.quantity === 0 ? 0 : marketValueCents(position),
      gain: position.quantity === 0 ? 0 : unrealizedCents(position),
      unit: Object.fromEntries(position.legs.map(({ symbol, quantity }) => [symbol, quantity])),
    })),
  ).toEqual(
    lots.map((lot) => ({
      ...lot,
      worth: lot.worth || 0,
      gain: lot.worth - lot.cost || 0,
      unit: Object.fromEntries(lot.unit),
    })),
  );
}

async function expectProfit(services: DeskServices, ledger: Ledger, day: string): Promise<void> {
  const told = await readProfit(services, "desk");
  expect(cents(told.realized_pnl) + cents(told.unrealized_pnl)).toBe(cents(told.total_pnl));
  const equity = ledger.equity();
  const week = mondays.find((monday) => monday <= day) ?? "";
  const since = (begun: number) => [equity - begun, expect.closeTo(begun === 0 ? 0 : (equity - begun) / begun, 5)];
  const gains = {
    total: startingCents,
    daily: ledger.opening(day),
    weekly: ledger.opening(week),
    monthly: ledger.opening("2026-03-02"),
  };
  expect({
    total: [cents(told.total_pnl), told.total_pnl_pct],
    daily: [cents(told.daily_pnl), told.daily_pnl_pct],
    weekly: [cents(told.weekly_pnl), told.weekly_pnl_pct],
    monthly: [cents(told.monthly_pnl), told.monthly_pnl_pct],
    realized: cents(told.realized_pnl),
    unrealized: cents(told.unrealized_pnl),
    value: cents(told.portfolio_value),
    cash: cents(told.cash),
    power: cents(told.buying_power),
  }).toEqual({
    ...Object.fromEntries(Object.entries(gains).map(([name, begun]) => [name, since(begun)])),
    ...{ realized: ledger.realized(), unrealized: ledger.unrealized(), value: equity, cash: ledger.cash },
    power: Math.max(0, ledger.cash),
  });
}
