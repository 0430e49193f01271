import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { CelEngine, TemplateFile } from "@aws/cloudformation-validate";
import { parse } from "yaml";
import { ofType } from "../../functions/packaging/resources.ts";
import { clientProblems } from "./client-rules.ts";
import { apiOf } from "./deployed-api.ts";
import { feedProblems, streamProblems } from "./feed-rules.ts";
import { deploymentProblems, gatewayProblems, keyCheckProblems, stageProblems } from "./gateway-rules.ts";
import { localStackTypes } from "./localstack-types.ts";
import { metricProblems } from "./metric-rules.ts";
import { alarmProblems, concurrencyProblems, keptProblems, repeatProblems, watchProblems } from "./operations-rules.ts";
import type { Packaged } from "./packaged.ts";
import { roleProblems } from "./role-rules.ts";
import { handlerProblems, routeProblems } from "./route-rules.ts";
import { readWorkflows, statesOf } from "./workflow-rules.ts";

const mostResources = 400;
/** API Gateway waits no longer, in seconds. */
const gatewayTimeout = 29;
/** The longest a single call to a provider may take, in seconds (the model's). */
const clientTimeout = 20;
/** Actions for which AWS knows no resource. */
const withoutResource =
  /^(logs:(Create|Get|Update|Delete)LogDelivery|logs:ListLogDeliveries|logs:PutResourcePolicy|logs:Describe(ResourcePolicies|LogGroups)|xray:\w+)$/;

/** The findings of AWS's own validator that are errors. */
export function validatorProblems({ file, stage }: Packaged): string[] {
  const engine = new CelEngine();
  try {
    const { diagnostics } = engine.validateStandard(new TemplateFile(file));
    return diagnostics
      .filter(
        ({ severity }) => String(severity).toUpperCase() === "ERROR" || String(severity).toUpperCase() === "FATAL",
      )
      .filter(({ ruleId }) => !(stage === "localstack" && ruleId === tooManyResources))
      .map(({ ruleId, message, propertyPath }) => `${ruleId} ${propertyPath ?? ""}: ${message}`);
  } finally {
    engine.free();
  }
}

/** The validator's word for more than 500 of them, of which LocalStack takes any number. */
const tooManyResources = "F0007";

/** CloudFormation allows 500 resources; LocalStack, whose API is made of resources, has no such limit. */
export function sizeProblems({ stage, template }: Packaged): string[] {
  const count = Object.keys(template.Resources).length;
  return count < mostResources || stage === "localstack"
    ? []
    : [`${count} resources, and ${mostResources} are the limit`];
}

interface Statement {
  Effect: string;
  Action: string | string[];
  Resource: unknown;
}

/** AWS's own policy, without which no API writes logs. */
const managedOnly = "ApiGatewayLogsRole";

/**
 * One role for each function and for nothing else, with which it may write traces; no wildcard action; `*` only where AWS
 * knows no resource. All that is allowed stands in the roles themselves, where the rules look.
 */
export function permissionProblems({ template }: Packaged): string[] {
  const functions = ofType(template, "AWS::Lambda::Function");
  const roles = functions.map(([, { Properties }]) => String(Properties.Role["Fn::GetAtt"]?.[0]));
  const shared = roles.filter((role, index) => roles.indexOf(role) !== index || !template.Resources[role]);
  const statements = ofType(template, "AWS::IAM::Role").flatMap(([id, { Properties }]) =>
    (Properties.Policies ?? []).flatMap((policy: { PolicyDocument: { Statement: Statement[] } }) =>
      policy.PolicyDocument.Statement.map((statement) => ({ id, ...statement })),
    ),
  );
  const traced = new Set(
    statements.filter(({ Action }) => Action.includes("xray:PutTraceSegments")).map(({ id }) => id),
  );
  const managed = ofType(template, "AWS::IAM::Role").filter(
    ([id, { Properties }]) => id !== managedOnly && Properties.ManagedPolicyArns?.length > 0,
  );
  const beside = Object.entries(template.Resources).filter(([, { Type }]) => /^AWS::IAM::\w*Policy$/.test(Type));
  return [
    ...managed.map(([id]) => `${id} has a managed policy, of which nobody here knows what it allows`),
    ...beside.map(([id]) => `${id} is a policy beside the roles`),
    ...shared.map((role) => `the role ${role} is shared or missing`),
    ...functions
      .filter(([, { Properties }]) => Properties.TracingConfig?.Mode !== "Active")
      .map(([id]) => `${id} is not traced`),
    ...roles.filter((role) => !traced.has(role)).map((role) => `${role} may not write traces`),
    ...statements.flatMap(({ id, Action, Resource }) => {
      const actions = [Action].flat();
      const wildcard = actions.filter((action) => action.includes("*")).map((action) => `${id} may ${action}`);
      const anywhere = [Resource].flat().includes("*") ? actions.filter((action) => !withoutResource.test(action)) : [];
      return [...wildcard, ...anywhere.map((action) => `${id} may ${action} on everything`)];
    }),
  ];
}

