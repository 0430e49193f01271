import * as z from "zod";
import { createExecutions, type Executions } from "../../lib/providers/aws/executions.ts";
import { completeRun, failRun } from "../../lib/runs/complete.ts";
import type { OnComplete, OnResume, RunKind, RunStart } from "../../lib/runs/kind.ts";
import { phase } from "../../lib/runs/phases/phase.ts";
import { runRecordSchema } from "../../lib/runs/run.ts";
import type { RunServices } from "../../lib/runs/services.ts";
import { update } from "../../lib/store/actions.ts";
import { type MachineSource, machineArn } from "../../localstack/embedded/step-functions/machine.ts";
import type { PhaseHandler } from "./cloud.ts";

/**
 * A second kind of runs, for the tests of the lifecycle alone: two states, no lock, and words of its own. What holds for
 * it and for analyses holds for what the next products bring.
 */
const trialSchema = runRecordSchema.extend({
  status: z.enum(["queued", "running", "completed", "completed_with_gaps", "failed", "stopped"]),
  /** What Gather could not find. */
  gaps: z.number().int(),
});
export type Trial = z.infer<typeof trialSchema>;

export interface TrialServices extends RunServices {
  executions: Readonly<Record<"trial", Executions>>;
}

export const trialRun: RunKind<Trial, TrialServices, { pace: string }, "trial_gap"> = {
  name: "trial",
  phases: ["Gathering", "Writing"],
  record: trialSchema,
  warningTypes: ["trial_gap"],
  limitMinutes: 5,
  statuses: {
    first: "queued",
    completed: ({ gaps }) => (gaps > 0 ? "completed_with_gaps" : "completed"),
    stopped: "stopped",
  },
  keys: (keys) => keys.runsOf({ item: "TRIAL", list: "TRIALS", active: "TRYING" }),
  lock: null,
  queue: null,
  executions: ({ executions }) => executions.trial,
  readSnapshot: ({ pace = "" }) => ({ pace }),
};

export const trialStart: RunStart<Trial, TrialServices> = {
  snapshot: async () => ({ pace: "slow" }),
  onStart: async () => ({ own: { gaps: 0 }, actions: () => [] }),
};

export const resumeTrial: OnResume<Trial, TrialServices> = async () => [];

/** Counts, so that a test sees that a completion is written once. */
export const completeTrial: OnComplete<Trial, TrialServices> = ({ store }) => [
  update(store.keys.counter("TRIALS_COMPLETED"), { add: { total: 1 } }),
];

const task = (functionKey: string, Next: string) => ({
  Type: "Task",
  Resource: { "Fn::GetAtt": [functionKey, "Arn"] },
  TimeoutSeconds: 60,
  Parameters: { "runId.$": "$.runId", "attempt.$": "$.attempt", ...(Next === "Failed" && { "error.$": "$.error" }) },
  ResultPath: null,
  Retry: [{ ErrorEquals: ["StoreUnavailable", "Lambda.Unknown"], MaxAttempts: 5 }],
  Catch: [{ ErrorEquals: ["States.ALL"], ResultPath: "$.error", Next: Next === "Failed" ? "Failed" : "FailTrial" }],
  Next,
});

export const trialMachine: MachineSource = {
  name: "wsb-signals-local-trial",
  definition: {
    StartAt: "Gather",
    TimeoutSeconds: 300,
    States: {
      Gather: task("gather", "Write"),
      Write: task("write", "CompleteTrial"),
      CompleteTrial: task("completeTrial", "Completed"),
      Completed: { Type: "Succeed" },
      FailTrial: task("failTrial", "Failed"),
      Failed: { Type: "Fail", Error: "RunFailed" },
    },
  },
};

/** The handlers of its states; Gather finds `gaps` gaps. */
export function trialHandlers(load: () => TrialServices, gaps: () => number): Record<string, PhaseHandler> {
  return {
    gather: phase(trialRun, { state: "Gather", number: 1 }, load, async () => ({
      summary: {},
      runChanges: { set: { gaps: gaps() } },
    })),
    write: phase(trialRun, { state: "Write", number: 2 }, load, async () => ({ summary: {} })),
    completeTrial: completeRun(trialRun, completeTrial, load),
    failTrial: failRun(trialRun, load),
  };
}

/** Services that can also start trials, on the Step Functions that they know. */
export function withTrials<S extends RunServices & { executions: object }>(services: S) {
  const endpoint = services.config.environment.STATES_ENDPOINT;
  const trial = createExecutions({ machineArn: machineArn(trialMachine.name), endpoint });
  return { ...services, executions: { ...services.executions, trial } };
}
