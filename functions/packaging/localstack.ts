import { preflightHeaders } from "../../lib/http/headers.ts";
import { readConfig } from "../../lib/runtime/config.ts";
import type { Template } from "./framework.ts";
import { ofType } from "./resources.ts";

/** The address at which the API of this stage is called, as an output. */
export function addLocalStackUrl(template: Template, endpoint: string): void {
  template.Outputs.Url = {
    Description: "The API.",
    Value: { "Fn::Sub": `${endpoint.replace(/\/$/, "")}/_aws/execute-api/\${ApiGatewayRestApi}/localstack` },
  };
}

/**
 * On AWS the CDN answers preflights; the free LocalStack has none, so there each resource of the API gets an OPTIONS method
 * that lets a page of the allowed origins use it. Changes the template in place.
 */
export function addPreflights(template: Template, corsAllowedOrigins: string): void {
  const origins = readConfig({ CORS_ALLOWED_ORIGINS: corsAllowedOrigins }).corsAllowedOrigins;
  const methods = ofType(template, "AWS::ApiGateway::Method");
  const resources = new Map(methods.map(([, { Properties }]) => [JSON.stringify(Properties.ResourceId), Properties]));
  for (const { RestApiId, ResourceId } of resources.values()) {
    const id = ResourceId.Ref ?? "Root";
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
