import { type IndexKeys, keyIn } from "./key.ts";

/**
 * The desk's orders.
 *
 * | what              | pk                          | sk                     | index: pk / sk                              |
 * | ----------------- | --------------------------- | ---------------------- | ------------------------------------------- |
 * | order             | r#ORDER#id                  | ORDER                  | gsi1 r#ORDERS · gsi2 r#ORDERS#symbol ·      |
 * |                   |                             |                        | gsi3 r#ORDERS#status; each / id             |
 * |                   |                             |                        | alive: gsi4 r#ORDERS#alive / rank#time#id   |
 * | client's own id   | r#CLIENT_ORDER              | client_order_id        |                                             |
 * | orders waiting    | r#ORDERS                    | WAITING                |                                             |
 * | trades of a day   | r#TRADES                    | day                    |                                             |
 */
export function orderKeys(realm: string) {
  const key = keyIn(realm);
  return {
    order: (id: string) => key(`ORDER#${id}`, "ORDER"),
    orderIndex: (order: {
      order_id: string;
      symbol: string;
      status: string;
      /** Its place among those that are not over yet; null once it is. */
      place: string | null;
    }) =>
      ({
        gsi1pk: `${realm}#ORDERS`,
        gsi1sk: order.order_id,
        gsi2pk: `${realm}#ORDERS#symbol=${order.symbol}`,
        gsi2sk: order.order_id,
        gsi3pk: `${realm}#ORDERS#status=${order.status}`,
        gsi3sk: order.order_id,
        ...(order.place !== null && { gsi4pk: `${realm}#ORDERS#alive`, gsi4sk: order.place }),
      }) satisfies IndexKeys,
    clientOrder: (clientOrderId: string) => key("CLIENT_ORDER", clientOrderId),
    waitingOrders: () => key("ORDERS", "WAITING"),
    tradesOfDay: (day: string) => key("TRADES", day),
  };
}
