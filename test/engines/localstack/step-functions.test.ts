import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from "@aws-sdk/client-sfn";
import { afterEach, describe, expect, it } from "vitest";
import { openExecutions } from "../../../localstack/embedded/step-functions/executions.ts";
import { loadMachine } from "../../../localstack/embedded/step-functions/machine.ts";
import type { StatusEvent } from "../../../localstack/embedded/step-functions/runner.ts";
import { type StepFunctionsOptions, startStepFunctions } from "../../../localstack/embedded/step-functions/server.ts";

const stateMachineArn = "arn:aws:states:us-east-1:000000000000:stateMachine:example";
const arnOf = (name: string) => `arn:aws:states:us-east-1:000000000000:execution:example:${name}`;
const task = (key: string, more: object) => ({ Type: "Task", Resource: { "Fn::GetAtt": [key, "Arn"] }, ...more });
const one = { StartAt: "Work", States: { Work: task("work", { End: true }) } };
const named = (name: string, message = "") => Object.assign(new Error(message), { name });

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "step-functions-"));
  open.push(() => rmSync(path, { recursive: true }));
  return path;
}

/** A service with one machine, its client, and a way to wait for the end of an execution. */
async function service(
  definition: object,
  invoke: StepFunctionsOptions["invoke"],
  more: Partial<StepFunctionsOptions> = {},
) {
  const events: StatusEvent[] = [];
  const waiting = new Map<string, (event: StatusEvent) => void>();
  const running = await startStepFunctions({
    machines: [{ name: "example", definition }],
    invoke,
    retryPauseMs: 0,
    onStatus: (event) => {
      events.push(event);
      if (event.detail.status !== "RUNNING") waiting.get(String(event.detail.name))?.(event);
    },
    ...more,
  });
  open.push(() => running.close());
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const client = new SFNClient({ endpoint: running.endpoint, region: "us-east-1", credentials });
  open.push(() => client.destroy());
  const start = (name: string, input: unknown = {}) =>
    client.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }));
  const describeOne = (name: string) => client.send(new DescribeExecutionCommand({ executionArn: arnOf(name) }));
  const run = async (name: string, input: unknown = {}) => {
    const ended = new Promise((resolve) => waiting.set(name, resolve));
    await start(name, input);
    await ended;
    return describeOne(name);
  };
  return { running, client, events, start, run, describe: describeOne };
}

