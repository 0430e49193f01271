import { createServer, type RequestListener } from "node:http";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, it } from "vitest";
import { lambdaInvoker } from "../../../localstack/embedded/lambda/invoke.ts";
import { createEventBus } from "../../../localstack/embedded/step-functions/event-bus.ts";
import type { StatusEvent } from "../../../localstack/embedded/step-functions/runner.ts";

const open: (() => unknown)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

async function lambdaApi(answer: RequestListener) {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  open.push(() => server.close());
  return lambdaInvoker((server.address() as { port: number }).port);
}

const failing = (errorMessage: string, trace: string[]) =>
  lambdaApi((_request, response) => {
    response.writeHead(200, { "x-amz-function-error": "Unhandled" });
    response.end(JSON.stringify({ errorMessage, errorType: "Error", trace }));
  });

describe("calling a function", () => {
  it("sends the input to the function of that key and returns its answer", async () => {
    const invoke = await lambdaApi(async (request, response) => {
      response.end(JSON.stringify({ path: request.url, input: JSON.parse(await text(request)) }));
    });
    expect(await invoke("listPosts", { runId: "a" })).toEqual({
      path: "/2015-03-31/functions/wsb-signals-local-listPosts/invocations",
      input: { runId: "a" },
    });
  });

  it("returns null where the function returned nothing", async () => {
    const invoke = await lambdaApi((_request, response) => response.end());
    expect(await invoke("sweepRuns", {})).toBeNull();
  });

  it.each([
    ["RedditUnavailable", "Reddit is down.", ["RedditUnavailable: Reddit is down.", "    at work (file.ts:1:1)"]],
    ["PhaseUnfinished", "", ["PhaseUnfinished", "    at work (file.ts:1:1)"]],
    ["TypeError", "x is not a function", ["TypeError: x is not a function"]],
  ])("throws %s by its own name, which stands in the trace", async (name, message, trace) => {
    const invoke = await failing(message, trace);
    await expect(invoke("listPosts", {})).rejects.toMatchObject({ name, message });
  });

  it("throws what Lambda throws when a function takes too long", async () => {
    const invoke = await failing("[504] - Lambda timeout.", ["Error: [504] - Lambda timeout."]);
    await expect(invoke("listPosts", {})).rejects.toMatchObject({ name: "Sandbox.Timedout" });
  });

  it("throws a transient error when there is no answer", async () => {
    const invoke = await lambdaApi((request) => request.socket.destroy());
    await expect(invoke("listPosts", {})).rejects.toMatchObject({ name: "Lambda.SdkClientException" });
  });
});

describe("the event bus", () => {
  const event = (status: string) => ({ detail: { status } }) as unknown as StatusEvent;

  it("carries the ends of executions, and only those, to executionEnded", () => {
    const delivered: unknown[] = [];
    const bus = createEventBus(async (key, input) => delivered.push([key, (input as StatusEvent).detail.status]));
    for (const status of ["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"]) bus.publish(event(status));
    expect(delivered).toEqual(["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"].map((s) => ["executionEnded", s]));
  });

  it("tries again what failed", async () => {
    const attempts: number[] = [];
    const delivered = new Promise<void>((resolve) => {
      const bus = createEventBus(async () => {
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
