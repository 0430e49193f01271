import { randomUUID } from "node:crypto";
import type { Execution, openExecutions } from "./executions.ts";
import { executionArn, type Machine } from "./machine.ts";
import type { Runner } from "./runner.ts";

/** The service's answer to a request it does not accept. */
export class Refusal extends Error {
  readonly type: string;
  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

interface Input {
  stateMachineArn?: string;
  executionArn?: string;
  name?: string;
  input?: string;
  error?: string;
  cause?: string;
  statusFilter?: string;
  maxResults?: number;
  nextToken?: string;
  reverseOrder?: boolean;
}

const legalName = /^[^\s\p{Cc}<>{}[\]?*"#%\\^|~`$&,;:/]{1,80}$/u;
const mostInputBytes = 262_144;

/** The operations of the service by their name in `X-Amz-Target`. Each throws `Refusal`. */
export function createOperations(
  machines: ReadonlyMap<string, Machine>,
  executions: ReturnType<typeof openExecutions>,
  runner: Runner,
): Record<string, (input: Input) => unknown> {
  function machineOf({ stateMachineArn }: Input): Machine {
    const machine = machines.get(required("stateMachineArn", stateMachineArn));
    if (!machine) throw new Refusal("StateMachineDoesNotExist", `State Machine Does Not Exist: '${stateMachineArn}'`);
    return machine;
  }

  function executionOf({ executionArn: arn }: Input): Execution {
    const execution = executions.get(required("executionArn", arn));
    if (!execution) throw new Refusal("ExecutionDoesNotExist", `Execution Does Not Exist: '${arn}'`);
    return execution;
  }

  return {
    StartExecution: (request) => {
      const machine = machineOf(request);
      const { name = randomUUID(), input = "{}" } = request;
      if (!legalName.test(name)) throw new Refusal("InvalidName", `Invalid Name: '${name}'`);
      checkInput(input);
      const arn = executionArn(machine.name, name);
      const earlier = executions.get(arn);
      if (earlier && (earlier.status !== "RUNNING" || earlier.input !== input)) {
        throw new Refusal("ExecutionAlreadyExists", `Execution Already Exists: '${arn}'`);
      }
      if (earlier) return { executionArn: arn, startDate: earlier.startedAt / 1000 };
      const startedAt = Date.now();
      const started = {
        type: "ExecutionStarted",
        timestamp: startedAt / 1000,
        executionStartedEventDetails: { input },
      };
      runner.start(machine, {
        arn,
        machineArn: machine.arn,
        name,
        input,
        status: "RUNNING",
        startedAt,
        history: [started],
      });
      return { executionArn: arn, startDate: startedAt / 1000 };
    },

    DescribeExecution: (request) => {
      const execution = executionOf(request);
      const { input, output, error, cause } = execution;
      return { ...summary(execution), input, inputDetails: { included: true }, output, error, cause };
    },

    StopExecution: (request) => {
      const execution = executionOf(request);
      const { error, cause } = request;
      if (execution.status === "RUNNING") runner.stop(execution, { ...(error && { error }), ...(cause && { cause }) });
      return { stopDate: (execution.endedAt ?? execution.startedAt) / 1000 };
    },

    ListExecutions: (request) => {
      const found = executions.list(machineOf(request).arn, request.statusFilter);
      const { page, nextToken } = pageOf(found, request);
      return { executions: page.map(summary), nextToken };
    },

    GetExecutionHistory: (request) => {
      const { history } = executionOf(request);
      const events = history.map((event, index) => ({ ...event, id: index + 1, previousEventId: index }));
      const { page, nextToken } = pageOf(request.reverseOrder ? events.reverse() : events, request);
      return { events: page, nextToken };
    },

    ListStateMachines: () => ({
      stateMachines: [...machines.values()].map(({ arn, name }) => ({
        stateMachineArn: arn,
        name,
        type: "STANDARD",
        creationDate: 0,
      })),
    }),

    DescribeStateMachine: (request) => {
      const { arn, name, definition } = machineOf(request);
      return {
        stateMachineArn: arn,
        name,
        status: "ACTIVE",
        type: "STANDARD",
        definition: JSON.stringify(definition),
        roleArn: "arn:aws:iam::000000000000:role/local",
        creationDate: 0,
      };
    },
  };
}

function summary({ arn, machineArn, name, status, startedAt, endedAt }: Execution) {
  const stopDate = endedAt === undefined ? undefined : endedAt / 1000;
  return { executionArn: arn, stateMachineArn: machineArn, name, status, startDate: startedAt / 1000, stopDate };
}

function pageOf<T>(all: T[], { maxResults, nextToken }: Input): { page: T[]; nextToken?: string } {
  const start = Number(nextToken ?? 0);
  const end = start + (maxResults || 100);
  return { page: all.slice(start, end), ...(end < all.length && { nextToken: String(end) }) };
}

function required(field: string, value: string | undefined): string {
  if (!value) throw new Refusal("ValidationException", `1 validation error detected: '${field}' must not be null`);
  return value;
}

function checkInput(input: string) {
  if (Buffer.byteLength(input) > mostInputBytes) {
    throw new Refusal("InvalidExecutionInput", "Invalid State Machine Execution Input: it exceeds 262144 bytes");
  }
  try {
    JSON.parse(input);
  } catch {
    throw new Refusal("InvalidExecutionInput", `Invalid State Machine Execution Input: '${input.slice(0, 100)}'`);
  }
}
