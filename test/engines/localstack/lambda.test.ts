import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openBackendLog } from "../../../localstack/embedded/lambda/backend-log.ts";
import type { LambdaFunction } from "../../../localstack/embedded/lambda/functions.ts";
import { startLambda } from "../../../localstack/embedded/lambda/invoke.ts";
import { startSchedules } from "../../../localstack/embedded/lambda/schedules.ts";
import { createEventBus } from "../../../localstack/embedded/step-functions/event-bus.ts";
import type { StatusEvent } from "../../../localstack/embedded/step-functions/runner.ts";

let folder: string;
const open: (() => Promise<void>)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lambda-"));
});
afterEach(async () => {
  vi.useRealTimers();
  for (const close of open.splice(0).reverse()) await close();
  rmSync(folder, { recursive: true });
});

const fn = (key: string, more: Partial<LambdaFunction> = {}): LambdaFunction => ({
  ...{
    key,
    file: join(folder, `${key}.mjs`),
    timeoutMs: 10_000,
    memoryMb: 512,
    everyMs: [],
    patterns: [],
    changes: [],
  },
  ...more,
});

/** Lambda with these functions, each in a file of its own; a number is a time-out of its own. */
function lambda(sources: Record<string, string>, timeouts: Record<string, number> = {}) {
  for (const [key, source] of Object.entries(sources)) writeFileSync(join(folder, `${key}.mjs`), source);
  const functions = Object.keys(sources).map((key) => fn(key, timeouts[key] ? { timeoutMs: timeouts[key] } : {}));
  const log = openBackendLog(folder);
  const variables = { ENVIRONMENT: "local", STAGE: "local", REALM: "of-a-test" };
  const running = startLambda({ functions: new Map(functions.map((each) => [each.key, each])), variables, log });
  open.push(log.close, running.close);
  return running;
}
const lines = () => readFileSync(join(folder, "logs/backend.log"), "utf8").split("\n").filter(Boolean);
const handler = (body: string) => `export const handler = async (event, context) => { ${body} };`;

