import * as z from "zod";
import { iso } from "../runtime/dates.ts";
import { AppError, isAppError } from "../runtime/errors.ts";
import { inInvocation } from "../runtime/invocation.ts";
import { inLogContext, type Log } from "../runtime/logger.ts";
import type { MetricName } from "../runtime/metrics.ts";
import { type Action, check, put, update } from "../store/actions.ts";
import { type Changes, ifAbsent, ifRunActive } from "../store/expressions.ts";
import type { TransactionOutcome } from "../store/table.ts";
import { type PhaseNumber, phaseCount, phaseLabels, type Run, runSchema } from "./run.ts";
import type { RunServices } from "./services.ts";
import { type WarningFacts, warningAction } from "./warnings.ts";

const runInput = z.object({ runId: z.string().length(26), attempt: z.number().int().min(1) });

export interface PhaseDefinition<I> {
  /** The word of the state, `DetectSignals`. */
  state: string;
  number: PhaseNumber;
  /** What the state is handed beside run id and attempt; everything else is refused. */
  input?: z.ZodType<I>;
  /** Of one iteration of a Map: which one, so that every iteration has its own marker. */
  iteration?: (input: I) => string;
  /** Iterations that run side by side leave the run's item alone: checking it would make them fight (DESIGN 4.4). */
  parallel?: boolean;
  /** What progress starts from; default: phases begun of all phases. */
  progress?: (input: I) => { current: number; total: number };
}

export interface PhaseContext<I, S extends RunServices> {
  runId: string;
  attempt: number;
  input: I;
  run: Run;
  services: S;
  /** The stored configuration as it was when the run started. */
  settings: Record<string, string>;
  /** The market time of this phase: the same on every retry. */
  marketTime: Date;
  log: Log;
  /**
   * Writes inside the phase, behind the fence; `runChanges` go to the run's own item in the same transaction. Throws
   * `RunNotActive` at the fence; refusals of the actions' own conditions are answered.
   */
  commit(actions: readonly Action[], runChanges?: Changes): Promise<TransactionOutcome>;
  /** The action that records a warning. */
  warning(facts: WarningFacts): Action;
}

/** What a phase leaves: a summary of ids and small counters for the console, and its last writes. */
export interface PhaseResult {
  summary: Record<string, unknown>;
  actions?: readonly Action[];
  runChanges?: Changes;
  /** What the phase came to, counted once: with the end of the phase, however often it was tried. */
  counts?: Partial<Record<MetricName, number>>;
}

/** More than this in a state's output is content, and content belongs into the table. */
const maxSummaryBytes = 8 * 1024;

const doneSchema = z.object({ summary: z.record(z.string(), z.unknown()) });
const begunSchema = z.object({ market_time: z.string() });
const configurationSchema = z.object({ settings: z.record(z.string(), z.string()) });

/**
 * The handler of one state (DESIGN section 4, step 4): parses the input, passes the fence, answers a phase that is done
 * from its marker, does the work, and writes marker and last data in one transaction behind the fence.
 * Throws `InvalidPhaseInput`, `RunNotActive`, and whatever the work throws.
 */
export function phase<I, S extends RunServices>(
  definition: PhaseDefinition<I>,
  load: () => S,
  work: (context: PhaseContext<I, S>) => Promise<PhaseResult>,
): (event: unknown) => Promise<Record<string, unknown>> {
  return async (event) => {
    const services = load();
    const { runId, attempt, input } = readInput(definition, event);
    const name = definition.iteration ? `${definition.state}#${definition.iteration(input)}` : definition.state;
    const { log, metrics, clock } = services;
    const { state } = definition;
    const beganMs = clock.now().getTime();
    const repeated = (summary: Record<string, unknown>) => {
      metrics.addOfPhase(state, "PhaseRepeated");
      return summary;
    };
    const perform = async () => {
      const { store } = services;
      const doneKey = store.keys.phaseDone(runId, name);
      const [run, done] = await Promise.all([
        store.get(store.keys.run(runId), runSchema),
        readDone(services, runId, name),
      ]);
      if (run?.status !== "running" || run.attempt !== attempt) throw notActive(runId, attempt);
      if (done) return repeated(done);

      const [marketTime, settings] = await Promise.all([
        begin(services, definition, run, input),
        readSnapshot(services, runId),
      ]);
      const fence = { key: store.keys.run(runId), condition: ifRunActive(attempt) };
      const fenced = async (actions: readonly Action[], runChanges?: Changes) => {
        const guard = runChanges ? update(fence.key, runChanges, fence.condition) : check(fence.key, fence.condition);
        const outcome = await store.transact([...actions, guard]);
        if (!outcome.applied && outcome.refusals.includes(fence.condition.refusal)) throw notActive(runId, attempt);
        return outcome;
      };
      // An invocation that was given up and still works must not write once another has done the phase: what came
      // after rests on that other one's writes.
      const commit = async (actions: readonly Action[], runChanges?: Changes) => {
        const outcome = await fenced([...actions, check(doneKey, ifAbsent("done"))], runChanges);
        if (!outcome.applied && outcome.refusals.includes("done")) throw new DoneElsewhere();
        return outcome;
      };
      const result = await work({
        runId,
        attempt,
        input,
        run,
        services,
        settings,
        marketTime,
        log,
        commit,
        warning: (facts) => warningAction(services, { id: runId, phase: definition.number }, facts),
      });
      refuseLargeSummary(name, result.summary);
      const doneAt = iso(services.clock.now());
      const marker = put({ ...doneKey, summary: result.summary, done_at: doneAt }, ifAbsent("done"));
      const last = [...(result.actions ?? []), marker];
      const written = definition.parallel ? await store.transact(last) : await fenced(last, result.runChanges);
      if (!written.applied && written.refusals.includes("done")) throw new DoneElsewhere();
      if (!written.applied) throw new Error(`the end of ${name} was refused: ${written.refusals.join(", ")}`);
      metrics.addOfPhase(state, "PhaseDuration", clock.now().getTime() - beganMs);
      for (const [metric, value] of Object.entries(result.counts ?? {})) metrics.add(metric as MetricName, value);
      log.info("phase done", result.summary);
      return result.summary;
    };
    const performLogged = () =>
      perform().catch(async (error: unknown) => {
        // Delivered twice at once, or timed out and still at work: whoever was first has written the summary.
        const first = error instanceof DoneElsewhere && (await readDone(services, runId, name));
        if (first) return repeated(first);
        const fields = { error, comment: "the workflow decides whether it is tried again" };
        const intended = isAppError(error) && (error.name === "RunNotActive" || error.name === "PhaseUnfinished");
        if (!intended) metrics.addOfPhase(state, "PhaseFailed");
        if (intended || (isAppError(error) && error.retryable)) log.warn("phase not done", fields);
        else log.error("phase failed", fields);
        throw error;
      });
    return inInvocation(services, { runId, phase: state }, () =>
      inLogContext({ runId, attempt, phase: name }, performLogged),
    );
  };
}

