import * as z from "zod";
import { readRealm } from "../realm/state.ts";
import type { RunServices } from "../runs/services.ts";
import { iso } from "../runtime/dates.ts";
import { AppError } from "../runtime/errors.ts";
import { apiVersion } from "../runtime/version.ts";

type HealthServices = Pick<RunServices, "store" | "clock">;

/**
 * `GET /api/v1/health` (spec orders 8.1). `uptime_seconds` is the age of the process that answers: nothing else of a
 * system made of functions is up or down, and a time of deployment among their settings would make each deployment new.
 */
export const healthSchema = z
  .object({
    status: z.enum(["healthy", "degraded", "unhealthy"]),
    timestamp: z.string(),
    version: z.string(),
    uptime_seconds: z.number(),
    checks: z.record(z.string(), z.boolean()),
  })
  .meta({ id: "Health" });

/** Never fails. Reports what there is: everything stands on the table, and nothing else of the system can be asked. */
export async function readHealth(services: HealthServices): Promise<z.infer<typeof healthSchema>> {
  const now = services.clock.now();
  const tableAnswers = await answers(services);
  return {
    status: tableAnswers ? "healthy" : "unhealthy",
    timestamp: iso(now),
    version: apiVersion,
    uptime_seconds: Math.floor(process.uptime()),
    checks: { table: tableAnswers },
  };
}

/** Throws `NOT_READY` where the table does not answer. */
export async function refuseUnlessReady(services: HealthServices): Promise<void> {
  if (!(await answers(services))) throw new AppError("NotReady", "NOT_READY", "The table does not answer.");
}

async function answers(services: HealthServices): Promise<boolean> {
  return readRealm(services).then(
    () => true,
    () => false,
  );
}
