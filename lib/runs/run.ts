import * as z from "zod";

/** The phases as a client sees them (spec pipeline 1.1). 3.5 is reported as 3. */
export const phaseLabels = {
  1: "Acquisition",
  2: "Prioritization",
  3: "Analysis",
  4: "Signal Detection",
  5: "Position Management",
  6: "Price Monitoring",
  7: "Post-Analysis",
} as const;
export type PhaseNumber = keyof typeof phaseLabels;
export const phaseCount = 7;

export const warningTypes = [
  "image_analysis_failed",
  "schwab_prediction_unavailable",
  "prediction_strike_unavailable",
  "market_hours_skipped",
  "insufficient_cash",
  "schwab_stock_unavailable",
  "schwab_options_unavailable",
] as const;

/** One non-fatal degradation (spec pipeline 1.3). Any other type is a programming error and does not parse. */
export const warningSchema = z.object({
  type: z.enum(warningTypes),
  message: z.string(),
  ticker: z.string().nullable(),
  phase: z.number().int().min(1).max(7),
  timestamp: z.iso.datetime(),
  context: z.record(z.string(), z.unknown()),
});
export type Warning = z.infer<typeof warningSchema>;

export const runStatuses = ["running", "completed", "failed"] as const;

/** The stored run. Times are ISO-8601 UTC. */
export const runSchema = z.object({
  id: z.string(),
  status: z.enum(runStatuses),
  /** 1 at the start, one more with every resume; part of the execution's name and of the fence. */
  attempt: z.number().int().min(1),
  current_phase: z.number().int().min(1).max(7),
  current_phase_label: z.string(),
  progress_current: z.number().int(),
  progress_total: z.number().int(),
  started_at: z.string(),
  /** When this attempt began: the 60 minutes are per attempt. */
  attempt_started_at: z.string(),
  completed_at: z.string().nullable(),
  error_message: z.string().nullable(),
  error_code: z.string().nullable(),
  signals_created: z.number().int().nullable(),
  positions_opened: z.number().int().nullable(),
  exits_triggered: z.number().int().nullable(),
  /** What a phase has done so far, written with each position, exit and applied result, so that a retry knows it. */
  positions_recorded: z.number().int().default(0),
  exits_recorded: z.number().int().default(0),
  results_applied: z.number().int().default(0),
  analysis_incomplete_reason: z.enum(["budget_exhausted"]).nullable(),
  warnings: z.array(warningSchema).nullable(),
  /** The fixed market time of a replay or of the scenario; null in a live run, where each phase has its own. */
  market_time: z.string().nullable(),
  /** The New York day the run belongs to; it can be resumed on this day only. */
  trading_day: z.string(),
  comments_analyzed: z.number().int().default(0),
  comments_failed: z.number().int().default(0),
  llm_prompt_tokens: z.number().int().default(0),
  llm_completion_tokens: z.number().int().default(0),
  /** Millionths of a dollar, so that sums are exact. */
  llm_cost_micro_usd: z.number().int().default(0),
  /** Set once when the run was seen running for more than 30 minutes. */
  slow_since: z.string().nullable().default(null),
});
export type Run = z.infer<typeof runSchema>;

/** The name of a run's execution; ids have 26 characters, names may have 80. */
export function executionName(run: { id: string; attempt: number }): string {
  return `${run.id}-${run.attempt}`;
}

/** The run and attempt an execution's name speaks of; undefined for names that are not ours. */
export function parseExecutionName(name: string): { id: string; attempt: number } | undefined {
  const match = /^([0-9A-HJKMNP-TV-Z]{26})-(\d+)$/.exec(name);
  return match?.[1] && match[2] ? { id: match[1], attempt: Number(match[2]) } : undefined;
}

/**
 * The UTC day of a run's signals and mentions (spec pipeline 1.4): one for all its phases, so that a run which begins
 * before midnight does not take its own mentions for those of an earlier day.
 */
export function dayOfRun(run: Pick<Run, "market_time" | "started_at">): string {
  return (run.market_time ?? run.started_at).slice(0, 10);
}
