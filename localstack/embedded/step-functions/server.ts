import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { close, listen } from "../../servers.ts";
import type { Invoke } from "../lambda/invoke.ts";
import { openExecutions } from "./executions.ts";
import { loadMachine, type MachineSource } from "./machine.ts";
import { createOperations, Refusal } from "./operations.ts";
import { createRunner, type StatusEvent } from "./runner.ts";

export interface StepFunctions {
  endpoint: string;
  /** Ends what runs as ABORTED, without status events, and the server. */
  close(): Promise<void>;
}

export interface StepFunctionsOptions {
  machines: MachineSource[];
  /** Calls a function of serverless.yml by its key; what it throws keeps its name for `ErrorEquals`. */
  invoke: Invoke;
  /** Where executions are kept between starts; absent: in memory. */
  dataDir?: string;
  onStatus?: (event: StatusEvent) => void;
  /** Replaces the pause before every retry, so that tests need not wait. */
  retryPauseMs?: number;
  port?: number;
}

/**
 * Step Functions behind its real protocol (JSON 1.0), so that the AWS SDK works unchanged.
 * Throws one sentence when a machine holds what the local engine does not run.
 */
export async function startStepFunctions(options: StepFunctionsOptions): Promise<StepFunctions> {
  const machines = new Map(options.machines.map(loadMachine).map((machine) => [machine.arn, machine]));
  const executions = openExecutions(options.dataDir);
  const runner = createRunner(executions, options);
  const operations = createOperations(machines, executions, runner);

  const server = createServer(async (request, response) => {
    const operation = String(request.headers["x-amz-target"] ?? "").replace("AWSStepFunctions.", "");
    const answer = (status: number, body: unknown) =>
      response.writeHead(status, { "content-type": "application/x-amz-json-1.0" }).end(JSON.stringify(body));
    try {
      const handle = operations[operation];
      if (!handle) throw new Refusal("UnknownOperationException", `Unknown operation ${operation}`);
      answer(200, handle(JSON.parse((await text(request)) || "{}")));
    } catch (error) {
      if (error instanceof Refusal)
        answer(400, { __type: `com.amazonaws.states#${error.type}`, message: error.message });
      else answer(500, { __type: "com.amazonaws.states#InternalServerError", message: String(error) });
    }
  });
  server.keepAliveTimeout = 60_000;
  const port = await listen(server, options.port);

  return {
    endpoint: `http://127.0.0.1:${port}`,
    close: async () => {
      runner.abortAll();
      await close(server);
    },
  };
}
