import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { analysisRun } from "../../lib/analysis/run.ts";
import { triesAtOnce } from "../../lib/notifications/rules.ts";
import { begunWithinMs } from "../../lib/notifications/send-events.ts";
import { leaseSeconds } from "../../lib/notifications/stored.ts";
import { executionsPatienceMs } from "../../lib/providers/aws/executions.ts";
import { s3PatienceMs } from "../../lib/providers/aws/s3.ts";
import { secretsPatienceMs } from "../../lib/providers/aws/secrets.ts";
import { modelPatienceMs } from "../../lib/providers/openai/open.ts";
import { redditPatienceMs } from "../../lib/providers/reddit/open.ts";
import { schwabPatienceMs } from "../../lib/providers/schwab/open.ts";
import { webhookPolicy } from "../../lib/providers/webhook/client.ts";
import { webhookPatienceMs } from "../../lib/providers/webhook/open.ts";
import { yahooPatienceMs } from "../../lib/providers/yahoo/open.ts";
import type { ErrorName } from "../../lib/runtime/errors.ts";
import { storePatienceMs } from "../../lib/store/client.ts";
import { readFunctions } from "../support/functions.ts";

interface Retrier {
  ErrorEquals: string[];
  IntervalSeconds: number;
  BackoffRate: number;
  MaxAttempts: number;
  MaxDelaySeconds?: number;
  JitterStrategy?: string;
}
interface Catcher {
  ErrorEquals: string[];
  ResultPath: string | null;
  Next: string;
}
interface State {
  Type: string;
  Comment?: string;
  Resource?: { "Fn::GetAtt": [string, string] };
  TimeoutSeconds?: number;
  MaxConcurrency?: number;
  Retry?: Retrier[];
  Catch?: Catcher[];
  Next?: string;
  End?: boolean;
  ItemProcessor?: Machine;
}
interface Machine {
  StartAt: string;
  TimeoutSeconds?: number;
  States: Record<string, State>;
}

const text = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
const machine = parse(text("workflows/analysis.asl.yml"), { merge: true }) as Machine;
const { provider } = parse(text("serverless.yml")) as { provider: { timeout: number } };
const functions = readFunctions();

/** Every state, those of Maps included, with the Map around it. */
function statesOf({ States }: Machine, around?: State): { name: string; state: State; around: State | undefined }[] {
  return Object.entries(States).flatMap(([name, state]) => [
    { name, state, around },
    ...(state.ItemProcessor ? statesOf(state.ItemProcessor, state) : []),
  ]);
}
const states = statesOf(machine);
const tasks = states.filter(({ state }) => state.Type === "Task");
const machineSeconds = machine.TimeoutSeconds ?? 0;
const lambdaSeconds = (state: State) => {
  const key = state.Resource?.["Fn::GetAtt"][0] ?? "";
  return functions[key]?.timeout ?? provider.timeout;
};
/** The time-outs that the clients of providers and of the table are given, in seconds. */
const clientSeconds = [
  ...[redditPatienceMs, s3PatienceMs, modelPatienceMs, schwabPatienceMs, yahooPatienceMs],
  ...[webhookPatienceMs, executionsPatienceMs, secretsPatienceMs, storePatienceMs],
].map((ms) => ms / 1_000);
/** The most posts a run can be configured to read. */
const mostPosts = 50;

describe("time-outs", () => {
  it("end a run after 60 minutes, as its kind says where it is told to its user", () => {
    expect(machineSeconds).toBe(3600);
    expect(analysisRun.limitMinutes).toBe(60);
  });

  it.each(tasks)("of $name grow from client to Lambda to state to machine", ({ state }) => {
    const [lambda, task] = [lambdaSeconds(state), state.TimeoutSeconds ?? Number.POSITIVE_INFINITY];
    expect(Math.max(...clientSeconds)).toBeLessThan(lambda);
    expect(lambda).toBeLessThan(task);
    expect(task).toBeLessThan(machineSeconds);
  });

  it("of API functions let the table's client give up first, and stay below the gateway's 29 seconds", () => {
    const api = Object.entries(functions).filter(([, { events }]) => events?.some(({ http }) => http !== undefined));
    expect(api.length).toBeGreaterThan(10);
    for (const [, { timeout = provider.timeout }] of api) {
      // Three tries of the table's client.
      expect(timeout).toBeGreaterThan((3 * storePatienceMs) / 1_000);
      expect(timeout).toBeLessThan(29);
    }
  });
});

describe("the webhook", () => {
  it("has its last message of a call sent, or not, before the function ends, and that before another may begin", () => {
    const { timeout = 0 } = functions.notifyWebhook ?? {};
    const { longestWaitMs, waitsMs } = webhookPolicy;
    // With the most that chance adds to a wait.
    const waitMs = longestWaitMs + Math.max(...waitsMs) / 4;
    const lastMs = triesAtOnce * webhookPatienceMs + (triesAtOnce - 1) * waitMs;
    expect(begunWithinMs + lastMs).toBeLessThan(timeout * 1_000);
    expect(timeout).toBeLessThan(leaseSeconds);
  });
});

