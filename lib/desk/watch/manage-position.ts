import type { MarketMoment } from "../../realm/moment.ts";
import { iso } from "../../runtime/dates.ts";
import { transactReporting } from "../../store/events.ts";
import type { Order } from "../orders/record.ts";
import { createOrders, findOrder } from "../orders/stored.ts";
import { newOrder } from "../orders/submit-order.ts";
import { isTerminal } from "../orders/transitions.ts";
import { closingRequest } from "../positions/close-position.ts";
import type { DeskPosition } from "../positions/record.ts";
import { bookReports, savePosition } from "../positions/stored.ts";
import type { DeskServices } from "../services.ts";
import { dueManagement, type Management } from "./management.ts";

/**
 * Has the bot do what is due for a position that was just valued. While an order for the same cause is under way nothing is
 * due; one that ended without closing what is left is followed by another.
 */
export async function managePosition(
  services: DeskServices,
  position: DeskPosition,
  { settings }: MarketMoment,
): Promise<boolean> {
  const due = dueManagement(position, settings);
  if (!due || (await isUnderWay(services, position, due))) return false;
  const { action, level, details, units } = due;
  const closing = units === 0 ? null : closingOrder(services, position, due);
  const after =
    level === null ? position : { ...position, profit_levels_done: [...position.profit_levels_done, level] };
  return act(services, position, {
    after,
    entry: { action, details, level, order_id: closing?.order_id ?? null },
    orders: closing ? [closing] : [],
    capacity: settings.order_queue_capacity,
  });
}

type Entry = DeskPosition["management_history"][number];

/** Whether the last order for the same cause still is. */
async function isUnderWay(
  services: DeskServices,
  { management_history }: DeskPosition,
  { action, level }: Pick<Entry, "action" | "level">,
): Promise<boolean> {
  const last = management_history.findLast((entry) => entry.action === action && entry.level === level)?.order_id;
  if (!last) return false;
  const order = await findOrder(services, last);
  return order !== undefined && !isTerminal(order.status);
}

function closingOrder(services: DeskServices, position: DeskPosition, { action, units, details }: Management): Order {
  const priority = action === "stop_loss" ? "urgent" : "high";
  const body = closingRequest(position, { quantity: units, priority, notes: details });
  return newOrder(services, {
    ...{ request: { apiKeyId: "desk", body }, origin: "bot", closes: { position_id: position.position_id } },
  });
}

interface Act {
  /** The position with what the action changes of it. */
  after: DeskPosition;
  entry: Omit<Entry, "at">;
  orders: readonly Order[];
  capacity: number;
}

/**
 * Stores the orders of an action together with the note that it was taken, if the position is as it was seen: so that of
 * several watchers one acts, and one that is killed has done all of it or nothing.
 */
async function act(
  services: DeskServices,
  before: DeskPosition,
  { after, entry, orders, capacity }: Act,
): Promise<boolean> {
  const at = iso(services.clock.now());
  const noted: DeskPosition = {
    ...after,
    management_history: [...before.management_history, { at, ...entry }],
    version: before.version + 1,
  };
  const actions = savePosition(services.store.keys, before, noted);
  const reports = bookReports(before, { positions: [noted], flow_cents: 0, realized_cents: null });
  const written =
    orders.length === 0
      ? await transactReporting(services, actions, reports)
      : await createOrders(services, orders, capacity, { actions, reports });
  const { position_id: positionId } = before;
  if (written.applied) services.log.info("position managed", { positionId, action: entry.action });
  else services.log.warn("the bot could not act", { positionId, refusals: written.refusals });
  return written.applied;
}
