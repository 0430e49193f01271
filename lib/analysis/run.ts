import * as z from "zod";
import { type Configuration, readConfiguration } from "../configuration/keys.ts";
import type { Executions } from "../providers/aws/executions.ts";
import { marketNow, marketTimeOfNewRun } from "../realm/market-time.ts";
import { openRealm, readRealm, readSettings } from "../realm/state.ts";
import { notResumable } from "../runs/errors.ts";
import type { OnComplete, OnResume, RunKind, RunStart } from "../runs/kind.ts";
import type { PhaseContext as ContextOfPhase } from "../runs/phases/phase.ts";
import { runRecordSchema, warningSchema } from "../runs/run.ts";
import type { RunServices } from "../runs/services.ts";
import { iso, newYorkDay } from "../runtime/dates.ts";
import { AppError } from "../runtime/errors.ts";
import { check, update } from "../store/actions.ts";
import { ifUnchanged } from "../store/expressions.ts";

export const warningTypes = [
  "image_analysis_failed",
  "schwab_prediction_unavailable",
  "prediction_strike_unavailable",
  "market_hours_skipped",
  "insufficient_cash",
  "schwab_stock_unavailable",
  "schwab_options_unavailable",
  "splits_unknown",
  "position_needs_review",
  "prediction_needs_review",
  "price_unavailable",
  "settlement_unknown",
  "predictions_unchecked",
  "cryptocurrency_not_traded",
  "reddit_unreadable",
  "archive_nothing_visible",
  "bad_tick_ignored",
] as const;
export const runWarningSchema = warningSchema.extend({
  type: z.enum(warningTypes),
  phase: z.number().int().min(1).max(7),
});

/** The stored run of an analysis. */
export const runSchema = runRecordSchema.extend({
  status: z.enum(["running", "completed", "failed"]),
  current_phase: z.number().int().min(1).max(7),
  warnings: z.array(runWarningSchema).nullable(),
  signals_created: z.number().int().nullable(),
  positions_opened: z.number().int().nullable(),
  exits_triggered: z.number().int().nullable(),
  /** What a phase has done so far, written with each position, exit and applied result, so that a retry knows it. */
  positions_recorded: z.number().int().default(0),
  exits_recorded: z.number().int().default(0),
  results_applied: z.number().int().default(0),
  analysis_incomplete_reason: z.enum(["budget_exhausted"]).nullable(),
  /** The New York day the run belongs to; it can be resumed on this day only. */
  trading_day: z.string(),
  comments_analyzed: z.number().int().default(0),
  comments_failed: z.number().int().default(0),
  llm_prompt_tokens: z.number().int().default(0),
  llm_completion_tokens: z.number().int().default(0),
  /** Millionths of a dollar, so that sums are exact. */
  llm_cost_micro_usd: z.number().int().default(0),
});
export type Run = z.infer<typeof runSchema>;

/** `POST /analyze` and `POST /runs/{id}/resume`: which run is on its way. */
export const startedRunSchema = z.object({ run_id: z.string() }).meta({ id: "StartedRun" });

/** What starts, stops and ends analyses. */
export interface AnalysisRunServices extends RunServices {
  executions: Readonly<Record<"analysis", Executions>>;
}

/** What a phase of an analysis works with. */
export type PhaseContext<I, S extends RunServices> = ContextOfPhase<
  I,
  S,
  Run,
  Configuration,
  (typeof warningTypes)[number]
>;

/** Analyses: one at a time, each on its trading day; a fixed market time where the realm's clock is not the wall's. */
export const analysisRun: RunKind<Run, AnalysisRunServices, Configuration, (typeof warningTypes)[number]> = {
  name: "analysis",
  // As a client sees them (spec pipeline 1.1). 3.5 is reported as 3.
  phases: [
    "Acquisition",
    "Prioritization",
    "Analysis",
    "Signal Detection",
    "Position Management",
    "Price Monitoring",
    "Post-Analysis",
  ],
  record: runSchema,
  warningTypes,
  limitMinutes: 60,
  statuses: { first: "running", completed: () => "completed", stopped: "failed" },
  keys: (keys) => keys,
  lock: {
    key: (keys) => keys.lock(),
    busy: (active_run_id) =>
      new AppError("Conflict", "ANALYSIS_ALREADY_RUNNING", "An analysis is already running.", {
        details: { active_run_id },
      }),
  },
  queue: null,
  executions: ({ executions }) => executions.analysis,
  readSnapshot: readConfiguration,
};

export const analysisStart: RunStart<Run, AnalysisRunServices> = {
  snapshot: readSettings,

  async onStart(services) {
    const { config, clock, store } = services;
    const realm = await openRealm(services);
    const marketTime = marketTimeOfNewRun(config.marketClock, realm);
    const market_time = marketTime && iso(marketTime);
    const changes = {
      ...(config.marketClock.kind === "scenario" && { scenario_runs: (realm.scenario_runs ?? 0) + 1 }),
      ...(market_time && { market_time }),
    };
    return {
      own: { ...newRun, market_time, trading_day: newYorkDay(marketTime ?? clock.now()) },
      actions: ({ id }) => [
        update(
          store.keys.realmState(),
          { set: { newest_run_id: id, ...changes } },
          ifUnchanged("scenario_runs", realm.scenario_runs),
        ),
      ],
    };
  },
};

const newRun = {
  signals_created: null,
  positions_opened: null,
  exits_triggered: null,
  positions_recorded: 0,
  exits_recorded: 0,
  results_applied: 0,
  analysis_incomplete_reason: null,
  comments_analyzed: 0,
  comments_failed: 0,
  llm_prompt_tokens: 0,
  llm_completion_tokens: 0,
  llm_cost_micro_usd: 0,
};

/** Only the newest analysis is taken up again, and only on its trading day. */
export const resumeAnalysis: OnResume<Run, AnalysisRunServices> = async (services, run) => {
  const realm = await readRealm(services);
  if (realm?.newest_run_id !== run.id) throw notResumable("A newer run exists; start a new one instead.");
  const today = newYorkDay(marketNow(services.config.marketClock, realm, services.clock));
  if (today !== run.trading_day) throw notResumable(`The run belongs to ${run.trading_day}; start a new one.`);
  return [check(services.store.keys.realmState(), ifUnchanged("newest_run_id", run.id))];
};

/** The system's start date is that of the first completed analysis, written once [D20]. */
export const completeAnalysis: OnComplete<Run, AnalysisRunServices> = ({ store }, run, now) => {
  const start = { value: dayOfRun(run), updated_at: now };
  return [
    update(store.keys.realmState(), { set: { last_run_completed_at: now } }),
    update(store.keys.configuration("system_start_date"), { setIfAbsent: start }),
  ];
};

/**
 * The UTC day of a run's signals and mentions (spec pipeline 1.4): one for all its phases, so that a run which begins
 * before midnight does not take its own mentions for those of an earlier day.
 */
export function dayOfRun(run: Pick<Run, "market_time" | "started_at">): string {
  return (run.market_time ?? run.started_at).slice(0, 10);
}
