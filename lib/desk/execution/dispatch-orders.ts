import { inRegularSession } from "../../calendar/trading-days.ts";
import { type MarketMoment, readMoment } from "../../realm/moment.ts";
import { iso } from "../../runtime/dates.ts";
import { check } from "../../store/actions.ts";
import { ifUnchanged } from "../../store/expressions.ts";
import { isMarketOpen } from "../../trading/market/hours.ts";
import { observeEquity } from "../breaker/observe-equity.ts";
import { observeSentiment } from "../breaker/observe-sentiment.ts";
import type { Breaker } from "../breaker/record.ts";
import { allowsTrading } from "../breaker/rules.ts";
import { beat } from "../engine/heartbeat.ts";
import { type Order, orderSchema } from "../orders/record.ts";
import { findOrder, saveOrder } from "../orders/stored.ts";
import { isLegal, isWaiting, moved } from "../orders/transitions.ts";
import type { DeskServices } from "../services.ts";
import { orderStrongSignals } from "../signals/order-signal.ts";
import { readTradesOfDay, type TradesOfDay, tradeAction } from "./trades.ts";
import { examineOrder, validateOrder } from "./validate-order.ts";

/** Orders that one pass begins to execute. */
const mostPerPass = 10;
/** Orders that one pass checks, each of which asks the market. */
const mostChecked = 100;
/** How long one call goes on with passes: well below its own end, and the next comes within a minute. */
const longestMs = 60_000;

/** What a pass has done. */
export interface Dispatched {
  /** Signals that became orders. */
  ordered: number;
  expired: number;
  checked: number;
  executing: number;
  /** Why none of the queue was taken; null where some could be. */
  held: string | null;
}

/** Passes, one after the other, as long as each does as much as it may: then more waits, and no event tells of it. */
export async function dispatchQueue(services: DeskServices): Promise<Dispatched> {
  const until = services.clock.now().getTime() + longestMs;
  for (;;) {
    const done = await dispatchOrders(services);
    const mayLeaveSome = done.executing === mostPerPass || done.checked === mostChecked;
    if (!mayLeaveSome || services.clock.now().getTime() >= until) return done;
  }
}

/**
 * One pass over the queue (spec orders 9.1): what has expired is cancelled, what is new is checked, and, where trading is
 * allowed, the first of the queue are executed, at most ten. Two passes at once are harmless: every step is written on the
 * condition that the order is still as it was read. The queue is read from an index, which may lag: that condition decides.
 */
export async function dispatchOrders(services: DeskServices): Promise<Dispatched> {
  const moment = await readMoment(services);
  const breaker = await observeSentiment(services, moment, await observeEquity(services, moment));
  await beat(services);
  const ordered = await orderStrongSignals(services, moment);
  const waiting = await readWaiting(services);
  const [late, intime] = [waiting.filter((order) => hasExpired(order, services)), waiting.filter(isUnchecked)];
  const expired = await countDone(services, late, (order) => expire(services, order));
  const unchecked = intime.filter((order) => !late.includes(order)).slice(0, mostChecked);
  const checked = await countDone(
    services,
    unchecked,
    async (order) => !!(await validateOrder(services, order, moment)),
  );
  const ready = waiting.filter((order) => order.status === "queued" || unchecked.includes(order));
  const held = await whyHeld(services, moment, breaker);
  const executing = held === null ? await executeFirst(services, ready, moment) : 0;
  const done = { ordered, expired, checked, executing, held };
  services.log.info("orders dispatched", { ...done });
  return done;
}

/** One after the other: each of them writes an event, and events are written one at a time. */
async function countDone(
  services: DeskServices,
  orders: readonly Order[],
  work: (order: Order) => Promise<boolean>,
): Promise<number> {
  let done = 0;
  for (const order of orders) if (await attempted(services, order, work)) done++;
  return done;
}

/** One order that fails must not keep the others from theirs; the next pass comes to it again. */
async function attempted(
  { log }: DeskServices,
  order: Order,
  work: (order: Order) => Promise<boolean>,
): Promise<boolean> {
  try {
    return await work(order);
  } catch (error) {
    log.error("an order was passed over", { orderId: order.order_id, error });
    return false;
  }
}

function isUnchecked({ status }: Order): boolean {
  return status === "pending" || status === "validating";
}

