import * as z from "zod";

/** What a run is while its execution goes on; every other status is an end. */
const activeStatuses: readonly string[] = ["queued", "running"];

/** One non-fatal degradation (spec pipeline 1.3). */
export const warningSchema = z.object({
  type: z.string(),
  message: z.string(),
  ticker: z.string().nullable(),
  phase: z.number().int().min(1),
  timestamp: z.iso.datetime(),
  context: z.record(z.string(), z.unknown()),
});
export type Warning = z.infer<typeof warningSchema>;

/** What the lifecycle keeps of a run of any kind. Times are ISO-8601 UTC. */
export const runRecordSchema = z.object({
  id: z.string(),
  status: z.string(),
  /** 1 at the start, one more with every resume; part of the execution's name and of the fence. */
  attempt: z.number().int().min(1),
  current_phase: z.number().int().min(1),
  current_phase_label: z.string(),
  progress_current: z.number().int(),
  progress_total: z.number().int(),
  started_at: z.string(),
  /** When this attempt began: the longest time a run may take is counted from here. */
  attempt_started_at: z.string(),
  completed_at: z.string().nullable(),
  error_message: z.string().nullable(),
  error_code: z.string().nullable(),
  warnings: z.array(warningSchema).nullable(),
  /** The fixed market time of all phases; null where each phase has its own. */
  market_time: z.string().nullable(),
  /** Set once when the run was seen running for more than 30 minutes. */
  slow_since: z.string().nullable().default(null),
  /** Whether it waits for its turn or has one; null where runs of its kind need none, and once it is over. */
  place: z.enum(["waiting", "taken"]).nullable().default(null),
});
export type RunRecord = z.infer<typeof runRecordSchema>;

/** Whether the run's execution goes on, as far as the table knows. */
export function isActive(run: Pick<RunRecord, "status"> | undefined): boolean {
  return run !== undefined && activeStatuses.includes(run.status);
}

/** The name of a run's execution; names may have 80 characters. */
export function executionName(run: { id: string; attempt: number }): string {
  return `${run.id}-${run.attempt}`;
}

/** The run and attempt an execution's name speaks of; undefined for names that are not ours. */
export function parseExecutionName(name: string): { id: string; attempt: number } | undefined {
  const match = /^([\w-]+)-([1-9]\d*)$/.exec(name);
  return match?.[1] && match[2] ? { id: match[1], attempt: Number(match[2]) } : undefined;
}
