import type { Sleep } from "../../runtime/clock.ts";
import { isAppError } from "../../runtime/errors.ts";
import type { Log } from "../../runtime/logger.ts";
import type { Metrics } from "../../runtime/metrics.ts";

/** What one dependency is worth trying (spec pipeline 1.5). */
export interface RetryPolicy {
  /** Calls after the first one. */
  retries: number;
  /** The wait before retry n (from 0), in milliseconds: explicit, because vision waits 2, 5, 10 s. */
  waitsMs: readonly number[];
  /** A `Retry-After` above this is not waited for here: the error goes up, where the workflow waits. */
  longestWaitMs: number;
  /** How its retries are counted: the model's cost money, the others time. */
  countedAs: "ModelRetries" | "ProviderRetries";
  /** The share of a planned wait that chance adds at most; a quarter if absent. */
  jitter?: number;
}

export interface RetryTools {
  sleep: Sleep;
  /** A number in [0, 1): how much of a policy's jitter is added, so that parallel calls do not return together. */
  random: () => number;
  log: Log;
  metrics: Metrics;
}

/**
 * Calls `call` until it succeeds, throws something that is not `retryable`, or the policy is used up.
 * Throws the last error. It wraps a single call, never a loop. Each retry is logged with the fields of `tools.log`,
 * so whoever calls puts the id of its subject there.
 */
export async function withRetries<T>(
  policy: RetryPolicy,
  tools: RetryTools,
  call: (attempt: number) => Promise<T>,
): Promise<T> {
  const { jitter = 0.25 } = policy;
  for (let attempt = 0; ; attempt++) {
    try {
      return await call(attempt);
    } catch (error) {
      if (!isAppError(error) || !error.retryable || attempt >= policy.retries) throw error;
      const planned = policy.waitsMs[Math.min(attempt, policy.waitsMs.length - 1)] ?? 0;
      const asked = (error.retryAfterSeconds ?? 0) * 1000;
      if (asked > policy.longestWaitMs) throw error;
      const waitMs = Math.ceil(Math.max(planned, asked) + tools.random() * planned * jitter);
      tools.log.warn("call failed, trying again", {
        attempt: attempt + 1,
        waitMs,
        error: error.name,
        problem: error.message,
      });
      tools.metrics.add(policy.countedAs);
      await tools.sleep(waitMs);
    }
  }
}
