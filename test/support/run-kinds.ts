import { analysisRun, analysisStart, completeAnalysis, resumeAnalysis } from "../../lib/analysis/run.ts";
import type { Executions } from "../../lib/providers/aws/executions.ts";
import { completeRun } from "../../lib/runs/complete.ts";
import type { RunKind } from "../../lib/runs/kind.ts";
import { listRuns, readRun } from "../../lib/runs/read.ts";
import { resumeRun } from "../../lib/runs/resume.ts";
import { type RunRecord, runRecordSchema } from "../../lib/runs/run.ts";
import { startRun } from "../../lib/runs/start.ts";
import { stopRun } from "../../lib/runs/stop.ts";
import type { Services } from "../../lib/services.ts";
import { completeTrial, resumeTrial, trialRun, trialStart, type withTrials } from "./trial-run.ts";

/** Services for runs of either kind. */
export type KindServices = ReturnType<typeof withTrials<Services>>;

const request = (operation: string, key: string | undefined) => ({ operation, key, apiKeyId: "key-1", body: {} });
const shown = ({ id, status, attempt, error_message }: RunRecord) => ({ id, status, attempt, error_message });
const newest = { limit: 100, offset: 0, apiKeyId: "key-1" };

/** What can be done with runs of one kind, and the words that it has for them. */
export interface Lifecycle {
  name: "analysis" | "trial";
  /** What a run is before its first phase, and after it was stopped. */
  first: "running" | "queued";
  stopped: "failed" | "stopped";
  /** The functions of its first state and of its last, in the machine. */
  firstState: string;
  lastState: string;
  limitMinutes: number;
  warningType: "image_analysis_failed" | "trial_gap";
  keysOf(services: KindServices): ReturnType<typeof trialRun.keys>;
  executions(services: KindServices): Executions;
  /** The same services with other executions of this kind. */
  withExecutions(services: KindServices, changed: Partial<Executions>): KindServices;
  start(services: KindServices, key?: string): Promise<string>;
  stop(services: KindServices, id: string, key?: string): Promise<ReturnType<typeof shown>>;
  resume(services: KindServices, id: string, key?: string): Promise<string>;
  /** The handler of its state CompleteRun. */
  complete(load: () => KindServices): (event: unknown) => Promise<{ status: string }>;
  read(services: KindServices, id: string): Promise<RunRecord>;
  list(services: KindServices): Promise<string[]>;
}

export const analyses: Lifecycle = {
  name: "analysis",
  first: "running",
  stopped: "failed",
  firstState: "listPosts",
  lastState: "completeRun",
  limitMinutes: 60,
  warningType: "image_analysis_failed",
  keysOf: ({ store }) => analysisRun.keys(store.keys),
  executions: ({ executions }) => executions.analysis,
  withExecutions: (services, changed) => ({
    ...services,
    executions: { ...services.executions, analysis: { ...services.executions.analysis, ...changed } },
  }),
  start: async (services, key) =>
    (await startRun(analysisRun, analysisStart, services, request("analyze", key))).run_id,
  stop: (services, id, key) => stopRun(analysisRun, services, id, request(`stop#${id}`, key), shown),
  resume: async (services, id, key) =>
    (await resumeRun(analysisRun, resumeAnalysis, services, id, request(`resume#${id}`, key))).run_id,
  complete: (load) => completeRun(analysisRun, completeAnalysis, load),
  read: (services, id) => readRun(analysisRun, services, id),
  list: async (services) => (await listRuns(analysisRun, services, newest, runRecordSchema)).items.map(({ id }) => id),
};

export const trials: Lifecycle = {
  name: "trial",
  first: "queued",
  stopped: "stopped",
  firstState: "gather",
  lastState: "completeTrial",
  limitMinutes: 5,
  warningType: "trial_gap",
  keysOf: ({ store }) => trialRun.keys(store.keys),
  executions: ({ executions }) => executions.trial,
  withExecutions: (services, changed) => ({
    ...services,
    executions: { ...services.executions, trial: { ...services.executions.trial, ...changed } },
  }),
  start: async (services, key) => (await startRun(trialRun, trialStart, services, request("try", key))).run_id,
  stop: (services, id, key) => stopRun(trialRun, services, id, request(`stop#${id}`, key), shown),
  resume: async (services, id, key) =>
    (await resumeRun(trialRun, resumeTrial, services, id, request(`resume#${id}`, key))).run_id,
  complete: (load) => completeRun(trialRun, completeTrial, load),
  read: (services, id) => readRun(trialRun, services, id),
  list: async (services) => (await listRuns(trialRun, services, newest, runRecordSchema)).items.map(({ id }) => id),
};

/** All kinds there are in a test. */
export const kinds: readonly RunKind<RunRecord, KindServices>[] = [analysisRun, trialRun];
