import { throttlingOf } from "../../lib/http/throttling.ts";
import { addAlarms } from "./alarms.ts";
import { foldApi } from "./api-body.ts";
import { addDashboard } from "./dashboard.ts";
import { leaveOutFeed, shapeFeed } from "./feed.ts";
import type { Serverless, Template } from "./framework.ts";
import { addDeployment, addGatewayResponses, useOneInvocationRole } from "./gateway.ts";
import { addLocalStackUrl, addPreflights } from "./localstack.ts";
import { addMachineRoles } from "./machines.ts";
import { ofType, withoutDependency } from "./resources.ts";

/** What the free LocalStack does not have, and what only those resources use. */
const notOnLocalStack = [
  "CdnLog",
  "CdnLogDestination",
  "CdnLogSource",
  "Cdn",
  "CorsHeaders",
  "DashboardAccess",
  "DashboardBucket",
  "DashboardBucketPolicy",
  "Edge",
  "OperationsDashboard",
];

/** Gives the compiled template the form that the framework has no settings for. Changes it in place. */
export function shapeTemplate({ provider, custom }: Serverless["service"]): void {
  const template = provider.compiledCloudFormationTemplate;
  const { stage } = provider;
  useOneLogGroup(template);
  allowTraces(template);
  useOneInvocationRole(template, stage);
  shapeFeed(template);
  addMachineRoles(template);
  addGatewayResponses(template, custom.corsAllowedOrigins);
  allowArchive(template, String(provider.environment.REDDIT_ARCHIVE ?? ""));
  reserveForTheAuthorizer(template, custom.authorizerConcurrency);
  if (stage === "localstack") leaveOutFeed(template);
  addAlarms(template, stage);
  addDashboard(template, stage);
  // The framework's role for functions without their own: every function has one.
  delete template.Resources.IamRoleLambdaExecution;
  if (stage === "localstack") {
    leaveOut(template);
    addPreflights(template, custom.corsAllowedOrigins);
    addLocalStackUrl(template, custom.localStackEndpoint);
  }
  // LocalStack takes a document only for a new API, without its gateway responses; and counts no resources.
  if (stage !== "localstack") foldApi(template);
  addDeployment(template, stage, throttlingOf(custom.rateLimit));
}

/** All functions write to `LogGroup`; a role may do nothing but that with it. */
function useOneLogGroup(template: Template) {
  const own = ofType(template, "AWS::Logs::LogGroup").filter(([id]) => id !== "LogGroup");
  for (const [id] of own) delete template.Resources[id];
  const gone = new Set(own.map(([id]) => id));
  for (const [, lambda] of ofType(template, "AWS::Lambda::Function")) {
    withoutDependency(lambda, gone);
    const role = template.Resources[lambda.Properties.Role["Fn::GetAtt"][0]];
    if (!role) continue;
    const [logs] = role.Properties.Policies[0].PolicyDocument.Statement;
    logs.Action = ["logs:CreateLogStream", "logs:PutLogEvents"];
    logs.Resource = [{ "Fn::GetAtt": ["LogGroup", "Arn"] }];
  }
}

/** The framework turns traces on, but gives this right only to the role that it makes itself. */
function allowTraces(template: Template) {
  for (const [, lambda] of ofType(template, "AWS::Lambda::Function")) {
    template.Resources[lambda.Properties.Role["Fn::GetAtt"][0]]?.Properties.Policies[0].PolicyDocument.Statement.push({
      Effect: "Allow",
      Action: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
      Resource: "*",
    });
  }
}

/** An archive in S3 is read by the two phases that fetch, and only that object. */
function allowArchive(template: Template, archive: string) {
  if (!archive.startsWith("s3://")) return;
  const Resource = { "Fn::Sub": `arn:\${AWS::Partition}:s3:::${archive.slice("s3://".length)}` };
  for (const id of ["ListPostsIamRoleLambdaExecution", "FetchPostIamRoleLambdaExecution"]) {
    const [policy] = template.Resources[id]?.Properties.Policies ?? [];
    policy?.PolicyDocument.Statement.push({ Effect: "Allow", Action: ["s3:GetObject"], Resource });
  }
}

/** So that nothing else in the account can keep keys from being checked. Costs nothing. */
function reserveForTheAuthorizer(template: Template, executions: string) {
  if (executions === "") return;
  if (!/^[1-9]\d*$/.test(executions))
    throw new Error(`AUTHORIZER_CONCURRENCY must be a whole number above zero, not "${executions}".`);
  const authorize = template.Resources.AuthorizeLambdaFunction;
  if (authorize) authorize.Properties.ReservedConcurrentExecutions = Number(executions);
}

/** Without an authorizer the functions are open there, as the README says. */
function leaveOut(template: Template) {
  const authorizers = ofType(template, "AWS::ApiGateway::Authorizer").map(([id]) => id);
  const gone = new Set([...notOnLocalStack, ...authorizers]);
  for (const id of gone) delete template.Resources[id];
  for (const [, method] of ofType(template, "AWS::ApiGateway::Method")) {
    method.Properties.AuthorizationType = "NONE";
    delete method.Properties.AuthorizerId;
    withoutDependency(method, gone);
  }
  delete template.Outputs.Url;
  delete template.Outputs.DashboardBucket;
  delete template.Outputs.Feed;
  delete template.Outputs.CdnAccessLog;
}