describe("calling a function", () => {
  it("hands it the event as JSON, and its answer back", async () => {
    const { invoke } = lambda({ work: handler("return { event, realm: process.env.REALM, none: undefined };") });
    expect(await invoke("work", { at: new Date("2026-03-02T15:30:00Z"), gone: undefined })).toEqual({
      event: { at: "2026-03-02T15:30:00.000Z" },
      realm: "of-a-test",
    });
  });

  it("tells it which it is and how much time it has", async () => {
    const { invoke } = lambda({
      work: handler("return { ...context, left: context.getRemainingTimeInMillis() };"),
    });
    const context = (await invoke("work", {})) as { left: number };
    expect(context).toMatchObject({
      functionName: "wsb-signals-local-work",
      memoryLimitInMB: "512",
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(context.left).toBeGreaterThan(5_000);
    expect(context.left).toBeLessThanOrEqual(10_000);
  });

  it("answers null where the function returned nothing", async () => {
    expect(await lambda({ work: handler("") }).invoke("work", {})).toBeNull();
  });

  it.each([
    [
      "throw Object.assign(new Error('Reddit is down.'), { name: 'RedditUnavailable' })",
      "RedditUnavailable",
      "Reddit is down.",
    ],
    ["event.no.where()", "TypeError", "Cannot read properties of undefined (reading 'where')"],
    ["throw 'a text'", "Error", "a text"],
  ])("fails by the name of what was thrown: %s", async (body, name, message) => {
    const failure = await lambda({ work: handler(body) })
      .invoke("work", {})
      .catch((error: Error) => error);
    expect(failure).toMatchObject({ name, message });
    expect((failure as Error).stack).toContain(message);
  });

  it("of a key that no function has fails as Lambda does", async () => {
    const { invoke } = lambda({ work: handler("") });
    await expect(invoke("other", {})).rejects.toMatchObject({ name: "Lambda.ResourceNotFoundException" });
  });

  it("runs several at once, and while one keeps the processor busy this thread goes on", async () => {
    const busy = "const until = Date.now() + 300; while (Date.now() < until); return 'busy';";
    const { invoke } = lambda({ quick: handler("return 'quick'"), busy: handler(busy) });
    await invoke("quick", {});
    let turns = 0;
    const ticks = setInterval(() => turns++, 5);
    expect(await Promise.all([invoke("busy", {}), invoke("quick", {})])).toEqual(["busy", "quick"]);
    clearInterval(ticks);
    expect(turns).toBeGreaterThan(5);
  });
});

describe("a function that takes too long", () => {
  it("ends by Lambda's name for it, even in an endless loop, and with it what shared its thread; then all works", async () => {
    const { invoke } = lambda(
      { endless: handler("for (;;);"), waiting: handler("await new Promise(() => {})"), work: handler("return 1") },
      { endless: 500 },
    );
    const waiting = invoke("waiting", {}).catch((error: Error) => error.name);
    await expect(invoke("endless", {})).rejects.toMatchObject({
      name: "Sandbox.Timedout",
      message: "endless timed out after 0.5 seconds.",
    });
    // A name that every state of the workflow tries again.
    expect(await waiting).toBe("Lambda.ServiceException");
    expect(await invoke("work", {})).toBe(1);
  });

  it("does nothing more", async () => {
    const listening = `
      const { createServer } = await import("node:net");
      const server = createServer().listen(0, "127.0.0.1", () => console.log(server.address().port));
      await new Promise(() => {});`;
    const { invoke } = lambda({ work: handler(""), slow: handler(listening) }, { slow: 1_000 });
    // From now on the thread is there.
    await invoke("work", {});
    const failing = invoke("slow", {}).catch((error: Error) => error.name);
    const port = await vi.waitFor(() => Number(JSON.parse(lines()[0] ?? "").message), { timeout: 5_000 });
    expect(await failing).toBe("Sandbox.Timedout");
    const refusal = () =>
      new Promise((resolve) => connect(port, "127.0.0.1").on("connect", resolve).on("error", resolve));
    await vi.waitFor(async () => expect(await refusal()).toMatchObject({ code: "ECONNREFUSED" }));
  });
});

describe("what functions say", () => {
  it("on a console becomes lines of the log, and JSON stays what it is", async () => {
    const { invoke } = lambda({ work: handler(`console.log("a text"); console.error("an error");`) });
    await invoke("work", {});
    await vi.waitFor(() => expect(lines()).toHaveLength(2));
    expect(lines().map((line) => JSON.parse(line))).toMatchObject([
      { message: "a text", level: "WARN" },
      { message: "an error", level: "WARN" },
    ]);
  });
});

it("says when its thread ends by itself, and fails who waits for it", async () => {
  const { invoke, ended } = lambda({
    crash: handler("setTimeout(() => { throw new Error('gone'); }); await new Promise(() => {})"),
  });
  await expect(invoke("crash", {})).rejects.toMatchObject({ name: "Lambda.ServiceException" });
  expect(await ended).toBe("The functions' thread ended unexpectedly: gone");
  await vi.waitFor(() => expect(lines().join()).toContain("gone"));
});

describe("schedules", () => {
  it("call a function at their rate, also after a failure", async () => {
    vi.useFakeTimers();
    const called: string[] = [];
    const functions = [fn("often", { everyMs: [300_000] }), fn("seldom", { everyMs: [3_600_000] }), fn("never")];
    const { close } = startSchedules(functions, async (key) => {
      called.push(key);
      throw new Error("not now");
    });
    await vi.advanceTimersByTimeAsync(900_000);
    expect(called).toEqual(["often", "often", "often"]);
    await vi.advanceTimersByTimeAsync(2_700_000);
    expect(called.filter((key) => key === "seldom")).toHaveLength(1);
    await close();
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(called).toHaveLength(13);
  });
});

describe("the event bus", () => {
  const machine = "arn:aws:states:us-east-1:000000000000:stateMachine:a";
  const event = (status: string, stateMachineArn = machine) =>
    ({ source: "aws.states", detail: { status, stateMachineArn } }) as unknown as StatusEvent;
  const pattern = { source: ["aws.states"], detail: { status: ["SUCCEEDED", "FAILED"], stateMachineArn: [machine] } };

  it("carries the events that a function's pattern matches, and only those, to it", () => {
    const delivered: unknown[] = [];
    const functions = [fn("ended", { patterns: [pattern] }), fn("other")];
    const bus = createEventBus(functions, async (key, input) =>
      delivered.push([key, (input as StatusEvent).detail.status]),
    );
    for (const status of ["RUNNING", "SUCCEEDED", "FAILED", "ABORTED"]) bus.publish(event(status));
    bus.publish(event("FAILED", `${machine}-other`));
    expect(delivered).toEqual([
      ["ended", "SUCCEEDED"],
      ["ended", "FAILED"],
    ]);
  });

  it("tries again what failed", async () => {
    const attempts: number[] = [];
    const delivered = new Promise<void>((resolve) => {
      const bus = createEventBus([fn("ended", { patterns: [pattern] })], async () => {
        attempts.push(attempts.length + 1);
        if (attempts.length === 1) throw new Error("not yet");
        resolve();
      });
      bus.publish(event("FAILED"));
    });
    await delivered;
    expect(attempts).toEqual([1, 2]);
  });
});
