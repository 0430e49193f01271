import { analysisRun } from "../analysis/run.ts";

/** The run kinds of all products: whose executions are watched and whose lost runs are found. */
export const runKinds = [analysisRun];
