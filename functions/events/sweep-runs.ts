import { sweepRuns } from "../../lib/runs/reconcile.ts";
import { loadServices } from "../../lib/services.ts";

/** Every five minutes, and once at the start of the local stack. */
export const handler = async (): Promise<{ running: number; ended: number }> => sweepRuns(loadServices());
