import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from "@aws-sdk/client-sfn";
import { noTracer, type Tracer } from "../../runtime/tracer.ts";

export type ExecutionStatus = "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED" | "PENDING_REDRIVE";

export interface ExecutionState {
  status: ExecutionStatus;
  /** Of a failed execution: what its Fail state or the service named. */
  error: string | null;
}

/**
 * `started`: it runs (or ran) under this name. `refused`: for certain it does not. `unknown`: the answer was lost,
 * it may or may not run.
 */
export type StartOutcome = "started" | "refused" | "unknown";

/** Executions of one state machine, by name; ARNs are computed, so nothing needs to remember them. */
export interface Executions {
  machineArn: string;
  start(name: string, input: unknown): Promise<StartOutcome>;
  /** Undefined where no execution has this name. Throws when the service cannot say. */
  describe(name: string): Promise<ExecutionState | undefined>;
  /** Aborts it; an execution that is over or never was is left alone. */
  stop(name: string, cause: string): Promise<void>;
}

/** How long Step Functions is given for one answer. */
export const executionsPatienceMs = 3_000;

/** Without the last of these a late answer is only logged, and waited for without end. */
const patience = { connectionTimeout: 1_000, requestTimeout: executionsPatienceMs, throwOnRequestTimeout: true };

export interface ExecutionSettings {
  machineArn: string;
  endpoint: string | undefined;
  /** Milliseconds for one try, where three seconds are too many. */
  requestTimeout?: number;
}

export function createExecutions(settings: ExecutionSettings, tracer: Tracer = noTracer): Executions {
  const { requestTimeout = patience.requestTimeout } = settings;
  const client = tracer.watch(
    new SFNClient({
      maxAttempts: 3,
      requestHandler: { ...patience, requestTimeout },
      ...(settings.endpoint && {
        endpoint: settings.endpoint,
        region: "us-east-1",
        credentials: { accessKeyId: "local", secretAccessKey: "local" },
      }),
    }),
  );
  const arnOf = (name: string) => `${settings.machineArn.replace(":stateMachine:", ":execution:")}:${name}`;
  return {
    machineArn: settings.machineArn,

    async start(name, input) {
      try {
        await client.send(
          new StartExecutionCommand({ stateMachineArn: settings.machineArn, name, input: JSON.stringify(input) }),
        );
        return "started";
      } catch (error) {
        if (error instanceof ExecutionAlreadyExists) return "started";
        return isRefusal(error) ? "refused" : "unknown";
      }
    },
    async describe(name) {
      try {
        const answer = await client.send(new DescribeExecutionCommand({ executionArn: arnOf(name) }));
        return { status: answer.status ?? "RUNNING", error: answer.error ?? null };
      } catch (error) {
        if (error instanceof ExecutionDoesNotExist) return undefined;
        throw error;
      }
    },
    async stop(name, cause) {
      try {
        await client.send(new StopExecutionCommand({ executionArn: arnOf(name), error: "StoppedByUser", cause }));
      } catch (error) {
        if (!(error instanceof ExecutionDoesNotExist)) throw error;
      }
    },
  };
}

/** The service itself said no (4xx, throttling excepted): only then is it certain that nothing was started. */
function isRefusal(error: unknown): boolean {
  const { $metadata, name } = error as { $metadata?: { httpStatusCode?: number }; name?: string };
  const status = $metadata?.httpStatusCode;
  return status !== undefined && status >= 400 && status < 500 && name !== "ThrottlingException";
}
