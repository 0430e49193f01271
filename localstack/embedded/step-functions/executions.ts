import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { HistoryEvent } from "./history.ts";

export type ExecutionStatus = "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED";

export interface Execution {
  arn: string;
  machineArn: string;
  name: string;
  /** JSON text, exactly as it was sent. */
  input: string;
  status: ExecutionStatus;
  /** Milliseconds since 1970. */
  startedAt: number;
  endedAt?: number;
  output?: string;
  error?: string;
  cause?: string;
  history: HistoryEvent[];
}

export type Ending = Pick<Execution, "status" | "output" | "error" | "cause">;

/** AWS keeps ended executions for 90 days; a long local session keeps the newest. */
const mostEnded = 1_000;
const mostHistories = 200;

/**
 * Every execution that runs and the newest that ended. With `dataDir` they also lie in `executions.jsonl`, one line at
 * the start and one at the end of each; those that have no end there were lost in a crash and count as aborted.
 */
export function openExecutions(dataDir: string | undefined) {
  const file = dataDir && join(dataDir, "executions.jsonl");
  const known = new Map<string, Execution>();
  const ended: Execution[] = [];

  function keepNewest(execution: Execution) {
    ended.push(execution);
    const withoutHistory = ended[ended.length - 1 - mostHistories];
    if (withoutHistory) withoutHistory.history = [];
    if (ended.length > mostEnded) {
      const oldest = ended.shift();
      if (oldest) known.delete(oldest.arn);
    }
  }

  function append(line: unknown) {
    if (file) appendFileSync(file, `${JSON.stringify(line)}\n`);
  }

  function load(path: string, now: number) {
    for (const line of readLines(path)) {
      const earlier = known.get(line.arn);
      if (!earlier) known.set(line.arn, { ...line, history: [] });
      else keepNewest(Object.assign(earlier, line));
    }
    for (const execution of known.values()) {
      if (execution.status !== "RUNNING") continue;
      const lost = { status: "ABORTED" as const, cause: "The local stack ended while this execution was running." };
      keepNewest(Object.assign(execution, { endedAt: now, ...lost }));
    }
    // Written anew in one step: short again, and every execution with its end.
    const lines = ended.flatMap((one) => [{ ...one, status: "RUNNING", history: undefined }, one]);
    writeFileSync(`${path}.new`, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    renameSync(`${path}.new`, path);
  }

  if (dataDir) mkdirSync(dataDir, { recursive: true });
  if (file && existsSync(file)) load(file, Date.now());

  return {
    get: (arn: string) => known.get(arn),
    /** Newest first. */
    list: (machineArn: string, status?: string) =>
      [...known.values()]
        .filter((one) => one.machineArn === machineArn && (!status || one.status === status))
        .sort((a, b) => b.startedAt - a.startedAt),
    running: () => [...known.values()].filter((one) => one.status === "RUNNING"),
    start: (execution: Execution) => {
      known.set(execution.arn, execution);
      const { history, ...line } = execution;
      append(line);
    },
    end: (execution: Execution, ending: Ending, now: number) => {
      Object.assign(execution, ending, { endedAt: now });
      const { arn, status, endedAt, output, error, cause, history } = execution;
      append({ arn, status, endedAt, output, error, cause, history });
      keepNewest(execution);
    },
  };
}

/** A line cut short by a crash is left out. */
function readLines(path: string): Execution[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .flatMap((line) => {
      try {
        return [JSON.parse(line)];
      } catch {
        return [];
      }
    });
}
