import { dispatchOrders } from "../../lib/desk/execution/dispatch-orders.ts";
import type { OrderView } from "../../lib/desk/orders/view.ts";
import { readBook } from "../../lib/desk/positions/book.ts";
import type { Split } from "../../lib/providers/market/splits.ts";
import { readMoment } from "../../lib/realm/moment.ts";
import { openRealm } from "../../lib/realm/state.ts";
import { changeSettings } from "../../lib/realm/stored-settings.ts";
import type { Services } from "../../lib/services.ts";
import { type CloudOptions, call } from "./cloud.ts";
import { unlimited } from "./desk-settings.ts";
import { marketOf, type PriceOf } from "./market.ts";
import { useStage } from "./stage.ts";
import { until } from "./waiting.ts";

export { unlimited };

/** The same services, by which an order begins to execute and nobody works it yet. */
export function unstarted(services: Services): Services {
  const order = { ...services.executions.order, start: async () => "unknown" as const };
  return { ...services, executions: { ...services.executions, order } };
}

/** The desk with the real state machine and the stand-in of the broker, in a realm of its own for each test. */
export function useDesk(name: string, options: CloudOptions = {}) {
  const theatre = useStage(name, options);
  let services: Services;

  /** A fresh realm, in a market with these prices and splits. */
  async function begin(
    prices: Record<string, number | PriceOf>,
    settings: Record<string, unknown> = unlimited,
    splits: Record<string, Split[]> = {},
  ): Promise<Services> {
    services = theatre.enter();
    theatre.stage.scene.market = marketOf(prices, splits);
    await openRealm(services);
    if (Object.keys(settings).length > 0) await changeSettings(services, settings);
    return services;
  }

  /** The same realm at another market time. */
  function moveTo(marketTime: string): Services {
    services = theatre.moveTo(services, marketTime);
    return services;
  }

  async function submit(body: object): Promise<string> {
    const answer = await call("orders/submit-order", { body });
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    return answer.body.data.order_id;
  }

  const order = async (id: string): Promise<OrderView> =>
    (await call("orders/get-order", { params: { id } })).body.data;

  /** The order, once its execution has brought it to an end. */
  const over = (id: string) =>
    until(async () => {
      const now = await order(id);
      return ["filled", "cancelled", "rejected", "failed"].includes(now.status) ? now : undefined;
    });

  const dispatch = () => dispatchOrders(services);
  /** Takes orders out of the queue and leaves them to the test, which does what their executions would. */
  const dispatchOnly = () => dispatchOrders(unstarted(services));
  /** Submits an order, and waits for its end. */
  async function trade(body: object): Promise<OrderView> {
    const id = await submit(body);
    await dispatch();
    return over(id);
  }
  const book = async () => readBook(services, (await readMoment(services)).settings);

  return {
    get stage() {
      return theatre.stage;
    },
    get services() {
      return services;
    },
    begin,
    moveTo,
    submit,
    order,
    over,
    dispatch,
    dispatchOnly,
    trade,
    book,
  };
}