/** The orders that do nothing yet, in the order in which they are to be taken. */
async function readWaiting({ store }: DeskServices): Promise<Order[]> {
  const { gsi4pk: pk = "" } = store.keys.orderIndex({ order_id: "", symbol: "", status: "", place: "" });
  const alive = await store.queryAll({ index: "gsi4", pk }, orderSchema);
  return alive.filter(({ status }) => isWaiting(status));
}

function hasExpired({ expires_at, status }: Order, { clock }: DeskServices): boolean {
  return expires_at !== null && expires_at <= iso(clock.now()) && isLegal(status, "cancelled");
}

async function expire(services: DeskServices, order: Order): Promise<boolean> {
  const cancelled = moved(order, "cancelled", {
    ...{ at: iso(services.clock.now()), reason: "expired", changes: { error_message: "expired" } },
  });
  return (await saveOrder(services, order, cancelled)).applied;
}

/**
 * While trading is halted the queue waits, and so do orders that close a position: nothing is taken. While the market is
 * closed it waits for it: what is sent then would only run out of its time.
 */
async function whyHeld(services: DeskServices, { marketTime }: MarketMoment, breaker: Breaker): Promise<string | null> {
  if (!allowsTrading(breaker)) return `Trading is halted: ${breaker.trip_reason}.`;
  if (!inRegularSession(marketTime)) return "The market is closed.";
  return (await isMarketOpen(services, marketTime, services.log)) ? null : "The market is closed.";
}

async function executeFirst(services: DeskServices, ready: readonly Order[], moment: MarketMoment): Promise<number> {
  let executing = 0;
  for (const listed of ready) {
    if (executing >= mostPerPass) break;
    if (await attempted(services, listed, ({ order_id }) => takeOrder(services, order_id, moment))) executing++;
  }
  return executing;
}

/** Whether the order is executed from now on. The index may tell of a state that is past, so it is read anew. */
async function takeOrder(services: DeskServices, id: string, moment: MarketMoment): Promise<boolean> {
  const order = await findOrder(services, id);
  if (order?.status !== "queued" || hasExpired(order, services)) return false;
  const trades = await readTradesOfDay(services, moment.today);
  // What closes a position is not held up by the trade before it.
  if (order.position_id === null && isTooSoon(services, trades, moment)) return false;
  return executeOrder(services, order, trades, moment);
}

function isTooSoon({ clock }: DeskServices, { last_at }: TradesOfDay, { settings }: MarketMoment): boolean {
  if (last_at === null) return false;
  return clock.now().getTime() - Date.parse(last_at) < settings.order_spacing_seconds * 1_000;
}

/** queued → executing, and its execution; or → rejected, where the checks refuse it by now. */
async function executeOrder(
  services: DeskServices,
  order: Order,
  trades: TradesOfDay,
  moment: MarketMoment,
): Promise<boolean> {
  const { store, clock } = services;
  const now = iso(clock.now());
  const { changes, refusal, isUnanswered } = await examineOrder(services, order, moment);
  if (isUnanswered) return false;
  if (refusal !== undefined) {
    const rejected = moved(order, "rejected", {
      ...{ at: now, reason: refusal, changes: { ...changes, error_message: refusal } },
    });
    await saveOrder(services, order, rejected);
    return false;
  }
  const executing = moved(order, "executing", { at: now, changes });
  const actions = [
    tradeAction(store.keys, moment.today, trades, now),
    // Trading may have been halted since the pass began.
    check(store.keys.breaker(), ifUnchanged("state", "closed", "trading halted")),
  ];
  if (!(await saveOrder(services, order, executing, { actions })).applied) return false;
  await startExecution(services, executing);
  return true;
}

/** A start that is refused for certain ends the order; one whose answer is lost is left to the sweep. */
async function startExecution(services: DeskServices, order: Order): Promise<void> {
  const { order_id } = order;
  const executions = services.executions.order;
  const outcome = await executions.start(order_id, { orderId: order_id, type: order.execution_type });
  if (outcome !== "refused") return;
  const error_message = "Its execution could not be started.";
  const at = iso(services.clock.now());
  await saveOrder(services, order, moved(order, "failed", { at, reason: error_message, changes: { error_message } }));
}
