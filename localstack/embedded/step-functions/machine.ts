import { StateMachine } from "aws-local-stepfunctions";

const account = "arn:aws:states:us-east-1:000000000000";

/** A state machine as a workflow file defines it; tasks name their function as `Fn::GetAtt: [key, Arn]`. */
export interface MachineSource {
  name: string;
  definition: unknown;
}

export interface Machine {
  name: string;
  arn: string;
  /** The definition with ARNs in place of `Fn::GetAtt`, as DescribeStateMachine shows it. */
  definition: AslState;
  tasks: Task[];
  retried: string[];
  engine: StateMachine;
}

export interface Task {
  state: string;
  functionKey: string;
  timeoutMs: number;
  /** The Map states around it, innermost last. */
  maps: string[];
}

export interface AslState {
  [field: string]: unknown;
}

/** setTimeout cannot wait longer. AWS's own default is 99,999,999 seconds. */
const longestTimeoutSeconds = 2_147_483;

const unsupported = [
  "QueryLanguage",
  "Assign",
  "Arguments",
  "Output",
  "ItemBatcher",
  "ItemReader",
  "ResultWriter",
  "ToleratedFailureCount",
  "ToleratedFailureCountPath",
  "ToleratedFailurePercentage",
  "ToleratedFailurePercentagePath",
  "HeartbeatSeconds",
  "HeartbeatSecondsPath",
  "TimeoutSecondsPath",
  "Credentials",
];

const contextPaths = /^\$\$\.(Execution\.(Id|Name|Input|StartTime)|StateMachine\.(Id|Name)|Map\.Item\.(Index|Value))\b/;

export const machineArn = (name: string) => `${account}:stateMachine:${name}`;
export const executionArn = (machine: string, name: string) => `${account}:execution:${machine}:${name}`;

/** Reads a definition for the local engine. Throws one sentence when it holds what the engine does not run. */
export function loadMachine({ name, definition }: MachineSource): Machine {
  const copy = structuredClone(definition) as AslState;
  const tasks: Task[] = [];
  const retried: string[] = [];
  const seen = new Set<string>();

  const refuse = (where: string, what: string): never => {
    throw new Error(`State machine ${name}, ${where}: ${what}, which the local engine does not run.`);
  };

  function readScope(scope: AslState, maps: string[]) {
    refuseUnsupported(scope, "top level", refuse);
    for (const [state, fields] of Object.entries((scope.States ?? {}) as Record<string, AslState>)) {
      readState(state, fields, maps);
      for (const items of itemScopes(fields, `state ${state}`, refuse)) readScope(items, [...maps, state]);
      for (const branch of (fields.Branches ?? []) as AslState[]) readScope(branch, maps);
    }
  }

  function readState(state: string, fields: AslState, maps: string[]) {
    const where = `state ${state}`;
    if (seen.has(state)) refuse(where, "the name is used twice");
    seen.add(state);
    refuseUnsupported(fields, where, refuse);
    refuseContextPaths(fields, where, maps.length > 0, refuse);
    if (fields.ResultPath === "$") delete fields.ResultPath;
    if (fields.Retry) retried.push(state);
    if (fields.Type === "Task") tasks.push(readTask(state, fields, maps, refuse));
  }

  readScope(copy, []);
  // The tests of the package validate the workflows by AWS's rules. Here it would cost every start half a second.
  const engine = new StateMachine(copy as unknown as ConstructorParameters<typeof StateMachine>[0], {
    validationOptions: { noValidate: true },
  });
  return { name, arn: machineArn(name), definition: copy, tasks, retried, engine };
}

type Refuse = (where: string, what: string) => never;

/** The states that a Map passes each item through. */
function itemScopes({ ItemProcessor, Iterator }: AslState, where: string, refuse: Refuse): AslState[] {
  const scopes = [ItemProcessor, Iterator].filter(Boolean) as (AslState & { ProcessorConfig?: AslState })[];
  if (scopes.some(({ ProcessorConfig }) => ProcessorConfig?.Mode === "DISTRIBUTED")) {
    refuse(where, "it is a distributed Map");
  }
  return scopes;
}

function refuseUnsupported(fields: AslState, where: string, refuse: Refuse) {
  for (const field of unsupported) {
    if (field in fields && fields[field] !== "JSONPath") refuse(where, `it uses ${field}`);
  }
}

/** Inside a Map the engine's `$$.Execution.Input` is the item, so it is refused there. */
function refuseContextPaths(fields: AslState, where: string, insideMap: boolean, refuse: Refuse) {
  const { ItemProcessor, Iterator, Branches, ...own } = fields;
  for (const [path] of JSON.stringify(own).matchAll(/\$\$\.[A-Za-z.]+/g)) {
    if (!contextPaths.test(path) || (insideMap && path.startsWith("$$.Execution.Input"))) {
      refuse(where, `it reads ${path}`);
    }
  }
}

function readTask(state: string, fields: AslState, maps: string[], refuse: Refuse): Task {
  const functionKey = functionKeyOf(fields.Resource);
  if (functionKey === undefined) {
    return refuse(`state ${state}`, `its Resource ${JSON.stringify(fields.Resource)} is not a Lambda function`);
  }
  const asked = typeof fields.TimeoutSeconds === "number" ? fields.TimeoutSeconds : longestTimeoutSeconds;
  fields.TimeoutSeconds = Math.min(asked, longestTimeoutSeconds);
  fields.Resource = `arn:aws:lambda:us-east-1:000000000000:function:${functionKey}`;
  return { state, functionKey, timeoutMs: Number(fields.TimeoutSeconds) * 1000, maps };
}

/** `{ "Fn::GetAtt": ["listPosts", "Arn"] }` names the function listPosts of serverless.yml. */
export function functionKeyOf(resource: unknown): string | undefined {
  const reference = (resource as { "Fn::GetAtt"?: unknown } | null)?.["Fn::GetAtt"];
  const key = Array.isArray(reference) && reference[1] === "Arn" ? reference[0] : undefined;
  return typeof key === "string" ? key : undefined;
}
