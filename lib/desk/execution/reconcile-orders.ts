import { iso } from "../../runtime/dates.ts";
import { orderSchema } from "../orders/record.ts";
import { isWaiting } from "../orders/transitions.ts";
import type { DeskServices } from "../services.ts";
import { failOrder } from "./fail-order.ts";

/** An execution that nobody knows counts as lost after this long; before it, its start may still be under way. */
const unknownGraceMs = 60_000;

const unfinished = "Its execution ended without finishing it.";

/** What is read of the service's status event. */
interface EndedExecution {
  stateMachineArn: string;
  name: string;
  status: string;
}

/** The service says that an execution ended: an order that still executes then has nobody who would finish it. */
export async function orderExecutionEnded(services: DeskServices, event: EndedExecution): Promise<void> {
  const executions = services.executions.order;
  if (event.stateMachineArn !== executions.machineArn || isLive(event.status)) return;
  await failOrder(services, event.name, unfinished);
}

/** Compares every order that executes with its execution, and ends those whose execution is over or was never there. */
export async function sweepOrders(services: DeskServices): Promise<{ ended: number }> {
  const { store, clock, log } = services;
  const executions = services.executions.order;
  const { gsi4pk: pk = "" } = store.keys.orderIndex({ order_id: "", symbol: "", status: "", place: "" });
  const alive = await store.queryAll({ index: "gsi4", pk }, orderSchema);
  const untilNow = iso(new Date(clock.now().getTime() - unknownGraceMs));
  let ended = 0;
  for (const order of alive.filter(({ status, updated_at }) => !isWaiting(status) && updated_at < untilNow)) {
    const { order_id } = order;
    try {
      const execution = await executions.describe(order_id);
      if (execution && isLive(execution.status)) continue;
      if ((await failOrder(services, order_id, unfinished)) === "failed") ended++;
    } catch (error) {
      // One that cannot be asked for must not keep the others from their end.
      log.error("an order was not swept", { orderId: order_id, error });
    }
  }
  return { ended };
}

function isLive(status: string): boolean {
  return status === "RUNNING" || status === "PENDING_REDRIVE";
}
