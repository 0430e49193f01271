import { analysisRun } from "../analysis/run.ts";
import { answerRun } from "../answers/run.ts";
import type { Executions } from "../providers/aws/executions.ts";
import type { RunKind } from "../runs/kind.ts";
import type { RunRecord } from "../runs/run.ts";
import type { RunServices } from "../runs/services.ts";

interface AllRunServices extends RunServices {
  executions: Readonly<Record<"analysis" | "answer", Executions>>;
}

/** The run kinds of all products: whose executions are watched and whose lost runs are found. */
export const runKinds: readonly RunKind<RunRecord, AllRunServices>[] = [analysisRun, answerRun];
