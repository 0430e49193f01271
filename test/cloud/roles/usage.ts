import type { Caller } from "./deployed.ts";
import { isLike, type Permission, type Statement } from "./policy.ts";

/** What each function asked the cloud for, as long as the proxy stands. */
export interface Usage {
  asked(caller: Caller, permission: Permission, operation: string): void;
  refused(caller: Caller, action: string, resource: string): void;
  notUnderstood(who: string, error: unknown): void;
  /** The answer to a call of DynamoDB that was asked to tell its capacity units. */
  consumed(caller: Caller, operation: string, answer: Buffer): void;
  /** Everything that was not let pass, in words. */
  refusals(): string[];
  /** By function's name: its role and what it asked for, each with the number of times. */
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
    functions: () => functions,
  };
}

interface Units {
  CapacityUnits: number;
}

/** The actions and resources of a role's statements that nothing a function asked for needed. */
export function unusedOf(statements: readonly Statement[], used: readonly Permission[]): string[] {
  return statements.flatMap(({ Action, Resource }) => {
    const own = used.filter(
      ({ action, resource }) =>
        Action.some((pattern) => isLike(action, pattern)) && Resource.some((pattern) => isLike(resource, pattern)),
    );
    return [
      ...Action.filter((pattern) => !own.some(({ action }) => isLike(action, pattern))),
      ...(own.length === 0 ? [] : Resource.filter((pattern) => !own.some(({ resource }) => isLike(resource, pattern)))),
    ];
  });
}
