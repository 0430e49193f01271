import type { MarketMoment } from "../../realm/moment.ts";
import { addDays, newYorkDay } from "../../runtime/dates.ts";
import { liveChain } from "../../trading/market/quotes.ts";
import { checkOrder, refusalOf } from "../execution/checks.ts";
import { gatherFacts } from "../execution/facts.ts";
import { type PaperFill, paperFill } from "../execution/paper.ts";
import { livePrices, type Prices } from "../execution/prices.ts";
import type { Leg } from "../orders/legs.ts";
import { type Order, strategyNames } from "../orders/record.ts";
import type { OrderRequest } from "../orders/request.ts";
import { newOrder } from "../orders/submit-order.ts";
import { closingLegs, closingRequest } from "../positions/close-position.ts";
import type { DeskPosition, PositionLeg } from "../positions/record.ts";
import type { DeskServices } from "../services.ts";
import { act, botClosing, isUnderWay } from "./act.ts";
import { creditLimits, dueRoll, type RollLimits, rolledLegs } from "./rolling.ts";

/**
 * Rolls a position whose contracts soon expire: an order closes it, and a second one, which waits for the first, opens the same
 * with later contracts, for the same source. A roll is tried once a day, and not begun where its second half would be refused
 * or could not be traded by the market of now: then the position stays, and its history says why, once a day too.
 */
export async function rollPosition(
  services: DeskServices,
  position: DeskPosition,
  prices: Prices,
  moment: MarketMoment,
): Promise<boolean> {
  const { settings, today } = moment;
  const due = dueRoll(position, settings, today);
  const roll = { action: "roll", level: null } as const;
  if (due === null || wasToday(services, position, "roll") || (await isUnderWay(services, position, roll)))
    return false;
  const plan = await planRoll(services, position, due, prices, moment);
  if (plan === null) return false;
  const capacity = settings.order_queue_capacity;
  if ("problem" in plan) {
    if (wasToday(services, position, "none")) return false;
    const details = `It expires on ${due} and is not rolled: ${plan.problem}`;
    const entry = { action: "none", level: null, order_id: null, details } as const;
    await act(services, position, { after: position, entry, orders: [], capacity });
    return false;
  }
  const { closing, opening } = plan;
  const entry = { ...roll, order_id: closing.order_id, details: closing.notes ?? "" };
  return act(services, position, { after: position, entry, orders: [closing, opening], capacity });
}

/** By the wall clock, as histories are. */
function wasToday({ clock }: DeskServices, { management_history }: DeskPosition, action: "roll" | "none"): boolean {
  const today = newYorkDay(clock.now());
  return management_history.some((entry) => entry.action === action && newYorkDay(new Date(entry.at)) === today);
}

interface Roll {
  closing: Order;
  opening: Order;
}

/** The two orders of a roll, or why it cannot be; null where nobody says, or while trading is halted. */
async function planRoll(
  services: DeskServices,
  position: DeskPosition,
  due: string,
  prices: Prices,
  moment: MarketMoment,
): Promise<Roll | { problem: string } | null> {
  const { marketTime, today, settings } = moment;
  const { underlying: symbol } = position;
  const [from, , to] = settings.bot_roll_to_days;
  const spot = prices.get(symbol)?.mark ?? null;
  if (spot === null) return null;
  const chain = await liveChain(services, { symbol, fromDate: due, toDate: addDays(today, to), marketTime });
  if (!chain) return null;
  const legs = rolledLegs(position, due, { chain, spot, today }, settings);
  if (!legs) return { problem: `${symbol} has no contracts of ${from} to ${to} days that it could become.` };
  const limits = await limitsOf(services, position, legs, prices, moment);
  if ("problem" in limits) return limits;
  const roll = ordersOf(services, position, due, legs, limits);
  const opened = roll.opening.legs ?? [];
  const { facts } = await gatherFacts(services, roll.opening, opened, moment, position.position_id);
  if (!facts.mayTrade) return null;
  const refusal = refusalOf(checkOrder(facts, settings));
  return refusal === undefined ? roll : { problem: refusal };
}

/** The limits of the two orders, where both could be filled now. */
async function limitsOf(
  services: DeskServices,
  position: DeskPosition,
  legs: readonly PositionLeg[],
  prices: Prices,
  { marketTime, settings }: MarketMoment,
): Promise<RollLimits | { problem: string }> {
  const later = await livePrices(
    services,
    legs.map(({ symbol }) => symbol),
    marketTime,
  );
  const tradedAt = (traded: readonly Leg[], offered: Prices): PaperFill | null => {
    const ticket = {
      legs: traded,
      left: Math.abs(position.quantity),
      limit_price: null,
      isCredit: false,
      isFirst: true,
    };
    return paperFill(ticket, offered, settings);
  };
  const closing = tradedAt(closingLegs(position), prices);
  const opening = tradedAt(openingLegs(position, legs), later);
  if (!closing || !opening) return { problem: "nobody trades its contracts, or those that it would become, now." };
  if (!settings.bot_roll_require_credit) return { closing: null, opening: null };
  return creditLimits(closing.price, opening.price) ?? { problem: "it would bring no money in." };
}

function ordersOf(
  services: DeskServices,
  position: DeskPosition,
  due: string,
  legs: readonly PositionLeg[],
  limits: RollLimits,
): Roll {
  const { position_id, symbol, underlying, source: origin, bot_managed, strategy_type } = position;
  const quantity = Math.abs(position.quantity);
  const became = legs.map((leg) => leg.symbol).filter((each) => !position.legs.some((leg) => leg.symbol === each));
  const notes = `It expires on ${due} and becomes ${became.join(", ")}.`;
  const closing = botClosing(
    services,
    position,
    closingRequest(position, { quantity, priority: "high", notes, limit_price: limits.closing }),
  );
  const strategy_name = strategyNames.find((name) => name === strategy_type) ?? null;
  const body: OrderRequest = {
    ...{ symbol: underlying, execution_type: strategy_name ? "option_strategy" : "manual_legs", strategy_name },
    ...{ legs: openingLegs(position, legs), quantity, limit_price: limits.opening, priority: "high" },
    ...{ strategy_params: null, two_part_config: null, bot_managed, client_order_id: null },
    notes: position.notes ?? `Rolled from ${symbol}, position ${position_id}.`,
  };
  const opening = newOrder(services, { request: { apiKeyId: "desk", body }, origin, after_order_id: closing.order_id });
  return { closing, opening };
}

/** What is traded to open one unit with these legs in the direction of the position. */
function openingLegs({ quantity }: DeskPosition, legs: readonly PositionLeg[]): Leg[] {
  return closingLegs({ legs: [...legs], quantity: -quantity });
}
