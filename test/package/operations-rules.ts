import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Resource, Template } from "../../functions/packaging/framework.ts";
import { ofType } from "../../functions/packaging/resources.ts";
import type { Packaged } from "./packaged.ts";
import { readWorkflows, type State, statesOf } from "./workflow-rules.ts";

/** What holds what nobody could make again. */
const holdsData = ["AWS::DynamoDB::Table", "AWS::SecretsManager::Secret", "AWS::Logs::LogGroup", "AWS::S3::Bucket"];
/** The archives of the code, which the next deployment brings again. */
const replaceable = "ServerlessDeploymentBucket";

/**
 * Data outlive the stack. But what a first deployment made before it failed must go with it, or the second finds its
 * names taken; `Retain` alone will do for what has no name of ours.
 */
export function keptProblems({ template }: Packaged): string[] {
  const withData = holdsData.flatMap((type) => ofType(template, type)).filter(([id]) => id !== replaceable);
  const named = ({ Properties }: Resource) => Object.keys(Properties).some((property) => property.endsWith("Name"));
  return [
    ...withData
      .filter(([, kept]) => kept.DeletionPolicy !== "RetainExceptOnCreate" || kept.UpdateReplacePolicy !== "Retain")
      .map(([id]) => `${id} holds data and is not kept, or even when a first deployment fails`),
    ...Object.entries(template.Resources)
      .filter(([, resource]) => resource.DeletionPolicy === "Retain" && named(resource))
      .map(([id]) => `${id} stays when a first deployment fails, and its name is taken`),
  ];
}

/** Nothing in it comes from the clock, but the folder of the archives, which the framework does not compare. */
export function repeatProblems({ template }: Packaged): string[] {
  return Object.entries(template.Resources).flatMap(([id, resource]) => {
    const { Code, ...properties } = resource.Properties ?? {};
    const text = JSON.stringify([id, properties]);
    const [instant] = /\d{4}-\d\d-\d\dT\d\d:|(?<![0-9a-f])1[6-9]\d{11}(?![0-9a-f])/.exec(text) ?? [];
    return instant ? [`${id} holds a time (${instant}), so that equal code is deployed anew`] : [];
  });
}

interface Metric {
  Namespace: string;
  MetricName: string;
  Dimensions?: { Name: string; Value: unknown }[];
}

interface WatchedMetric extends Metric {
  alarm: string;
}

/** Every metric that an alarm looks at. */
function watched(template: Template): WatchedMetric[] {
  return ofType(template, "AWS::CloudWatch::Alarm").flatMap(([alarm, { Properties: p }]) => {
    const summed = (p.Metrics ?? []).flatMap((metric: { MetricStat?: { Metric: Metric } }) =>
      metric.MetricStat ? [metric.MetricStat.Metric] : [],
    );
    return [...summed, ...(p.MetricName ? [p] : [])].map((metric: Metric) => ({ ...metric, alarm }));
  });
}

/** Each alarm says what happened and reaches the topic, which reaches who is named; CloudWatch sums ten metrics at most. */
export function alarmProblems({ template }: Packaged): string[] {
  const alarms = ofType(template, "AWS::CloudWatch::Alarm");
  const [mail] = ofType(template, "AWS::SNS::Subscription").map(([, { Properties }]) => Properties);
  const reaches =
    mail?.Protocol === "email" && mail.Endpoint.Ref === "AlarmEmail" && mail.TopicArn.Ref === "AlarmTopic";
  const counts = new Map<string, number>();
  for (const { alarm } of watched(template)) counts.set(alarm, (counts.get(alarm) ?? 0) + 1);
  return [
    ...(reaches ? [] : ["nobody can subscribe to the alarms"]),
    ...alarms.flatMap(([id, { Properties: p }]) => [
      ...(p.AlarmActions?.[0]?.Ref === "AlarmTopic" && p.ActionsEnabled !== false ? [] : [`${id} tells nobody`]),
      ...(p.AlarmDescription && p.TreatMissingData ? [] : [`${id} does not say what happened, or what a gap means`]),
    ]),
    ...[...counts].filter(([, count]) => count > 10).map(([id, count]) => `${id} sums ${count} metrics`),
  ];
}

