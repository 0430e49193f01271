import { ofType } from "../../functions/packaging/resources.ts";
import { trustedMs } from "../../lib/access/authorizer.ts";
import { gatewayErrors } from "../../lib/http/gateway-errors.ts";
import type { Packaged } from "./packaged.ts";

/** A revoked key must have ended by then, in milliseconds. */
const longestLifeAfterRevocation = 60_000;

/** One variable name per level of the paths; errors in the envelope; no OPTIONS, no permissions. */
export function gatewayProblems({ stage, template }: Packaged): string[] {
  const resources = ofType(template, "AWS::ApiGateway::Resource");
  const variables = new Map<string, Set<string>>();
  for (const [, { Properties }] of resources) {
    if (!Properties.PathPart.startsWith("{")) continue;
    const parent = JSON.stringify(Properties.ParentId);
    variables.set(parent, (variables.get(parent) ?? new Set()).add(Properties.PathPart));
  }
  const responses = ofType(template, "AWS::ApiGateway::GatewayResponse").map(([, { Properties }]) => Properties);
  const answered = new Set(responses.map(({ ResponseType }) => ResponseType));
  return [
    ...[...variables.values()]
      .filter((names) => names.size > 1)
      .map((names) => `one level has ${[...names].join(" and ")}`),
    ...ofType(template, "AWS::ApiGateway::Method").flatMap(([id, { Properties: p }]) => [
      ...(p.HttpMethod === "OPTIONS" && stage !== "localstack" ? [`${id} is an OPTIONS method`] : []),
      ...(p.Integration.Credentials || p.Integration.Type === "MOCK" ? [] : [`${id} has no invocation role`]),
    ]),
    ...ofType(template, "AWS::Lambda::Permission")
      .filter(([, { Properties }]) => Properties.Principal === "apigateway.amazonaws.com")
      .map(([id]) => `${id}: the gateway has a role for that`),
    ...Object.keys(gatewayErrors)
      .filter((type) => !answered.has(type))
      .map((type) => `no gateway response ${type}`),
    ...responses.flatMap(({ ResponseType, ResponseTemplates, ResponseParameters }) => {
      const { error } = JSON.parse(ResponseTemplates["application/json"]);
      const complete = error?.code && error?.message && ResponseParameters["gatewayresponse.header.Vary"];
      const cors = ResponseParameters["gatewayresponse.header.Access-Control-Allow-Origin"];
      return complete && (cors || stage === "localstack") ? [] : [`gateway response ${ResponseType} is incomplete`];
    }),
  ];
}

/** A deployment is a snapshot of what is there when it is made, and a stage shows one deployment. */
export function deploymentProblems({ template }: Packaged): string[] {
  const deployments = ofType(template, "AWS::ApiGateway::Deployment");
  const [deployment] = deployments;
  if (deployments.length !== 1 || !deployment) return [`${deployments.length} deployments of the API instead of one`];
  const [id, { DependsOn }] = deployment;
  const awaited = new Set([DependsOn ?? []].flat());
  const shown = ofType(template, "AWS::ApiGateway::Stage").map(([, { Properties }]) => Properties.DeploymentId.Ref);
  return [
    ...["Method", "Authorizer", "GatewayResponse"]
      .flatMap((kind) => ofType(template, `AWS::ApiGateway::${kind}`))
      .filter(([part]) => !awaited.has(part))
      .map(([part]) => `the deployment may be made before ${part}`),
    ...(shown.length === 1 && shown[0] === id ? [] : [`the stage shows ${shown}, and the deployment is ${id}`]),
  ];
}

/** Access logs without query, headers and bodies, for API and CDN; throttled; no metrics per method. */
export function stageProblems({ stage, template }: Packaged): string[] {
  const stages = ofType(template, "AWS::ApiGateway::Stage").map(([, { Properties }]) => Properties);
  const logged = stages.flatMap(({ AccessLogSetting }) => Object.values(JSON.parse(AccessLogSetting?.Format ?? "{}")));
  const known =
    /^(api-access|\$context\.(requestTimeEpoch|requestId|identity\.sourceIp|httpMethod|path|resourcePath|status|responseLength|responseLatency|error\.responseType|(authorizer|integration)\.latency|authorizer\.apiKeyId))$/;
  const settings = stages.flatMap(({ MethodSettings }) => MethodSettings ?? []);
  const [delivery] = ofType(template, "AWS::Logs::Delivery").map(([, { Properties }]) => Properties);
  const fields: string[] = delivery?.RecordFields ?? [];
  const legacy = ofType(template, "AWS::CloudFront::Distribution").filter(
    ([, { Properties }]) => Properties.DistributionConfig.Logging,
  );
  return [
    ...(logged.length > 0 ? [] : ["the API has no access log"]),
    ...logged.filter((field) => !known.test(String(field))).map((field) => `the API's access log holds ${field}`),
    ...(settings.some((setting) => setting.ThrottlingRateLimit && setting.ThrottlingBurstLimit)
      ? []
      : ["the stage is not throttled"]),
    ...settings
      .filter(({ MetricsEnabled, DataTraceEnabled }) => MetricsEnabled !== false || DataTraceEnabled)
      .map(({ ResourcePath }) => `metrics per method, or whole requests in the log, at ${ResourcePath}`),
    ...(fields.length > 0 || stage === "localstack" ? [] : ["the CDN has no access log"]),
    ...fields
      .filter((field) => /query|cookie|referer/i.test(field))
      .map((field) => `the CDN's access log holds ${field}`),
    ...legacy.map(([id]) => `${id} logs whole queries`),
  ];
}

/** Refusals are cached by the key, requests without one run nothing, and a revoked key ends within a minute. */
export function keyCheckProblems({ template }: Packaged): string[] {
  return ofType(template, "AWS::ApiGateway::Authorizer").flatMap(([id, { Properties: p }]) => {
    const longestMs = p.AuthorizerResultTtlInSeconds * 1_000 + trustedMs;
    return [
      ...(p.IdentitySource === "method.request.header.X-API-Key" ? [] : [`${id} is asked by ${p.IdentitySource}`]),
      ...(p.AuthorizerResultTtlInSeconds > 0 ? [] : [`${id} runs for every request`]),
      ...(longestMs <= longestLifeAfterRevocation ? [] : [`a revoked key lives for ${longestMs} ms`]),
    ];
  });
}
