import * as z from "zod";
import { completeRun, failRun } from "../runs/complete.ts";
import { finishRun } from "../runs/finish.ts";
import { inInvocation } from "../runtime/invocation.ts";
import { keptOf } from "./artifacts/kept.ts";
import { work } from "./artifacts/names.ts";
import { decisionSchema } from "./artifacts/record.ts";
import { sealRunLog } from "./artifacts/seal.ts";
import { answerRun, byOrchestrator } from "./run.ts";
import type { AnswerServices } from "./services.ts";

/** CompleteAnswer: the last state of a run with an answer, whose artifacts are all stored by now. */
export function completeAnswer(load: () => AnswerServices) {
  return sealing(
    load,
    completeRun(answerRun, () => [], load),
  );
}

/** FailAnswer: writes what the machine caught to the run, and to its log. */
export function failAnswer(load: () => AnswerServices) {
  return sealing(load, failRun(answerRun, load));
}

const inputSchema = z.object({ runId: z.string(), attempt: z.number().int() });

/** EndUnanswered: the orchestrator found that the question cannot be answered at all. */
export function endUnanswered(load: () => AnswerServices) {
  return sealing(load, async (event: unknown) => {
    const services = load();
    const { runId, attempt } = inputSchema.parse(event);
    return inInvocation(services, { runId, phase: "EndUnanswered" }, async () => {
      const decisions = await keptOf(await services.artifacts(), runId).series(work.decision, decisionSchema);
      const message = decisions.at(-1)?.reason ?? "The question cannot be answered.";
      const failure = { code: "INTERNAL_ERROR", message, cause: byOrchestrator } as const;
      await finishRun(answerRun, services, { runId, attempt, outcome: { status: "stopped", failure } });
      return { status: "stopped" };
    });
  });
}

/** Ends the log of a run after the run itself: the stored state is the truth, and the log a copy that may be late. */
function sealing<T>(load: () => AnswerServices, handler: (event: unknown) => Promise<T>) {
  return async (event: unknown): Promise<T> => {
    const ended = await handler(event);
    await sealRunLog(load(), inputSchema.parse(event).runId);
    return ended;
  };
}