/** Thrown through the work of a phase that another invocation has done meanwhile. */
class DoneElsewhere extends Error {}

async function readDone({ store }: RunServices, runId: string, name: string) {
  return (await store.get(store.keys.phaseDone(runId, name), doneSchema))?.summary;
}

function readInput<I>(definition: PhaseDefinition<I>, event: unknown): { runId: string; attempt: number; input: I } {
  const base = runInput.loose().safeParse(event);
  if (!base.success) throw invalidInput(definition.state, problemsOf(base.error));
  const { runId, attempt, ...rest } = base.data;
  const input = (definition.input ?? z.strictObject({})).safeParse(rest);
  if (!input.success) throw invalidInput(definition.state, problemsOf(input.error));
  const unknown = Object.keys(rest).filter((name) => !Object.hasOwn(input.data as object, name));
  if (unknown.length > 0) throw invalidInput(definition.state, [`${unknown.join(", ")}: is not known here`]);
  return { runId, attempt, input: input.data as I };
}

function problemsOf(error: z.ZodError): string[] {
  return error.issues.map((issue) => `${issue.path.join(".") || "input"}: ${issue.message}`);
}

function invalidInput(state: string, problems: readonly string[]): AppError {
  return new AppError(
    "InvalidPhaseInput",
    "INTERNAL_ERROR",
    `${state} was handed something else: ${problems.join("; ")}`,
  );
}

/**
 * Marks the phase as begun, once, together with what the run shows of it. In a live run this writes the phase's market
 * time; retries, later attempts and further states of the same phase read it.
 */
async function begin<I>(services: RunServices, definition: PhaseDefinition<I>, run: Run, input: I): Promise<Date> {
  const { store, clock } = services;
  const key = store.keys.phaseBegun(run.id, definition.number);
  const begun = await store.get(key, begunSchema);
  if (begun) return new Date(begun.market_time);
  const marketTime = run.market_time ?? iso(clock.now());
  const progress = definition.progress?.(input) ?? { current: definition.number, total: phaseCount };
  const shown = {
    current_phase: definition.number,
    current_phase_label: phaseLabels[definition.number],
    progress_current: progress.current,
    progress_total: progress.total,
  };
  const outcome = await store.transact([
    put({ ...key, market_time: marketTime, begun_at: iso(clock.now()) }, ifAbsent("begun")),
    // A phase with several states is shown from its first one on; the status never goes back.
    definition.number > run.current_phase
      ? update(store.keys.run(run.id), { set: shown }, ifRunActive(run.attempt))
      : check(store.keys.run(run.id), ifRunActive(run.attempt)),
  ]);
  if (!outcome.applied && outcome.refusals.includes("run not active")) throw notActive(run.id, run.attempt);
  const stored = outcome.applied ? undefined : await store.get(key, begunSchema);
  return new Date(stored?.market_time ?? marketTime);
}

async function readSnapshot({ store }: RunServices, runId: string): Promise<Record<string, string>> {
  return (await store.get(store.keys.runConfiguration(runId), configurationSchema))?.settings ?? {};
}

function refuseLargeSummary(name: string, summary: Record<string, unknown>): void {
  const bytes = Buffer.byteLength(JSON.stringify(summary));
  if (bytes > maxSummaryBytes)
    throw new Error(`the summary of ${name} has ${bytes} bytes; content belongs into the table`);
}

function notActive(runId: string, attempt: number): AppError {
  return new AppError("RunNotActive", "RUN_NOT_ACTIVE", `Run ${runId} is not active in attempt ${attempt}.`);
}