describe("an execution", () => {
  it("hands the task its input and ends with the task's answer", async () => {
    const { run } = await service(one, async (key, input) => ({ key, input }));
    expect(await run("a-1", { n: 1 })).toMatchObject({
      executionArn: arnOf("a-1"),
      stateMachineArn,
      name: "a-1",
      status: "SUCCEEDED",
      input: '{"n":1}',
      output: '{"key":"work","input":{"n":1}}',
    });
  });

  it("reports its start and its end as EventBridge does", async () => {
    const { run, events } = await service(one, async () => 1);
    await run("a-1");
    expect(events.map(({ detail }) => detail.status)).toEqual(["RUNNING", "SUCCEEDED"]);
    expect(events[1]).toMatchObject({
      "detail-type": "Step Functions Execution Status Change",
      source: "aws.states",
      resources: [arnOf("a-1")],
      detail: { executionArn: arnOf("a-1"), stateMachineArn, name: "a-1", input: "{}", output: "1", error: null },
    });
  });

  it("retries an error by its name and catches the next with Lambda's cause", async () => {
    const failing = {
      StartAt: "Work",
      States: {
        Work: task("work", {
          Retry: [{ ErrorEquals: ["Busy"], MaxAttempts: 2 }],
          Catch: [{ ErrorEquals: ["Broken"], ResultPath: "$.error", Next: "Clean" }],
          End: true,
        }),
        Clean: task("clean", { Next: "Failed" }),
        Failed: { Type: "Fail", Error: "RunFailed", Cause: "see the record" },
      },
    };
    const errors = [named("Busy"), named("Busy"), named("Broken", "for good")];
    const calls: [string, unknown][] = [];
    const { run } = await service(failing, async (key, input) => {
      calls.push([key, input]);
      const error = key === "work" ? errors.shift() : undefined;
      if (error) throw error;
    });
    expect(await run("a-1", { n: 1 })).toMatchObject({ status: "FAILED", error: "RunFailed", cause: "see the record" });
    expect(calls.map(([key]) => key)).toEqual(["work", "work", "work", "clean"]);
    const [, handedOn] = calls[3] ?? [];
    const caught = (handedOn as { error: { Error: string; Cause: string } }).error;
    expect(caught.Error).toBe("Broken");
    expect(JSON.parse(caught.Cause)).toMatchObject({ errorType: "Broken", errorMessage: "for good" });
  });

  it("is aborted at once while its function hangs, with the error and cause of whoever stops it", async () => {
    const { start, client, describe, events } = await service(one, () => new Promise(() => {}));
    await start("a-1");
    await client.send(
      new StopExecutionCommand({ executionArn: arnOf("a-1"), error: "StoppedByUser", cause: "enough" }),
    );
    expect(await describe("a-1")).toMatchObject({ status: "ABORTED", error: "StoppedByUser", cause: "enough" });
    expect(events.at(-1)?.detail).toMatchObject({ status: "ABORTED", error: "StoppedByUser" });
  });

  it("times out with its machine", async () => {
    const { run } = await service({ ...one, TimeoutSeconds: 1 }, () => new Promise(() => {}));
    expect(await run("a-1")).toMatchObject({ status: "TIMED_OUT" });
  });

  it("starts no further item of a Map after one has failed", async () => {
    const map = {
      StartAt: "Each",
      States: {
        Each: {
          Type: "Map",
          ItemsPath: "$.items",
          MaxConcurrency: 1,
          ItemProcessor: { StartAt: "Item", States: { Item: task("item", { End: true }) } },
          Catch: [{ ErrorEquals: ["States.ALL"], ResultPath: "$.error", Next: "Clean" }],
          End: true,
        },
        Clean: task("clean", { End: true }),
      },
    };
    const calls: unknown[] = [];
    const { run } = await service(map, async (key, input) => {
      calls.push(key === "item" ? input : key);
      if (input === 2) throw named("Broken");
    });
    await run("a-1", { items: [1, 2, 3, 4, 5] });
    expect(calls).toEqual([1, 2, "clean"]);
  });

  it("knows its id, name, machine and item from the context object", async () => {
    const map = {
      StartAt: "Each",
      States: {
        Each: {
          Type: "Map",
          ItemsPath: "$.items",
          ItemSelector: {
            "item.$": "$$.Map.Item.Value",
            "index.$": "$$.Map.Item.Index",
            "id.$": "$$.Execution.Id",
            "name.$": "$$.Execution.Name",
            "machine.$": "$$.StateMachine.Name",
          },
          ItemProcessor: { StartAt: "Item", States: { Item: task("item", { End: true }) } },
          End: true,
        },
      },
    };
    const { run } = await service(map, async (_key, input) => input);
    const { output } = await run("a-1", { items: ["x"] });
    expect(JSON.parse(output ?? "")).toEqual([
      { item: "x", index: 0, id: arnOf("a-1"), name: "a-1", machine: "example" },
    ]);
  });

  it("fails when a state hands on more than 256 KB", async () => {
    const { run } = await service(one, async () => "x".repeat(262_145));
    expect(await run("a-1")).toMatchObject({ status: "FAILED", error: "States.DataLimitExceeded" });
  });

  it("has a history in the service's words", async () => {
    const { run, client } = await service(one, async () => 1);
    await run("a-1");
    const { events } = await client.send(new GetExecutionHistoryCommand({ executionArn: arnOf("a-1") }));
    expect(events?.map(({ id, type }) => [id, type])).toEqual([
      [1, "ExecutionStarted"],
      [2, "TaskStateEntered"],
      [3, "TaskStateExited"],
      [4, "ExecutionSucceeded"],
    ]);
  });
});

describe("StartExecution", () => {
  it("answers the same again for the same name and input while it runs", async () => {
    const { start } = await service(one, () => new Promise(() => {}));
    const first = await start("a-1", { n: 1 });
    expect(await start("a-1", { n: 1 })).toMatchObject({
      executionArn: first.executionArn,
      startDate: first.startDate,
    });
  });

  it("refuses a name that is taken, by another input or by an execution that is over", async () => {
    const { start, run } = await service(one, async (_key, input) => (input === 1 ? 1 : new Promise(() => {})));
    await run("over", 1);
    await start("running", 2);
    for (const again of [start("over", 1), start("running", 3)]) {
      await expect(again).rejects.toMatchObject({ name: "ExecutionAlreadyExists", $metadata: { httpStatusCode: 400 } });
    }
  });

  it.each(["with space", "a".repeat(81), "a/b", "a:b", "{a}", "tab\t"])("refuses the name %j", async (name) => {
    const { start } = await service(one, async () => 1);
    await expect(start(name)).rejects.toMatchObject({ name: "InvalidName" });
  });

  it("refuses input that is no JSON, and machines that do not exist", async () => {
    const { client } = await service(one, async () => 1);
    const badInput = new StartExecutionCommand({ stateMachineArn, input: "{" });
    const noMachine = new StartExecutionCommand({ stateMachineArn: `${stateMachineArn}x` });
    await expect(client.send(badInput)).rejects.toMatchObject({ name: "InvalidExecutionInput" });
    await expect(client.send(noMachine)).rejects.toMatchObject({ name: "StateMachineDoesNotExist" });
  });
});

