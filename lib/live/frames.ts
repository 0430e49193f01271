import type { StoredEvent } from "../store/events.ts";
import type { FeedChannel } from "./channels.ts";
import type { Connection } from "./record.ts";

/** A message of the feed to a client (spec orders 7.4). */
export interface Frame {
  type: string;
  timestamp: string;
  [field: string]: unknown;
}

/** An event as clients of the feed read it; `event_id` is the number by which they drop repeats and go on. */
export function frameOf({ id, type, at, channel, subject_id, data }: StoredEvent): Frame {
  const head = { timestamp: at, event_id: id };
  if (channel !== "runs") return { type, ...head, ...data };
  // Whatever a run reports is one type here (spec orders 12); `change` says what it was.
  const { kind, status, current_phase = null, current_phase_label = null } = data;
  const progress = "progress_total" in data ? { current: data.progress_current, total: data.progress_total } : null;
  return {
    type: "run_update",
    ...head,
    ...{ run_id: subject_id, kind, status, change: type },
    ...{ phase: current_phase, phase_label: current_phase_label, progress },
  };
}

/** The greeting. It tells from where on events come, so that a client which was here before knows what it has missed. */
export function greetingOf({ client_id, connection_id, after }: Connection, timestamp: string): Frame {
  return { type: "connected", timestamp, client_id, connection_id, newest: after };
}

/** What comes behind it came after that event, in order. What was `missed` is nowhere any more: read anew what you show. */
export function resumedFrame(timestamp: string, more: { after: number; newest: number; missed: boolean }): Frame {
  return { type: "resumed", timestamp, ...more };
}

export function subscriptionFrame(
  type: "subscribed" | "unsubscribed",
  timestamp: string,
  more: { channel: FeedChannel; channels: FeedChannel[] },
): Frame {
  return { type, timestamp, ...more };
}

export function errorFrame(timestamp: string, code: string, message: string): Frame {
  return { type: "error", timestamp, code, message };
}
