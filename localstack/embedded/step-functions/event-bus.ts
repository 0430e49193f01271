import { setTimeout as pause } from "node:timers/promises";
import type { LambdaFunction } from "../lambda/functions.ts";
import type { Invoke } from "../lambda/invoke.ts";
import { matches } from "../lambda/patterns.ts";
import type { StatusEvent } from "./runner.ts";

/** Lambda tries an event three times, after one and two minutes; here nobody wants to wait that long. */
const pausesMs = [1_000, 5_000];

/**
 * Carries status events to the functions whose patterns they match, without waiting for them. What fails three times is
 * left to the sweep, as the queue of dead letters is left to people on AWS.
 */
export function createEventBus(functions: Iterable<LambdaFunction>, invoke: Invoke) {
  const subscribed = [...functions].filter(({ patterns }) => patterns.length > 0);

  async function deliver(functionKey: string, event: StatusEvent): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        await invoke(functionKey, event);
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
      for (const { key, patterns } of subscribed) {
        if (patterns.some((pattern) => matches(pattern, event))) void deliver(key, event);
      }
    },
  };
}
