import * as z from "zod";
import { isActive, parseExecutionName } from "../../runs/run.ts";
import { type AnswerRunServices, answerRun } from "../run.ts";
import type { AnswerServices } from "../services.ts";
import { readUsage } from "../spend.ts";
import { toAnswerStatus } from "../view.ts";
import { gapsOf, runLogOf } from "./compose.ts";
import { keptOf } from "./kept.ts";
import { artifacts } from "./names.ts";
import { readParts } from "./parts.ts";
import { gapSchema } from "./record.ts";
import { summaryOf } from "./summary.ts";

const loggedSchema = z.object({ status: z.string(), gaps: gapSchema.array().default([]) });

/**
 * Brings the log of a run that is over to its end, as its record has it. Harmless to repeat, and never an error: the run
 * is over whether its log says so or not.
 */
export async function sealRunLog(
  services: AnswerRunServices & Pick<AnswerServices, "artifacts">,
  runId: string,
): Promise<void> {
  const { store, log } = services;
  try {
    const run = await store.get(store.keys.answers.run(runId), answerRun.record);
    if (!run || isActive(run)) return;
    const kept = keptOf(await services.artifacts(), runId);
    const status = toAnswerStatus(run);
    const [parts, usage, logged] = await Promise.all([
      readParts(kept),
      readUsage({ store }, runId),
      kept.find(artifacts.run_log, loggedSchema),
    ]);
    if (logged && logged.status !== "started" && logged.status !== run.status) {
      log.warn("the log of a run said another end than its record", {
        runId,
        logged: logged.status,
        status: run.status,
      });
    }
    const { completed_at, finish_reason, error } = status;
    const end = { status: run.status, completed_at: completed_at ?? "", finish_reason: finish_reason ?? "", error };
    // Of an answer that was stored, the gaps were all found by then.
    const gaps = logged && logged.gaps.length > 0 ? logged.gaps : gapsOf(parts);
    await kept.write(artifacts.run_log, runLogOf(run, parts, { gaps, usage, end }));
    await kept.write(artifacts.api_state, status);
    await kept.write(artifacts.run_summary, summaryOf(run, parts, gaps, end));
  } catch (error) {
    log.warn("the log of a run could not be ended", { runId, error });
  }
}

/** The same for the run of an execution, by its machine and its name; nothing where that is another product's. */
export async function sealRunLogOf(
  services: Parameters<typeof sealRunLog>[0],
  execution: { stateMachineArn: string; name: string },
): Promise<void> {
  const run = parseExecutionName(execution.name);
  if (run && execution.stateMachineArn === services.executions.answer.machineArn) await sealRunLog(services, run.id);
}

/** The same for a run of the kind with this name; nothing where that is another one. */
export async function sealRunLogIn(
  services: Parameters<typeof sealRunLog>[0],
  kind: string,
  runId: string,
): Promise<void> {
  if (kind === answerRun.name) await sealRunLog(services, runId);
}
