import fc from "fast-check";
import { expect, it } from "vitest";
import { positionOf, unitsFor } from "../../../lib/desk/execution/instruments.ts";
import { paperFill, type Ticket } from "../../../lib/desk/execution/paper.ts";
import type { Price } from "../../../lib/desk/execution/prices.ts";
import type { Leg } from "../../../lib/desk/orders/legs.ts";
import { type Order, type OrderFill, orderSchema, orderStatuses } from "../../../lib/desk/orders/record.ts";
import { filled, moved } from "../../../lib/desk/orders/transitions.ts";
import { bookFill } from "../../../lib/desk/positions/book-fill.ts";
import { type DeskPosition, isOpen } from "../../../lib/desk/positions/record.ts";
import { splitPosition, splitProblem } from "../../../lib/desk/positions/split-position.ts";
import { heldAs, unitPrice } from "../../../lib/desk/positions/units.ts";
import { asked } from "../../support/desk-histories/asked.ts";
import { expectPositions } from "../../support/desk-histories/book.ts";
import { Ledger } from "../../support/desk-histories/ledger.ts";
import { expectMoves, isWorked, mayMove } from "../../support/desk-histories/life.ts";
import { expectedLook, legsNow, net } from "../../support/desk-histories/looks.ts";
import { QuotedMarket, share } from "../../support/desk-histories/market.ts";
import { history, pick, type Step, type Submit } from "../../support/desk-histories/steps.ts";

/** Histories tried; more on demand: HISTORIES=10000. */
const histories = Number(process.env.HISTORIES ?? 200);

const at = "2026-03-02T15:30:00.000Z";
const commissions = { commission_stock_usd: 1, commission_option_usd: 0.65 };

/** The rules of orders, fills, positions and splits alone; what they are put together to by the engine has a test of its own. */
class Rules {
  orders: Order[] = [];
  positions = new Map<string, DeskPosition>();
  flows = 0;
  splits = 0;
  readonly ledger = new Ledger();
  readonly market: QuotedMarket;

  constructor(quotes: ConstructorParameters<typeof QuotedMarket>[1]) {
    this.market = new QuotedMarket("2026-03-02", quotes);
  }

  take(step: Step): void {
    switch (step.kind) {
      case "submit":
        this.submit(step);
        break;
      case "quote":
        this.market.quote(step.quotes);
        break;
      case "day":
        this.split(step);
        break;
      case "fail":
        this.refuse(step.which);
        break;
      case "watch":
        this.value();
        break;
      default:
        for (const order of this.orders.filter(isWorked)) this.look(order);
    }
  }

  private submit(step: Submit): void {
    const { expiration_minutes: _, two_part_config: __, ...body } = asked(step, this.market);
    const submitted = orderSchema.parse({
      ...{ side: null, legs: null, ...body, client_order_id: null, strategy_name: null, status: "pending" },
      ...{ order_id: `o${String(this.orders.length).padStart(3, "0")}`, origin: step.origin, created_at: at },
      ...{ updated_at: at, filled_at: null, filled_quantity: 0, fill_price: null, expires_at: null, notes: null },
      ...{ error_message: null, template_id: null, signal_id: null, position_id: null, reference_price: null },
      ...{ approval: null, checks: [], fills: [], version: 1, api_key_id: "key-1", strategy_params: null },
      ...{ two_part_config: null, execution_details: {}, broker_order_ids: [] },
      transitions: [{ from: null, to: "pending", at, reason: null }],
    });
    const queued = moved(moved(submitted, "validating", { at }), "queued", { at });
    const all = net(legsNow(queued), this.market, ({ symbol }) => this.market.of(symbol).mark);
    this.orders.push(moved(queued, "executing", { at, changes: { reference_price: all / 10_000 } }));
  }

  private look(order: Order): void {
    const legs = legsNow(order);
    const position = positionOf(order, legs, this.open());
    const expected = expectedLook(order, this.ledger, this.market, at);
    const part = partOf(order);
    const ticket = ticketOf(order, legs, part);
    const isFrozen = position !== undefined && position.review_reason !== null;
    const found = isFrozen ? null : paperFill(ticket, this.prices(), commissions);
    const fill = found && part !== null && found.quantity < order.quantity ? null : found;
    if (!fill) {
      expect(expected).toBe("nothing");
      return;
    }
    const { price: paid, ...rest } = fill;
    const { quantity, leg_prices, commission_cents: commission } = rest;
    expect({ quantity, prices: leg_prices.map((price) => Math.round(price * 100)), commission }).toEqual(expected);
    const price = ticket.isCredit ? -paid : paid;
    const made = { at, market_time: at, price, part, ...rest };
    const after = filled(order, made);
    expectMoves([order], [after], { kind: "look", which: 0 }, at);
    this.orders = this.orders.map((each) => (each === order ? after : each));
    this.book(order, legs, position ?? null, made);
    this.ledger.book(order, made, after.fills.length, legs);
  }

