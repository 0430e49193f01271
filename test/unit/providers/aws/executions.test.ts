import { afterEach, describe, expect, it } from "vitest";
import { createExecutions } from "../../../../lib/providers/aws/executions.ts";
import { type ScriptedAnswer, type ScriptedServer, startScriptedServer } from "../../../support/scripted-server.ts";

const machineArn = "arn:aws:states:us-east-1:000000000000:stateMachine:machine";
const executionArn = "arn:aws:states:us-east-1:000000000000:execution:machine:RUN-1";

let server: ScriptedServer | undefined;
afterEach(() => server?.close());

async function answering(...answers: ScriptedAnswer[]) {
  server = await startScriptedServer(answers);
  return createExecutions({ machineArn, endpoint: server.baseUrl });
}
const refusal = (type: string, status = 400): ScriptedAnswer => ({ status, body: { __type: type, message: "no" } });
const started: ScriptedAnswer = { status: 200, body: { executionArn, startDate: 1_772_000_000 } };

describe("starting an execution", () => {
  it("sends name and input", async () => {
    const executions = await answering(started);
    expect(await executions.start("RUN-1", { runId: "RUN", attempt: 1 })).toBe("started");
    expect(server?.requests[0]?.body).toEqual({
      stateMachineArn: machineArn,
      name: "RUN-1",
      input: '{"runId":"RUN","attempt":1}',
    });
  });

  it("that exists already counts as started", async () => {
    expect(await (await answering(refusal("ExecutionAlreadyExists"))).start("RUN-1", {})).toBe("started");
  });

  it.each(["AccessDeniedException", "StateMachineDoesNotExist", "StateMachineDeleting", "InvalidName"])(
    "is refused for certain by %s, after one try",
    async (type) => {
      expect(await (await answering(refusal(type))).start("RUN-1", {})).toBe("refused");
      expect(server?.requests).toHaveLength(1);
    },
  );

  it("is tried again where it is throttled, and starts one execution", async () => {
    const throttled = refusal("ThrottlingException");
    expect(await (await answering(throttled, throttled, started)).start("RUN-1", {})).toBe("started");
    expect(server?.requests.map(({ body }) => (body as { name: string }).name)).toEqual(["RUN-1", "RUN-1", "RUN-1"]);
  });

  it.each<[string, ScriptedAnswer]>([
    ["is throttled all the time", refusal("ThrottlingException")],
    ["is out of order", refusal("InternalServerError", 500)],
    ["ends the connection", { drop: "before head" }],
  ])("has an unknown outcome where the service %s, after three tries", async (_what, answer) => {
    expect(await (await answering(answer)).start("RUN-1", {})).toBe("unknown");
    expect(server?.requests).toHaveLength(3);
  });

  it("has an unknown outcome where the service never answers: it is not waited for without end", async () => {
    server = await startScriptedServer([{ hang: "before head" }]);
    const executions = createExecutions({ machineArn, endpoint: server.baseUrl, requestTimeout: 100 });
    expect(await executions.start("RUN-1", {})).toBe("unknown");
    expect(server.requests).toHaveLength(3);
  });
});

describe("asking for an execution", () => {
  it("answers its status and what it failed of", async () => {
    const body = { executionArn, stateMachineArn: machineArn, status: "FAILED", error: "RunFailed", startDate: 1 };
    const executions = await answering({ status: 200, body });
    expect(await executions.describe("RUN-1")).toEqual({ status: "FAILED", error: "RunFailed" });
    expect(server?.requests[0]?.body).toEqual({ executionArn });
  });

  it("answers nothing where there is none, and throws where the service cannot say", async () => {
    expect(await (await answering(refusal("ExecutionDoesNotExist"))).describe("RUN-1")).toBeUndefined();
    await server?.close();
    await expect((await answering(refusal("AccessDeniedException"))).describe("RUN-1")).rejects.toThrow("no");
  });
});

describe("stopping an execution", () => {
  it("says why, and leaves alone what never was", async () => {
    const executions = await answering({ status: 200, body: { stopDate: 1 } }, refusal("ExecutionDoesNotExist"));
    await executions.stop("RUN-1", "Stopped by user");
    await executions.stop("RUN-1", "Stopped by user");
    expect(server?.requests[0]?.body).toEqual({ executionArn, error: "StoppedByUser", cause: "Stopped by user" });
    expect(server?.requests).toHaveLength(2);
  });
});
