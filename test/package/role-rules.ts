import type { Calls } from "../../functions/packaging/calls.ts";
import type { Template } from "../../functions/packaging/framework.ts";
import type { Packaged } from "./packaged.ts";

interface Statement {
  Effect: string;
  Action: string | string[];
  Resource: unknown;
  Condition?: unknown;
}

/** What each method of the store needs, on the table; a transaction is authorised by the actions it is made of. */
const storePermissions: Readonly<Record<string, string[]>> = {
  get: ["dynamodb:GetItem"],
  getMany: ["dynamodb:BatchGetItem"],
  query: ["dynamodb:Query"],
  queryAll: ["dynamodb:Query"],
  count: ["dynamodb:Query"],
  putMany: ["dynamodb:BatchWriteItem"],
  transact: [],
  decodeAll: [],
  keys: [],
};
const actionPermissions: Readonly<Record<string, string>> = {
  put: "dynamodb:PutItem",
  update: "dynamodb:UpdateItem",
  remove: "dynamodb:DeleteItem",
  check: "dynamodb:ConditionCheckItem",
};
const executionPermissions: Readonly<Record<string, string>> = {
  start: "states:StartExecution",
  describe: "states:DescribeExecution",
  stop: "states:StopExecution",
};
const onArtifacts = (action: string) =>
  ["output", "payloads"].map((folder) => `${action} on ArtifactBucket/${folder}/*`);
// S3 tells those who may list that there is no such object, and refuses all others.
const readArtifacts = [...onArtifacts("s3:GetObject"), "s3:ListBucket on ArtifactBucket"];
const artifactPermissions: Readonly<Record<string, string[]>> = {
  put: onArtifacts("s3:PutObject"),
  get: readArtifacts,
  exists: readArtifacts,
};
const readSecret = "secretsmanager:GetSecretValue";
/** Tokens are renewed by a new version, which then takes over from the one that was read. */
const rotateSecret = ["secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage"];

/**
 * Each function's role allows what its code, unused parts left out, can call, and what Lambda itself does in its name, and
 * nothing else. One line per permission that is missing or too many, such as `listRuns may dynamodb:PutItem on Table, which
 * it never calls`.
 */
export function roleProblems({ template, calls }: Packaged): string[] {
  // What the free LocalStack has no gateway for is not deployed to it.
  const deployed = Object.entries(calls).filter(([key]) => template.Resources[`${idOf(key)}LambdaFunction`]);
  return deployed.flatMap(([key, ofFunction]) => {
    const allowed = allowedTo(template, key);
    const needed = new Set([...neededBy(template, ofFunction), ...neededByLambda(template, key)]);
    return [
      ...[...needed].filter((one) => !allowed.has(one)).map((one) => `${key} calls ${one}, which its role refuses`),
      ...[...allowed].filter((one) => !needed.has(one)).map((one) => `${key} may ${one}, which it never calls`),
    ];
  });
}

/** Permissions as `action on resource`. */
function neededBy(template: Template, calls: Calls): string[] {
  const onTable = [
    ...calls.store.flatMap((method) => storePermissions[method] ?? [`an unknown method of the store, ${method},`]),
    ...(calls.store.includes("transact") ? calls.actions.map((action) => actionPermissions[action] ?? action) : []),
  ];
  const onExecutions = calls.executions.map((method) => executionPermissions[method] ?? method);
  const opens = (...clients: string[]) => clients.some((client) => calls.clients.includes(client));
  const writesTokens = opens("broker") || calls.vault.includes("rotate");
  return [
    ...onTable.map((action) => `${action} on Table`),
    ...(calls.indexes ? ["dynamodb:Query on Table/index/*"] : []),
    ...onExecutions.map((action) => `${action} on ${action.endsWith("StartExecution") ? "stateMachine" : "execution"}`),
    ...(opens("reddit", "model", "broker", "brokerConsentUrl", "webhook", "sqlSource", "hasSqlSource")
      ? [`${readSecret} on ProviderSecret`]
      : []),
    ...(opens("broker", "tokenVault") ? [`${readSecret} on BrokerSecret`] : []),
    ...(writesTokens ? rotateSecret.map((action) => `${action} on BrokerSecret`) : []),
    ...(opens("peers") && hasFeed(template) ? ["execute-api:ManageConnections on @connections"] : []),
    ...calls.artifacts.flatMap(
      (method) => artifactPermissions[method] ?? [`an unknown method of artifacts, ${method},`],
    ),
    ...(opens("documents") ? ["s3:GetObject on ArtifactBucket/documents/*", "s3:ListBucket on ArtifactBucket"] : []),
    ...(opens("symbols") ? ["dynamodb:Query on Table"] : []),
    ...(opens("reddit") && archiveOf(template) ? [`s3:GetObject on ${archiveOf(template)}`] : []),
  ];
}

