import * as z from "zod";
import { type MarketMoment, readMoment } from "../../realm/moment.ts";
import { iso } from "../../runtime/dates.ts";
import { AppError } from "../../runtime/errors.ts";
import { decideAnew } from "../../store/decide-anew.ts";
import type { DeskServices } from "../services.ts";
import type { Breaker } from "./record.ts";
import { cooldownMs, reset } from "./rules.ts";
import { type BreakerServices, findBreaker, saveBreaker } from "./stored.ts";

export const resetRequestSchema = z
  .strictObject({
    authorized_by: z.string().trim().min(1).max(100).describe("The name of who takes it on themselves."),
  })
  .meta({ id: "CircuitBreakerReset" });

export const resetSchema = z
  .object({ message: z.string(), authorized_by: z.string(), timestamp: z.iso.datetime() })
  .meta({ id: "CircuitBreakerWasReset" });

type ResetServices = BreakerServices & Pick<DeskServices, "config">;

/**
 * A named person lets trading go on. Throws `BREAKER_NOT_TRIPPED`, `BREAKER_COOLDOWN` with the seconds left, and `NOT_READY`
 * where there is no state to be read; then nothing changes and nothing is told.
 */
export async function resetBreaker(
  services: ResetServices,
  { authorized_by }: z.infer<typeof resetRequestSchema>,
  apiKeyId: string,
): Promise<z.infer<typeof resetSchema>> {
  const timestamp = await decideAnew(services, async () => {
    const { breaker, moment } = await readState(services);
    const now = services.clock.now();
    if (breaker.state === "closed") {
      throw new AppError("Conflict", "BREAKER_NOT_TRIPPED", "The circuit breaker is closed.");
    }
    const seconds_left = Math.ceil(cooldownMs(breaker, moment.settings, now) / 1000);
    if (seconds_left > 0) {
      throw new AppError("Conflict", "BREAKER_COOLDOWN", `It may be reset in ${seconds_left} s.`, {
        ...{ details: { seconds_left }, retryAfterSeconds: seconds_left },
      });
    }
    const happened = { type: "reset", reason: breaker.trip_reason, authorized_by, api_key_id: apiKeyId } as const;
    return (await saveBreaker(services, breaker, { breaker: reset(breaker, moment.now), happened })) && iso(now);
  });
  return { message: "Circuit breaker reset", authorized_by, timestamp };
}

async function readState(services: ResetServices): Promise<{ breaker: Breaker; moment: MarketMoment }> {
  const unreadable = (cause?: unknown) =>
    new AppError("NotReady", "NOT_READY", "No state of the circuit breaker can be read.", { retryable: true, cause });
  try {
    const [breaker, moment] = await Promise.all([findBreaker(services), readMoment(services)]);
    if (breaker) return { breaker, moment };
  } catch (cause) {
    throw unreadable(cause);
  }
  throw unreadable();
}
