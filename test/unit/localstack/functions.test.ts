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

it("of the schedules only the sweep's and the templates' are on here", () => {
  const scheduled = [...functions.values()].filter(({ everyMs }) => everyMs.length > 0);
  expect(scheduled.map(({ key, everyMs }) => [key, everyMs])).toEqual([
    ["sweepRuns", [300_000]],
    ["runDueTemplates", [60_000]],
    ["dispatchOrders", [60_000]],
  ]);
});

it("the end of an execution of this stage's machines is executionEnded's", () => {
  const subscribed = [...functions.values()].filter(({ patterns }) => patterns.length > 0);
  expect(subscribed.map(({ key }) => key)).toEqual(["executionEnded"]);
  expect(subscribed[0]?.patterns).toMatchObject([
    {
      source: ["aws.states"],
      detail: {
        status: ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"],
        stateMachineArn: [
          "arn:aws:states:us-east-1:000000000000:stateMachine:wsb-signals-local-analysis",
          "arn:aws:states:us-east-1:000000000000:stateMachine:wsb-signals-local-order",
        ],
      },
    },
  ]);
});

it("keys are checked as on the stage", () => {
  expect(keyCheck).toEqual({ functionKey: "authorize", header: "x-api-key", ttlMs: 30_000 });
});
