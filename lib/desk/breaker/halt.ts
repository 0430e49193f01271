import * as z from "zod";
import { iso } from "../../runtime/dates.ts";
import type { BreakerServices } from "./stored.ts";
import { tripBreaker } from "./trip.ts";

export const haltRequestSchema = z
  .strictObject({ reason: z.string().trim().min(1).max(500).describe("Why, for those who read it later.") })
  .meta({ id: "CircuitBreakerHalt" });

export const haltedSchema = z
  .object({ message: z.string(), reason: z.string(), timestamp: z.iso.datetime() })
  .meta({ id: "CircuitBreakerHalted" });

/** A person halts trading. It stands whatever the state is, until a person resets it. */
export async function haltBreaker(
  services: BreakerServices,
  { reason }: z.infer<typeof haltRequestSchema>,
  apiKeyId: string,
): Promise<z.infer<typeof haltedSchema>> {
  await tripBreaker(services, { reason: "manual_halt", detail: reason }, apiKeyId);
  return { message: "Trading halted", reason, timestamp: iso(services.clock.now()) };
}
