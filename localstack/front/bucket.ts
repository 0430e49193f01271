import type { Throttling } from "../../lib/http/throttling.ts";

/** As a stage of API Gateway throttles: a bucket holds `atOnce` requests, and `perSecond` fill it up again. */
export function createBucket({ perSecond, atOnce }: Throttling, nowMs = () => performance.now()) {
  let left = atOnce;
  let filledAt = nowMs();
  return {
    /** Whether there was one left. */
    take(): boolean {
      const now = nowMs();
      left = Math.min(atOnce, left + ((now - filledAt) / 1_000) * perSecond);
      filledAt = now;
      if (left < 1) return false;
      left -= 1;
      return true;
    },
  };
}
