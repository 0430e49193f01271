import { iso } from "../../runtime/dates.ts";
import { transactReporting } from "../../store/events.ts";
import type { Order } from "../orders/record.ts";
import type { OrderRequest } from "../orders/request.ts";
import { createOrders, findOrder } from "../orders/stored.ts";
import { newOrder } from "../orders/submit-order.ts";
import { isTerminal } from "../orders/transitions.ts";
import type { DeskPosition } from "../positions/record.ts";
import { bookReports, savePosition } from "../positions/stored.ts";
import type { DeskServices } from "../services.ts";

/** What the history of a position says of one action. */
export type ManagementEntry = DeskPosition["management_history"][number];

export interface Act {
  /** The position with what the action changes of it. */
  after: DeskPosition;
  entry: Omit<ManagementEntry, "at">;
  orders: readonly Order[];
  capacity: number;
}

/**
 * Stores the orders of an action together with the note that it was taken, if the position is as it was seen: so that of
 * several watchers one acts, and one that is killed has done all of it or nothing.
 */
export async function act(
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

/** Whether the last order for the same cause still is under way. */
export async function isUnderWay(
  services: DeskServices,
  { management_history }: DeskPosition,
  { action, level }: Pick<ManagementEntry, "action" | "level">,
): Promise<boolean> {
  const last = management_history.findLast((entry) => entry.action === action && entry.level === level)?.order_id;
  if (!last) return false;
  const order = await findOrder(services, last);
  return order !== undefined && !isTerminal(order.status);
}

/** The order by which the bot closes a position, all of it or a part. */
export function botClosing(services: DeskServices, { position_id }: DeskPosition, body: OrderRequest): Order {
  return newOrder(services, { request: { apiKeyId: "desk", body }, origin: "bot", closes: { position_id } });
}
