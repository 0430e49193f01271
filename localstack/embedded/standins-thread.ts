import { parentPort, workerData } from "node:worker_threads";
import { isAppError } from "../../lib/runtime/errors.ts";
import type { Settings } from "./settings.ts";
import { type StandInsOutcome, startStandIns } from "./standins.ts";
import { StartProblem } from "./start-problem.ts";

// Where all providers are real nothing else keeps the thread, and its end would be taken for an accident.
parentPort?.ref();
const say = (outcome: StandInsOutcome) => parentPort?.postMessage(outcome);

await startStandIns(workerData as Settings).then(
  ({ variables }) => say({ variables }),
  (error: Error) => say({ problem: error.message, isKnown: error instanceof StartProblem || isAppError(error) }),
);
