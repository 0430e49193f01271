/** What people are told of as it happens: fills and refusals of orders, the circuit breaker, and the ends of runs. */
const notifiedTypes: ReadonlySet<string> = new Set([
  "order_filled",
  "order_partial",
  "order_rejected",
  "circuit_breaker",
  "run_ended",
]);

/** Whether an event is one to be told of. */
export function isNotified({ type }: { type: string }): boolean {
  return notifiedTypes.has(type);
}

/** How often an event is sent in one go before the next ones have to wait for it. */
export const triesAtOnce = 3;

const minuteMs = 60_000;
/** The pauses after the first go that failed, the second and so on; the next failure is the last. */
const pausesMs = [1, 2, 4, 8, 16].map((minutes) => minutes * minuteMs);
/** Who is behind so far gives each event one go: otherwise the queue would outlast the day for which events are kept. */
const overdueMs = 60 * minuteMs;

/** When to go on with an event after its `failures`th go failed; undefined: never, it is given up. */
export function nextTry(at: Date, failures: number, now: Date): Date | undefined {
  const pauseMs = pausesMs[failures - 1];
  if (pauseMs === undefined || now.getTime() - at.getTime() > overdueMs) return undefined;
  return new Date(now.getTime() + pauseMs);
}