describe("retries", () => {
  const pauses = ({ IntervalSeconds, BackoffRate, MaxAttempts, MaxDelaySeconds = Number.POSITIVE_INFINITY }: Retrier) =>
    Array.from({ length: MaxAttempts }, (_, n) => Math.min(IntervalSeconds * BackoffRate ** n, MaxDelaySeconds));
  const total = (state: State) => (state.Retry ?? []).flatMap(pauses).reduce((sum, pause) => sum + pause, 0);

  it.each(tasks)("of $name are few, name their errors, and pause for less than half an hour in all", ({ state }) => {
    expect(state.Retry?.length).toBeGreaterThan(0);
    for (const retrier of state.Retry ?? []) {
      expect(retrier.MaxAttempts).toBeGreaterThanOrEqual(1);
      expect(retrier.MaxAttempts).toBeLessThanOrEqual(6);
      expect(Math.max(...pauses(retrier))).toBeLessThanOrEqual(300);
      // A bug must not be tried again and again: only faults that pass are named, never all of them.
      expect(retrier.ErrorEquals).not.toContain("States.ALL");
      expect(retrier.ErrorEquals).not.toContain("States.TaskFailed");
    }
    expect(total(state)).toBeLessThan(1_800);
  });

  it.each(tasks)("of $name cover what may befall any Lambda, with jitter and a longest pause", ({ state }) => {
    const ofLambda = state.Retry?.find(({ ErrorEquals }) => ErrorEquals.includes("Lambda.ServiceException"));
    expect(ofLambda).toMatchObject({
      ErrorEquals: [
        "Lambda.ServiceException",
        "Lambda.AWSLambdaException",
        "Lambda.SdkClientException",
        "Lambda.ClientExecutionTimeoutException",
        "Lambda.TooManyRequestsException",
        "Lambda.Unknown",
        "Sandbox.Timedout",
        "Runtime.ExitError",
        "States.Timeout",
      ],
      IntervalSeconds: 2,
      BackoffRate: 2,
      MaxAttempts: 6,
      MaxDelaySeconds: 30,
      JitterStrategy: "FULL",
    });
    expect(state.Retry?.some(({ ErrorEquals }) => ErrorEquals.includes("StoreUnavailable"))).toBe(true);
  });

  it("never are for errors that stay what they are", () => {
    const final: ErrorName[] = [
      "RunNotActive",
      "InvalidPhaseInput",
      "RedditRefused",
      "OpenAiRefused",
      "BadConfiguration",
      "InvalidStoredItem",
    ];
    const retried = new Set(
      tasks.flatMap(({ state }) => (state.Retry ?? []).flatMap(({ ErrorEquals }) => ErrorEquals)),
    );
    for (const name of final) expect(retried).not.toContain(name);
  });

  it("wait for a throttled model at least a minute, and at most five", () => {
    const throttled = tasks.flatMap(({ state }) =>
      (state.Retry ?? []).filter(({ ErrorEquals }) => ErrorEquals.includes("OpenAiThrottled")),
    );
    expect(throttled).toHaveLength(1);
    expect(throttled[0] && pauses(throttled[0])).toEqual([60, 120, 240, 300, 300]);
  });
});

describe("a failure", () => {
  it.each(tasks)("of $name is caught with the input kept, and leads to FailRun", ({ name, state, around }) => {
    const catcher = (state.Catch ?? [])
      .concat(around?.Catch ?? [])
      .find(({ ErrorEquals }) => ErrorEquals.includes("States.ALL"));
    if (name === "FailRun") expect(catcher).toMatchObject({ Next: "Failed" });
    else expect(catcher).toEqual({ ErrorEquals: ["States.ALL"], ResultPath: "$.error", Next: "FailRun" });
  });

  it("ends in a failed execution: no state but Succeed and Fail ends the machine", () => {
    const ends = Object.entries(machine.States).filter(
      ([, state]) => state.End || ["Succeed", "Fail"].includes(state.Type),
    );
    expect(ends.map(([name, state]) => [name, state.Type])).toEqual([
      ["Completed", "Succeed"],
      ["Failed", "Fail"],
    ]);
    expect(machine.States.FailRun?.Next).toBe("Failed");
  });

  it("is described: every state says what it does", () => {
    for (const { state } of states) expect(state.Comment).toMatch(/^\S.*\.$/);
  });
});

describe("the history of an execution", () => {
  /** Entered, scheduled, started, succeeded, exited; each further try is scheduled, started, failed. */
  const eventsOf = (scope: Machine, tries: (state: State) => number): number =>
    Object.values(scope.States).reduce((sum, state) => {
      if (state.Type === "Task") return sum + 5 + 3 * tries(state);
      if (!state.ItemProcessor) return sum + 2;
      // Entered, started, succeeded, exited; each iteration starts and ends.
      return sum + 4 + mostPosts * (2 + eventsOf(state.ItemProcessor, tries));
    }, 2);

  it("of the largest run has at most 5,000 events", () => {
    expect(eventsOf(machine, () => 0)).toBeLessThanOrEqual(5_000);
  });

  it("with every retry of every state used stays below the service's 25,000", () => {
    const all = (state: State) => (state.Retry ?? []).reduce((sum, { MaxAttempts }) => sum + MaxAttempts, 0);
    expect(eventsOf(machine, all)).toBeLessThan(25_000);
  });

  it("never holds many parallel iterations: Maps are bounded", () => {
    const maps = states.filter(({ state }) => state.Type === "Map");
    expect(maps.map(({ name, state }) => [name, state.MaxConcurrency])).toEqual([
      ["FetchPosts", 3],
      ["AnalyzeComments", 1],
    ]);
  });
});
