import type { Template } from "../../functions/packaging/framework.ts";
import { ofType } from "../../functions/packaging/resources.ts";
import type { Packaged } from "./packaged.ts";

const routes = ["$connect", "$default", "$disconnect"];

/**
 * The live feed: its three routes, called with the gateway's role; one stage, throttled, whose log holds no query and whose
 * name is the path under which the CDN passes it on. The free LocalStack has none of it.
 */
export function feedProblems({ stage, template }: Packaged): string[] {
  const parts = Object.entries(template.Resources).filter(([, { Type }]) => Type.startsWith("AWS::ApiGatewayV2::"));
  if (stage === "localstack") return parts.map(([id]) => `${id} is not to be had on LocalStack`);
  const keys = ofType(template, "AWS::ApiGatewayV2::Route").map(([, { Properties }]) => Properties.RouteKey);
  const [found, ...others] = ofType(template, "AWS::ApiGatewayV2::Stage");
  if (!found || others.length > 0) return ["the feed has not one stage"];
  const [, { Properties: p }] = found;
  const log = p.AccessLogSettings?.Format ?? "";
  return [
    ...(keys.sort().join() === routes.join() ? [] : [`the feed has the routes ${keys}`]),
    ...ofType(template, "AWS::ApiGatewayV2::Integration")
      .filter(([, { Properties }]) => Properties.CredentialsArn?.["Fn::GetAtt"]?.[0] !== "ApiGatewayRole")
      .map(([id]) => `${id} has no invocation role`),
    ...(p.DefaultRouteSettings?.ThrottlingRateLimit ? [] : ["the feed is not throttled"]),
    ...(log === "" ? ["the feed has no access log"] : []),
    ...(/query|path|header/i.test(log) ? ["the feed's access log holds what may be a ticket"] : []),
    ...(pathsOf(template).includes(`/${p.StageName}`) ? [] : [`the CDN passes no /${p.StageName} on`]),
  ];
}

function pathsOf(template: Template): string[] {
  return ofType(template, "AWS::CloudFront::Distribution").flatMap(([, { Properties }]) =>
    Properties.DistributionConfig.CacheBehaviors.filter(
      ({ TargetOriginId }: { TargetOriginId: string }) => TargetOriginId === "feed",
    ).map(({ PathPattern }: { PathPattern: string }) => PathPattern),
  );
}

/** Who listens to the table hears what it asked for alone, and a record that cannot be handled holds up nothing for long. */
export function streamProblems({ stage, template }: Packaged): string[] {
  const mappings = ofType(template, "AWS::Lambda::EventSourceMapping");
  if (stage === "localstack") {
    const hasStream = template.Resources.Table?.Properties.StreamSpecification !== undefined;
    // Its engine of streams takes longer to begin than the creation of the table is waited for.
    return [
      ...(hasStream ? ["the table has a stream on LocalStack"] : []),
      ...mappings.map(([id]) => `${id} listens to the table on LocalStack`),
    ];
  }
  return [
    ...(template.Resources.Table?.Properties.StreamSpecification ? [] : ["the table has no stream"]),
    ...(mappings.length <= 2 ? [] : [`${mappings.length} functions read the stream, and two may at once`]),
    ...mappings.flatMap(([id, { Properties: p }]) => [
      ...(p.FilterCriteria?.Filters?.length > 0 ? [] : [`${id} hears every change of the table`]),
      ...(p.MaximumRetryAttempts >= 0 && p.MaximumRecordAgeInSeconds > 0 ? [] : [`${id} tries again without end`]),
      ...(p.DestinationConfig?.OnFailure ? [] : [`${id} loses what it could not handle`]),
      // Lambda filters by no other part of a record.
      ...(p.FilterCriteria?.Filters ?? [])
        .filter(({ Pattern }: { Pattern: string }) => Object.keys(JSON.parse(Pattern)).join() !== "dynamodb")
        .map(() => `${id} filters by what a filter does not see`),
    ]),
  ];
}
