import { ofType } from "../../functions/packaging/resources.ts";
import { trustedMs } from "../../lib/access/authorizer.ts";
import { gatewayErrors } from "../../lib/http/gateway-errors.ts";
import { apiOf } from "./deployed-api.ts";
import type { Packaged } from "./packaged.ts";

/** A revoked key must have ended by then, in milliseconds. */
const longestLifeAfterRevocation = 60_000;

/** One variable name per level of the paths; errors in the envelope; no OPTIONS, no permissions. */
export function gatewayProblems({ stage, template }: Packaged): string[] {
  const { operations, authorizers, responses } = apiOf(template);
  const variables = new Map<string, Set<string>>();
  for (const { path } of operations) {
    for (const { index, 0: variable } of path.matchAll(/\{[^}]+\}/g)) {
      const parent = path.slice(0, index);
      variables.set(parent, (variables.get(parent) ?? new Set()).add(variable));
    }
  }
  return [
    ...[...variables.values()]
      .filter((names) => names.size > 1)
      .map((names) => `one level has ${[...names].join(" and ")}`),
    ...operations.flatMap(({ method, path, integration: { type, credentials } }) => [
      ...(method === "OPTIONS" && stage !== "localstack" ? [`${path} has an OPTIONS method`] : []),
      ...(credentials || type === "mock" ? [] : [`${method} ${path} has no invocation role`]),
    ]),
    ...authorizers
      .filter(({ authorizerCredentials }) => !authorizerCredentials)
      .map(({ name }) => `${name} has no invocation role`),
    ...ofType(template, "AWS::Lambda::Permission")
      .filter(([, { Properties }]) => Properties.Principal === "apigateway.amazonaws.com")
      .map(([id]) => `${id}: the gateway has a role for that`),
    ...Object.keys(gatewayErrors)
      .filter((type) => !responses.has(type))
      .map((type) => `no gateway response ${type}`),
    ...[...responses].flatMap(([type, { responseTemplates, responseParameters }]) => {
      const { error } = JSON.parse(responseTemplates["application/json"] ?? "{}");
      const complete = error?.code && error?.message && responseParameters["gatewayresponse.header.Vary"];
      const cors = responseParameters["gatewayresponse.header.Access-Control-Allow-Origin"];
      return complete && (cors || stage === "localstack") ? [] : [`gateway response ${type} is incomplete`];
    }),
  ];
}

/** A deployment is a snapshot of what is there when it is made, and a stage shows one deployment. */
export function deploymentProblems({ stage, template }: Packaged): string[] {
  const deployments = ofType(template, "AWS::ApiGateway::Deployment");
  const [deployment] = deployments;
  if (deployments.length !== 1 || !deployment) return [`${deployments.length} deployments of the API instead of one`];
  const [id, { DependsOn, Properties }] = deployment;
  const awaited = new Set([DependsOn ?? []].flat().concat(Properties.RestApiId.Ref));
  const shown = ofType(template, "AWS::ApiGateway::Stage").map(([, { Properties }]) => Properties.DeploymentId.Ref);
  const beside = ["Resource", "Method", "Authorizer", "GatewayResponse"]
    .flatMap((kind) => ofType(template, `AWS::ApiGateway::${kind}`))
    .filter(([, { Type }]) => Type !== "AWS::ApiGateway::Resource" || stage !== "localstack");
  const apis = ofType(template, "AWS::ApiGateway::RestApi");
  return [
    ...[...apis, ...beside]
      .filter(([part]) => !awaited.has(part))
      .map(([part]) => `the deployment may be made before ${part}`),
    ...(shown.length === 1 && shown[0] === id ? [] : [`the stage shows ${shown}, and the deployment is ${id}`]),
    ...(stage === "localstack" ? [] : beside.map(([part]) => `${part} is gone when the API's document overwrites it`)),
    ...apis
      .filter(
        ([, { Properties: p }]) => stage !== "localstack" && (p.Mode !== "overwrite" || p.FailOnWarnings !== true),
      )
      .map(([api]) => `${api} keeps what its document no longer says, or leaves out what it says`),
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
  return apiOf(template).authorizers.flatMap(
    ({ name, type, identitySource, authorizerResultTtlInSeconds: ttl = 0 }) => {
      const longestMs = ttl * 1_000 + trustedMs;
      return [
        ...(type === "request" && identitySource === "method.request.header.X-API-Key"
          ? []
          : [`${name} is asked by ${identitySource}`]),
        ...(ttl > 0 ? [] : [`${name} runs for every request`]),
        ...(longestMs <= longestLifeAfterRevocation ? [] : [`a revoked key lives for ${longestMs} ms`]),
      ];
    },
  );
}
