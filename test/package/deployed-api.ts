import { foldApi } from "../../functions/packaging/api-body.ts";
import type { Template } from "../../functions/packaging/framework.ts";

/** A method of the API as it is deployed. */
export interface Operation {
  /** `GET`. */
  method: string;
  /** `/runs/{id}`. */
  path: string;
  /** The names of the authorizers that are asked first; where there are none, anybody may call it. */
  authorizers: string[];
  integration: { type: string; uri?: unknown; credentials?: unknown };
  /** The logical id of its function. */
  functionId: string;
}

export interface Authorizer {
  name: string;
  type: string;
  identitySource?: string;
  authorizerResultTtlInSeconds?: number;
  authorizerUri?: unknown;
  authorizerCredentials?: unknown;
}

interface GatewayResponse {
  responseTemplates: Record<string, string>;
  responseParameters: Record<string, string>;
}

interface Document {
  paths: Record<string, Record<string, { security?: Record<string, []>[]; [integration]: Operation["integration"] }>>;
  components: { securitySchemes: Record<string, { [authorizer]?: Omit<Authorizer, "name"> }> };
  [responses]: Record<string, GatewayResponse>;
}

const integration = "x-amazon-apigateway-integration";
const authorizer = "x-amazon-apigateway-authorizer";
const responses = "x-amazon-apigateway-gateway-responses";

/** What the API's document says; on LocalStack, where resources say it, what they would say in one. */
export function apiOf(template: Template) {
  const document = documentOf(template);
  const schemes = Object.entries(document?.components.securitySchemes ?? {});
  const authorizers = schemes.flatMap(([name, scheme]) =>
    scheme[authorizer] ? [{ name, ...scheme[authorizer] }] : [],
  );
  const isAuthorizer = (name: string) => authorizers.some((known) => known.name === name);
  const operations = Object.entries(document?.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, { security = [], [integration]: calls }]): Operation => ({
        method: method.toUpperCase(),
        path,
        // What names a scheme that checks nothing is open.
        authorizers: security.flatMap((schemes) => Object.keys(schemes)).filter(isAuthorizer),
        integration: calls,
        functionId: /"(\w+LambdaFunction)"/.exec(JSON.stringify(calls.uri ?? ""))?.[1] ?? "nothing",
      }),
    ),
  );
  return { operations, authorizers, responses: new Map(Object.entries(document?.[responses] ?? {})) };
}

function documentOf(template: Template): Document | undefined {
  const { Resources } = structuredClone(template);
  const isDocument = Resources.ApiGatewayRestApi?.Properties.Body !== undefined;
  if (!isDocument) foldApi({ Resources, Outputs: {} });
  return Resources.ApiGatewayRestApi?.Properties.Body;
}
