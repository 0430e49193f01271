import * as z from "zod";
import { isCoin } from "../../analysis/comments/coins.ts";
import { readSignal } from "../../analysis/signals/list.ts";
import { type Signal, signalSchema } from "../../analysis/signals/signal.ts";
import { type MarketMoment, readMoment } from "../../realm/moment.ts";
import { AppError, isAppError } from "../../runtime/errors.ts";
import { affordableQuantity } from "../../trading/instruments/quantities.ts";
import { livePrices } from "../execution/prices.ts";
import { priorities } from "../orders/record.ts";
import { type OrderRequest, orderRequestSchema } from "../orders/request.ts";
import { type Submission, submitOrder, type submittedSchema } from "../orders/submit-order.ts";
import { readBook } from "../positions/book.ts";
import type { DeskServices } from "../services.ts";

export const signalOrderRequestSchema = z
  .strictObject({
    quantity: z
      .number()
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .describe(
        "Shares, or spreads where the signal is bearish; without it as many as a sizing's part of the account buys.",
      ),
    priority: z.enum(priorities).default("normal"),
  })
  .meta({ id: "SignalOrderRequest" });

type Wish = z.infer<typeof signalOrderRequestSchema>;
type Submitted = z.infer<typeof submittedSchema>;

/** Who the desk itself is, where no key asked. */
const itself = "desk";

/**
 * Makes an order of origin `autonomous` of a signal: shares of a bullish one, a spread of puts of a bearish one, because what
 * is not held is not sold. A signal becomes one order, whoever asks for it; the paper portfolios do not know of it. Throws
 * `NOT_FOUND`, `ORDER_EXISTS`, `VALIDATION_ERROR`, `PRICE_UNAVAILABLE`, `QUEUE_FULL`, `IDEMPOTENCY_MISMATCH`.
 */
export async function orderSignal(
  services: DeskServices,
  id: string,
  { body: wish, ...request }: Omit<Submission["request"], "body"> & { body: Wish },
): Promise<Submitted> {
  const signal = await readSignal(services, id);
  const moment = await readMoment(services);
  const body = await orderOf(services, signal, wish, moment);
  return submitOrder(services, { request: { ...request, body }, origin: "autonomous", signal_id: id });
}

async function orderOf(
  services: DeskServices,
  { id, ticker, prediction, signal_type }: Signal,
  { quantity, priority }: Wish,
  moment: MarketMoment,
): Promise<OrderRequest> {
  if (isCoin(ticker)) throw new AppError("InvalidRequest", "VALIDATION_ERROR", "id: Coins are not traded.");
  const isBullish = prediction === "bullish";
  return orderRequestSchema.parse({
    symbol: ticker,
    ...(isBullish
      ? { execution_type: "equity", side: "buy" }
      : { execution_type: "option_strategy", strategy_name: "put_spread" }),
    quantity: quantity ?? (isBullish ? await affordable(services, ticker, moment) : 1),
    priority,
    notes: `${prediction} ${signal_type} signal`,
    client_order_id: clientOrderId(id),
  });
}

/** As many shares as the same part of the account buys that a position of the paper portfolios begins with. */
async function affordable(
  services: DeskServices,
  ticker: string,
  { marketTime, settings }: MarketMoment,
): Promise<number> {
  const [prices, { equityCents }] = await Promise.all([
    livePrices(services, [ticker], marketTime),
    readBook(services, settings),
  ]);
  const price = prices.get(ticker)?.ask ?? prices.get(ticker)?.mark ?? null;
  if (price === null) {
    throw new AppError("PricesUnavailable", "PRICE_UNAVAILABLE", `Nobody says what ${ticker} costs; name a quantity.`);
  }
  const shares = affordableQuantity("stock", price, equityCents / settings.sizing_base_divisor);
  if (shares > 0) return shares;
  throw new AppError(
    "InvalidRequest",
    "VALIDATION_ERROR",
    `quantity: The part of the account buys no share at $${price}.`,
  );
}

/**
 * Makes orders of the day's signals from the confidence on that `signal_order_min_confidence` names, which is off at first.
 * One that became an order already, or cannot become one, is passed over.
 */
export async function orderStrongSignals(services: DeskServices, moment: MarketMoment): Promise<number> {
  const { signal_order_min_confidence: least } = moment.settings;
  if (least === "off") return 0;
  const { store, log } = services;
  const { pk } = store.keys.signal(`${moment.now.slice(0, 10)}.`);
  const signals = await store.queryAll({ pk, prefix: "SIGNAL#" }, signalSchema);
  let ordered = 0;
  for (const { id } of signals.filter(({ confidence }) => confidence >= least)) {
    if (await isOrdered(services, id)) continue;
    try {
      const request = { operation: "order-signal", key: id, apiKeyId: itself, body: { priority: "normal" as const } };
      await orderSignal(services, id, request);
      ordered++;
    } catch (error) {
      if (!isAppError(error) || error.code === "DATABASE_ERROR") throw error;
      log.warn("a signal became no order", { signalId: id, code: error.code });
    }
  }
  return ordered;
}

/** The order's own id by its signal, which no second order may have. */
function clientOrderId(signalId: string): string {
  return `signal:${signalId}`.slice(0, 64);
}

async function isOrdered({ store }: DeskServices, signalId: string): Promise<boolean> {
  return (await store.get(store.keys.clientOrder(clientOrderId(signalId)), z.object({}))) !== undefined;
}
