import { existsSync } from "node:fs";
import { expect, it } from "vitest";
import { readDeployment } from "../../../localstack/embedded/lambda/functions.ts";

const { functions, keyCheck } = readDeployment();

it("every function of serverless.yml has its file and its time-out", () => {
  expect(functions.size).toBeGreaterThan(50);
  for (const { key, file, timeoutMs } of functions.values()) {
    expect(existsSync(file), key).toBe(true);
    expect(timeoutMs, key).toBeGreaterThan(0);
  }
  // Its own, and the one that the provider says for all.
  expect(functions.get("analyzePost")).toMatchObject({ timeoutMs: 810_000, memoryMb: 1_024 });
  expect(functions.get("getRunStatus")).toMatchObject({ timeoutMs: 25_000, memoryMb: 512 });
});

it("the schedules are on here but those that only AWS needs", () => {
  const schedules = Object.fromEntries([...functions.values()].map(({ key, everyMs }) => [key, everyMs]));
  expect(schedules).toMatchObject({
    sweepRuns: [300_000],
    notifyWebhook: [60_000],
    dispatchOrders: [60_000],
    broadcastChanges: [60_000],
    watchPositions: [60_000],
  });
  expect(schedules).toMatchObject({ runDueTemplates: [60_000] });
  expect(schedules).toMatchObject({ watchSystem: [], refreshSymbols: [] });
});

it("the end of an execution of this stage's machines finishes what was going on in it, and has people told", () => {
  const subscribed = [...functions.values()].filter(({ patterns }) => patterns.length > 0);
  expect(subscribed.map(({ key }) => key)).toEqual(["executionEnded", "notifyWebhook"]);
  expect(subscribed[1]?.patterns).toEqual(subscribed[0]?.patterns);
  expect(subscribed[0]?.patterns).toMatchObject([
    {
      source: ["aws.states"],
      detail: {
        status: ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"],
        stateMachineArn: [
          "arn:aws:states:us-east-1:000000000000:stateMachine:wsb-signals-local-analysis",
          "arn:aws:states:us-east-1:000000000000:stateMachine:wsb-signals-local-order",
          "arn:aws:states:us-east-1:000000000000:stateMachine:wsb-signals-local-answer",
        ],
      },
    },
  ]);
});

it("keys are checked as on the stage", () => {
  expect(keyCheck).toEqual({ functionKey: "authorize", header: "x-api-key", ttlMs: 30_000 });
});
