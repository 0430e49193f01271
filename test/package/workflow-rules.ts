import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
// @ts-expect-error: the package has no types
import aslValidatorModule from "asl-validator";
import { parse } from "yaml";
import { type AslState, functionKeyOf, loadMachine } from "../../localstack/embedded/step-functions/machine.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

const aslValidator: (definition: unknown) => { isValid: boolean; errorsText(separator: string): string } =
  aslValidatorModule;

export interface Workflow {
  file: string;
  definition: AslState & { States: Record<string, AslState>; TimeoutSeconds?: number };
}

interface Catcher {
  ErrorEquals: string[];
  ResultPath?: string | null;
  Next: string;
}
interface Retrier {
  ErrorEquals: string[];
  BackoffRate?: number;
  MaxDelaySeconds?: number;
}

export interface State {
  name: string;
  fields: AslState;
  /** The Map or Parallel state around it. */
  around?: State;
}

const transient = [
  "Lambda.ServiceException",
  "Lambda.AWSLambdaException",
  "Lambda.SdkClientException",
  "Lambda.TooManyRequestsException",
];

export function readWorkflows(): Workflow[] {
  return globSync("workflows/*.asl.yml", { cwd: root }).map((file) => ({
    file,
    definition: parse(readFileSync(join(root, file), "utf8"), { maxAliasCount: -1 }),
  }));
}

/** Every state, those inside of Maps and of branches included. */
export function statesOf(scope: AslState, around?: State): State[] {
  return Object.entries((scope.States ?? {}) as Record<string, AslState>).flatMap(([name, fields]) => {
    const state = { name, fields, ...(around && { around }) };
    const scopes = [fields.ItemProcessor ?? [], fields.Branches ?? []].flat() as AslState[];
    return [state, ...scopes.flatMap((inner) => statesOf(inner, state))];
  });
}

/** What is wrong with a workflow: the language, the local engine's limits, and the project's own rules. */
export function workflowProblems({ file, definition }: Workflow): string[] {
  const states = statesOf(definition);
  return [
    ...languageProblems(definition),
    ...(definition.TimeoutSeconds ? [] : ["the machine has no TimeoutSeconds"]),
    ...states.flatMap(({ name, fields }) => (fields.Comment ? [] : [`${name} has no Comment`])),
    ...states.filter(({ fields }) => fields.Type === "Task").flatMap((state) => taskProblems(state, states)),
    ...failureProblems(definition),
  ].map((problem) => `${basename(file)}: ${problem}`);
}

function languageProblems(definition: AslState): string[] {
  try {
    // Loading also says what the local engine does not run, and puts ARNs where the functions are named.
    const { definition: resolved } = loadMachine({ name: "check", definition });
    const { isValid, errorsText } = aslValidator(resolved);
    return isValid ? [] : [errorsText("; ")];
  } catch (error) {
    return [(error as Error).message];
  }
}

function taskProblems(state: State, states: State[]): string[] {
  const { name, fields } = state;
  return [
    ...wordProblems(name, functionKeyOf(fields.Resource) ?? ""),
    ...(typeof fields.TimeoutSeconds === "number" ? [] : [`${name} has no TimeoutSeconds`]),
    ...retryProblems(name, (fields.Retry ?? []) as Retrier[]),
    ...(isLast(name) ? [] : catchProblems(state, states)),
  ];
}

/** The task that ends what could not be finished: `FailRun`, `FailOrder`. */
function isLast(name: string): boolean {
  return /^Fail[A-Z]/.test(name);
}

/** `DetectSignals` calls `detectSignals`, which is detect-signals.ts in functions/phases or in the folder of its product. */
function wordProblems(name: string, key: string): string[] {
  const file = `${name.replaceAll(/(?<!^)([A-Z])/g, "-$1").toLowerCase()}.ts`;
  return [
    ...(key === name.charAt(0).toLowerCase() + name.slice(1)
      ? []
      : [`${name} calls ${key}: state and function are one word`]),
    ...(globSync(`functions/phases/{,*/}${file}`, { cwd: root }).length > 0 ? [] : [`${name} has no ${file}`]),
  ];
}

function retryProblems(name: string, retriers: readonly Retrier[]): string[] {
  const retried = new Set(retriers.flatMap(({ ErrorEquals }) => ErrorEquals));
  const missing = transient.filter((error) => !retried.has(error));
  const unbounded = retriers.some(
    ({ BackoffRate = 2, MaxDelaySeconds }) => BackoffRate > 1 && MaxDelaySeconds === undefined,
  );
  return [
    ...(missing.length > 0 ? [`${name} does not retry ${missing.join(", ")}`] : []),
    ...(unbounded ? [`${name} backs off without MaxDelaySeconds`] : []),
  ];
}

/** A task inside of a Map or a branch may leave its failure to the states around it. */
function catchProblems(state: State, states: readonly State[]): string[] {
  const { name } = state;
  const last = lastCatcher(state);
  if (!last || last.ResultPath === undefined || last.ResultPath === null) {
    return [`${name} has no Catch of States.ALL with a ResultPath`];
  }
  const next = states.find((state) => state.name === last.Next);
  return next && isLast(next.name) ? [] : [`${name} does not lead to a task that ends it when it fails`];
}

function lastCatcher({ fields, around }: State): Catcher | undefined {
  return catchAll(fields) ?? (around && lastCatcher(around));
}

function catchAll(fields: AslState): Catcher | undefined {
  return ((fields.Catch ?? []) as Catcher[]).find(({ ErrorEquals }) => ErrorEquals.includes("States.ALL"));
}

/** A clean-up state that just ends would turn a failure into a succeeded execution. */
function failureProblems({ States }: Workflow["definition"]): string[] {
  const [name, last] = Object.entries(States).find(([state]) => isLast(state)) ?? [];
  if (!last) return ["there is no task that ends what failed, such as FailRun"];
  const ways = [last.Next, ...((last.Catch ?? []) as Catcher[]).map(({ Next }) => Next)];
  const wrong = ways.filter((next) => States[String(next)]?.Type !== "Fail");
  return wrong.length === 0 && catchAll(last) ? [] : [`${name} must end in a Fail state, also when it fails itself`];
}
