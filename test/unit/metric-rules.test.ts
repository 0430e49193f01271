import { describe, expect, it } from "vitest";
import type { Template } from "../../functions/packaging/framework.ts";
import { metricNames, phaseMetricNames } from "../../lib/runtime/metrics.ts";
import { metricProblems } from "../package/metric-rules.ts";

const service = ["service", "wsb-signals-prod"];

function dashboard(metrics: unknown[][]): Template["Resources"][string] {
  const body = JSON.stringify({ widgets: [{ type: "text" }, { type: "metric", properties: { metrics } }] });
  return { Type: "AWS::CloudWatch::Dashboard", Properties: { DashboardBody: { "Fn::Sub": body } } };
}

/** A dashboard that shows every metric there is, the first in full and the rest by reference to it. */
const complete = dashboard([
  ["AWS/Lambda", "Errors", { stat: "Sum" }],
  ...metricNames.map((name, index) =>
    index === 0 ? ["WsbSignals", name, ...service, { stat: "Sum" }] : [".", name, ".", "."],
  ),
  ...phaseMetricNames.map((name) => [
    { expression: `SEARCH('{WsbSignals,service,phase} MetricName="${name}" service="wsb-signals-prod"', 'Sum')` },
  ]),
]);

const problems = (more: Template["Resources"], shown: Template["Resources"] = { Dashboard: complete }) =>
  metricProblems({
    stage: "prod",
    template: { Resources: { ...shown, ...more }, Outputs: {} },
    file: "",
    sizes: {},
    calls: {},
    imports: {},
    contracts: [],
    handlers: [],
  });

function alarm(MetricName: string, dimensions: Record<string, string>, Namespace = "WsbSignals") {
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  return { Type: "AWS::CloudWatch::Alarm", Properties: { Namespace, MetricName, Dimensions } };
}

describe("alarms and dashboard", () => {
  it("that look at every metric in its dimensions are in order, whatever they show beside them", () => {
    const overdue = alarm("RunOverdue", { service: "wsb-signals-prod" });
    const ofPhase = alarm("PhaseFailed", { service: "wsb-signals-prod", phase: "ListPosts" });
    const foreign = alarm("Errors", {}, "AWS/Lambda");
    expect(problems({ overdue, ofPhase, foreign })).toEqual([]);
  });

  it.each([
    ["RunLost", { service: "wsb-signals-prod" }, "Bad looks at RunLost, which nobody sends"],
    ["RunFailed", { service: "wsb-signals-dev" }, "Bad: RunFailed is of wsb-signals-prod, not of wsb-signals-dev"],
    ["PhaseFailed", { service: "wsb-signals-prod" }, "Bad: PhaseFailed has the dimensions phase,service, not service"],
    [
      "RunFailed",
      { service: "wsb-signals-prod", phase: "ListPosts" },
      "Bad: RunFailed has the dimensions service, not phase,service",
    ],
  ])("an alarm on %s of %j is a problem", (name, dimensions, problem) => {
    expect(problems({ Bad: alarm(name, dimensions) })).toEqual([problem]);
  });

  it("an alarm's expression is looked into", () => {
    const Metric = alarm("RunLost", { service: "wsb-signals-prod" }).Properties;
    const Metrics = [
      { Id: "all", Expression: "lost" },
      { Id: "lost", MetricStat: { Metric } },
    ];
    expect(problems({ Bad: { Type: "AWS::CloudWatch::Alarm", Properties: { Metrics } } })).toEqual([
      "Bad looks at RunLost, which nobody sends",
    ]);
  });

  it("a dashboard's widgets and searches are looked into", () => {
    const search = `SEARCH('{WsbSignals,service} MetricName="PhaseLost" service="wsb-signals-prod"', 'Sum')`;
    expect(problems({ Bad: dashboard([["WsbSignals", "RunLost", ...service], [{ expression: search }]]) })).toEqual([
      "Bad looks at RunLost, which nobody sends",
      "Bad looks at PhaseLost, which nobody sends",
    ]);
  });

  it("a metric that nobody looks at is a problem", () => {
    const all = [...metricNames, ...phaseMetricNames].map((name) => `nobody looks at ${name}`);
    expect(problems({}, {})).toEqual(all);
  });
});
