import type { Resource, Template } from "./framework.ts";
import { ofType } from "./resources.ts";

/**
 * Says in one document what the framework says in a resource for each path and method, of which a stack may have 500.
 * Everything of the API goes into it: what stood beside it would be gone when a new document overwrites the old one.
 */
export function foldApi(template: Template): void {
  const api = template.Resources.ApiGatewayRestApi;
  if (!api) return;
  Object.assign(api.Properties, {
    Body: bodyOf(template, api),
    Mode: "overwrite",
    // A warning is something that was left out, such as a check of keys.
    FailOnWarnings: true,
    // The document has no place for it, and would set it back to the default.
    Parameters: { endpointConfigurationTypes: api.Properties.EndpointConfiguration.Types.join() },
  });
  for (const [id, { Type }] of Object.entries(template.Resources)) {
    if (/^AWS::ApiGateway::(Resource|Method|Authorizer|GatewayResponse)$/.test(Type)) delete template.Resources[id];
  }
}

function bodyOf(template: Template, api: Resource) {
  const paths: Record<string, Record<string, object>> = {};
  for (const [id, { Properties }] of ofType(template, "AWS::ApiGateway::Method")) {
    const path = pathOf(template, Properties.ResourceId) || "/";
    const method = Properties.HttpMethod.toLowerCase();
    if (paths[path]?.[method]) throw new Error(`${id} is a second ${Properties.HttpMethod} ${path}.`);
    paths[path] = { ...paths[path], [method]: operationOf(template, id, path) };
  }
  const authorizers = ofType(template, "AWS::ApiGateway::Authorizer").map(([, { Properties }]) => Properties);
  const responses = ofType(template, "AWS::ApiGateway::GatewayResponse").map(([, { Properties }]) => Properties);
  return {
    openapi: "3.0.1",
    info: { title: api.Properties.Name, version: "1" },
    paths,
    components: {
      securitySchemes: Object.fromEntries(authorizers.map(({ Name, ...more }) => [Name, schemeOf(more)])),
    },
    "x-amazon-apigateway-gateway-responses": Object.fromEntries(
      responses.map(({ RestApiId, ResponseType, ...response }) => [ResponseType, named(response)]),
    ),
  };
}

/** The path of a resource; of the root, which is none, it is empty. */
function pathOf(template: Template, reference: { Ref?: string }): string {
  const resource = template.Resources[reference.Ref ?? ""];
  return resource ? `${pathOf(template, resource.Properties.ParentId)}/${resource.Properties.PathPart}` : "";
}

/** What the framework writes where nothing was set. */
const nothing = new Set([undefined, "false", "{}", "[]"]);

/** Throws one sentence for what it would leave out. */
function operationOf(template: Template, id: string, path: string) {
  const { HttpMethod, RestApiId, ResourceId, Integration, MethodResponses, AuthorizationType, AuthorizerId, ...more } =
    template.Resources[id]?.Properties ?? {};
  const unknown = Object.keys(more).filter((name) => !nothing.has(JSON.stringify(more[name])));
  if (unknown.length > 0) throw new Error(`${id} has ${unknown}, which functions/packaging/api-body.ts does not know.`);
  return {
    ...(path.includes("{") ? { parameters: parametersOf(path) } : {}),
    responses: Object.fromEntries(
      (MethodResponses ?? []).map(({ StatusCode }: { StatusCode: string }) => [StatusCode, { description: "" }]),
    ),
    ...securityOf(template, id, AuthorizationType, AuthorizerId),
    "x-amazon-apigateway-integration": integrationOf(Integration),
  };
}

function parametersOf(path: string) {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  return names.map((name) => ({ name, in: "path", required: true, schema: { type: "string" } }));
}

/** What says nothing of security is open, so that only `NONE` may become that. */
function securityOf(template: Template, id: string, type: string, authorizer?: { Ref: string }) {
  if (type === "NONE") return {};
  const name = template.Resources[authorizer?.Ref ?? ""]?.Properties.Name;
  if (type !== "CUSTOM" || !name) throw new Error(`${id} is authorized by ${type}, and no authorizer does that.`);
  return { security: [{ [name]: [] }] };
}

function integrationOf({ Type, IntegrationHttpMethod, IntegrationResponses, ...more }: Resource["Properties"]) {
  const [response] = IntegrationResponses ?? [];
  return {
    type: Type.toLowerCase(),
    ...(IntegrationHttpMethod ? { httpMethod: IntegrationHttpMethod } : {}),
    ...named(more),
    ...(response ? { responses: { default: named(response) } } : {}),
  };
}

function schemeOf({ RestApiId, Type, ...more }: Resource["Properties"]) {
  return {
    type: "apiKey",
    // A name that OpenAPI asks for and API Gateway does not use: this authorizer has an `identitySource`.
    name: "Unused",
    in: "header",
    "x-amazon-apigateway-authtype": "custom",
    "x-amazon-apigateway-authorizer": { type: Type.toLowerCase(), ...named(more) },
  };
}

/** As OpenAPI's extensions name what CloudFormation names with a capital. */
function named(properties: Record<string, unknown>) {
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [`${name.charAt(0).toLowerCase()}${name.slice(1)}`, value]),
  );
}
