import type { Caller } from "./deployed.ts";
import { matches, type Permission, type Statement } from "./policy.ts";

/** What each function asked the cloud for, as long as the proxy stands. */
export interface Usage {
  asked(caller: Caller, permission: Permission): void;
  refused(caller: Caller, action: string, resource: string): void;
  notUnderstood(who: string, error: unknown): void;
  /** The answer to a call of DynamoDB that was asked to tell its capacity units. */
  consumed(caller: Caller, operation: string, answer: Buffer): void;
  /** Everything that was not let pass, in words. */
  refusals(): string[];
  /** What it was until now, by function's name. */
  functions(): Map<string, FunctionUsage>;
}

export interface FunctionUsage {
  role: string;
  /** By action and resource. */
  permissions: Map<string, { permission: Permission; times: number }>;
  readUnits: number;
  writeUnits: number;
}

export function createUsage(): Usage {
  const functions = new Map<string, FunctionUsage>();
  const refusals: string[] = [];
  const of = ({ function: name, role }: Caller): FunctionUsage => {
    const known = functions.get(name) ?? { role, permissions: new Map(), readUnits: 0, writeUnits: 0 };
    functions.set(name, known);
    return known;
  };
  return {
    asked(caller, permission) {
      const { permissions } = of(caller);
      const key = `${permission.action} ${permission.resource}`;
      permissions.set(key, { permission, times: (permissions.get(key)?.times ?? 0) + 1 });
    },
    refused(caller, action, resource) {
      refusals.push(`${caller.function} may not ${action} on ${resource}`);
    },
    notUnderstood(who, error) {
      refusals.push(`${who} was not understood: ${error instanceof Error ? error.message : error}`);
    },
    consumed(caller, operation, answer) {
      const { ConsumedCapacity } = JSON.parse(answer.toString()) as { ConsumedCapacity?: Units | Units[] };
      const units = [ConsumedCapacity ?? []].flat().reduce((sum, { CapacityUnits }) => sum + CapacityUnits, 0);
      const known = of(caller);
      if (/Get|Query/.test(operation)) known.readUnits += units;
      else known.writeUnits += units;
    },
    refusals: () => [...refusals],
    functions: () => structuredClone(functions),
  };
}

/** How many permissions a function has asked for until now. */
export function timesOf(usage: Usage, name: string): number {
  const permissions = usage.functions().get(name)?.permissions.values() ?? [];
  return [...permissions].reduce((sum, { times }) => sum + times, 0);
}

interface Units {
  CapacityUnits: number;
}

/** What Lambda does itself in a function's name, without passing by here: its log, its traces, its dead letters. */
const doneByLambda =
  /^(logs:(CreateLogStream|PutLogEvents)|xray:(PutTraceSegments|PutTelemetryRecords)|sqs:SendMessage)$/;

/** What a role's statements allow and nothing that was asked for needed. */
export function unusedOf(statements: readonly Statement[], used: readonly Permission[]): UnusedPermission[] {
  return statements.flatMap((statement) =>
    statement.Action.filter((action) => !doneByLambda.test(action))
      .map((action) => ({ ...statement, Action: [action] }))
      .filter((one) => !used.some((permission) => matches(one, permission)))
      .map(({ Action: [action = ""], Resource }) => ({ action, resources: Resource })),
  );
}

export interface UnusedPermission {
  action: string;
  resources: readonly string[];
}
