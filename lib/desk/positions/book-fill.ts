import { round } from "../../runtime/money.ts";
import type { Order } from "../orders/record.ts";
import type { DeskPosition, PositionLeg } from "./record.ts";
import { unitPrice, unitsCents } from "./units.ts";

/** Units that changed hands. */
export interface Traded {
  legs: readonly PositionLeg[];
  /** Signed: negative where they were sold. */
  units: number;
  /** What each leg was traded at, dollars per share. */
  prices: readonly number[];
  commission_cents: number;
  /** The market's time. */
  at: string;
  /** The wall clock's. */
  now: string;
}

/** What a fill makes of the book: the positions it changes, and the money that it moves. */
export interface Booked {
  /** As they are now; the first is the one that was traded in, another one begins where it was more than closed. */
  positions: DeskPosition[];
  /** Money that came in (+) or went out (−), commissions included. */
  flow_cents: number;
  /** What the closed units gained; null where nothing was closed. */
  realized_cents: number | null;
}

type Opening = Pick<Order, "order_id" | "symbol" | "strategy_name" | "origin" | "bot_managed" | "notes"> & {
  /** What a position of its own would be called. */
  position_id: string;
};

/**
 * Books units into the position that holds the same instruments, or into a new one. Units of the same direction are added
 * to it; of the other they close it, and what is left of them opens a position of the order's own. Always:
 * flow = realised − change of cost, which is why `total = realised + unrealised` holds to the cent.
 */
export function bookFill(held: DeskPosition | null, order: Opening, traded: Traded): Booked {
  if (held && Math.sign(held.quantity) !== Math.sign(traded.units)) return reduce(held, order, traded);
  const paid = unitsCents(traded.legs, traded.prices, traded.units) + traded.commission_cents;
  const before = held ?? opened(order, traded);
  const position = seen(
    {
      ...before,
      quantity: before.quantity + traded.units,
      most_units: Math.max(before.most_units, Math.abs(before.quantity + traded.units)),
      cost_cents: before.cost_cents + paid,
    },
    traded,
  );
  return { positions: [position], flow_cents: -paid, realized_cents: null };
}

function reduce(held: DeskPosition, order: Opening, traded: Traded): Booked {
  const closed = Math.min(Math.abs(traded.units), Math.abs(held.quantity));
  const units = closed * Math.sign(traded.units);
  const commission = round((traded.commission_cents * closed) / Math.abs(traded.units), 0);
  const rest = traded.units - units;
  const flow = -unitsCents(traded.legs, traded.prices, units) - commission;
  const { position: left, realized_cents: realized } = closeUnits(held, closed, flow, traded.at);
  const position = seen(left, traded);
  if (rest === 0) return { positions: [position], flow_cents: flow, realized_cents: realized };
  const beyond = { ...traded, units: rest, commission_cents: traded.commission_cents - commission };
  const other = bookFill(null, order, beyond);
  return {
    positions: [position, ...other.positions],
    flow_cents: flow + other.flow_cents,
    realized_cents: realized,
  };
}

/**
 * A position after so many of its units were closed for this money: they take their part of its cost with them, and the last
 * ones all that is left of it, to the cent.
 */
export function closeUnits(
  held: DeskPosition,
  closed: number,
  flow_cents: number,
  at: string,
): { position: DeskPosition; realized_cents: number } {
  const quantity = held.quantity - closed * Math.sign(held.quantity);
  const cost = quantity === 0 ? held.cost_cents : round((held.cost_cents * closed) / Math.abs(held.quantity), 0);
  const realized_cents = flow_cents - cost;
  return {
    realized_cents,
    position: {
      ...held,
      quantity,
      cost_cents: held.cost_cents - cost,
      realized_cents: held.realized_cents + realized_cents,
      closed_at: quantity === 0 ? at : null,
    },
  };
}

function seen(position: DeskPosition, { prices, at, now }: Traded): DeskPosition {
  const current_price = unitPrice(position.legs, prices);
  return { ...position, current_price, price_as_of: at, last_updated: now, version: position.version + 1 };
}

function opened(order: Opening, { legs, at, now }: Traded): DeskPosition {
  const [only, ...others] = legs;
  const strategy_type = order.strategy_name ?? (others.length > 0 ? "custom" : null);
  return {
    position_id: order.position_id,
    symbol: only && others.length === 0 ? only.symbol : `${order.symbol} ${strategy_type}`,
    underlying: order.symbol,
    legs: [...legs],
    quantity: 0,
    most_units: 0,
    greeks: null,
    profit_levels_done: [],
    management_history: [],
    cost_cents: 0,
    realized_cents: 0,
    current_price: null,
    price_as_of: null,
    source: order.origin,
    bot_managed: order.bot_managed,
    strategy_type,
    notes: order.notes,
    order_id: order.order_id,
    splits: [],
    checked_at: at,
    review_reason: null,
    opened_at: at,
    closed_at: null,
    last_updated: now,
    version: 0,
  };
}