  private book(order: Order, legs: Leg[], position: DeskPosition | null, fill: OrderFill): void {
    const { quantity, leg_prices, commission_cents } = fill;
    const held = position?.legs ?? heldAs(legs, 1).legs;
    const number = order.fills.length + 1;
    const booked = bookFill(
      position,
      { ...order, position_id: number === 1 ? order.order_id : `${order.order_id}.${number}` },
      {
        ...{ legs: held, units: unitsFor(position ?? undefined, legs, quantity), commission_cents, at, now: at },
        prices: held.map(({ symbol }) => leg_prices[legs.findIndex((leg) => leg.symbol === symbol)] ?? 0),
      },
    );
    for (const each of booked.positions) this.positions.set(each.position_id, each);
    this.flows += booked.flow_cents;
  }

  /** What is no move is refused, and so is a fill of more than is left. */
  private refuse(which: number): void {
    const order = pick(this.orders, which);
    if (!order) return;
    for (const to of orderStatuses.filter((status) => !mayMove(order, status))) {
      expect(() => moved(order, to, { at })).toThrow("does not go from");
    }
    const quantity = order.quantity - order.filled_quantity + 1;
    const fill = { at, market_time: at, quantity, price: 1, commission_cents: 0, leg_prices: [1], part: null };
    expect(() => filled(order, fill)).toThrow("would exceed");
  }

  private split({ ratio, quotes }: Extract<Step, { kind: "day" }>): void {
    const [fresh, old] = this.splits++ < 2 ? ratio : [1, 1];
    const names = this.market.open("2026-03-03", [fresh, old], quotes);
    if (fresh === old) return;
    const openingCents = this.market.of(share).mark;
    this.ledger.split([fresh, old], names, openingCents);
    for (const before of this.open().filter(({ review_reason }) => review_reason === null)) {
      const opened = { date: "2026-03-03", ratio: fresh / old, opening: openingCents / 100 };
      const review_reason = splitProblem(before, opened);
      const { position, flow_cents } =
        review_reason === null
          ? splitPosition(before, opened)
          : { position: { ...before, review_reason }, flow_cents: 0 };
      this.positions.set(position.position_id, position);
      this.flows += flow_cents;
    }
    this.value();
  }

  private value(): void {
    this.ledger.value(this.market);
    for (const position of this.open().filter(({ review_reason }) => review_reason === null)) {
      if (!position.legs.every(({ symbol }) => this.market.quotes.has(symbol))) continue;
      const marks = position.legs.map(({ symbol }) => this.market.of(symbol).mark / 100);
      this.positions.set(position.position_id, { ...position, current_price: unitPrice(position.legs, marks) });
    }
  }

  private open(): DeskPosition[] {
    return [...this.positions.values()].filter(isOpen).toSorted((a, b) => (a.position_id < b.position_id ? -1 : 1));
  }

  private prices(): Map<string, Price> {
    return new Map(
      [...this.market.quotes].map(([symbol, { bid, mark, ask, size }]) => [
        symbol,
        {
          ...{ bid: bid / 100, ask: ask / 100, bidSize: size, askSize: size },
          ...{ mark: mark / 100, volume: null, at: null },
        },
      ]),
    );
  }

  check(): void {
    const stored = [...this.positions.values()].toSorted((a, b) => (a.position_id < b.position_id ? -1 : 1));
    expectPositions(stored, this.ledger);
    expect(10_000_000 + this.flows).toBe(this.ledger.cash);
    expect(this.ledger.equity() - 10_000_000).toBe(this.ledger.realized() + this.ledger.unrealized());
  }
}

function partOf({ execution_type, fills }: Order): OrderFill["part"] {
  if (execution_type !== "two_part_spread") return null;
  return fills.length === 0 ? "debit" : "credit";
}

function ticketOf(order: Order, legs: Leg[], part: OrderFill["part"]): Ticket {
  const isFirst = order.fills.length === 0;
  if (part !== null) {
    const limit_price = part === "credit" ? (order.fills[0]?.price ?? 0) : null;
    return { legs, left: order.quantity, limit_price, isCredit: part === "credit", isFirst };
  }
  const isCredit = legs.length === 1 ? legs[0]?.side === "sell" : (order.reference_price ?? 0) < 0;
  return { legs, left: order.quantity - order.filled_quantity, limit_price: order.limit_price, isCredit, isFirst };
}

it(`over ${histories} histories the rules make of each fill and split what it cost and brought, to the cent`, {
  timeout: 3_600_000,
}, () => {
  fc.assert(
    fc.property(history, ({ quotes, steps }) => {
      const rules = new Rules(quotes);
      for (const step of steps) {
        rules.take(step);
        rules.check();
      }
    }),
    { numRuns: histories, seed: 20_260_302, endOnFailure: true },
  );
});
