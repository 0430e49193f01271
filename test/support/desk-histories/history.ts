import { expect } from "vitest";
import { haltBreaker } from "../../../lib/desk/breaker/halt.ts";
import { resetBreaker } from "../../../lib/desk/breaker/reset.ts";
import { findBreaker } from "../../../lib/desk/breaker/stored.ts";
import { dispatchOrders } from "../../../lib/desk/execution/dispatch-orders.ts";
import { fillOrder } from "../../../lib/desk/execution/fill-order.ts";
import { fillSpread } from "../../../lib/desk/execution/fill-spread.ts";
import { type Order, orderSchema } from "../../../lib/desk/orders/record.ts";
import { orderRequestSchema } from "../../../lib/desk/orders/request.ts";
import { readOrder } from "../../../lib/desk/orders/stored.ts";
import { submitOrder } from "../../../lib/desk/orders/submit-order.ts";
import { closeDeskPosition } from "../../../lib/desk/positions/close-position.ts";
import type { DeskServices } from "../../../lib/desk/services.ts";
import { watchPositions } from "../../../lib/desk/watch/watch-positions.ts";
import { openRealm } from "../../../lib/realm/state.ts";
import { changeSettings } from "../../../lib/realm/stored-settings.ts";

import type { Cloud } from "../cloud.ts";
import { unlimited } from "../desk.ts";
import { recordedLog } from "../recorded-log.ts";
import { asked } from "./asked.ts";
import { expectBook, expectStatistics } from "./book.ts";
import { cents, Ledger } from "./ledger.ts";
import { expectMoves, expectPass, isWorked } from "./life.ts";
import { expectedLook, legsNow } from "./looks.ts";
import { QuotedMarket, share } from "./market.ts";
import { type History, pick, type Step, type Submit } from "./steps.ts";
import { codeOf, expectWord, oneOf } from "./words.ts";

/** Trading days, from a Monday that begins a month on. */
export const days = ["02", "03", "04", "05", "06", "09", "10", "11", "12", "13"].map((day) => `2026-03-${day}`);

const settings = {
  ...unlimited,
  ...{ commission_stock_usd: 1, commission_option_usd: 0.65, order_daily_loss_limit_pct: 1 },
  ...{ breaker_consecutive_losses: 3, breaker_cooldown_minutes: 0 },
};
/** What the edges of a history are called; how often they were reached is counted. */
export type Reached = Record<string, number>;

/** A desk of its own, on which a history happens step by step; after each of them all is checked. */
export async function runHistory(cloud: Cloud, realm: string, history: History, reached: Reached): Promise<void> {
  const desk = await DeskHistory.begin(cloud, realm, history, reached);
  for (const step of history.steps) await desk.step(step);
  await desk.end();
}

interface Stage {
  cloud: Cloud;
  services: DeskServices;
  market: QuotedMarket;
  /** The orders whose execution was started, the first one first. */
  started: string[];
}

class DeskHistory {
  private readonly cloud: Cloud;
  private readonly services: DeskServices;
  private readonly market: QuotedMarket;
  private readonly started: string[];
  private readonly reached: Reached;
  private readonly ledger = new Ledger();
  private orders: Order[] = [];
  private day = 0;
  private splits = 0;
  private isHalted = false;

  private constructor({ cloud, services, market, started }: Stage, reached: Reached) {
    this.reached = reached;
    this.cloud = cloud;
    this.services = services;
    this.market = market;
    this.started = started;
  }

  static async begin(cloud: Cloud, realm: string, { mode, quotes }: History, reached: Reached): Promise<DeskHistory> {
    cloud.time.now = new Date(`${days[0]}T15:30:00.000Z`);
    const market = new QuotedMarket(days[0] ?? "", quotes);
    const own = cloud.enter(realm);
    const prices = {
      // Nobody has to log in to it.
      broker: async () => ({ ...market.broker(), auth: undefined as never }),
      dailyPrices: async () => market.dailyPrices(),
    };
    const started: string[] = [];
    // Whose execution is started is worked by the steps of the history.
    const start = async (name: string) => {
      started.push(name);
      return "unknown" as const;
    };
    const executions = { order: { ...own.executions.order, start } };
    const services: DeskServices = { ...own, ...prices, executions, log: recordedLog() };
    await openRealm(services);
    await changeSettings(services, { ...settings, order_mode: mode });
    return new DeskHistory({ cloud, services, market, started }, reached);
  }

  private get now(): string {
    return this.cloud.time.now.toISOString();
  }

  async step(step: Step): Promise<void> {
    this.pass(1);
    await this.take(step);
    const { store } = this.services;
    const { gsi1pk: pk } = store.keys.orderIndex({ order_id: "", symbol: "", status: "pending", place: null });
    const after = await store.queryAll({ index: "gsi1", pk }, orderSchema);
    expectMoves(this.orders, after, step, this.now);
    if (step.kind === "dispatch") await this.expectTaken(after);
    this.orders = after;
    await expectBook(this.services, this.ledger, this.orders, days[this.day] ?? "");
  }

  async end(): Promise<void> {
    await expectStatistics(this.services, this.orders);
  }

  private pass(seconds: number): void {
    this.cloud.time.now = new Date(this.cloud.time.now.getTime() + seconds * 1_000);
  }

