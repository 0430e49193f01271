import { describe, expect, it } from "vitest";
import { foldApi } from "../../functions/packaging/api-body.ts";
import type { Resource, Template } from "../../functions/packaging/framework.ts";

const uri = { "Fn::GetAtt": ["GetRunLambdaFunction", "Arn"] };
const role = { "Fn::GetAtt": ["ApiGatewayRole", "Arn"] };
const EndpointConfiguration = { Types: ["REGIONAL"] };
const RestApiId = { Ref: "ApiGatewayRestApi" };

/** `GET /runs/{id}` for keys and `GET /` for everybody, as the framework compiles them. */
function compiled(): Record<string, Resource> {
  const root = { "Fn::GetAtt": ["ApiGatewayRestApi", "RootResourceId"] };
  const method = (ResourceId: object, more: object): Resource => ({
    Type: "AWS::ApiGateway::Method",
    Properties: {
      HttpMethod: "GET",
      RequestParameters: {},
      ResourceId,
      RestApiId,
      ApiKeyRequired: false,
      Integration: { IntegrationHttpMethod: "POST", Type: "AWS_PROXY", Uri: uri, Credentials: role },
      MethodResponses: [],
      OperationName: undefined,
      ...more,
    },
  });
  return {
    ApiGatewayRestApi: {
      Type: "AWS::ApiGateway::RestApi",
      Properties: { Name: "wsb-signals-prod", EndpointConfiguration },
    },
    Runs: { Type: "AWS::ApiGateway::Resource", Properties: { ParentId: root, PathPart: "runs", RestApiId } },
    Run: { Type: "AWS::ApiGateway::Resource", Properties: { ParentId: { Ref: "Runs" }, PathPart: "{id}", RestApiId } },
    GetRun: method({ Ref: "Run" }, { AuthorizationType: "CUSTOM", AuthorizerId: { Ref: "Keys" } }),
    GetCard: method(root, { AuthorizationType: "NONE" }),
    Keys: {
      Type: "AWS::ApiGateway::Authorizer",
      Properties: {
        Name: "authorize",
        Type: "REQUEST",
        RestApiId,
        IdentitySource: "method.request.header.X-API-Key",
        AuthorizerResultTtlInSeconds: 30,
        AuthorizerUri: uri,
        AuthorizerCredentials: role,
      },
    },
    Throttled: {
      Type: "AWS::ApiGateway::GatewayResponse",
      Properties: {
        RestApiId,
        ResponseType: "THROTTLED",
        StatusCode: "429",
        ResponseParameters: { "gatewayresponse.header.Vary": "'Origin'" },
        ResponseTemplates: { "application/json": "{}" },
      },
    },
  };
}

function folded(change: (resources: Record<string, Resource>) => void = () => {}): Record<string, Resource> {
  const template: Template = { Resources: compiled(), Outputs: {} };
  change(template.Resources);
  foldApi(template);
  return template.Resources;
}

describe("the API of a stage on AWS", () => {
  const integration = { type: "aws_proxy", httpMethod: "POST", uri, credentials: role };

  it("is one resource, whose document says what the framework says in many", () => {
    expect(folded()).toEqual({
      ApiGatewayRestApi: {
        Type: "AWS::ApiGateway::RestApi",
        Properties: {
          Name: "wsb-signals-prod",
          EndpointConfiguration: { Types: ["REGIONAL"] },
          Parameters: { endpointConfigurationTypes: "REGIONAL" },
          Mode: "overwrite",
          FailOnWarnings: true,
          Body: expect.anything(),
        },
      },
    });
    expect(folded().ApiGatewayRestApi?.Properties.Body).toEqual({
      openapi: "3.0.1",
      info: { title: "wsb-signals-prod", version: "1" },
      paths: {
        "/": { get: { responses: {}, "x-amazon-apigateway-integration": integration } },
        "/runs/{id}": {
          get: {
            parameters: [{ name: "id", in: "path", required: true, schema: { type: "string" } }],
            responses: {},
            security: [{ authorize: [] }],
            "x-amazon-apigateway-integration": integration,
          },
        },
      },
      components: {
        securitySchemes: {
          authorize: {
            type: "apiKey",
            name: "Unused",
            in: "header",
            "x-amazon-apigateway-authtype": "custom",
            "x-amazon-apigateway-authorizer": {
              type: "request",
              identitySource: "method.request.header.X-API-Key",
              authorizerResultTtlInSeconds: 30,
              authorizerUri: uri,
              authorizerCredentials: role,
            },
          },
        },
      },
      "x-amazon-apigateway-gateway-responses": {
        THROTTLED: {
          statusCode: "429",
          responseParameters: { "gatewayresponse.header.Vary": "'Origin'" },
          responseTemplates: { "application/json": "{}" },
        },
      },
    });
  });

  it.each<[what: string, more: object, sentence: string]>([
    [
      "is checked by something else than an authorizer",
      { AuthorizationType: "AWS_IAM" },
      "GetRun is authorized by AWS_IAM, and no authorizer does that.",
    ],
    [
      "names an authorizer that is gone",
      { AuthorizerId: { Ref: "Other" } },
      "GetRun is authorized by CUSTOM, and no authorizer does that.",
    ],
    [
      "has a setting that the document would leave out",
      { RequestParameters: { "method.request.querystring.limit": true } },
      "GetRun has RequestParameters, which functions/packaging/api-body.ts does not know.",
    ],
    [
      "needs a key of a usage plan",
      { ApiKeyRequired: true },
      "GetRun has ApiKeyRequired, which functions/packaging/api-body.ts does not know.",
    ],
  ])("is refused where a method %s", (_what, more, sentence) => {
    expect(() => folded(({ GetRun }) => Object.assign(GetRun?.Properties, more))).toThrow(sentence);
  });

  it("is refused with two methods where a document has place for one", () => {
    const twice = (all: Record<string, Resource>) => Object.assign(all, { Again: structuredClone(all.GetRun) });
    expect(() => folded(twice)).toThrow("Again is a second GET /runs/{id}.");
  });
});
