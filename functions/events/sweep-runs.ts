import { sealRunLogIn } from "../../lib/answers/artifacts/seal.ts";
import { sweepOrders } from "../../lib/desk/execution/reconcile-orders.ts";
import { sweepRuns } from "../../lib/runs/sweep.ts";
import { loadServices } from "../../lib/services.ts";
import { onEvent } from "../../lib/system/event.ts";
import { runKinds } from "../../lib/system/run-kinds.ts";

/** Every five minutes, and once at the start of the local stack. */
export const handler = onEvent(loadServices, async (services) => ({
  ...(await sweepRuns(runKinds, services, (kind, id) => sealRunLogIn(services, kind, id))),
  orders: await sweepOrders(services),
}));
