import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

const root = new URL("../../../", import.meta.url);
const stage = "local";
const pseudoParameters: Record<string, string> = {
  "AWS::Partition": "aws",
  "AWS::Region": "us-east-1",
  "AWS::AccountId": "000000000000",
};

/** A function as serverless.yml describes it, in what the local stack needs of that. */
export interface LambdaFunction {
  key: string;
  /** The path of the file whose `handler` it is. */
  file: string;
  timeoutMs: number;
  memoryMb: number;
  /** How long the pause between two calls by a schedule is, for each schedule that is on. */
  everyMs: number[];
  /** The EventBridge patterns whose events it gets. */
  patterns: unknown[];
  /** The patterns of the changes of the table that it gets. */
  changes: unknown[];
}

/** How the gateway has keys checked. */
export interface KeyCheck {
  functionKey: string;
  /** The header with the key, in lower case. */
  header: string;
  /** How long an answer about a key is good. */
  ttlMs: number;
}

/** The functions by their keys, and the check of keys that their endpoints share. */
export interface Deployment {
  functions: ReadonlyMap<string, LambdaFunction>;
  keyCheck: KeyCheck;
}

/** What serverless.yml says of functions, for stage `local`. */
export function readDeployment(): Deployment {
  const service = readYaml("serverless.yml") as Fields;
  const resolve = resolver(service);
  const { timeout, memorySize } = resolve(service.provider) as Settings;
  // The framework takes one map, or a list of maps that may lie in files of their own.
  const maps = [resolve(service.functions)].flat() as Record<string, Settings>[];
  const all = maps.flatMap((map) => Object.entries(map));
  const functions = all.map(([key, settings]): [string, LambdaFunction] => [
    key,
    {
      key,
      file: fileURLToPath(new URL(settings.handler.replace(/\.handler$/, ".ts"), root)),
      timeoutMs: (settings.timeout ?? timeout ?? 0) * 1_000,
      memoryMb: settings.memorySize ?? memorySize ?? 0,
      everyMs: (settings.events ?? []).flatMap(({ schedule }) =>
        schedule && schedule.enabled !== false ? [milliseconds(key, schedule.rate)] : [],
      ),
      patterns: (settings.events ?? []).flatMap(({ eventBridge }) => (eventBridge ? [eventBridge.pattern] : [])),
      changes: (settings.events ?? []).flatMap(({ stream }) => stream?.filterPatterns ?? []),
    },
  ]);
  return { functions: new Map(functions), keyCheck: keyCheckOf(all.map(([, settings]) => settings)) };
}

type Fields = Record<string, unknown>;

interface Settings {
  handler: string;
  timeout?: number;
  memorySize?: number;
  events?: {
    http?: { authorizer?: { name: string; identitySource: string; resultTtlInSeconds: number } };
    schedule?: { rate: string; enabled?: boolean };
    eventBridge?: { pattern: unknown };
    stream?: { filterPatterns: unknown[] };
  }[];
}

function keyCheckOf(all: readonly Settings[]): KeyCheck {
  const [authorizer] = all.flatMap(({ events = [] }) => events.flatMap(({ http }) => http?.authorizer ?? []));
  const header = /^method\.request\.header\.(\S+)$/.exec(authorizer?.identitySource ?? "")?.[1];
  if (!authorizer || !header) throw new Error("serverless.yml names no authorizer with a header for the key.");
  return {
    functionKey: authorizer.name,
    header: header.toLowerCase(),
    ttlMs: authorizer.resultTtlInSeconds * 1_000,
  };
}

const units: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

function milliseconds(key: string, rate: string): number {
  const [, number, unit = ""] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(rate) ?? [];
  if (number) return Number(number) * (units[unit] ?? 0);
  throw new Error(`The function ${key} is called at ${rate}, and the local stack runs no schedules but rate(…).`);
}

/** What stands in for `value` when its variables lead to other places of the service, its parts, or this stage. */
function resolver(service: Fields) {
  const lookUp = (reference: string): unknown => {
    const [, path] = /^file\((.+)\)$/.exec(reference) ?? [];
    if (path) return readYaml(path);
    if (reference === "sls:stage") return stage;
    if (!reference.startsWith("self:")) return pseudoParameters[reference];
    const names = reference.slice("self:".length).split(".");
    return names.reduce<unknown>((found, name) => (found as Fields | undefined)?.[name], service);
  };
  const firstOf = (references: string) =>
    references
      .split(",")
      .map((reference) => lookUp(reference.trim()))
      .find((found) => found !== undefined);

  function resolve(value: unknown): unknown {
    if (typeof value === "string") return resolveText(value);
    if (Array.isArray(value)) return value.map(resolve);
    if (typeof value !== "object" || value === null) return value;
    const fields = Object.fromEntries(Object.entries(value).map(([name, field]) => [name, resolve(field)]));
    return fields["Fn::Sub"] ?? fields;
  }

  // From the inside out: `${self:custom.on.${sls:stage}}`. What is unknown here, such as `${env:…}`, stays as it is.
  function resolveText(text: string): unknown {
    const [, whole] = /^\$\{([^${}]+)\}$/.exec(text) ?? [];
    const found = whole && firstOf(whole);
    if (found !== undefined && found !== "") return resolve(found);
    const filled = text.replace(/\$\{([^${}]+)\}/g, (variable, references) => String(firstOf(references) ?? variable));
    return filled === text ? text : resolveText(filled);
  }

  return resolve;
}

function readYaml(path: string): unknown {
  // The limit on aliases guards against hostile files.
  return parse(readFileSync(new URL(path, root), "utf8"), { merge: true, maxAliasCount: -1 });
}
