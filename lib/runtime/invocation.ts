import type { Metrics } from "./metrics.ts";
import type { Annotations, Tracer } from "./tracer.ts";

/** What reports on the work of a function. */
export interface Telemetry {
  metrics: Metrics;
  tracer: Tracer;
}

/** One invocation of a function: a part of the trace, and its figures handed on at its end, whichever it is. */
export async function inInvocation<T>(
  { metrics, tracer }: Telemetry,
  annotations: Annotations,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await tracer.trace(annotations, work);
  } finally {
    metrics.publish();
  }
}
