import type { Aws } from "../aws.ts";
import type { DeployedRoles } from "./deployed.ts";
import { type FunctionUsage, unusedOf } from "./usage.ts";

type Rows = readonly (readonly (string | number)[])[];

/** What each function asked the cloud for, how often. */
export function callsTable(functions: ReadonlyMap<string, FunctionUsage>): string {
  return table(
    ["function", "calls"],
    sorted(functions).map(([name, usage]) => [shortName(name), callsOf(usage)]),
  );
}

function callsOf({ permissions }: FunctionUsage): string {
  const counts = new Map<string, number>();
  for (const { permission, times } of permissions.values()) {
    const call = `${permission.action} ${shortArn(permission.resource)}`;
    counts.set(call, (counts.get(call) ?? 0) + times);
  }
  return [...counts]
    .map(([call, count]) => `${count} ${call}`)
    .toSorted()
    .join(", ");
}

/** The capacity units between two moments, of those functions that used any. */
export function unitsTable(before: ReadonlyMap<string, FunctionUsage>, after: ReadonlyMap<string, FunctionUsage>) {
  const used = sorted(after).map(([name, { readUnits, writeUnits }]) => {
    const earlier = before.get(name);
    return [
      shortName(name),
      rounded(readUnits - (earlier?.readUnits ?? 0)),
      rounded(writeUnits - (earlier?.writeUnits ?? 0)),
    ] as const;
  });
  const rows = used.filter(([, read, write]) => read + write > 0);
  const sum = (column: 1 | 2) => rounded(rows.reduce((total, row) => total + row[column], 0));
  return table(["function", "read units", "write units"], [...rows, ["all", sum(1), sum(2)]]);
}

/** Every permission of a function's role that nothing needed, by function. */
export async function unusedTable(
  functions: ReadonlyMap<string, FunctionUsage>,
  roles: DeployedRoles,
): Promise<string> {
  const rows = await Promise.all(
    sorted(functions).map(async ([name, { role, permissions }]) => {
      const used = [...permissions.values()].map(({ permission }) => permission);
      const unused = unusedOf(await roles.statementsOf(role), used).map(
        ({ action, resources }) => `${action} on ${resources.map(shortArn).join(" or ")}`,
      );
      return [shortName(name), unused.join(", ")] as const;
    }),
  );
  return table(
    ["function", "permissions that no call used"],
    rows.filter(([, unused]) => unused !== ""),
  );
}

/** The functions that may ask the cloud for something and never did. */
export async function untriedFunctions(
  aws: Aws,
  roles: DeployedRoles,
  functions: ReadonlyMap<string, FunctionUsage>,
): Promise<string[]> {
  const path = "/2015-03-31/functions/?MaxItems=1000";
  const all = await aws.rest<{ Functions: { FunctionName: string; Role: string }[] }>("lambda", "GET", path);
  const silent = all.Functions.filter(({ FunctionName }) => !functions.has(FunctionName));
  const untried = await Promise.all(
    silent.map(async ({ FunctionName, Role }) => {
      const statements = await roles.statementsOf(Role.split("/").at(-1) ?? "");
      return unusedOf(statements, []).length > 0 ? [FunctionName] : [];
    }),
  );
  return untried.flat();
}

function sorted(functions: ReadonlyMap<string, FunctionUsage>): [string, FunctionUsage][] {
  return [...functions].toSorted(([a], [b]) => a.localeCompare(b));
}

/** `startAnalysis` of `wsb-signals-localstack-startAnalysis`. */
function shortName(name: string): string {
  return name.split("-").at(-1) ?? name;
}

/** Without partition, region and account, and what CloudFormation adds to names. */
function shortArn(arn: string): string {
  return arn
    .replace(/^arn:aws:\w+:[^:]*:\d*:/, "")
    .replaceAll(/wsb-signals-localstack-|-[0-9a-f]{8}(?=\/|$)|-\w{6}$/g, "")
    .replace(/(?<=execution:\w+:|\/output\/).+/, "*");
}

function rounded(units: number): number {
  return Math.round(units * 10) / 10;
}

function table(headings: readonly string[], rows: Rows): string {
  const all: Rows = [headings, ...rows];
  const width = (column: number) => Math.max(...all.map((row) => String(row[column] ?? "").length));
  const last = headings.length - 1;
  return all
    .map((row) => row.map((cell, column) => (column === last ? cell : String(cell).padEnd(width(column)))).join("  "))
    .join("\n");
}
