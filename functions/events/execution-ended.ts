import { sealRunLogOf } from "../../lib/answers/artifacts/seal.ts";
import { orderExecutionEnded } from "../../lib/desk/execution/reconcile-orders.ts";
import { executionEnded, executionEventSchema } from "../../lib/runs/reconcile.ts";
import { loadServices } from "../../lib/services.ts";
import { onEvent } from "../../lib/system/event.ts";
import { runKinds } from "../../lib/system/run-kinds.ts";

/** EventBridge: "Step Functions Execution Status Change". The machine tells whose execution it was. */
export const handler = onEvent(loadServices, async (services, event) => {
  const { detail } = executionEventSchema.parse(event);
  await executionEnded(runKinds, services, detail);
  await sealRunLogOf(services, detail);
  await orderExecutionEnded(services, detail);
});