/** Own time-out, memory and description for every function, one environment and one log group for all of them. */
export function functionProblems({ template }: Packaged): string[] {
  const functions = ofType(template, "AWS::Lambda::Function");
  const environments = new Set(functions.map(([, { Properties }]) => JSON.stringify(Properties.Environment)));
  const groups = ofType(template, "AWS::Logs::LogGroup");
  return [
    ...functions.flatMap(([id, { Properties: p }]) => [
      ...(p.Timeout && p.MemorySize && p.Description ? [] : [`${id} lacks a time-out, memory or a description`]),
      ...([p.Runtime, p.Architectures].join() === "nodejs22.x,arm64"
        ? []
        : [`${id} runs on ${p.Runtime}, ${p.Architectures}`]),
      ...(p.LoggingConfig?.LogGroup ? [] : [`${id} has a log group of its own`]),
    ]),
    ...(environments.size === 1 ? [] : ["functions have different environments, but share one process locally"]),
    ...(groups.length === 1 ? [] : [`${groups.length} log groups instead of one`]),
    ...ofType(template, "AWS::Lambda::Version").map(([id]) => `${id}: functions are not versioned`),
  ];
}

/** Client < Lambda < Task < machine, and Lambda < gateway. */
export function timeoutProblems({ template }: Packaged): string[] {
  const secondsOf = (key: string) =>
    template.Resources[`${key.charAt(0).toUpperCase()}${key.slice(1)}LambdaFunction`]?.Properties.Timeout as number;
  const tasks = readWorkflows().flatMap(({ definition }) =>
    statesOf(definition)
      .filter(({ fields }) => fields.Type === "Task")
      .flatMap(({ name, fields }) => {
        const task = Number(fields.TimeoutSeconds);
        const lambda = secondsOf(name);
        const ordered = clientTimeout < lambda && lambda < task && task < Number(definition.TimeoutSeconds);
        return ordered ? [] : [`${name}: client ${clientTimeout} s < function ${lambda} s < task ${task} s < machine`];
      }),
  );
  const answering = apiOf(template).operations.flatMap(({ method, functionId }) => {
    if (method === "OPTIONS") return [];
    const seconds = template.Resources[functionId]?.Properties.Timeout;
    return seconds < gatewayTimeout ? [] : [`${functionId}: ${seconds} s, and the gateway waits ${gatewayTimeout} s`];
  });
  return [...tasks, ...answering];
}

/** What handles events may fail twice without losing one. */
export function eventProblems({ template }: Packaged): string[] {
  const rules = ofType(template, "AWS::Events::Rule");
  const handlers = new Set(
    rules.flatMap(([, { Properties }]) =>
      Properties.Targets.map(({ Arn }: { Arn: { "Fn::GetAtt": string[] } }) => Arn["Fn::GetAtt"][0]),
    ),
  );
  const invoked = ofType(template, "AWS::Lambda::EventInvokeConfig").map(([, { Properties }]) => Properties);
  const covered = (id: string) =>
    invoked.some(
      (config) =>
        JSON.stringify(config.FunctionName).includes(`"${id}"`) &&
        config.DestinationConfig?.OnFailure &&
        config.MaximumEventAgeInSeconds,
    );
  return [
    ...[...handlers].filter((id) => !covered(id)).map((id) => `${id} has no destination for events it cannot handle`),
    ...(handlers.size > 0 ? [] : ["no event reaches a function"]),
    ...rules
      .filter(([, { Properties }]) => Properties.EventPattern && !Properties.Targets[0].DeadLetterConfig)
      .map(([id]) => `${id} has no queue of dead letters`),
  ];
}