/** Not on the free LocalStack. */
function hasFeed({ Resources }: Template): boolean {
  return Object.values(Resources).some(({ Type }) => Type === "AWS::ApiGatewayV2::Api");
}

const readStream = ["GetRecords", "GetShardIterator", "DescribeStream", "ListStreams"];

/** What the service does in the function's name: logs, traces, the table's stream, and events that could not be handled. */
function neededByLambda({ Resources }: Template, key: string): string[] {
  const id = `${idOf(key)}LambdaFunction`;
  const invoked = Object.values(Resources).filter(
    ({ Type, Properties }) =>
      Type === "AWS::Lambda::EventInvokeConfig" && JSON.stringify(Properties.FunctionName).includes(`"${id}"`),
  );
  const queues = invoked.flatMap(({ Properties }) => Properties.DestinationConfig?.OnFailure?.Destination ?? []);
  const listens = Object.values(Resources).some(
    ({ Type, Properties }) =>
      Type === "AWS::Lambda::EventSourceMapping" && JSON.stringify(Properties.FunctionName).includes(`"${id}"`),
  );
  const isTraced = Resources[id]?.Properties.TracingConfig?.Mode === "Active";
  return [
    "logs:CreateLogStream on LogGroup",
    "logs:PutLogEvents on LogGroup",
    ...queues.map((queue) => `sqs:SendMessage on ${nameOf(queue)}`),
    ...(listens ? readStream.map((action) => `dynamodb:${action} on Table`) : []),
    ...(isTraced ? ["xray:PutTelemetryRecords on *", "xray:PutTraceSegments on *"] : []),
  ];
}

function allowedTo({ Resources }: Template, key: string): Set<string> {
  const role = Resources[Resources[`${idOf(key)}LambdaFunction`]?.Properties.Role["Fn::GetAtt"][0]];
  const statements: Statement[] = (role?.Properties.Policies ?? []).flatMap(
    (policy: { PolicyDocument: { Statement: Statement[] } }) => policy.PolicyDocument.Statement,
  );
  return new Set(
    statements
      // What else there is refuses, always or at times.
      .filter(({ Effect, Condition }) => Effect === "Allow" && Condition === undefined)
      .flatMap(({ Action, Resource }) =>
        [Action].flat().flatMap((action) => [Resource].flat().map((resource) => `${action} on ${nameOf(resource)}`)),
      ),
  );
}

/** A resource in a word: its logical id, what of it, or its kind. */
function nameOf(resource: unknown): string {
  if (typeof resource === "string") return resource;
  const { Ref, "Fn::GetAtt": attribute, "Fn::Sub": text } = resource as Record<string, unknown>;
  if (Ref) return String(Ref);
  if (attribute) return String([attribute].flat()[0]);
  const name = String(text);
  if (name.endsWith("/@connections/*")) return "@connections";
  const kind = /:states:.*:(stateMachine|execution):/.exec(name)?.[1];
  return kind ?? name.replace(/^\$\{(\w+)\.Arn\}/, "$1");
}

function archiveOf({ Resources }: Template): string | undefined {
  const archive = Resources.ListPostsLambdaFunction?.Properties.Environment?.Variables?.REDDIT_ARCHIVE;
  return typeof archive === "string" && archive.startsWith("s3://")
    ? `arn:\${AWS::Partition}:s3:::${archive.slice("s3://".length)}`
    : undefined;
}

function idOf(key: string): string {
  return key.charAt(0).toUpperCase() + key.slice(1);
}
