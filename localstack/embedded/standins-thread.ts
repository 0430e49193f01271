import { parentPort, workerData } from "node:worker_threads";
import { isAppError } from "../../lib/runtime/errors.ts";
import type { Settings } from "./settings.ts";
import { startStandIns } from "./standins.ts";
import { StartProblem } from "./start-problem.ts";

/** What the thread says once it has started, or why it cannot. */
export type StandInsOutcome =
  | { variables: Record<string, string> }
  /** `isKnown` where it is a sentence for the person at the keyboard. */
  | { problem: string; isKnown: boolean };

const say = (outcome: StandInsOutcome) => parentPort?.postMessage(outcome);

await startStandIns(workerData as Settings).then(
  ({ variables }) => say({ variables }),
  (error: Error) => say({ problem: error.message, isKnown: error instanceof StartProblem || isAppError(error) }),
);
