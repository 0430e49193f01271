import { preflightHeaders } from "../../../lib/http/headers.ts";
import { readConfig } from "../../../lib/runtime/config.ts";
import type { Template } from "./plugin.ts";

/** The address at which the API of this stage is called, as an output. */
export function addLocalStackUrl(template: Template, endpoint: string): void {
  template.Outputs.Url = {
    Description: "The API.",
    Value: { "Fn::Sub": `${endpoint}/_aws/execute-api/\${ApiGatewayRestApi}/localstack` },
  };
}

/**
 * On AWS the CDN answers preflights; the free LocalStack has none, so there each resource of the API gets an OPTIONS method
 * that lets a page of the allowed origins use it. Changes the template in place.
 */
export function addPreflights(template: Template, corsAllowedOrigins: string): void {
  const origins = readConfig({ CORS_ALLOWED_ORIGINS: corsAllowedOrigins }).corsAllowedOrigins;
  const methods = Object.values(template.Resources).filter(({ Type }) => Type === "AWS::ApiGateway::Method");
  const resources = new Map(methods.map(({ Properties }) => [JSON.stringify(Properties.ResourceId), Properties]));
  const ids: string[] = [];
  for (const { RestApiId, ResourceId } of resources.values()) {
    const id = ResourceId.Ref ?? "Root";
    ids.push(`Preflight${id}`);
    template.Resources[`Preflight${id}`] = {
      Type: "AWS::ApiGateway::Method",
      Properties: {
        RestApiId,
        ResourceId,
        HttpMethod: "OPTIONS",
        AuthorizationType: "NONE",
        Integration: {
          Type: "MOCK",
          RequestTemplates: { "application/json": '{"statusCode": 204}' },
          IntegrationResponses: [{ StatusCode: "204", ResponseTemplates: { "application/json": answerTo(origins) } }],
        },
        MethodResponses: [{ StatusCode: "204" }],
      },
    };
  }
  // A deployment holds only the methods that were there before it.
  for (const deployment of Object.values(template.Resources)) {
    if (deployment.Type !== "AWS::ApiGateway::Deployment") continue;
    deployment.DependsOn = [...[deployment.DependsOn ?? []].flat(), ...ids];
  }
}

/** Names one origin, and only one that is allowed: a header of the gateway's own could name only the first of them. */
function answerTo(origins: readonly string[]): string {
  return origins
    .map((origin) => {
      const headers = Object.entries(preflightHeaders(origin, [origin]));
      const sets = headers.map(([name, value]) => `#set($context.responseOverride.header["${name}"] = "${value}")`);
      return `#if($input.params("Origin") == "${origin}")${sets.join("")}#end`;
    })
    .join("");
}
