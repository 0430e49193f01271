import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { analysisRun, analysisStart, type Run, runSchema } from "../../lib/analysis/run.ts";
import type { StartOutcome } from "../../lib/providers/aws/executions.ts";
import { startRun } from "../../lib/runs/start.ts";
import { sweepRuns } from "../../lib/runs/sweep.ts";
import type { Services } from "../../lib/services.ts";
import { put } from "../../lib/store/actions.ts";
import { runKinds } from "../../lib/system/run-kinds.ts";
import { type Cloud, call, idleSummaries, startCloud } from "../support/cloud.ts";
import { settled } from "../support/waiting.ts";

let cloud: Cloud;
let services: Services;
let realm = 0;
/** Errors that the next calls of a state end with, by state. */
let troubles: Record<string, string[]> = {};
let calls: string[] = [];

beforeAll(async () => {
  cloud = await startCloud({
    loseEvents: true,
    around: async (state, handler, input) => {
      calls.push(state);
      const name = troubles[state]?.shift();
      if (name !== undefined) throw Object.assign(new Error("a secret of the machine room"), { name });
      return idleSummaries[state] ?? handler(input);
    },
  });
});
afterAll(() => cloud.close());
beforeEach(() => {
  troubles = {};
  calls = [];
  services = cloud.enter(`interruptions-${realm++}`);
});

const request = (key?: string, operation = "analyze") => ({ operation, key, apiKeyId: "key-1", body: {} });
const runOf = (id: string): Promise<Run | undefined> => services.store.get(services.store.keys.run(id), runSchema);
const pass = (seconds: number) => {
  cloud.time.now = new Date(cloud.time.now.getTime() + seconds * 1_000);
};
/** Services whose StartExecution goes another way; `really` is the true one. */
const starting = (how: (really: () => Promise<StartOutcome>) => Promise<StartOutcome>): Services => ({
  ...services,
  executions: {
    ...services.executions,
    analysis: {
      ...services.executions.analysis,
      start: (name, input) => how(() => services.executions.analysis.start(name, input)),
    },
  },
});
/** Nobody is locked out: the next run starts, and completes. */
async function nextIsAccepted(): Promise<void> {
  const next = await call("api/start-analysis");
  expect(next.status).toBe(202);
  expect((await settled(services, next.body.data.run_id))?.status).toBe("completed");
}
describe("when StartExecution", () => {
  it("cannot be asked who holds the lock, nobody else decides: 409", async () => {
    const { run_id } = await startRun(
      analysisRun,
      analysisStart,
      starting(async () => "unknown"),
      request(),
    );
    pass(3_600);
    const blind = {
      ...services,
      executions: {
        analysis: { ...services.executions.analysis, describe: () => Promise.reject(new Error("no answer")) },
      },
    };
    await expect(startRun(analysisRun, analysisStart, blind, request())).rejects.toMatchObject({
      details: { active_run_id: run_id },
    });
    expect((await runOf(run_id))?.status).toBe("running");
  });
});

describe("the table", () => {
  it("holds a damaged run: the sweep still ends the others, and lists show the rest", async () => {
    const { run_id } = await startRun(
      analysisRun,
      analysisStart,
      starting(async () => "unknown"),
      request(),
    );
    const { keys } = services.store;
    const damaged = "00000000000000000000000000";
    await services.store.transact([
      put({
        ...keys.run(damaged),
        ...keys.runIndex({ id: damaged, started_at: "" }),
        ...keys.runningIndex(damaged),
        id: damaged,
        status: "odd",
      }),
    ]);
    pass(61);
    await sweepRuns(runKinds, services);
    expect((await runOf(run_id))?.status).toBe("failed");
    const { body } = await call("api/list-runs");
    expect(body.data.map((run: Run) => run.id)).toEqual([run_id]);
    const status = await call("api/get-run-status", { params: { id: damaged } });
    expect([status.status, status.body.error.code]).toEqual([500, "DATABASE_ERROR"]);
  });

  it("never locks anybody out: a damaged run whose execution is over loses the lock", async () => {
    const { run_id } = await startRun(analysisRun, analysisStart, services, request());
    await settled(services, run_id);
    const { keys } = services.store;
    await services.store.transact([
      put({ ...keys.run(run_id), ...keys.runIndex({ id: run_id, started_at: "" }), id: run_id, status: "odd" }),
      put({ ...keys.lock(), run_id, attempt: 1, taken_at: "2026-03-02T15:30:00.000Z" }),
    ]);
    await nextIsAccepted();
  });
});

describe("a state of the machine", () => {
  const ended = async () => {
    const { run_id } = await startRun(analysisRun, analysisStart, services, request());
    const run = await settled(services, run_id);
    return { run, execution: await services.executions.analysis.describe(`${run_id}-1`) };
  };

  it.each([
    "Lambda.TooManyRequestsException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.Unknown",
    "Sandbox.Timedout",
    "Runtime.ExitError",
    "StoreUnavailable",
  ])("that fails with %s three times is tried again, and the run completes", async (name) => {
    troubles = { detectSignals: [name, name, name], completeRun: [name] };
    expect((await ended()).run?.status).toBe("completed");
    expect(calls.filter((state) => state === "detectSignals")).toHaveLength(4);
    expect(calls.filter((state) => state === "completeRun")).toHaveLength(2);
  });

  it.each(["TypeError", "InvalidPhaseInput", "RunNotActive"])(
    "that fails with %s is not tried again; the run fails and shows nothing internal",
    async (name) => {
      troubles = { prioritizeComments: [name] };
      const { run, execution } = await ended();
      expect(run).toMatchObject({
        status: "failed",
        error_code: "INTERNAL_ERROR",
        error_message: "The run failed for an unexpected reason; the log has the details.",
      });
      expect(execution).toEqual({ status: "FAILED", error: "RunFailed" });
      expect(calls).toEqual(["listPosts", "prioritizeComments", "failRun"]);
      await nextIsAccepted();
    },
  );

  it("that fails for good is reported even where reporting fails at first", async () => {
    troubles = { prioritizeComments: ["TypeError"], failRun: ["Lambda.Unknown", "StoreUnavailable"] };
    expect((await ended()).run?.status).toBe("failed");
    expect(calls.filter((state) => state === "failRun")).toHaveLength(3);
  });
});

it("an execution that ended by its status event frees the lock", async () => {
  const { run_id } = await startRun(
    analysisRun,
    analysisStart,
    starting(async () => "unknown"),
    request(),
  );
  const { handler } = await import("../../functions/events/execution-ended.ts");
  const { machineArn: stateMachineArn } = services.executions.analysis;
  for (const status of ["RUNNING", "TIMED_OUT", "ABORTED"]) {
    await handler({ source: "aws.states", detail: { stateMachineArn, name: `${run_id}-1`, status, input: "{}" } });
  }
  expect(await runOf(run_id)).toMatchObject({ status: "failed", error_message: "Run timed out after 60 minutes" });
  await nextIsAccepted();
});

describe("clocks that disagree by five minutes", () => {
  it("neither free a lock that is held nor keep one that is free", async () => {
    const { run_id } = await startRun(
      analysisRun,
      analysisStart,
      starting(async () => "unknown"),
      request(),
    );
    pass(-300);
    expect((await call("api/start-analysis")).status).toBe(409);
    pass(300 + 61);
    await nextIsAccepted();
    expect((await runOf(run_id))?.status).toBe("failed");
  });
});
