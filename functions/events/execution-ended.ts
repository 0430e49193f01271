import { executionEnded, executionEventSchema } from "../../lib/runs/reconcile.ts";
import { loadServices } from "../../lib/services.ts";

/** EventBridge: "Step Functions Execution Status Change". */
export const handler = async (event: unknown): Promise<void> => {
  await executionEnded(loadServices(), executionEventSchema.parse(event).detail);
};