const always = [
  "AWS/ApiGateway 5XXError",
  "AWS/Lambda Throttles",
  "AWS/States ExecutionsFailed",
  "AWS/States ExecutionsTimedOut",
  "AWS/SQS ApproximateNumberOfMessagesVisible",
  "WsbSignals RunFailed",
  "WsbSignals RunOverdue",
  "WsbSignals BrokerLoginHoursLeft",
  "WsbSignals NotificationsGivenUp",
];

/** Errors of the functions for which nobody waits, of every operation of the store, of the table and each index. */
export function watchProblems({ template }: Packaged): string[] {
  const metrics = watched(template);
  const names = new Set(metrics.map(({ Namespace, MetricName }) => `${Namespace} ${MetricName}`));
  const seen = new Set(
    metrics.map(({ MetricName, Dimensions }) => `${MetricName} ${JSON.stringify(Dimensions?.at(-1)?.Value)}`),
  );
  const table = template.Resources.Table?.Properties;
  const handlers = ofType(template, "AWS::Events::Rule").flatMap(([, { Properties }]) =>
    Properties.Targets.map(({ Arn }: { Arn: { "Fn::GetAtt": string[] } }) => ({ Ref: Arn["Fn::GetAtt"][0] })),
  );
  const throttled = [
    { Ref: "Table" },
    ...table.GlobalSecondaryIndexes.map((index: { IndexName: string }) => index.IndexName),
  ];
  const wanted = [
    ...handlers.map((handler) => `Errors ${JSON.stringify(handler)}`),
    ...storeOperations().map((operation) => `SystemErrors "${operation}"`),
    ...throttled.flatMap((part) => ["Read", "Write"].map((kind) => `${kind}ThrottleEvents ${JSON.stringify(part)}`)),
  ];
  return [
    ...always.filter((name) => !names.has(name)).map((name) => `no alarm for ${name}`),
    ...wanted.filter((metric) => !seen.has(metric)).map((metric) => `no alarm for ${metric}`),
  ];
}

/** The operations of DynamoDB that the store's code sends, as CloudWatch calls them. */
function storeOperations(): string[] {
  const root = fileURLToPath(new URL("../../lib/store/", import.meta.url));
  const sent = globSync("*.ts", { cwd: root }).flatMap((file) =>
    [...readFileSync(`${root}${file}`, "utf8").matchAll(/new (\w+)Command\(/g)].map(([, command]) => command ?? ""),
  );
  const names: Record<string, string> = { BatchGet: "BatchGetItem", BatchWrite: "BatchWriteItem", Get: "GetItem" };
  const transactions: Record<string, string> = { TransactWrite: "TransactWriteItems", TransactGet: "TransactGetItems" };
  return [...new Set(sent.map((command) => names[command] ?? transactions[command] ?? command))];
}

/** A new account may run ten functions at once and reserve none of them. A run takes half of that at most. */
const mostAtOnce = 5;

/** Nothing is reserved unless asked for, and no Map of a workflow runs more than half of ten functions at once. */
export function concurrencyProblems({ template }: Packaged): string[] {
  const atOnce = ({ fields, around }: State): number =>
    (fields.Type === "Map" ? Number(fields.MaxConcurrency ?? Infinity) : 1) * (around ? atOnce(around) : 1);
  return [
    ...ofType(template, "AWS::Lambda::Function")
      .filter(([, { Properties }]) => Properties.ReservedConcurrentExecutions !== undefined)
      .map(([id]) => `${id} reserves executions, which a new account refuses`),
    ...readWorkflows().flatMap(({ definition }) =>
      statesOf(definition)
        .filter((state) => state.fields.Type === "Map" && !(atOnce(state) <= mostAtOnce && atOnce(state) > 0))
        .map((state) => `${state.name} may run ${atOnce(state)} at once`),
    ),
  ];
}
