import type * as z from "zod";
import type { Executions } from "../providers/aws/executions.ts";
import type { AppError } from "../runtime/errors.ts";
import type { Action } from "../store/actions.ts";
import type { Key } from "../store/keys/key.ts";
import type { RunKeys } from "../store/keys/runs.ts";
import type { Keys } from "../store/keys.ts";
import type { Outcome } from "./failure.ts";
import type { RunRecord } from "./run.ts";
import type { RunServices } from "./services.ts";

/**
 * One product's runs: all that the lifecycle does not decide by itself (`lib/analysis/run.ts` is one). It holds no work:
 * what a product does at a start, a resumption or a completion is handed to `startRun`, `resumeRun` and `completeRun`, so
 * that a function which only reads runs carries nothing that writes, and its role need not allow it.
 */
export interface RunKind<
  R extends RunRecord = RunRecord,
  S extends RunServices = RunServices,
  C = unknown,
  W extends string = string,
> {
  /** What it is called in logs and events: `analysis`. */
  name: string;
  /** What a client sees of each phase; the first has the number 1. */
  phases: readonly [string, ...string[]];
  /** The stored run. */
  record: z.ZodType<R>;
  /** Any other type of a warning is a programming error. */
  warningTypes: readonly W[];
  /** The longest an attempt may take, as its state machine has it. */
  limitMinutes: number;
  statuses: {
    /** `queued` where a run waits for its first phase, which makes it `running`. */
    first: "queued" | "running";
    completed(run: R): string;
    stopped: string;
  };
  /** What else an end says, or says in other words, where the kind has its own. */
  ending?(run: R, outcome: Outcome): Partial<R>;
  keys(keys: Keys): RunKeys;
  /** What only one run of the kind may hold, and how others are refused meanwhile; null where any number goes on. */
  lock: { key(keys: Keys): Key; busy(activeRunId: string): AppError } | null;
  /** Where only so many go on at once, the others wait, and so many may wait; null where none has to. */
  queue: { places(services: S): number; mostWaiting: number; full(): AppError } | null;
  /** The executions of its state machine. */
  executions(services: S): Executions;
  /** The configuration that was stored with the run, as its phases use it. */
  readSnapshot(stored: Record<string, string>): C;
}

/** How the run of a product begins. */
export interface RunStart<R extends RunRecord, S extends RunServices> {
  /** How often the start is tried when others change what it rests on in between; default 8. */
  tries?: number;
  /** The configuration as it is now, to be stored with the run, so that all its phases read the same. */
  snapshot(services: S): Promise<Record<string, string>>;
  /**
   * What a new run has of its own, and what else its start writes. Refusals of the actions, and an id that is taken,
   * mean: try again; `tries` says how often that was so.
   */
  onStart(
    services: S,
    tries: number,
  ): Promise<{ own: Omit<R, keyof RunRecord> & Partial<RunRecord>; actions(run: R): Action[] }>;
}

/** What else a resumption writes or checks. Throws `notResumable` where this run may not be resumed. */
export type OnResume<R extends RunRecord, S extends RunServices> = (services: S, run: R) => Promise<Action[]>;

/** What else a successful end writes. */
export type OnComplete<R extends RunRecord, S extends RunServices> = (services: S, run: R, now: string) => Action[];