/** Each workflow is a machine, which may call its own tasks and nothing else. */
export function machineProblems({ template }: Packaged): string[] {
  const machines = new Map(ofType(template, "AWS::StepFunctions::StateMachine"));
  const workflows = readWorkflows().map(({ file, definition }) => {
    const name = basename(file, ".asl.yml");
    const tasks = statesOf(definition).filter(({ fields }) => fields.Type === "Task");
    const id = `${name.charAt(0).toUpperCase()}${name.slice(1)}Machine`;
    return { file, id, wanted: new Set(tasks.map((task) => `${task.name}LambdaFunction`)) };
  });
  return [
    ...[...machines.keys()]
      .filter((id) => !workflows.some((workflow) => workflow.id === id))
      .map((id) => `${id} is of no workflow`),
    ...workflows.flatMap(({ file, id, wanted }) => {
      const role = template.Resources[machines.get(id)?.Properties.RoleArn["Fn::GetAtt"][0]];
      if (!role) return [`${file} is not deployed as ${id}, with a role of its own`];
      const arns: { "Fn::GetAtt": string[] }[] = role.Properties.Policies[0].PolicyDocument.Statement[0].Resource;
      const called = new Set(arns.map((arn) => arn["Fn::GetAtt"][0] ?? ""));
      return [
        ...[...wanted].filter((task) => !called.has(task)).map((task) => `${id} may not call ${task}, its task`),
        ...[...called]
          .filter((task) => !wanted.has(task))
          .map((task) => `${id} may call ${task}, which is no task of it`),
      ];
    }),
  ];
}

/** Only what the free LocalStack has is in its stage's template, its services are started, and a page can use every path. */
export function localStackProblems({ stage, template }: Packaged): string[] {
  if (stage !== "localstack") return [];
  const types = [...new Set(Object.values(template.Resources).map(({ Type }) => Type))];
  const compose = parse(readFileSync(new URL("../../localstack/docker-compose.yml", import.meta.url), "utf8"));
  const started = new Set(compose.services.localstack.environment.SERVICES.split(","));
  const byPath = Map.groupBy(apiOf(template).operations, ({ path }) => path);
  return [
    ...types.filter((type) => !localStackTypes.has(type)).map((type) => `LocalStack does not have ${type}`),
    ...types
      .filter((type) => !started.has(type.split("::")[1]?.toLowerCase()))
      .map((type) => `docker-compose.yml does not start the service of ${type}`),
    ...[...byPath]
      .filter(([, operations]) => !operations.some(({ method }) => method === "OPTIONS"))
      .map(([path]) => `nothing answers preflights at ${path}`),
  ];
}

export const templateRules = {
  "passes AWS's validator": validatorProblems,
  "has fewer than 400 resources on AWS": sizeProblems,
  "gives each function a role of its own and no wildcard action": permissionProblems,
  "lets each function do what it calls and nothing else": roleProblems,
  "carries with each function the clients that it opens": clientProblems,
  "configures every function": functionProblems,
  "orders the time-outs client < function < task < machine": timeoutProblems,
  "deploys what the contracts say and nothing else": routeProblems,
  "deploys each handler once, where something calls it": handlerProblems,
  "answers as one API": gatewayProblems,
  "publishes the whole API and only when it changed": deploymentProblems,
  "logs each request without what is secret in it": stageProblems,
  "passes on the live feed": feedProblems,
  "hears what it asked for of the table, and tries nothing again without end": streamProblems,
  "keeps the check of keys cheap and their end near": keyCheckProblems,
  "loses no event": eventProblems,
  "lets each workflow call its tasks and nothing else": machineProblems,
  "keeps data, and nothing of a first deployment that failed": keptProblems,
  "is the same for the same code": repeatProblems,
  "tells somebody of what goes wrong": alarmProblems,
  "watches everything that can go wrong": watchProblems,
  "looks at the metrics that the functions write": metricProblems,
  "leaves the API some of the ten executions of a new account": concurrencyProblems,
  "holds only what the free LocalStack has": localStackProblems,
};
