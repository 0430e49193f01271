import * as z from "zod";
import { iso } from "../runtime/dates.ts";
import { AppError } from "../runtime/errors.ts";
import { inInvocation } from "../runtime/invocation.ts";
import { notActive } from "./errors.ts";
import { readFailure } from "./failure.ts";
import { finishRun } from "./finish.ts";
import type { OnComplete, RunKind } from "./kind.ts";
import type { RunRecord } from "./run.ts";
import type { RunServices } from "./services.ts";

const completeInput = z.strictObject({ runId: z.string(), attempt: z.number().int() });
const failInput = completeInput.extend({
  error: z.object({ Error: z.string().optional(), Cause: z.string().optional() }),
});

/**
 * CompleteRun: the last state of a run that went well. Answered again with the same success where the first answer was
 * lost. Throws `RunNotActive` where the run has ended otherwise.
 */
export function completeRun<R extends RunRecord, S extends RunServices>(
  kind: RunKind<R, S>,
  onComplete: OnComplete<R, S>,
  load: () => S,
) {
  return async (event: unknown): Promise<{ status: string }> => {
    const services = load();
    const { runId, attempt } = parse(completeInput, event);
    return inInvocation(services, { runId, phase: "CompleteRun" }, async () => {
      const also = (ended: R) => onComplete(services, ended, iso(services.clock.now()));
      const status = await finishRun(kind, services, { runId, attempt, outcome: { status: "completed" }, also });
      if (status) return { status };
      const run = await services.store.get(kind.keys(services.store.keys).run(runId), kind.record);
      const completed = run && run.attempt === attempt && run.status === kind.statuses.completed(run);
      if (completed) return { status: run.status };
      throw notActive(runId, attempt);
    });
  };
}

/** FailRun: writes what the machine caught to the run. The machine then ends in a Fail state. */
export function failRun<R extends RunRecord, S extends RunServices>(kind: RunKind<R, S>, load: () => S) {
  return async (event: unknown): Promise<{ status: "failed" }> => {
    const services = load();
    const { runId, attempt, error } = parse(failInput, event);
    return inInvocation(services, { runId, phase: "FailRun" }, async () => {
      services.log.error("the workflow gave up", { runId, attempt, caught: error.Error, cause: error.Cause });
      await finishRun(kind, services, { runId, attempt, outcome: { status: "failed", failure: readFailure(error) } });
      return { status: "failed" };
    });
  };
}

function parse<T>(schema: z.ZodType<T>, event: unknown): T {
  const parsed = schema.safeParse(event);
  if (parsed.success) return parsed.data;
  throw new AppError("InvalidPhaseInput", "INTERNAL_ERROR", "The state was handed something else.");
}
