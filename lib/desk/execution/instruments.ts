import type { MarketMoment } from "../../realm/moment.ts";
import { askBroker, currentChain, logNoPrice } from "../../trading/market/quotes.ts";
import type { Leg } from "../orders/legs.ts";
import type { Order } from "../orders/record.ts";
import type { DeskPosition } from "../positions/record.ts";
import { heldAs, sameUnits } from "../positions/units.ts";
import type { DeskServices } from "../services.ts";
import { chainDays, strategyLegs } from "./strategies.ts";

/**
 * What an order trades: its own legs, its share, or what its strategy chooses now; why there is nothing; or null, where the
 * broker does not answer, which is not to say that there is nothing.
 */
export async function legsToTrade(
  services: Pick<DeskServices, "broker" | "log">,
  order: Order,
  { marketTime, today }: MarketMoment,
): Promise<{ legs: Leg[] } | { problem: string } | null> {
  const { symbol, strategy_name, after_order_id } = order;
  // What is opened again keeps its strategy's name, and has its legs.
  if (!strategy_name || after_order_id !== null) return { legs: legsOf(order) };
  const asked = { symbol, ...chainDays(strategy_name, today), marketTime };
  return askBroker(
    services,
    async (broker) => {
      const chain = currentChain(await broker.chain(asked), marketTime);
      return chain ? strategyLegs(strategy_name, chain) : { problem: `Nobody quotes the options of ${symbol} now.` };
    },
    (failure) => {
      logNoPrice(services.log, failure, { symbol });
      return null;
    },
  );
}

/** The legs of an order whose contracts are chosen; of an equity order its share. */
export function legsOf({ legs, symbol, side }: Pick<Order, "legs" | "symbol" | "side">): Leg[] {
  return legs ?? [{ symbol, side: side ?? "buy", quantity: 1, limit_price: null }];
}

/**
 * The open position that an order trades in: the one it names, else one of the same source that holds the same instruments.
 * Undefined where it begins one of its own.
 */
export function positionOf(
  order: Pick<Order, "position_id" | "origin">,
  legs: readonly Leg[],
  open: readonly DeskPosition[],
): DeskPosition | undefined {
  if (order.position_id !== null) return open.find(({ position_id }) => position_id === order.position_id);
  const traded = heldAs(legs, 1).legs;
  return open.find((position) => position.source === order.origin && sameUnits(position.legs, traded) !== 0);
}

/** Units of an order as the position that it trades in counts them: the opposite of what is held closes it. */
export function unitsFor(position: DeskPosition | undefined, legs: readonly Leg[], quantity: number): number {
  const traded = heldAs(legs, quantity);
  const direction = position ? sameUnits(position.legs, traded.legs) : 1;
  return direction === -1 ? -traded.units : traded.units;
}
