import type { Clock, Sleep } from "../../runtime/clock.ts";
import { AppError } from "../../runtime/errors.ts";
import { retryAfterSeconds } from "../calls/http.ts";

/** Spec pipeline 1.5. */
const requestsPerMinute = 60;
const minuteMs = 60_000;

interface RateLimit {
  /** Resolves when the next request may leave. Throws `RedditUnavailable` where that is more than a minute away. */
  turn(): Promise<void>;
  /**
   * Reads an answer's `x-ratelimit-remaining` and `-reset` (nothing remaining stops all requests until the reset) and its
   * `retry-after`, which the workflow, whose pauses are shorter, does not know.
   */
  heed(headers: Headers): void;
}

/**
 * At most 60 requests in any 60 seconds, and none while Reddit says that nothing remains. Each caller is given its
 * start time before it sleeps, so parallel callers cannot take the same place.
 * Without `perMinute` (a stand-in, which needs no mercy) only the headers count.
 */
export function createRateLimit(tools: { clock: Clock; sleep: Sleep; perMinute: boolean }): RateLimit {
  let starts: number[] = [];
  let closedUntil = 0;
  return {
    async turn() {
      const now = tools.clock.now().getTime();
      starts = starts.slice(-requestsPerMinute);
      const oldest = starts.length === requestsPerMinute ? starts[0] : undefined;
      const freeAt = tools.perMinute && oldest !== undefined ? oldest + minuteMs : 0;
      const start = Math.max(now, closedUntil, freeAt);
      if (start - now > minuteMs) {
        throw new AppError("RedditUnavailable", "REDDIT_API_ERROR", "Reddit's request limit is used up", {
          retryable: true,
          retryAfterSeconds: Math.ceil((start - now) / 1000),
        });
      }
      starts.push(start);
      if (start > now) await tools.sleep(start - now);
    },
    heed(headers) {
      const now = tools.clock.now();
      const remaining = headers.get("x-ratelimit-remaining");
      const resetSeconds = Number(headers.get("x-ratelimit-reset"));
      const spent = remaining !== null && Number(remaining) < 1 && resetSeconds > 0;
      const seconds = Math.max(spent ? resetSeconds : 0, retryAfterSeconds(headers, now) ?? 0);
      if (seconds > 0) closedUntil = now.getTime() + seconds * 1000;
    },
  };
}
