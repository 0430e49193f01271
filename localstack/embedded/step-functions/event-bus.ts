import { setTimeout as pause } from "node:timers/promises";
import type { StatusEvent } from "./runner.ts";

/** As the rule in serverless.yml has it: only the ends of executions. */
const endings = new Set(["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"]);

/** Lambda tries an event three times, after one and two minutes; here nobody wants to wait that long. */
const pausesMs = [1_000, 5_000];

/**
 * Carries status events to the function that the rule names, without waiting for it. What fails three times is left
 * to the sweep, as the queue of dead letters is left to people on AWS.
 */
export function createEventBus(invoke: (functionKey: string, event: unknown) => Promise<unknown>) {
  async function deliver(event: StatusEvent): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        await invoke("executionEnded", event);
        return;
      } catch {
        const wait = pausesMs[attempt];
        if (wait === undefined) return;
        await pause(wait, undefined, { ref: false });
      }
    }
  }
  return {
    publish: (event: StatusEvent) => {
      if (endings.has(String(event.detail.status))) void deliver(event);
    },
  };
}
