import * as z from "zod";
import { iso } from "../../runtime/dates.ts";
import { isAppError } from "../../runtime/errors.ts";
import { inInvocation } from "../../runtime/invocation.ts";
import { inLogContext, type Log } from "../../runtime/logger.ts";
import type { MetricName } from "../../runtime/metrics.ts";
import { type Action, check, put, update } from "../../store/actions.ts";
import { type Report, transactReporting } from "../../store/events.ts";
import { type Changes, ifAbsent, ifRunActive } from "../../store/expressions.ts";
import type { TransactionOutcome } from "../../store/table.ts";
import { notActive } from "../errors.ts";
import type { RunKind } from "../kind.ts";
import { reportOf } from "../report.ts";
import { isActive, type RunRecord } from "../run.ts";
import type { RunServices } from "../services.ts";
import { type WarningFacts, warningAction } from "../warnings.ts";
import { beginPhase, labelOf } from "./begin.ts";
import { type PhaseDefinition, readInput } from "./definition.ts";

export interface PhaseContext<I, S extends RunServices, R extends RunRecord, C, W extends string> {
  runId: string;
  attempt: number;
  input: I;
  run: R;
  services: S;
  /** The configuration as it was when the run started. */
  configuration: C;
  /** The market time of this phase: the same on every retry. */
  marketTime: Date;
  log: Log;
  /**
   * Writes inside the phase, behind the fence; `runChanges` go to the run's own item in the same transaction. Throws
   * `RunNotActive` at the fence; refusals of the actions' own conditions are answered.
   */
  commit(actions: readonly Action[], runChanges?: Changes): Promise<TransactionOutcome>;
  /** The action that records a warning. */
  warning(facts: WarningFacts<W>): Action;
  /** Whether it is time to stop between two writes and to throw `PhaseUnfinished`, so that the state is entered again. */
  isLate(): boolean;
}

/** What a phase leaves: a summary of ids and small counters for the console, and its last writes. */
export interface PhaseResult {
  summary: Record<string, unknown>;
  actions?: readonly Action[];
  runChanges?: Changes;
  /** What the phase came to, counted once: with the end of the phase, however often it was tried. */
  counts?: Partial<Record<MetricName, number>>;
}

/** After this a phase leaves, well before the function's own time ends (DESIGN section 8). */
const lateAfterMs = 10 * 60_000;

/** More than this in a state's output is content, and content belongs into the table. */
const maxSummaryBytes = 8 * 1024;

const doneSchema = z.object({ summary: z.record(z.string(), z.unknown()) });
const snapshotSchema = z.object({ settings: z.record(z.string(), z.string()) });

/**
 * The handler of one state (DESIGN section 4, step 4): parses the input, passes the fence, answers a phase that is done
 * from its marker, does the work, and writes marker and last data in one transaction behind the fence.
 * Throws `InvalidPhaseInput`, `RunNotActive`, and whatever the work throws.
 */
export function phase<R extends RunRecord, RS extends RunServices, C, W extends string, I, S extends RS>(
  kind: RunKind<R, RS, C, W>,
  definition: PhaseDefinition<I>,
  load: () => S,
  work: (context: PhaseContext<I, S, R, C, W>) => Promise<PhaseResult>,
): (event: unknown) => Promise<Record<string, unknown>> {
  // A number that the kind does not have is refused when the function is loaded, and not in the middle of a run.
  labelOf(kind, definition.number);
  return async (event) => {
    const invocation = { kind, definition, services: load(), ...readInput(definition, event) };
    const { services, runId, attempt, name } = invocation;
    return inInvocation(services, { runId, phase: definition.state }, () =>
      inLogContext({ runId, attempt, phase: name }, () =>
        perform(invocation, work).catch((error: unknown) => giveUp(invocation, error)),
      ),
    );
  };
}

/** A state's call to do its phase of one run. */
interface Invocation<I, K = RunKind, S extends RunServices = RunServices> {
  kind: K;
  definition: PhaseDefinition<I>;
  services: S;
  runId: string;
  attempt: number;
  input: I;
  /** The state's word, with the iteration in a Map. */
  name: string;
}

