import type { MarketMoment } from "../../realm/moment.ts";
import { iso } from "../../runtime/dates.ts";
import type { Booked } from "../positions/book-fill.ts";
import { isOpen } from "../positions/record.ts";
import { closeCounted, newBreaker } from "./rules.ts";
import { type BreakerServices, breakerWrites, findBreaker } from "./stored.ts";

/**
 * What a fill makes of the breaker, to be written with it: the position that it closes whole counts as a loss or a gain, and
 * so many losses in a row halt trading. Written in the fill's own transaction it is counted once, as the fill is.
 */
export async function countClose(
  services: BreakerServices,
  { positions }: Booked,
  { settings }: MarketMoment,
): Promise<Partial<ReturnType<typeof breakerWrites>>> {
  const closed = positions.find((position) => !isOpen(position));
  if (!closed || closed.realized_cents === 0) return {};
  const before = await findBreaker(services);
  const now = iso(services.clock.now());
  const changed = closeCounted(before ?? newBreaker(), closed.realized_cents, now, settings);
  return breakerWrites(services.store.keys, before, changed, now);
}
