import type { Report } from "../store/events.ts";
import type { RunKind } from "./kind.ts";
import type { RunRecord } from "./run.ts";

/** What a run shows of itself in an event: enough for a list and a progress bar. */
export function reportOf(
  { name }: Pick<RunKind, "name">,
  type: "run_started" | "run_resumed" | "phase_begun" | "phase_done" | "run_ended",
  run: Pick<RunRecord, "id" | "attempt" | "status">,
  more: Record<string, unknown> = {},
): Report {
  const { id, attempt, status } = run;
  return { channel: "runs", type, subject_id: id, data: { kind: name, attempt, status, ...more } };
}

/** The part of a run that its progress bar shows. */
export function progressOf(run: Omit<RunRecord, "warnings">) {
  const { current_phase, current_phase_label, progress_current, progress_total } = run;
  return { current_phase, current_phase_label, progress_current, progress_total };
}
