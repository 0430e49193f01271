import { iso } from "../../runtime/dates.ts";
import { decideAnew } from "../../store/decide-anew.ts";
import type { Breaker } from "./record.ts";
import { newBreaker, type Trip, tripped } from "./rules.ts";
import { type BreakerServices, findBreaker, saveBreaker } from "./stored.ts";

/** Halts trading for this reason; where it is halted already, only another person's halt is noted. */
export async function tripBreaker(services: BreakerServices, trip: Trip, apiKeyId?: string): Promise<Breaker> {
  return decideAnew(services, async () => {
    const before = await findBreaker(services);
    if (before?.state === "open" && apiKeyId === undefined) return before;
    const { breaker, happened } = tripped(before ?? newBreaker(), trip, iso(services.clock.now()));
    const by = apiKeyId === undefined ? {} : { api_key_id: apiKeyId };
    return saveBreaker(services, before, { breaker, ...(happened && { happened: { ...happened, ...by } }) });
  });
}
