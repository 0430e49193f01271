import { Metrics as PowertoolsMetrics } from "@aws-lambda-powertools/metrics";

/**
 * Every metric there is, and its unit: the one vocabulary of functions, alarms and dashboard. CloudWatch bills each
 * name with each value of its dimensions, so a new one is worth its money only where somebody would act on it.
 */
const units = {
  RunStarted: "Count",
  RunCompleted: "Count",
  /** Stopped ones are no failures: nobody needs to be called for what somebody wanted. */
  RunFailed: "Count",
  RunStopped: "Count",
  RunRefused: "Count",
  ModelCalls: "Count",
  ModelRetries: "Count",
  ModelFailures: "Count",
  ModelTokens: "Count",
  ModelCostMicroUsd: "Count",
  BudgetExhausted: "Count",
  CommentsAnalyzed: "Count",
  SignalsCreated: "Count",
  PositionsOpened: "Count",
  ExitsTriggered: "Count",
  StoreConflicts: "Count",
  ProviderRetries: "Count",
  RunOverdue: "Count",
  BrokerLoginHoursLeft: "None",
  NotificationsGivenUp: "Count",
} as const;

/** Those with one more dimension, the state's name. */
const unitsOfPhases = { PhaseDuration: "Milliseconds", PhaseFailed: "Count", PhaseRepeated: "Count" } as const;

export type MetricName = keyof typeof units;
export type PhaseMetricName = keyof typeof unitsOfPhases;

export const metricNames = Object.keys(units) as MetricName[];
export const phaseMetricNames = Object.keys(unitsOfPhases) as PhaseMetricName[];
export const metricNamespace = "WsbSignals";

/** `service` of a stage: the dimension that every metric has. */
export function serviceName(stage: string): string {
  return `wsb-signals-${stage}`;
}

/** What this process counts and measures. Nothing of it throws: a figure that is lost must not fail what it is about. */
export interface Metrics {
  add(name: MetricName, value?: number): void;
  addOfPhase(phase: string, name: PhaseMetricName, value?: number): void;
  /** Hands on what was added since the last time. */
  publish(): void;
}

export const noMetrics: Metrics = { add() {}, addOfPhase() {}, publish() {} };

/** Lines in CloudWatch's embedded metric format on standard output, which becomes the function's log. */
export function createMetrics(stage: string): Metrics {
  const metrics = new PowertoolsMetrics({ namespace: metricNamespace, serviceName: serviceName(stage) });
  const safely = (work: () => void) => {
    try {
      work();
    } catch {}
  };
  return {
    add: (name, value = 1) => safely(() => metrics.addMetric(name, units[name], value)),
    // A line of its own, written at once: its dimension is not that of the others.
    addOfPhase: (phase, name, value = 1) =>
      safely(() => metrics.singleMetric().addDimension("phase", phase).addMetric(name, unitsOfPhases[name], value)),
    publish: () =>
      safely(() => {
        if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
      }),
  };
}
