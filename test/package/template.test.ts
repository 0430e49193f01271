import { describe, expect, it } from "vitest";
import type { Resource } from "../../functions/packaging/framework.ts";
import { ofType } from "../../functions/packaging/resources.ts";
import { packageStage } from "./packaged.ts";
import { templateRules } from "./template-rules.ts";

const stages = await Promise.all(["prod", "localstack"].map(packageStage));

describe.each(stages)("the packaged template of stage $stage", (packaged) => {
  // The validator has to be compiled first, which takes a busy machine some time.
  it.each(Object.entries(templateRules))(
    "%s",
    (_rule, problems) => {
      expect(problems(packaged)).toEqual([]);
    },
    60_000,
  );
});

describe("the rules of the template find", () => {
  type Change = (resources: Record<string, Resource>) => void;
  const [prod] = stages;

  /** What the rules say of stage prod after a change of its resources. */
  function problemsAfter(change: Change): string[] {
    if (!prod) throw new Error("no stage was packaged");
    const template = structuredClone(prod.template);
    change(template.Resources);
    const rules = Object.entries(templateRules).filter(([rule]) => rule !== "passes AWS's validator");
    return rules.flatMap(([, problems]) => problems({ ...prod, template }));
  }
  const properties = (resources: Record<string, Resource>, id: string) => resources[id]?.Properties;
  const deployment = (resources: Record<string, Resource>) =>
    ofType({ Resources: resources, Outputs: {} }, "AWS::ApiGateway::Deployment")[0]?.[1] as Resource;

  it.each<[what: string, change: Change, problem: string]>([
    [
      "a table that stays when the first deployment fails",
      (all) => Object.assign(all.Table as Resource, { DeletionPolicy: "Retain" }),
      "Table holds data and is not kept, or even when a first deployment fails",
    ],
    [
      "a queue with a name that stays when the first deployment fails",
      (all) => {
        Object.assign(all.DeadLetters as Resource, { DeletionPolicy: "Retain" });
        properties(all, "DeadLetters").QueueName = "dead";
      },
      "DeadLetters stays when a first deployment fails, and its name is taken",
    ],
    [
      "the time of the deployment among the settings of a function",
      (all) => {
        properties(all, "AuthorizeLambdaFunction").Environment.Variables.DEPLOYED_AT = "2026-11-28T00:59:52.031Z";
      },
      "AuthorizeLambdaFunction holds a time (2026-11-28T00:), so that equal code is deployed anew",
    ],
    [
      "a deployment of the API named after the time",
      (all) => {
        all.ApiGatewayDeployment1795827580447 = deployment(all);
      },
      "ApiGatewayDeployment1795827580447 holds a time (1795827580447), so that equal code is deployed anew",
    ],
    [
      "a deployment of the API that does not wait for it",
      (all) => {
        deployment(all).Properties.RestApiId = { Ref: "WebsocketsApi" };
      },
      "the deployment may be made before ApiGatewayRestApi",
    ],
    [
      "a route that names a check of keys that checks nothing",
      (all) => {
        const { authorize } = properties(all, "ApiGatewayRestApi").Body.components.securitySchemes;
        delete authorize["x-amazon-apigateway-authorizer"];
      },
      "GET /runs is open, and its contract says for keys only",
    ],
    [
      "the query in the access log of the CDN",
      (all) => properties(all, "CdnLog").RecordFields.push("cs-uri-query"),
      "the CDN's access log holds cs-uri-query",
    ],
    [
      "a header in the access log of the API",
      (all) => {
        properties(all, "ApiGatewayStage").AccessLogSetting.Format = '{"agent":"$context.identity.userAgent"}';
      },
      "the API's access log holds $context.identity.userAgent",
    ],
    [
      "metrics per method",
      (all) => {
        properties(all, "ApiGatewayStage").MethodSettings[0].MetricsEnabled = true;
      },
      "metrics per method, or whole requests in the log, at /*",
    ],
    [
      "a stage of the feed that is not the CDN's path",
      (all) => {
        properties(all, "WebsocketsDeploymentStage").StageName = "prod";
      },
      "the CDN passes no /prod on",
    ],
    [
      "the path, and with it the query, in the feed's access log",
      (all) => {
        properties(all, "WebsocketsDeploymentStage").AccessLogSettings.Format = '{"path":"$context.path"}';
      },
      "the feed's access log holds what may be a ticket",
    ],
    [
      "a route of the feed that is called without the gateway's role",
      (all) => {
        const [integration] = ofType({ Resources: all, Outputs: {} }, "AWS::ApiGatewayV2::Integration");
        delete integration?.[1].Properties.CredentialsArn;
      },
      "ConnectWebsocketsIntegration has no invocation role",
    ],
    [
      "a function that hears every change of the table",
      (all) => {
        delete properties(all, "BroadcastChangesEventSourceMappingDynamodbTable").FilterCriteria;
      },
      "BroadcastChangesEventSourceMappingDynamodbTable hears every change of the table",
    ],
    [
      "changes that are tried again without end",
      (all) => {
        delete properties(all, "DispatchOrdersEventSourceMappingDynamodbTable").MaximumRetryAttempts;
      },
      "DispatchOrdersEventSourceMappingDynamodbTable tries again without end",
    ],
    [
      "an alarm that tells nobody",
      (all) => {
        properties(all, "FailedRunsAlarm").AlarmActions = [];
      },
      "FailedRunsAlarm tells nobody",
    ],
    [
      "an event's function whose errors nobody watches",
      (all) => properties(all, "FunctionErrorsAlarm").Metrics.pop(),
      'no alarm for Errors {"Ref":"RefreshSymbolsLambdaFunction"}',
    ],
    [
      "an operation of the store that nobody watches",
      (all) => properties(all, "TableErrorsAlarm").Metrics.pop(),
      'no alarm for SystemErrors "TransactWriteItems"',
    ],
    [
      "an index that nobody watches",
      (all) => properties(all, "Table").GlobalSecondaryIndexes.push({ IndexName: "gsi5" }),
      'no alarm for WriteThrottleEvents "gsi5"',
    ],
    [
      "an alarm for a metric that nobody writes",
      (all) => {
        properties(all, "RunOverdueAlarm").MetricName = "RunLate";
      },
      "RunOverdueAlarm looks at RunLate, which nobody sends",
    ],
    [
      "a function that reserves of a new account's ten executions",
      (all) => {
        properties(all, "AuthorizeLambdaFunction").ReservedConcurrentExecutions = 2;
      },
      "AuthorizeLambdaFunction reserves executions, which a new account refuses",
    ],
    [
      "a function that may not write its traces",
      (all) => properties(all, "AuthorizeIamRoleLambdaExecution").Policies[0].PolicyDocument.Statement.pop(),
      "AuthorizeIamRoleLambdaExecution may not write traces",
    ],
    [
      "a machine that may not call one of its tasks",
      (all) => properties(all, "AnalysisMachineRole").Policies[0].PolicyDocument.Statement[0].Resource.pop(),
      "AnalysisMachine may not call FailRunLambdaFunction, its task",
    ],
    [
      "a machine that may call what is no task of it",
      (all) =>
        properties(all, "AnalysisMachineRole").Policies[0].PolicyDocument.Statement[0].Resource.push({
          "Fn::GetAtt": ["StopRunLambdaFunction", "Arn"],
        }),
      "AnalysisMachine may call StopRunLambdaFunction, which is no task of it",
    ],
    [
      "a workflow that nobody deploys",
      (all) => {
        delete all.AnalysisMachine;
      },
      "workflows/analysis.asl.yml is not deployed as AnalysisMachine, with a role of its own",
    ],
    [
      "a managed policy on a function's role",
      (all) => {
        properties(all, "AuthorizeIamRoleLambdaExecution").ManagedPolicyArns = [
          "arn:aws:iam::aws:policy/ReadOnlyAccess",
        ];
      },
      "AuthorizeIamRoleLambdaExecution has a managed policy, of which nobody here knows what it allows",
    ],
    [
      "a policy beside the roles",
      (all) => {
        all.More = { Type: "AWS::IAM::Policy", Properties: { Roles: [{ Ref: "AuthorizeIamRoleLambdaExecution" }] } };
      },
      "More is a policy beside the roles",
    ],
    [
      "a function for another processor",
      (all) => {
        properties(all, "AuthorizeLambdaFunction").Architectures = ["x86_64"];
      },
      "AuthorizeLambdaFunction runs on nodejs22.x, x86_64",
    ],
  ])("%s", (_what, change, problem) => {
    expect(problemsAfter(change)).toContain(problem);
  });
});
