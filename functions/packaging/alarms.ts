import type { Resource, Template } from "./framework.ts";
import { ofType } from "./resources.ts";

/** Whom the functions name in the metrics of their own, all in one namespace. */
export const ownMetrics = { namespace: "WsbSignals", service: (stage: string) => `wsb-signals-${stage}` };

/** What the store asks of DynamoDB, which counts by operation. */
const tableOperations = ["BatchGetItem", "BatchWriteItem", "GetItem", "Query", "TransactWriteItems"];

interface Metric {
  Namespace: string;
  MetricName: string;
  Dimensions?: { Name: string; Value: unknown }[];
}

/** Every alarm of the stack. Each goes to the topic. */
export function addAlarms(template: Template, stage: string): void {
  const table = { Name: "TableName", Value: { Ref: "Table" } };
  const own = [{ Name: "service", Value: ownMetrics.service(stage) }];
  Object.assign(template.Resources, {
    ApiErrorsAlarm: alarmOfSum("The API answered with 5xx, or the live feed's did not get an answer.", [
      {
        Namespace: "AWS/ApiGateway",
        MetricName: "5XXError",
        Dimensions: [
          { Name: "ApiName", Value: template.Resources.ApiGatewayRestApi?.Properties.Name },
          { Name: "Stage", Value: stage },
        ],
      },
      ...ofType(template, "AWS::ApiGatewayV2::Api").flatMap(([id]) =>
        ["ExecutionError", "IntegrationError"].map((MetricName) => ({
          Namespace: "AWS/ApiGateway",
          MetricName,
          Dimensions: [{ Name: "ApiId", Value: { Ref: id } }],
        })),
      ),
    ]),
    // An error of another function is an answer 5xx of the API or, unless a retry mends it, a failed run.
    FunctionErrorsAlarm: alarmOfSum(
      "A function that handles events failed, ran out of time or of memory.",
      eventHandlers(template).map((id) => ({
        Namespace: "AWS/Lambda",
        MetricName: "Errors",
        Dimensions: [{ Name: "FunctionName", Value: { Ref: id } }],
      })),
    ),
    // Of the whole account and region, as is the number of executions that all functions share.
    FunctionThrottlesAlarm: alarmOfSum("Lambda refused to run a function: too many run at once in this account.", [
      { Namespace: "AWS/Lambda", MetricName: "Throttles" },
    ]),
    TableThrottlesAlarm: alarmOfSum(
      "DynamoDB throttled the table or one of its indexes.",
      [[table], ...indexes(template).map((Value) => [table, { Name: "GlobalSecondaryIndexName", Value }])].flatMap(
        (Dimensions) =>
          ["ReadThrottleEvents", "WriteThrottleEvents"].map((MetricName) => ({
            Namespace: "AWS/DynamoDB",
            MetricName,
            Dimensions,
          })),
      ),
    ),
    TableErrorsAlarm: alarmOfSum(
      "DynamoDB failed with an error of its own.",
      tableOperations.map((Value) => ({
        Namespace: "AWS/DynamoDB",
        MetricName: "SystemErrors",
        Dimensions: [table, { Name: "Operation", Value }],
      })),
    ),
    // Not ExecutionsAborted: a run that somebody stopped is no failure. Whatever else ends one counts as RunFailed.
    FailedRunsAlarm: alarmOfSum("A run failed or ran out of time.", [
      ...ofType(template, "AWS::StepFunctions::StateMachine").flatMap(([id]) =>
        ["ExecutionsFailed", "ExecutionsTimedOut"].map((MetricName) => ({
          Namespace: "AWS/States",
          MetricName,
          Dimensions: [{ Name: "StateMachineArn", Value: { Ref: id } }],
        })),
      ),
      { Namespace: ownMetrics.namespace, MetricName: "RunFailed", Dimensions: own },
    ]),
    DeadLettersAlarm: alarm("An event could not be handled; it lies in the queue of dead letters.", {
      Namespace: "AWS/SQS",
      MetricName: "ApproximateNumberOfMessagesVisible",
      Dimensions: [{ Name: "QueueName", Value: { "Fn::GetAtt": ["DeadLetters", "QueueName"] } }],
      Statistic: "Maximum",
      Period: 300,
    }),
    RunOverdueAlarm: alarm("A trading day's session is over, and no run has been completed that day.", {
      Namespace: ownMetrics.namespace,
      MetricName: "RunOverdue",
      Dimensions: own,
      Statistic: "Maximum",
      Period: 3600,
      // The metric comes every hour; when it does not, nobody looks.
      TreatMissingData: "missing",
      InsufficientDataActions: [{ Ref: "AlarmTopic" }],
    }),
    NotificationsAlarm: alarmOfSum("The webhook did not take a message: GET /api/v1/webhooks/dead-letters says why.", [
      { Namespace: ownMetrics.namespace, MetricName: "NotificationsGivenUp", Dimensions: own },
    ]),
    BrokerLoginAlarm: alarm("The login at the broker ends within a day: GET /auth/schwab/login renews it.", {
      Namespace: ownMetrics.namespace,
      MetricName: "BrokerLoginHoursLeft",
      Dimensions: own,
      Statistic: "Minimum",
      Period: 3600,
      Threshold: 24,
      ComparisonOperator: "LessThanThreshold",
    }),
  });
}

function alarm(AlarmDescription: string, properties: Record<string, unknown>): Resource {
  return {
    Type: "AWS::CloudWatch::Alarm",
    Properties: {
      AlarmDescription,
      AlarmActions: [{ Ref: "AlarmTopic" }],
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: "GreaterThanOrEqualToThreshold",
      TreatMissingData: "notBreaching",
      ...properties,
    },
  };
}

/**
 * Rings when one of the metrics counts something; the last quarter of an hour is looked at, because counts come late. A
 * missing count is zero: AWS sends most of them only with something to count, a sum with a gap would be none, and after a
 * gap in one of DynamoDB's an alarm would ring for ever.
 */
function alarmOfSum(description: string, metrics: Metric[]): Resource {
  return alarm(description, {
    EvaluationPeriods: 3,
    DatapointsToAlarm: 1,
    Metrics: [
      { Id: "sum", Expression: "SUM(FILL(METRICS(), 0))" },
      ...metrics.map((Metric, index) => ({
        Id: `m${index}`,
        ReturnData: false,
        MetricStat: { Metric, Period: 300, Stat: "Sum" },
      })),
    ],
  });
}

/** The functions that no request and no run waits for. */
function eventHandlers(template: Template): string[] {
  const waiting = [
    "AWS::ApiGateway::Method",
    "AWS::ApiGateway::Authorizer",
    "AWS::ApiGatewayV2::Integration",
    "AWS::StepFunctions::StateMachine",
  ]
    .flatMap((type) => ofType(template, type))
    .map(([, { Properties }]) => JSON.stringify(Properties))
    .join();
  return ofType(template, "AWS::Lambda::Function")
    .map(([id]) => id)
    .filter((id) => !waiting.includes(`"${id}"`));
}

function indexes(template: Template): string[] {
  return template.Resources.Table?.Properties.GlobalSecondaryIndexes.map(
    ({ IndexName }: { IndexName: string }) => IndexName,
  );
}