async function perform<R extends RunRecord, RS extends RunServices, C, W extends string, I, S extends RS>(
  invocation: Invocation<I, RunKind<R, RS, C, W>, S>,
  work: (context: PhaseContext<I, S, R, C, W>) => Promise<PhaseResult>,
): Promise<Record<string, unknown>> {
  const { kind, definition, services, runId, attempt, input } = invocation;
  const { store, clock, log, metrics } = services;
  const beganMs = clock.now().getTime();
  const [run, done] = await Promise.all([
    store.get(kind.keys(store.keys).run(runId), kind.record),
    readDone(invocation),
  ]);
  if (!run || !isActive(run) || run.attempt !== attempt) throw notActive(runId, attempt);
  if (done) return repeated(invocation, done);

  const [marketTime, snapshot] = await Promise.all([beginPhase(invocation, run), readSnapshot(invocation)]);
  const { summary, counts, ...writes } = await work({
    ...{ runId, attempt, input, run, services, marketTime, log },
    configuration: kind.readSnapshot(snapshot),
    commit: (actions, runChanges) => commit(invocation, actions, runChanges),
    warning: (facts) => warningAction(kind, services, { id: runId, phase: definition.number }, facts),
    isLate: () => clock.now().getTime() - beganMs > lateAfterMs,
  });
  await finish(invocation, { summary, ...writes });
  metrics.addOfPhase(definition.state, "PhaseDuration", clock.now().getTime() - beganMs);
  for (const [metric, value] of Object.entries(counts ?? {})) metrics.add(metric as MetricName, value);
  log.info("phase done", summary);
  return summary;
}

/** Writes behind the fence, and nothing where the run is not active in this attempt. */
async function fenced(
  { kind, services, runId, attempt }: Invocation<unknown>,
  actions: readonly Action[],
  runChanges?: Changes,
  reports: readonly Report[] = [],
): Promise<TransactionOutcome> {
  const [key, condition] = [kind.keys(services.store.keys).run(runId), ifRunActive(attempt)];
  const guard = runChanges ? update(key, runChanges, condition) : check(key, condition);
  const outcome = await transactReporting(services, [...actions, guard], reports);
  if (!outcome.applied && outcome.refusals.includes(condition.refusal)) throw notActive(runId, attempt);
  return outcome;
}

/**
 * Writes inside the phase. An invocation that was given up and still works must not write once another has done the
 * phase: what came after rests on that other one's writes.
 */
async function commit(
  invocation: Invocation<unknown>,
  actions: readonly Action[],
  runChanges?: Changes,
): Promise<TransactionOutcome> {
  const undone = check(doneKey(invocation), ifAbsent("done"));
  const outcome = await fenced(invocation, [...actions, undone], runChanges);
  if (!outcome.applied && outcome.refusals.includes("done")) throw new DoneElsewhere();
  return outcome;
}

/** The phase's last writes and its marker, together. */
async function finish(
  invocation: Invocation<unknown>,
  { summary, actions = [], runChanges }: PhaseResult,
): Promise<void> {
  const { kind, definition, services, runId, attempt, name } = invocation;
  refuseLargeSummary(name, summary);
  const marker = put({ ...doneKey(invocation), summary, done_at: iso(services.clock.now()) }, ifAbsent("done"));
  const last = [...actions, marker];
  const run = { id: runId, attempt, status: "running" };
  const report = reportOf(kind, "phase_done", run, { state: name, current_phase: definition.number });
  const written = definition.parallel
    ? await services.store.transact(last)
    : await fenced(invocation, last, runChanges, [report]);
  if (written.applied) return;
  if (written.refusals.includes("done")) throw new DoneElsewhere();
  throw new Error(`the end of ${name} was refused: ${written.refusals.join(", ")}`);
}

/** Logs why the phase is not done, and throws it on; answers the summary of another invocation that was faster. */
async function giveUp(invocation: Invocation<unknown>, error: unknown): Promise<Record<string, unknown>> {
  const { definition, services } = invocation;
  const { log, metrics } = services;
  // Delivered twice at once, or timed out and still at work: whoever was first has written the summary.
  const first = error instanceof DoneElsewhere && (await readDone(invocation));
  if (first) return repeated(invocation, first);
  const fields = { error, comment: "the workflow decides whether it is tried again" };
  const intended = isAppError(error) && (error.name === "RunNotActive" || error.name === "PhaseUnfinished");
  if (!intended) metrics.addOfPhase(definition.state, "PhaseFailed");
  if (intended || (isAppError(error) && error.retryable)) log.warn("phase not done", fields);
  else log.error("phase failed", fields);
  throw error;
}

function repeated({ definition, services }: Invocation<unknown>, summary: Record<string, unknown>) {
  services.metrics.addOfPhase(definition.state, "PhaseRepeated");
  return summary;
}

/** Thrown through the work of a phase that another invocation has done meanwhile. */
class DoneElsewhere extends Error {}

async function readDone(invocation: Invocation<unknown>) {
  return (await invocation.services.store.get(doneKey(invocation), doneSchema))?.summary;
}

function doneKey({ kind, services, runId, name }: Invocation<unknown>) {
  return kind.keys(services.store.keys).phaseDone(runId, name);
}

async function readSnapshot({ kind, services: { store }, runId }: Invocation<unknown>) {
  return (await store.get(kind.keys(store.keys).runConfiguration(runId), snapshotSchema))?.settings ?? {};
}

function refuseLargeSummary(name: string, summary: Record<string, unknown>): void {
  const bytes = Buffer.byteLength(JSON.stringify(summary));
  if (bytes > maxSummaryBytes)
    throw new Error(`the summary of ${name} has ${bytes} bytes; content belongs into the table`);
}
