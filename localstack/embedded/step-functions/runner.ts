import { randomUUID } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import { ExecutionAbortedError, ExecutionError, ExecutionTimeoutError } from "aws-local-stepfunctions";
import type { Invoke } from "../lambda/invoke.ts";
import type { Ending, Execution, openExecutions } from "./executions.ts";
import { type EngineEvent, historyEvent, longestHistory } from "./history.ts";
import type { Machine, Task } from "./machine.ts";

/** The event EventBridge delivers when an execution starts or ends. */
export interface StatusEvent {
  version: "0";
  id: string;
  "detail-type": "Step Functions Execution Status Change";
  source: "aws.states";
  account: string;
  time: string;
  region: string;
  resources: string[];
  detail: Record<string, unknown>;
}

/** What a state may hand on, in bytes. */
const mostOutputBytes = 262_144;

interface Running {
  abort: () => void;
  /** Rejects when the execution is over: nobody waits any longer for a function that hangs. */
  over: Promise<never>;
  release: (reason: Error) => void;
  /** Map states one of whose items failed: AWS starts no further item then, the engine would. */
  failedMaps: Set<string>;
}

export type Runner = ReturnType<typeof createRunner>;

/** Runs executions on the engine and writes down how they go. */
export function createRunner(
  executions: ReturnType<typeof openExecutions>,
  options: { invoke: Invoke; onStatus?: (event: StatusEvent) => void; retryPauseMs?: number },
) {
  const running = new Map<string, Running>();

  function end(execution: Execution, ending: Ending) {
    const state = running.get(execution.arn);
    if (!state) return;
    running.delete(execution.arn);
    state.release(unwanted);
    const now = Date.now();
    execution.history.push(closingEvent(ending, now));
    executions.end(execution, ending, now);
    options.onStatus?.(statusEvent(execution));
  }

  async function runTask(task: Task, execution: Execution, input: unknown): Promise<unknown> {
    // The engine's reports of the turn before must be read first: they say whether this task is still wanted.
    await nextTurn();
    const state = running.get(execution.arn);
    if (!state || task.maps.some((map) => state.failedMaps.has(map))) throw unwanted;
    try {
      const answer = options.invoke(task.functionKey, input);
      const output = (await Promise.race([answer, state.over])) ?? null;
      if (Buffer.byteLength(JSON.stringify(output)) > mostOutputBytes) {
        throw named("States.DataLimitExceeded", `The state ${task.state} returned more than ${mostOutputBytes} bytes.`);
      }
      return output;
    } catch (error) {
      throw error === unwanted ? unwanted : taskFailure(error);
    }
  }

  function note(execution: Execution, state: Running, event: EngineEvent) {
    if (event.type === "MapIterationStarted" && state.failedMaps.has(event.parentState.name)) return;
    if (event.type === "MapIterationFailed") state.failedMaps.add(event.parentState.name);
    if (event.type === "StateRetried" || event.type === "StateEntered") state.failedMaps.delete(event.state.name);
    const entry = historyEvent(event);
    if (entry && execution.status === "RUNNING" && execution.history.length < longestHistory)
      execution.history.push(entry);
  }

  function start(machine: Machine, execution: Execution) {
    const input = JSON.parse(execution.input);
    const pause = options.retryPauseMs;
    const handlers = machine.tasks.map((task) => [task.state, (data: unknown) => runTask(task, execution, data)]);
    const { promise: over, reject: release } = Promise.withResolvers<never>();
    over.catch(() => {});
    const state: Running = { abort: () => {}, over, release, failedMaps: new Set() };
    running.set(execution.arn, state);
    executions.start(execution);
    options.onStatus?.(statusEvent(execution));
    const run = machine.engine.run(input, {
      overrides: {
        taskResourceLocalHandlers: Object.fromEntries(handlers),
        ...(pause !== undefined && {
          retryIntervalOverrides: Object.fromEntries(machine.retried.map((name) => [name, pause])),
        }),
      },
      context: {
        Execution: { Id: execution.arn, Name: execution.name },
        StateMachine: { Id: machine.arn, Name: machine.name },
      },
    });
    state.abort = run.abort;
    const noted = (async () => {
      for await (const event of run.eventLogs) note(execution, state, event);
    })();
    run.result
      .then(
        (output): Ending => ({ status: "SUCCEEDED", output: JSON.stringify(output ?? null) }),
        (error: unknown) => failedEnding(error),
      )
      .then(async (ending) => {
        await noted;
        end(execution, ending);
      });
  }

  return {
    start,
    stop: (execution: Execution, why: { error?: string; cause?: string }) => {
      const state = running.get(execution.arn);
      end(execution, { status: "ABORTED", ...why });
      state?.abort();
    },
    abortAll: () => {
      for (const execution of executions.running()) {
        const state = running.get(execution.arn);
        running.delete(execution.arn);
        state?.release(unwanted);
        executions.end(execution, { status: "ABORTED", cause: "The local stack was stopped." }, Date.now());
        state?.abort();
      }
    },
  };
}

/** Ends a task that must not run any more; the engine neither retries nor catches it. */
const unwanted = Object.assign(new Error("No longer wanted."), { isRetryable: false, isCatchable: false });

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

/** As Lambda reports it: the name is the error, the cause is JSON text with type, message and trace. */
function taskFailure(error: unknown): Error {
  if (!(error instanceof Error)) return named("Lambda.Unknown", JSON.stringify({ errorMessage: String(error) }));
  if (error.name.startsWith("States.")) return named(error.name, error.message);
  const { name, message, stack = "" } = error;
  return named(name, JSON.stringify({ errorType: name, errorMessage: message, trace: stack.split("\n") }));
}

function failedEnding(error: unknown): Ending {
  if (error instanceof ExecutionAbortedError) return { status: "ABORTED" };
  if (error instanceof ExecutionTimeoutError) return { status: "TIMED_OUT" };
  const cause = error instanceof ExecutionError ? error.cause : error;
  if (!(cause instanceof Error)) return { status: "FAILED", error: "States.Runtime", cause: String(cause) };
  return { status: "FAILED", error: cause.name, cause: cause.message };
}

function closingEvent({ status, error, cause, output }: Ending, now: number) {
  const timestamp = now / 1000;
  if (status === "SUCCEEDED") {
    return { type: "ExecutionSucceeded", timestamp, executionSucceededEventDetails: { output } };
  }
  const type = { FAILED: "ExecutionFailed", TIMED_OUT: "ExecutionTimedOut", ABORTED: "ExecutionAborted", RUNNING: "" }[
    status
  ];
  return { type, timestamp, [`${type[0]?.toLowerCase()}${type.slice(1)}EventDetails`]: { error, cause } };
}

function statusEvent(execution: Execution): StatusEvent {
  const { arn, machineArn, name, status, startedAt, endedAt, input, output, error, cause } = execution;
  return {
    version: "0",
    id: randomUUID(),
    "detail-type": "Step Functions Execution Status Change",
    source: "aws.states",
    account: "000000000000",
    time: new Date(endedAt ?? startedAt).toISOString(),
    region: "us-east-1",
    resources: [arn],
    detail: {
      executionArn: arn,
      stateMachineArn: machineArn,
      name,
      status,
      startDate: startedAt,
      stopDate: endedAt ?? null,
      input,
      inputDetails: { included: true },
      output: output ?? null,
      outputDetails: output === undefined ? null : { included: true },
      error: error ?? null,
      cause: cause ?? null,
    },
  };
}
