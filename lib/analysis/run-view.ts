import * as z from "zod";
import { type Run, runSchema, runWarningSchema } from "./run.ts";

/** One entry of `GET /runs` (spec api 3). */
export const runItemSchema = runSchema
  .pick({
    id: true,
    status: true,
    current_phase: true,
    current_phase_label: true,
    started_at: true,
    completed_at: true,
    error_message: true,
    error_code: true,
    signals_created: true,
    positions_opened: true,
    exits_triggered: true,
  })
  .meta({ id: "RunItem" });
export type RunItem = z.infer<typeof runItemSchema>;

/** `GET /runs/{id}/status` (spec api 3): the flat form, and the same facts under the shorter names [D10]. */
export const runStatusSchema = runItemSchema
  .extend({
    progress_current: z.number().int(),
    progress_total: z.number().int(),
    warnings: z.array(runWarningSchema.meta({ id: "RunWarning" })).nullable(),
    attempt: z.number().int(),
    analysis_incomplete_reason: z.string().nullable(),
    comments_failed: z
      .number()
      .int()
      .describe("Comments that the model could not annotate; the run goes on without them."),
    phase: z.number().int(),
    phase_label: z.string(),
    progress: z.object({ current: z.number().int(), total: z.number().int() }),
    results: z.object({
      signals_created: z.number().int().nullable(),
      positions_opened: z.number().int().nullable(),
      exits_triggered: z.number().int().nullable(),
    }),
  })
  .meta({ id: "RunStatus" });
export type RunStatus = z.infer<typeof runStatusSchema>;

/** Holds what is shown and nothing else, because the answer to a stop is stored too, to be given again. */
export function toRunStatus(run: Run): RunStatus {
  const { signals_created, positions_opened, exits_triggered } = run;
  return runStatusSchema.parse({
    ...run,
    phase: run.current_phase,
    phase_label: run.current_phase_label,
    progress: { current: run.progress_current, total: run.progress_total },
    results: { signals_created, positions_opened, exits_triggered },
  });
}