describe("the service", () => {
  it("does not know executions that never were", async () => {
    const { client, describe } = await service(one, async () => 1);
    await expect(describe("nobody")).rejects.toMatchObject({ name: "ExecutionDoesNotExist" });
    const stop = client.send(new StopExecutionCommand({ executionArn: arnOf("nobody") }));
    await expect(stop).rejects.toMatchObject({ name: "ExecutionDoesNotExist" });
  });

  it("lists machines and executions, newest first, by status and page by page", async () => {
    const { client, run, start } = await service(one, async (_key, input) => (input === 1 ? 1 : new Promise(() => {})));
    await run("over", 1);
    await start("running", 2);
    const list = (more: object) => client.send(new ListExecutionsCommand({ stateMachineArn, ...more }));
    const names = ({ executions }: Awaited<ReturnType<typeof list>>) => executions?.map(({ name }) => name);
    expect(names(await list({ statusFilter: "RUNNING" }))).toEqual(["running"]);
    const first = await list({ maxResults: 1 });
    const second = await list({ maxResults: 1, nextToken: first.nextToken });
    expect([...(names(first) ?? []), ...(names(second) ?? [])].sort()).toEqual(["over", "running"]);
    expect(second.nextToken).toBeUndefined();
    const { stateMachines } = await client.send(new ListStateMachinesCommand({}));
    expect(stateMachines).toMatchObject([{ stateMachineArn, name: "example" }]);
    const machine = await client.send(new DescribeStateMachineCommand({ stateMachineArn }));
    expect(JSON.parse(machine.definition ?? "").StartAt).toBe("Work");
  });

  it("keeps executions between starts and reports those that a crash cut off as aborted", async () => {
    const dataDir = folder();
    const first = await service(one, async (_key, input) => (input === 1 ? 1 : new Promise(() => {})), { dataDir });
    await first.run("over", 1);
    await first.start("cut-off", 2);
    // No close: the process was killed. What a second one finds is the file.
    const second = await service(one, async () => 1, { dataDir });
    expect(await second.describe("over")).toMatchObject({ status: "SUCCEEDED", output: "1" });
    expect(await second.describe("cut-off")).toMatchObject({
      status: "ABORTED",
      cause: "The local stack ended while this execution was running.",
    });
  });

  it("keeps the newest thousand of many executions", () => {
    const executions = openExecutions(undefined);
    for (let n = 0; n < 1_500; n++) {
      const history = [{ type: "ExecutionStarted", timestamp: n }];
      const fresh = {
        arn: arnOf(`${n}`),
        machineArn: stateMachineArn,
        name: `${n}`,
        input: "{}",
        startedAt: n,
        history,
      };
      const execution = { ...fresh, status: "RUNNING" as const };
      executions.start(execution);
      executions.end(execution, { status: "SUCCEEDED" }, n);
    }
    const kept = executions.list(stateMachineArn);
    expect(kept).toHaveLength(1_000);
    expect(kept[0]?.name).toBe("1499");
    expect(kept.filter(({ history }) => history.length > 0)).toHaveLength(200);
  });
});

describe("a machine", () => {
  const load = (work: object, machine: object = {}) =>
    loadMachine({ name: "example", definition: { StartAt: "Work", States: { Work: work }, ...machine } });

  it("lets a task without TimeoutSeconds run as long as a timer can wait", () => {
    expect(load(task("work", { End: true })).tasks).toMatchObject([{ functionKey: "work", timeoutMs: 2_147_483_000 }]);
  });

  it.each([
    ["JSONata", task("work", { QueryLanguage: "JSONata", End: true }), "it uses QueryLanguage"],
    ["variables", task("work", { Assign: { "a.$": "$.a" }, End: true }), "it uses Assign"],
    ["heartbeats", task("work", { HeartbeatSeconds: 5, End: true }), "it uses HeartbeatSeconds"],
    ["batches", { Type: "Map", ItemBatcher: {}, End: true }, "it uses ItemBatcher"],
    ["tolerated failures", { Type: "Map", ToleratedFailureCount: 1, End: true }, "it uses ToleratedFailureCount"],
    [
      "task tokens",
      { Type: "Task", Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken", End: true },
      'its Resource "arn:aws:states:::lambda:invoke.waitForTaskToken" is not a Lambda function',
    ],
    ["a context path", task("work", { Parameters: { "a.$": "$$.Task.Token" }, End: true }), "it reads $$.Task.Token"],
  ])("with %s is refused in one sentence", (_what, work, reason) => {
    expect(() => load(work)).toThrow(
      `State machine example, state Work: ${reason}, which the local engine does not run.`,
    );
  });
});
