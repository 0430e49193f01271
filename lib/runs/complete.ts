import * as z from "zod";
import { AppError } from "../runtime/errors.ts";
import { inInvocation } from "../runtime/invocation.ts";
import { readFailure } from "./failure.ts";
import { finishRun } from "./finish.ts";
import { runSchema } from "./run.ts";
import type { RunServices } from "./services.ts";

const completeInput = z.strictObject({ runId: z.string(), attempt: z.number().int() });
const failInput = completeInput.extend({
  error: z.object({ Error: z.string().optional(), Cause: z.string().optional() }),
});

/**
 * CompleteRun: the last state of a run that went well. Answered again with the same success where the first answer was
 * lost. Throws `RunNotActive` where the run has ended otherwise.
 */
export function completeRun(load: () => RunServices) {
  return async (event: unknown): Promise<{ status: "completed" }> => {
    const services = load();
    const { runId, attempt } = parse(completeInput, event);
    return inInvocation(services, { runId, phase: "CompleteRun" }, async () => {
      const finished = await finishRun(services, { runId, attempt, outcome: { status: "completed" } });
      if (finished) return { status: "completed" };
      const run = await services.store.get(services.store.keys.run(runId), runSchema);
      if (run?.status === "completed" && run.attempt === attempt) return { status: "completed" };
      throw new AppError("RunNotActive", "RUN_NOT_ACTIVE", `Run ${runId} is not active in attempt ${attempt}.`);
    });
  };
}

/** FailRun: writes what the machine caught to the run. The machine then ends in a Fail state. */
export function failRun(load: () => RunServices) {
  return async (event: unknown): Promise<{ status: "failed" }> => {
    const services = load();
    const { runId, attempt, error } = parse(failInput, event);
    return inInvocation(services, { runId, phase: "FailRun" }, async () => {
      services.log.error("the workflow gave up", { runId, attempt, caught: error.Error, cause: error.Cause });
      await finishRun(services, { runId, attempt, outcome: { status: "failed", failure: readFailure(error) } });
      return { status: "failed" };
    });
  };
}

function parse<T>(schema: z.ZodType<T>, event: unknown): T {
  const parsed = schema.safeParse(event);
  if (parsed.success) return parsed.data;
  throw new AppError("InvalidPhaseInput", "INTERNAL_ERROR", "The state was handed something else.");
}
