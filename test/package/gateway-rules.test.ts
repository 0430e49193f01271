import { describe, expect, it } from "vitest";
import type { Resource } from "../../functions/packaging/framework.ts";
import { gatewayErrors } from "../../lib/http/gateway-errors.ts";
import { deploymentProblems, gatewayProblems, keyCheckProblems } from "./gateway-rules.ts";

const integration = "x-amazon-apigateway-integration";
const authorizer = "x-amazon-apigateway-authorizer";
const responses = "x-amazon-apigateway-gateway-responses";

/** `GET /runs/{id}` for keys, with every error in our envelope, deployed and shown. */
function deployed() {
  const role = { "Fn::GetAtt": ["ApiGatewayRole", "Arn"] };
  const calls = { [integration]: { type: "aws_proxy", credentials: role } };
  const paths: Record<string, Record<string, typeof calls>> = { "/runs/{id}": { get: calls } };
  const keys = {
    type: "request",
    identitySource: "method.request.header.X-API-Key",
    authorizerResultTtlInSeconds: 30,
    authorizerCredentials: role,
  };
  const error = {
    responseParameters: {
      "gatewayresponse.header.Vary": "'Origin'",
      "gatewayresponse.header.Access-Control-Allow-Origin": "'https://desk.example.com'",
    },
    responseTemplates: { "application/json": '{"error":{"code":"INTERNAL_ERROR","message":"It failed."}}' },
  };
  const document = {
    paths,
    components: { securitySchemes: { authorize: { [authorizer]: keys } } },
    [responses]: Object.fromEntries(Object.keys(gatewayErrors).map((type) => [type, structuredClone(error)])),
  };
  const api = { Body: document, Mode: "overwrite", FailOnWarnings: true };
  const resources: Record<string, Resource> = {
    ApiGatewayRestApi: { Type: "AWS::ApiGateway::RestApi", Properties: api },
    Deployment: { Type: "AWS::ApiGateway::Deployment", Properties: { RestApiId: { Ref: "ApiGatewayRestApi" } } },
    Stage: { Type: "AWS::ApiGateway::Stage", Properties: { DeploymentId: { Ref: "Deployment" } } },
  };
  return { resources, api, document, calls, keys };
}

type Deployed = ReturnType<typeof deployed>;

/** What the rules say after a change of what is right. */
function problemsAfter(change: (all: Deployed) => void): string[] {
  const all = deployed();
  change(all);
  const template = { Resources: all.resources, Outputs: {} };
  const packaged = {
    stage: "prod",
    template,
    file: "",
    sizes: {},
    calls: {},
    imports: {},
    contracts: [],
    handlers: [],
  };
  return [...gatewayProblems(packaged), ...deploymentProblems(packaged), ...keyCheckProblems(packaged)];
}

describe("the API's document", () => {
  it("that is right has no problem", () => {
    expect(problemsAfter(() => {})).toEqual([]);
  });

  it.each<[what: string, change: (all: Deployed) => void, problem: string]>([
    [
      "two names of one variable",
      ({ document, calls }) => {
        document.paths["/runs/{other}/stop"] = { post: calls };
      },
      "one level has {id} and {other}",
    ],
    [
      "a preflight of its own",
      ({ document, calls }) => {
        document.paths["/runs"] = { options: calls };
      },
      "/runs has an OPTIONS method",
    ],
    [
      "a route that is called without the gateway's role",
      ({ calls }) => Object.assign(calls[integration], { credentials: undefined }),
      "GET /runs/{id} has no invocation role",
    ],
    [
      "an authorizer that is called without the gateway's role",
      ({ keys }) => Object.assign(keys, { authorizerCredentials: undefined }),
      "authorize has no invocation role",
    ],
    [
      "an error that it leaves to the gateway",
      ({ document }) => {
        delete document[responses].THROTTLED;
      },
      "no gateway response THROTTLED",
    ],
    [
      "an error that no page may read",
      ({ document }) => Object.assign(document[responses].THROTTLED ?? {}, { responseParameters: {} }),
      "gateway response THROTTLED is incomplete",
    ],
    [
      "a part beside it",
      ({ resources }) => {
        resources.More = { Type: "AWS::ApiGateway::GatewayResponse", Properties: {} };
      },
      "More is gone when the API's document overwrites it",
    ],
    [
      "parts that may be left out",
      ({ api }) => Object.assign(api, { FailOnWarnings: false }),
      "ApiGatewayRestApi keeps what its document no longer says, or leaves out what it says",
    ],
    [
      "parts that stay when it no longer has them",
      ({ api }) => Object.assign(api, { Mode: "merge" }),
      "ApiGatewayRestApi keeps what its document no longer says, or leaves out what it says",
    ],
    [
      "a deployment that does not wait for it",
      ({ resources }) => Object.assign(resources.Deployment?.Properties, { RestApiId: { Ref: "WebsocketsApi" } }),
      "the deployment may be made before ApiGatewayRestApi",
    ],
    [
      "another header with the key",
      ({ keys }) => Object.assign(keys, { identitySource: "method.request.header.Authorization" }),
      "authorize is asked by method.request.header.Authorization",
    ],
    [
      "an authorizer that runs for every request",
      ({ keys }) => Object.assign(keys, { authorizerResultTtlInSeconds: 0 }),
      "authorize runs for every request",
    ],
    [
      "a revoked key that lives for five minutes",
      ({ keys }) => Object.assign(keys, { authorizerResultTtlInSeconds: 270 }),
      "a revoked key lives for 300000 ms",
    ],
  ])("has no %s", (_what, change, problem) => {
    expect(problemsAfter(change)).toContain(problem);
  });
});
