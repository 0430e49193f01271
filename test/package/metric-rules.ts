import { metricNames, metricNamespace, phaseMetricNames, serviceName } from "../../lib/runtime/metrics.ts";
import type { Packaged } from "./packaged.ts";

/** A metric that the template looks at: its name and dimensions, as far as they are known. */
interface Watched {
  where: string;
  name: string;
  dimensions: Record<string, unknown>;
}

const phases: ReadonlySet<string> = new Set(phaseMetricNames);
const names: ReadonlySet<string> = new Set([...metricNames, ...phaseMetricNames]);

/**
 * Alarms and dashboards look at metrics that functions send, with the dimensions they have, and leave none out: one
 * that nobody looks at is paid for in vain. LocalStack has no dashboard.
 */
export function metricProblems({ stage, template }: Packaged): string[] {
  const watched = Object.entries(template.Resources).flatMap(([id, { Type, Properties }]) => {
    if (Type === "AWS::CloudWatch::Alarm") return ofAlarm(id, Properties);
    return Type === "AWS::CloudWatch::Dashboard" ? ofDashboard(id, Properties.DashboardBody) : [];
  });
  const seen = new Set(watched.map(({ name }) => name));
  return [
    ...watched.flatMap((metric) => problemsOf(metric, serviceName(stage))),
    ...[...names].filter((name) => !seen.has(name) && stage !== "localstack").map((name) => `nobody looks at ${name}`),
  ];
}

function problemsOf({ where, name, dimensions }: Watched, service: string): string[] {
  if (!names.has(name)) return [`${where} looks at ${name}, which nobody sends`];
  const wanted = phases.has(name) ? "phase,service" : "service";
  const given = Object.keys(dimensions).toSorted().join(",");
  return [
    ...(given === wanted ? [] : [`${where}: ${name} has the dimensions ${wanted}, not ${given || "none"}`]),
    ...(dimensions.service === service ? [] : [`${where}: ${name} is of ${service}, not of ${dimensions.service}`]),
  ];
}

interface AlarmMetric {
  Namespace?: string;
  MetricName?: string;
  Dimensions?: { Name: string; Value: unknown }[];
}

function ofAlarm(where: string, alarm: AlarmMetric & { Metrics?: { MetricStat?: { Metric: AlarmMetric } }[] }) {
  const metrics = [alarm, ...(alarm.Metrics ?? []).flatMap(({ MetricStat }) => MetricStat?.Metric ?? [])];
  return metrics
    .filter(({ Namespace }) => Namespace === metricNamespace)
    .map(({ MetricName = "", Dimensions = [] }) => ({
      where,
      name: MetricName,
      dimensions: Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value])),
    }));
}

/** `["WsbSignals", name, dimension, value, …]` of a widget; `.` repeats what stands above. Also `SEARCH` expressions. */
function ofDashboard(where: string, body: unknown): Watched[] {
  const template = typeof body === "string" ? body : String([(body as { "Fn::Sub": unknown })["Fn::Sub"]].flat()[0]);
  const { widgets } = JSON.parse(template) as { widgets: { properties?: { metrics?: unknown[][] } }[] };
  return widgets.flatMap(({ properties }) => {
    let above: unknown[] = [];
    return (properties?.metrics ?? []).flatMap((metric) => {
      const fields = metric.filter((field) => typeof field === "string");
      if (fields.length === 0) return searched(where, metric);
      const full = fields.includes("...")
        ? [...above.slice(0, above.length - fields.length + 1), ...fields.slice(1)]
        : fields.map((field, index) => (field === "." ? above[index] : field));
      above = full;
      const [namespace, name, ...rest] = full.map(String);
      if (namespace !== metricNamespace) return [];
      const pairs = rest.flatMap((key, index) => (index % 2 === 0 ? [[key, rest[index + 1]]] : []));
      return [{ where, name: name ?? "", dimensions: Object.fromEntries(pairs) }];
    });
  });
}

/** `SEARCH('{WsbSignals,service,phase} MetricName="PhaseDuration" service="…"', …)`: a line for each phase there is. */
function searched(where: string, metric: readonly unknown[]): Watched[] {
  return metric.flatMap((field) => {
    const { expression = "" } = (field ?? {}) as { expression?: string };
    const [, keys] = /SEARCH\('\{WsbSignals,([^}]*)\}/.exec(expression) ?? [];
    if (keys === undefined) return [];
    const dimensions = Object.fromEntries(
      keys.split(",").map((key) => [key.trim(), new RegExp(`\\b${key.trim()}="([^"]*)"`).exec(expression)?.[1]]),
    );
    const found = [...expression.matchAll(/MetricName="([^"]*)"/g)];
    return found.map(([, name = ""]) => ({ where, name, dimensions }));
  });
}
