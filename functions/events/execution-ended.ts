import { executionEnded, executionEventSchema } from "../../lib/runs/reconcile.ts";
import { loadServices } from "../../lib/services.ts";
import { onEvent } from "../../lib/system/event.ts";
import { runKinds } from "../../lib/system/run-kinds.ts";

/** EventBridge: "Step Functions Execution Status Change". */
export const handler = onEvent(loadServices, (services, event) =>
  executionEnded(runKinds, services, executionEventSchema.parse(event).detail),
);
