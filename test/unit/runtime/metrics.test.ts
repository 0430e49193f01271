import { describe, expect, it, vi } from "vitest";
import { readConfig } from "../../../lib/runtime/config.ts";
import { createMetrics, type Metrics, metricNames, phaseMetricNames } from "../../../lib/runtime/metrics.ts";
import { createServices } from "../../../lib/services.ts";
import { useWritten } from "../../support/written.ts";

const written = useWritten();
const lines = () => written().map((line) => JSON.parse(line));

describe("metrics", () => {
  it("are one line for an invocation, in the form that CloudWatch reads", () => {
    const metrics = createMetrics("prod");
    metrics.add("RunStarted");
    metrics.add("ModelTokens", 120);
    metrics.add("ModelTokens", 30);
    expect(written()).toEqual([]);
    metrics.publish();
    expect(lines()).toEqual([
      {
        _aws: {
          Timestamp: expect.any(Number),
          CloudWatchMetrics: [
            {
              Namespace: "WsbSignals",
              Dimensions: [["service"]],
              Metrics: [
                { Name: "RunStarted", Unit: "Count" },
                { Name: "ModelTokens", Unit: "Count" },
              ],
            },
          ],
        },
        service: "wsb-signals-prod",
        RunStarted: 1,
        ModelTokens: [120, 30],
      },
    ]);
  });

  it("of a phase have its name as their one further dimension, and leave those of the service without it", () => {
    const metrics = createMetrics("prod");
    metrics.add("SignalsCreated", 2);
    metrics.addOfPhase("DetectSignals", "PhaseDuration", 1_500);
    metrics.publish();
    expect(lines()).toMatchObject([
      {
        _aws: { CloudWatchMetrics: [{ Dimensions: [["service", "phase"]], Metrics: [{ Name: "PhaseDuration" }] }] },
        service: "wsb-signals-prod",
        phase: "DetectSignals",
        PhaseDuration: 1_500,
      },
      { _aws: { CloudWatchMetrics: [{ Dimensions: [["service"]] }] }, SignalsCreated: 2 },
    ]);
    expect(lines()[1]).not.toHaveProperty("phase");
  });

  it("are handed on once", () => {
    const metrics = createMetrics("prod");
    metrics.publish();
    metrics.add("RunFailed");
    metrics.publish();
    metrics.publish();
    expect(written()).toHaveLength(1);
  });

  it("never fail whoever is measured: neither at a figure that is none nor at a sink that is gone", () => {
    const metrics = createMetrics("prod");
    expect(() => metrics.add("ModelTokens", "many" as unknown as number)).not.toThrow();
    vi.mocked(process.stdout.write).mockImplementation(() => {
      throw new Error("EPIPE");
    });
    const useAll = (all: Metrics) => {
      all.add("RunStarted");
      all.addOfPhase("ListPosts", "PhaseFailed");
      all.publish();
    };
    expect(() => useAll(metrics)).not.toThrow();
  });

  it.each([
    ["local", 0],
    ["prod", 1],
  ])("are written on stage %s: %i lines", (STAGE, expected) => {
    const { metrics } = createServices(readConfig({ STAGE, TABLE_NAME: "none" }));
    metrics.add("RunStarted");
    metrics.publish();
    expect(written()).toHaveLength(expected);
  });

  it("have one name each", () => {
    const names = [...metricNames, ...phaseMetricNames];
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^([A-Z][a-z]+)+$/);
  });
});
