import { gatewayErrors } from "../../../lib/http/gateway-errors.ts";
import { addLocalStackUrl, addPreflights } from "./localstack.ts";
import type { Resource, Serverless, Template } from "./plugin.ts";

/** What the free LocalStack does not have, and what only those resources use. */
const notOnLocalStack = [
  "ApiGatewayAuthorizer",
  "Cdn",
  "CorsHeaders",
  "DashboardAccess",
  "DashboardBucket",
  "DashboardBucketPolicy",
  "Edge",
];

/** Requests per second of the whole stage, and how many may come at once. */
const throttling = { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 };

/** Gives the compiled template the form that the framework has no settings for. Changes it in place. */
export function shapeTemplate({ provider, custom }: Serverless["service"]): void {
  const template = provider.compiledCloudFormationTemplate;
  const { stage } = provider;
  useOneLogGroup(template);
  useOneInvocationRole(template, stage);
  addGatewayResponses(template, custom.corsAllowedOrigins);
  addStage(template, stage);
  allowArchive(template, String(provider.environment.REDDIT_ARCHIVE ?? ""));
  // The framework's role for functions without their own: every function has one.
  delete template.Resources.IamRoleLambdaExecution;
  if (stage === "localstack") {
    leaveOut(template);
    addPreflights(template, custom.corsAllowedOrigins);
    addLocalStackUrl(template, custom.localStackEndpoint);
  }
}

function ofType(template: Template, type: string): [string, Resource][] {
  return Object.entries(template.Resources).filter(([, resource]) => resource.Type === type);
}

function withoutDependency(resource: Resource, gone: ReadonlySet<string>) {
  const kept = [resource.DependsOn ?? []].flat().filter((id) => !gone.has(id));
  if (kept.length > 0) resource.DependsOn = kept;
  else delete resource.DependsOn;
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

/** One role with which API Gateway calls the functions, instead of a permission on each. */
function useOneInvocationRole(template: Template, stage: string) {
  const permissions = ofType(template, "AWS::Lambda::Permission")
    .filter(([, { Properties }]) => Properties.Principal === "apigateway.amazonaws.com")
    .map(([id]) => id);
  for (const id of permissions) delete template.Resources[id];
  const functions = `function:wsb-signals-${stage}-*`;
  template.Resources.ApiGatewayRole = {
    Type: "AWS::IAM::Role",
    Properties: {
      AssumeRolePolicyDocument: allow(["sts:AssumeRole"], { Principal: { Service: "apigateway.amazonaws.com" } }),
      Policies: [
        {
          PolicyName: "call-functions",
          PolicyDocument: allow(["lambda:InvokeFunction"], {
            Resource: { "Fn::Sub": `arn:\${AWS::Partition}:lambda:\${AWS::Region}:\${AWS::AccountId}:${functions}` },
          }),
        },
      ],
    },
  };
  const credentials = { "Fn::GetAtt": ["ApiGatewayRole", "Arn"] };
  for (const [, method] of ofType(template, "AWS::ApiGateway::Method")) {
    method.Properties.Integration.Credentials = credentials;
    withoutDependency(method, new Set(permissions));
  }
  for (const [, authorizer] of ofType(template, "AWS::ApiGateway::Authorizer")) {
    authorizer.Properties.AuthorizerCredentials = credentials;
  }
}

function allow(Action: string[], more: Record<string, unknown>) {
  return { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, ...more }] };
}

/**
 * A gateway response can name one origin only: the first of the list, which is the dashboard's own. Behind the CDN its
 * headers policy replaces it for the others.
 */
function addGatewayResponses(template: Template, origins: string) {
  const [origin] = origins.split(",");
  const cors = origin
    ? {
        "gatewayresponse.header.Access-Control-Allow-Origin": `'${origin}'`,
        "gatewayresponse.header.Access-Control-Expose-Headers": "'X-Request-ID,Retry-After'",
      }
    : {};
  for (const [type, { status, code, message }] of Object.entries(gatewayErrors)) {
    const retry = status === 429 ? { "gatewayresponse.header.Retry-After": "'1'" } : {};
    const fixedStatus = type === "DEFAULT_4XX" || type === "DEFAULT_5XX" ? {} : { StatusCode: String(status) };
    template.Resources[`GatewayResponse${type.replaceAll(/[^A-Z0-9]/g, "")}`] = {
      Type: "AWS::ApiGateway::GatewayResponse",
      Properties: {
        RestApiId: { Ref: "ApiGatewayRestApi" },
        ResponseType: type,
        ...fixedStatus,
        ResponseParameters: {
          "gatewayresponse.header.Vary": "'Origin'",
          "gatewayresponse.header.X-Request-ID": "context.requestId",
          ...cors,
          ...retry,
        },
        ResponseTemplates: { "application/json": JSON.stringify({ error: { code, message } }) },
      },
    };
  }
}

/** The framework lets the deployment make the stage, which leaves no place for its throttling. */
function addStage(template: Template, stage: string) {
  const [deployment] = ofType(template, "AWS::ApiGateway::Deployment");
  if (!deployment) return;
  const [id, { Properties, ...rest }] = deployment;
  const { StageName, ...properties } = Properties;
  template.Resources[id] = { ...rest, Properties: properties };
  template.Resources.ApiGatewayStage = {
    Type: "AWS::ApiGateway::Stage",
    Properties: {
      RestApiId: { Ref: "ApiGatewayRestApi" },
      DeploymentId: { Ref: id },
      StageName: stage,
      TracingEnabled: true,
      MethodSettings: [{ HttpMethod: "*", ResourcePath: "/*", MetricsEnabled: true, ...throttling }],
    },
  };
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

/** Without an authorizer the functions are open there, as the README says. */
function leaveOut(template: Template) {
  const gone = new Set(notOnLocalStack.map((id) => (id === "ApiGatewayAuthorizer" ? authorizerId(template) : id)));
  for (const id of gone) delete template.Resources[id];
  for (const [, method] of ofType(template, "AWS::ApiGateway::Method")) {
    method.Properties.AuthorizationType = "NONE";
    delete method.Properties.AuthorizerId;
    withoutDependency(method, gone);
  }
  delete template.Outputs.Url;
  delete template.Outputs.DashboardBucket;
}

function authorizerId(template: Template): string {
  return ofType(template, "AWS::ApiGateway::Authorizer")[0]?.[0] ?? "";
}
