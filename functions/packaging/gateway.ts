import { createHash } from "node:crypto";
import { gatewayErrors } from "../../lib/http/gateway-errors.ts";
import type { Throttling } from "../../lib/http/throttling.ts";
import type { Template } from "./framework.ts";
import { ofType, withoutDependency } from "./resources.ts";

/** What is written of each request. No query, no header and no body: they may hold keys and the code of the broker's login. */
const accessLog = {
  kind: "api-access",
  time: "$context.requestTimeEpoch",
  request_id: "$context.requestId",
  ip: "$context.identity.sourceIp",
  method: "$context.httpMethod",
  path: "$context.path",
  route: "$context.resourcePath",
  status: "$context.status",
  error: "$context.error.responseType",
  api_key_id: "$context.authorizer.apiKeyId",
  authorizer_ms: "$context.authorizer.latency",
  integration_ms: "$context.integration.latency",
  total_ms: "$context.responseLatency",
  bytes: "$context.responseLength",
};

/** With which role it does that. */
export const invocationRole = { "Fn::GetAtt": ["ApiGatewayRole", "Arn"] };

/** One role with which API Gateway calls the functions, instead of a permission on each. */
export function useOneInvocationRole(template: Template, stage: string): void {
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
  for (const [, method] of ofType(template, "AWS::ApiGateway::Method")) {
    method.Properties.Integration.Credentials = invocationRole;
    withoutDependency(method, new Set(permissions));
  }
  for (const [, authorizer] of ofType(template, "AWS::ApiGateway::Authorizer")) {
    authorizer.Properties.AuthorizerCredentials = invocationRole;
  }
}

function allow(Action: string[], more: Record<string, unknown>) {
  return { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, ...more }] };
}

/**
 * A gateway response can name one origin only: the first of the list, which is the dashboard's own. Behind the CDN its
 * headers policy replaces it for the others.
 */
export function addGatewayResponses(template: Template, origins: string): void {
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

/**
 * A deployment is a snapshot: it waits for everything that must be in it, and a new one is made when that has changed
 * and not otherwise, which is why its id is made of it. The framework's own is made of the time, and its stage has no
 * place for throttling and access log.
 */
export function addDeployment(template: Template, stage: string, { perSecond, atOnce }: Throttling): void {
  const throttling = { ThrottlingRateLimit: perSecond, ThrottlingBurstLimit: atOnce };
  const parts = Object.entries(template.Resources).filter(([, { Type }]) =>
    /^AWS::ApiGateway::(RestApi|Resource|Method|Authorizer|GatewayResponse)$/.test(Type),
  );
  for (const [id] of ofType(template, "AWS::ApiGateway::Deployment")) delete template.Resources[id];
  const content = createHash("sha256").update(JSON.stringify(parts.sort(([a], [b]) => (a < b ? -1 : 1))));
  const deployment = `ApiGatewayDeployment${content.digest("hex").slice(0, 16)}`;
  const RestApiId = { Ref: "ApiGatewayRestApi" };
  template.Resources[deployment] = {
    Type: "AWS::ApiGateway::Deployment",
    // Of an API that is one document there is nothing else to wait for, and it is named below.
    DependsOn: parts.filter(([, { Type }]) => /(Method|Authorizer|GatewayResponse)$/.test(Type)).map(([id]) => id),
    Properties: { RestApiId },
  };
  template.Resources.ApiGatewayStage = {
    Type: "AWS::ApiGateway::Stage",
    Properties: {
      RestApiId,
      DeploymentId: { Ref: deployment },
      StageName: stage,
      // Names the account's setting, so that the stage waits for it: without that role one with an access log is refused.
      Description: {
        "Fn::If": [
          "AccountLogsForApis",
          { "Fn::Sub": `Logs with the role set in \${ApiGatewayAccount}.` },
          "Logs with the role that the account had.",
        ],
      },
      TracingEnabled: true,
      AccessLogSetting: {
        DestinationArn: {
          "Fn::Sub": `arn:\${AWS::Partition}:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:\${LogGroup}`,
        },
        Format: JSON.stringify(accessLog),
      },
      // The metrics of the stage stay; those of 38 methods would cost more than all else here.
      MethodSettings: [{ HttpMethod: "*", ResourcePath: "/*", MetricsEnabled: false, ...throttling }],
    },
  };
}
