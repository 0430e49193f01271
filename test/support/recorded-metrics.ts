import type { Metrics } from "../../lib/runtime/metrics.ts";

export interface RecordedMetrics extends Metrics {
  /** What was published since the last call, as sums by name; those of a phase by `name phase`. */
  take(): Record<string, number>;
}

/** Metrics that keep what is published. */
export function recordedMetrics(): RecordedMetrics {
  let published: Record<string, number> = {};
  let waiting: [name: string, value: number][] = [];
  const sum = (name: string, value: number) => {
    published[name] = (published[name] ?? 0) + value;
  };
  return {
    add: (name, value = 1) => void waiting.push([name, value]),
    addOfPhase: (phase, name, value = 1) => sum(`${name} ${phase}`, value),
    publish() {
      for (const [name, value] of waiting) sum(name, value);
      waiting = [];
    },
    take() {
      const taken = published;
      published = {};
      return taken;
    },
  };
}
