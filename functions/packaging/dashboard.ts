import { ownMetrics } from "./alarms.ts";
import type { Template } from "./framework.ts";
import { ofType } from "./resources.ts";

/** One line of a graph: `[namespace, metric, dimension, value, …, options]` or `[{ expression }]`, as CloudWatch writes it. */
type Line = unknown[];

/** The page on which the life of runs can be read: what they did, how long it took, what it cost, and what went wrong. */
export function addDashboard(template: Template, stage: string): void {
  const service = ownMetrics.service(stage);
  const own = (name: string, options = {}): Line => [ownMetrics.namespace, name, "service", service, options];
  const byPhase = (name: string): Line => {
    const found = `{${ownMetrics.namespace},service,phase} MetricName="${name}" service="${service}"`;
    // `${!` is what CloudFormation leaves as `${`: the label is for CloudWatch to fill.
    return [{ expression: `SEARCH('${found}', 'Sum', 300)`, label: `\${!PROP('Dim.phase')}` }];
  };
  const api = ["ApiName", template.Resources.ApiGatewayRestApi?.Properties.Name, "Stage", stage];
  const graphs: [title: string, lines: Line[], more?: Record<string, unknown>][] = [
    ["Runs", ["RunStarted", "RunCompleted", "RunFailed", "RunStopped", "RunRefused"].map((name) => own(name))],
    ["Phases: milliseconds", [byPhase("PhaseDuration")], { stacked: true }],
    ["Phases that failed", [byPhase("PhaseFailed")]],
    ["Phases begun again", [byPhase("PhaseRepeated")]],
    ["Model: calls", ["ModelCalls", "ModelRetries", "ModelFailures", "BudgetExhausted"].map((name) => own(name))],
    ["Model: tokens", [own("ModelTokens")]],
    [
      "Model: dollars",
      [own("ModelCostMicroUsd", { id: "micro", visible: false }), [{ expression: "micro / 1000000", label: "USD" }]],
    ],
    ["Comments and signals", [own("CommentsAnalyzed"), own("SignalsCreated", { yAxis: "right" })]],
    ["Positions", ["PositionsOpened", "ExitsTriggered"].map((name) => own(name))],
    ["Store and providers", ["StoreConflicts", "ProviderRetries"].map((name) => own(name))],
    [
      "Overdue, and hours left of the broker's login",
      [own("RunOverdue", { stat: "Maximum" }), own("BrokerLoginHoursLeft", { stat: "Minimum", yAxis: "right" })],
      { period: 3600 },
    ],
    ["API", ["Count", "4XXError", "5XXError"].map((name) => ["AWS/ApiGateway", name, ...api])],
    ["API: milliseconds, 95 of 100", [["AWS/ApiGateway", "Latency", ...api, { stat: "p95" }]]],
    [
      "Table: capacity units",
      ["ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits"].map((name) => [
        "AWS/DynamoDB",
        name,
        "TableName",
        `\${Table}`,
      ]),
    ],
    [
      "Dead letters",
      [
        [
          "AWS/SQS",
          "ApproximateNumberOfMessagesVisible",
          "QueueName",
          `\${DeadLetters.QueueName}`,
          { stat: "Maximum" },
        ],
        own("NotificationsGivenUp"),
      ],
    ],
  ];
  const alarms = ofType(template, "AWS::CloudWatch::Alarm").map(([id]) => `\${${id}.Arn}`);
  const body = {
    start: "-P1D",
    widgets: [
      { type: "alarm", width: 24, height: 3, properties: { title: "Alarms", alarms } },
      ...graphs.map(([title, metrics, more]) => ({
        type: "metric",
        width: 8,
        height: 6,
        properties: {
          title,
          metrics,
          region: `\${AWS::Region}`,
          view: "timeSeries",
          stat: "Sum",
          period: 300,
          ...more,
        },
      })),
    ],
  };
  template.Resources.OperationsDashboard = {
    Type: "AWS::CloudWatch::Dashboard",
    Properties: {
      DashboardName: service,
      DashboardBody: { "Fn::Sub": JSON.stringify(body) },
    },
  };
}