  private async take(step: Step): Promise<void> {
    const today = days[this.day] ?? "";
    switch (step.kind) {
      case "submit":
        return this.submit(step);
      case "close":
        return this.close(step);
      case "dispatch":
        this.ledger.see(today);
        return void (await dispatchOrders(this.services));
      case "look":
        return this.look(oneOf(this.orders, step.which, isWorked));
      case "watch":
        return this.watch();
      case "quote":
        return this.market.quote(step.quotes);
      case "pass":
        return this.pass(step.seconds);
      case "day":
        return this.begin(step);
      case "halt":
        return this.halt(step.isHalt);
      default:
        if (await expectWord(this.services, step, this.orders)) this.count(step.kind);
    }
  }

  private async submit(step: Submit): Promise<void> {
    const body = orderRequestSchema.parse(asked(step, this.market));
    await submitOrder(this.services, { request: { ...request("submit"), body }, origin: step.origin });
  }

  /** What needs a person to look is closed at a price that is named, all else by an order. */
  private async close({ which, part }: Extract<Step, { kind: "close" }>): Promise<void> {
    const lot = pick(which % 5 === 0 ? [...this.ledger.lots.values()] : this.ledger.open(), which);
    if (!lot) return;
    const ask = (body: { quantity_pct: number; price?: number }) =>
      codeOf(closeDeskPosition(this.services, lot.id, { ...request("close"), body }));
    if (lot.quantity === 0) expect(await ask({ quantity_pct: part })).toBe("POSITION_ALREADY_CLOSED");
    else if (!lot.isFrozen) expect(await ask({ quantity_pct: part })).toBeUndefined();
    else {
      expect(await ask({ quantity_pct: 1 })).toBe("POSITION_NEEDS_REVIEW");
      expect(await ask({ quantity_pct: 1, price: 1.25 })).toBeUndefined();
      this.ledger.closeAt(lot, 12_500);
      this.count("closed at a named price");
    }
  }

  private async look(order: Order | undefined): Promise<void> {
    if (!order) return;
    const { order_id: orderId, execution_type } = order;
    const expected = isWorked(order) ? expectedLook(order, this.ledger, this.market, this.now) : "nothing";
    await (execution_type === "two_part_spread" ? fillSpread : fillOrder)(this.services, { orderId });
    const after = await readOrder(this.services, orderId);
    if (typeof expected !== "string") return this.filled(order, after, expected);
    expect([after.status, after.fills]).toEqual([expected === "cancelled" ? "cancelled" : order.status, order.fills]);
    if (expected === "cancelled") this.count(order.fills.length > 0 ? "rest given up" : "given up");
  }

  private filled(order: Order, after: Order, expected: object): void {
    const { fills, position_id } = order;
    const fill = after.fills[fills.length];
    if (!fill) throw new Error("nothing was filled");
    const { quantity, leg_prices, commission_cents: commission } = fill;
    expect({ quantity, prices: leg_prices.map(cents), commission }).toEqual(expected);
    const lots = this.ledger.lots.size;
    const held = this.ledger.traded(order, legsNow(order));
    this.ledger.book(order, fill, fills.length + 1, legsNow(order));
    this.count(after.status);
    if (held?.quantity === 0) this.count(this.ledger.lots.size > lots ? "closed beyond what was held" : "closed");
    if (fill.part === "credit") this.count("both parts");
    // What closes a position never turns it round.
    if (position_id !== null) expect(this.ledger.lots.size).toBe(lots);
  }

  private async watch(): Promise<void> {
    this.ledger.see(days[this.day] ?? "");
    const { managed } = await watchPositions(this.services);
    this.ledger.value(this.market);
    if (managed > 0) this.count("managed by the bot");
  }

  private async begin({ ratio, quotes }: Extract<Step, { kind: "day" }>): Promise<void> {
    const date = days[this.day + 1];
    if (date === undefined) return;
    this.day++;
    const split: [number, number] = this.splits < 2 ? ratio : [1, 1];
    if (split[0] !== split[1]) this.splits++;
    this.cloud.time.now = new Date(`${date}T15:30:00.000Z`);
    const names = this.market.open(date, split, quotes);
    this.ledger.see(date);
    const before = this.ledger.cash;
    this.ledger.split(split, names, this.market.of(share).mark);
    if (this.ledger.cash !== before) this.count("fraction paid out");
    if (this.ledger.open().some(({ isFrozen }) => isFrozen)) this.count("left to a person");
    if (split[0] !== split[1] && this.ledger.open().length > 0) this.count("split");
    await this.watch();
  }

  private async halt(isHalt: boolean): Promise<void> {
    if (isHalt) await haltBreaker(this.services, { reason: "by hand" }, "key-1");
    const known = await findBreaker(this.services);
    if (isHalt) expect(known?.state).toBe("open");
    else {
      const code = await codeOf(resetBreaker(this.services, { authorized_by: "somebody" }, "key-1"));
      expect(code).toBe(!known ? "NOT_READY" : known.state === "closed" ? "BREAKER_NOT_TRIPPED" : undefined);
    }
    this.isHalted = isHalt;
  }

  private async expectTaken(after: readonly Order[]): Promise<void> {
    const breaker = await findBreaker(this.services);
    if (this.isHalted) expect(breaker?.state).toBe("open");
    const isHalted = breaker?.state !== "closed";
    expectPass(this.orders, after, isHalted ? 0 : 10, this.now, this.started.splice(0));
    if (isHalted && after.some(({ status }) => status === "queued")) this.count("held by the breaker");
    for (const [index, { status, error_message }] of after.entries()) {
      if (this.orders[index]?.status === status) continue;
      this.count(error_message === "expired" ? "expired" : `dispatched: ${status}`);
    }
  }

  private count(edge: string): void {
    this.reached[edge] = (this.reached[edge] ?? 0) + 1;
  }
}

const request = (operation: string) => ({ operation, key: undefined, apiKeyId: "key-1" });
