import type { Sleep } from "../runtime/clock.ts";
import { AppError } from "../runtime/errors.ts";
import type { Ids } from "../runtime/ids.ts";

/** More than a portfolio has positions by default: each refusal is another write that is then done. */
const tries = 12;
const firstPauseMs = 25;
const longestPauseMs = 500;

/**
 * What `decide` comes to. It reads, decides and writes, and answers undefined where its write was refused because another
 * came between; then, after a pause that grows, it is asked again. Throws `StoreUnavailable` after the twelfth refusal.
 */
export async function decideAnew<T>(
  { sleep, ids }: { sleep: Sleep; ids: Ids },
  decide: () => Promise<T | undefined>,
): Promise<T> {
  for (let attempt = 0; attempt < tries; attempt++) {
    const decided = await decide();
    if (decided !== undefined) return decided;
    // Jitter, lest two that met meet again.
    await sleep(Math.min(longestPauseMs, firstPauseMs * 2 ** attempt) * (0.5 + ids.random() / 2));
  }
  throw new AppError("StoreUnavailable", "DATABASE_ERROR", "Other writes kept coming between.", { retryable: true });
}
