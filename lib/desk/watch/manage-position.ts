import type { MarketMoment } from "../../realm/moment.ts";
import type { Prices } from "../execution/prices.ts";
import { closingRequest } from "../positions/close-position.ts";
import type { DeskPosition } from "../positions/record.ts";
import type { DeskServices } from "../services.ts";
import { act, botClosing, isUnderWay } from "./act.ts";
import { dueManagement, type Management } from "./management.ts";
import { rollPosition } from "./roll-position.ts";

/**
 * Has the bot do what is due for a position that was just valued: first the stop, then the levels of profit, then rolling
 * (spec orders 5.3).
 */
export async function managePosition(
  services: DeskServices,
  position: DeskPosition,
  prices: Prices,
  moment: MarketMoment,
): Promise<boolean> {
  const due = dueManagement(position, moment.settings);
  return due ? close(services, position, due, moment) : rollPosition(services, position, prices, moment);
}

/** While an order for the same cause is under way nothing is due; one that ended without closing what is left is followed by another. */
async function close(
  services: DeskServices,
  position: DeskPosition,
  due: Management,
  { settings }: MarketMoment,
): Promise<boolean> {
  if (await isUnderWay(services, position, due)) return false;
  const { action, level, details, units } = due;
  const priority = action === "stop_loss" ? "urgent" : "high";
  const body = closingRequest(position, { quantity: units, priority, notes: details });
  const closing = units === 0 ? null : botClosing(services, position, body);
  const { profit_levels_done: done } = position;
  return act(services, position, {
    after: level === null ? position : { ...position, profit_levels_done: [...done, level] },
    entry: { action, details, level, order_id: closing?.order_id ?? null },
    orders: closing ? [closing] : [],
    capacity: settings.order_queue_capacity,
  });
}
