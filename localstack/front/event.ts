import type { APIGatewayProxyEvent, APIGatewayRequestAuthorizerEvent } from "aws-lambda";
import type { FastifyRequest } from "fastify";
import type { Contract } from "../../lib/http/contract.ts";

const stage = "local";
const account = "000000000000";
const apiId = "local";

/**
 * The event of a REST API's proxy integration. Path variables stay encoded, as API Gateway leaves them, and the query is
 * decoded. Undefined for a path that the router takes for the endpoint's and API Gateway would not.
 */
export function proxyEvent(
  { method, path: resource }: Pick<Contract, "method" | "path">,
  request: FastifyRequest,
): APIGatewayProxyEvent | undefined {
  const { path, query } = partsOf(request.raw.url ?? "/");
  const pathParameters = variablesOf(resource, path);
  if (pathParameters === undefined) return undefined;
  const headers = withOneKey(headersOf(request.raw.rawHeaders));
  const text = Buffer.isBuffer(request.body) ? request.body.toString("utf8") : "";
  const now = new Date();
  return {
    resource,
    path,
    httpMethod: method,
    headers: lastOfEach(headers) ?? {},
    multiValueHeaders: headers,
    queryStringParameters: lastOfEach(query),
    multiValueQueryStringParameters: query,
    pathParameters,
    stageVariables: null,
    body: text === "" ? null : text,
    isBase64Encoded: false,
    requestContext: {
      accountId: account,
      apiId,
      authorizer: null,
      domainName: request.host,
      domainPrefix: apiId,
      extendedRequestId: request.id,
      httpMethod: method,
      identity: { ...nobody, sourceIp: request.ip, userAgent: request.headers["user-agent"] ?? null },
      path: `/${stage}${path}`,
      protocol: `HTTP/${request.raw.httpVersion}`,
      requestId: request.id,
      requestTime: commonLogTime(now),
      requestTimeEpoch: now.getTime(),
      resourceId: resource,
      resourcePath: resource,
      stage,
    },
  };
}

/** What the authorizer is asked about a request. */
export function authorizerEvent({ body, isBase64Encoded, ...event }: APIGatewayProxyEvent) {
  const { httpMethod, path } = event;
  const methodArn = `arn:aws:execute-api:us-east-1:${account}:${apiId}/${stage}/${httpMethod}${path}`;
  return { ...event, type: "REQUEST", methodArn } as APIGatewayRequestAuthorizerEvent;
}

/** No certificate, no IAM user and no Cognito identity comes with a request. */
const nobody = {
  accessKey: null,
  accountId: null,
  apiKey: null,
  apiKeyId: null,
  caller: null,
  clientCert: null,
  cognitoAuthenticationProvider: null,
  cognitoAuthenticationType: null,
  cognitoIdentityId: null,
  cognitoIdentityPoolId: null,
  principalOrgId: null,
  user: null,
  userArn: null,
};

type Multiple = Record<string, string[]>;

function partsOf(url: string): { path: string; query: Multiple | null } {
  const [path = "/", ...rest] = url.split("?");
  const pairs = [...new URLSearchParams(rest.join("?"))];
  return { path, query: pairs.length > 0 ? collected(pairs) : null };
}

/** `{id}` of `/runs/{id}/stop` in `/runs/a%2Fb/stop` is `a%2Fb`. */
function variablesOf(resource: string, path: string): Record<string, string> | null | undefined {
  const names = resource.split("/");
  const values = path.split("/");
  const variables: Record<string, string> = {};
  for (const [index, name] of names.entries()) {
    const value = values[index] ?? "";
    const [, variable] = /^\{(\w+)\}$/.exec(name) ?? [];
    if (variable) variables[variable] = value;
    else if (value !== name) return undefined;
  }
  return Object.keys(variables).length > 0 ? variables : null;
}

/** In the spelling they came in first; a header that was sent twice has two values. */
function headersOf(raw: readonly string[]): Multiple {
  const spelling = new Map<string, string>();
  const pairs: [string, string][] = [];
  for (let at = 0; at < raw.length; at += 2) {
    const [name = "", value = ""] = raw.slice(at, at + 2);
    const known = spelling.get(name.toLowerCase()) ?? name;
    spelling.set(name.toLowerCase(), known);
    pairs.push([known, value]);
  }
  return collected(pairs);
}

/** Whatever the names are: `__proto__` is one like any other. */
function collected(pairs: readonly [string, string][]): Multiple {
  const groups = Map.groupBy(pairs, ([name]) => name);
  return Object.fromEntries([...groups].map(([name, all]) => [name, all.map(([, value]) => value)]));
}

/**
 * The gateway looks for the key in one header. The same key sent twice or in two ways is one, two different ones are none; on
 * AWS the CDN's function in serverless.yml and the authorizer see to that.
 */
function withOneKey(headers: Multiple): Multiple {
  const named = (name: string) => Object.entries(headers).find(([spelling]) => spelling.toLowerCase() === name);
  const [spelling = "x-api-key", sent = []] = named("x-api-key") ?? [];
  const bearer = /^Bearer (\S+)$/i.exec(named("authorization")?.[1].at(-1) ?? "")?.[1] ?? [];
  const keys = new Set([sent, bearer].flat());
  const { [spelling]: _, ...others } = headers;
  return keys.size === 1 ? { ...others, [spelling]: [...keys] } : others;
}

function lastOfEach(values: Multiple | null): Record<string, string> | null {
  return values && Object.fromEntries(Object.entries(values).map(([name, all]) => [name, all.at(-1) ?? ""]));
}

/** `28/Nov/2026:04:20:00 +0000`. */
function commonLogTime(time: Date): string {
  const [, day, month, year, clock] = /^\w+, (\d+) (\w+) (\d+) (\S+)/.exec(time.toUTCString()) ?? [];
  return `${day}/${month}/${year}:${clock} +0000`;
}
