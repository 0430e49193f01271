import type { LambdaFunction } from "./functions.ts";
import type { Invoke } from "./invoke.ts";

/** Calls functions as often as their schedules say. What fails is tried again at the next time. */
export function startSchedules(functions: Iterable<LambdaFunction>, invoke: Invoke): { close(): Promise<void> } {
  const timers = [...functions].flatMap(({ key, everyMs }) =>
    everyMs.map((ms) => setInterval(() => void invoke(key, scheduledEvent()).catch(() => {}), ms).unref()),
  );
  return { close: async () => timers.forEach(clearInterval) };
}

function scheduledEvent() {
  return { source: "aws.events", "detail-type": "Scheduled Event", time: new Date().toISOString(), detail: {} };
}
