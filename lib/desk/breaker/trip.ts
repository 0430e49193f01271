import { iso } from "../../runtime/dates.ts";
import { isAppError } from "../../runtime/errors.ts";
import { decideAnew } from "../../store/decide-anew.ts";
import type { Breaker } from "./record.ts";
import { newBreaker, type Trip, tripped } from "./rules.ts";
import { type BreakerServices, findBreaker, replaceBreaker, saveBreaker } from "./stored.ts";

/**
 * Halts trading for this reason; where it is halted already, only a person's halt is noted. A record that cannot be read is
 * written over: otherwise nobody could ever halt, or let go on, again.
 */
export async function tripBreaker(services: BreakerServices, trip: Trip, apiKeyId?: string): Promise<Breaker> {
  return decideAnew(services, async () => {
    const before = await findBreaker(services).catch((error: unknown) => {
      if (isAppError(error) && error.name === "InvalidStoredItem") return "unreadable" as const;
      throw error;
    });
    const isReadable = before !== "unreadable";
    if (isReadable && before?.state === "open" && apiKeyId === undefined) return before;
    const known = (isReadable && before) || newBreaker();
    const { breaker, happened } = tripped(known, trip, iso(services.clock.now()));
    const by = apiKeyId === undefined ? {} : { api_key_id: apiKeyId };
    const changed = { breaker, ...(happened && { happened: { ...happened, ...by } }) };
    return isReadable ? saveBreaker(services, before, changed) : replaceBreaker(services, changed);
  });
}
