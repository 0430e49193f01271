import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { readConfig } from "../../../lib/runtime/config.ts";
import { AppError } from "../../../lib/runtime/errors.ts";
import { createTracer, noTracer, type Tracer } from "../../../lib/runtime/tracer.ts";
import { createServices } from "../../../lib/services.ts";
import { type ScriptedServer, startScriptedServer } from "../../support/scripted-server.ts";

interface Part {
  name: string;
  id: string;
  parent_id?: string;
  trace_id?: string;
  annotations?: Record<string, unknown>;
  subsegments?: Part[];
  // biome-ignore lint/suspicious/noExplicitAny: the other fields are compared with literals
  [field: string]: any;
}

const root = "1-69a5b0c8-000000000000000000000001";
const invocation = "53995c3f42cd8ad8";

/** What X-Ray's daemon would hear: one datagram for each part of a trace that is complete. */
let daemon: Socket;
let heard: Part[];
let tracer: Tracer;
let server: ScriptedServer;
let client: DynamoDBClient;

beforeAll(async () => {
  daemon = createSocket("udp4");
  daemon.bind(0, "127.0.0.1");
  await once(daemon, "listening");
  daemon.on("message", (message) => {
    const [, part] = message.toString().split("\n");
    heard.push(JSON.parse(part ?? ""));
  });
  // As Lambda tells a function; read where the SDK is loaded, which is at the first piece of work.
  vi.stubEnv("AWS_EXECUTION_ENV", "AWS_Lambda_nodejs22.x");
  vi.stubEnv("LAMBDA_TASK_ROOT", "/var/task");
  vi.stubEnv("AWS_XRAY_DAEMON_ADDRESS", `127.0.0.1:${daemon.address().port}`);
  tracer = createTracer("wsb-signals-test");
  server = await startScriptedServer([{ status: 200, body: { Item: { body: { S: "a secret comment" } } } }]);
  client = tracer.watch(
    new DynamoDBClient({
      endpoint: server.baseUrl,
      region: "us-east-1",
      credentials: { accessKeyId: "a", secretAccessKey: "b" },
    }),
  );
});
afterAll(async () => {
  client.destroy();
  await server.close();
  vi.unstubAllEnvs();
});
afterEach(() => vi.restoreAllMocks());

/** One invocation, in the runtime's loop and not in what the one before has left. */
async function invoke<T>(annotations: Record<string, string>, work: () => Promise<T>, sampled = 1): Promise<T> {
  heard = [];
  vi.stubEnv("_X_AMZN_TRACE_ID", `Root=${root};Parent=${invocation};Sampled=${sampled}`);
  return tracer.trace(annotations, work);
}

const readItem = () => client.send(new GetItemCommand({ TableName: "runs", Key: { pk: { S: "a secret key" } } }));
const part = (name: string) => vi.waitUntil(() => heard.find((each) => each.name === name), { timeout: 5_000 });

describe("a trace", () => {
  it.each([
    ["the local stack", {}, false],
    ["LocalStack", { STAGE: "localstack", ENVIRONMENT: "local" }, false],
    ["AWS", { STAGE: "prod", ENVIRONMENT: "production", CORS_ALLOWED_ORIGINS: "https://desk.example.com" }, true],
  ])("is made on %s (%j): %s", (_where, settings, isMade) => {
    expect(createServices(readConfig(settings)).tracer !== noTracer).toBe(isMade);
  });

  it.each(["first", "second"])(
    "has the work of the %s invocation with its ids, below the function's own part",
    async (_) => {
      await invoke({ runId: "RUN", phase: "DetectSignals" }, async () => "answer");
      expect(await part("## work")).toMatchObject({
        type: "subsegment",
        trace_id: root,
        parent_id: invocation,
        annotations: { runId: "RUN", phase: "DetectSignals" },
      });
    },
  );

  it("has the calls of AWS clients as parts of the work, and nothing of what was asked or answered", async () => {
    const answer = await invoke({ runId: "RUN" }, readItem);
    expect(answer.Item?.body).toEqual({ S: "a secret comment" });
    const [work, call] = [await part("## work"), await part("DynamoDB")];
    expect(call).toMatchObject({
      namespace: "aws",
      parent_id: work.id,
      trace_id: root,
      aws: { operation: "GetItem", region: "us-east-1", table_name: "runs" },
    });
    expect(JSON.stringify(heard)).not.toContain("secret");
  });

  it("has outgoing HTTP with host and path, without the query", async () => {
    await invoke({}, async () => (await fetch(`${server.baseUrl}/comments/abc?token=secret`)).text());
    const call = await part("127.0.0.1");
    expect(call.namespace).toBe("remote");
    expect(call.http).toMatchObject({ request: { method: "GET", url: "http://127.0.0.1/v1/comments/abc" } });
    expect(call.http.response.status).toBe(200);
    expect(JSON.stringify(heard)).not.toContain("secret");
  });

  it("names the error of work that failed without its words, and lets it through", async () => {
    const failure = new TypeError("a secret comment is no number");
    await expect(invoke({}, () => Promise.reject(failure))).rejects.toBe(failure);
    const work = await part("## work");
    expect(work.fault).toBe(true);
    expect(work.annotations).toEqual({ error: "TypeError" });
    expect(JSON.stringify(heard)).not.toContain("secret");
  });

  it("counts what a client did wrong as its error and not as a fault of ours", async () => {
    const refused = new AppError("NotFound", "NOT_FOUND", "There is no run x.");
    await expect(invoke({}, () => Promise.reject(refused))).rejects.toBe(refused);
    const work = await part("## work");
    expect(work).toMatchObject({ error: true, annotations: { error: "NotFound" } });
    expect(work.fault).toBeUndefined();
  });

  it("is nothing where the invocation is not sampled", async () => {
    expect(await invoke({}, async () => "answer", 0)).toBe("answer");
    await invoke({ which: "sampled" }, async () => "answer");
    await part("## work");
    expect(heard.map(({ annotations }) => annotations)).toEqual([{ which: "sampled" }]);
  });

  it("costs the work nothing and says nothing where no daemon listens", async () => {
    await new Promise<void>((resolve) => daemon.close(resolve));
    const written = [vi.spyOn(process.stdout, "write"), vi.spyOn(process.stderr, "write")];
    const said = [vi.spyOn(console, "error"), vi.spyOn(console, "warn")];
    const answer = await invoke({}, readItem);
    expect(answer.Item?.body).toEqual({ S: "a secret comment" });
    await expect(invoke({}, () => Promise.reject(new Error("a bug")))).rejects.toThrow("a bug");
    for (const spy of [...written, ...said]) expect(spy).not.toHaveBeenCalled();
  });
});
