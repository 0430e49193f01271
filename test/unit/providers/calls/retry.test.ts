import { describe, expect, it } from "vitest";
import { withRetries } from "../../../../lib/providers/calls/retry.ts";
import { AppError, type ErrorFacts } from "../../../../lib/runtime/errors.ts";
import { recordedLog } from "../../../support/recorded-log.ts";
import { recordedMetrics } from "../../../support/recorded-metrics.ts";

const policy = {
  retries: 3,
  waitsMs: [1_000, 2_000, 4_000],
  longestWaitMs: 30_000,
  countedAs: "ProviderRetries" as const,
};

function failure(facts: ErrorFacts = { retryable: true }) {
  return new AppError("OpenAiUnavailable", "OPENAI_API_ERROR", "out of order", facts);
}

function setup(random = 0) {
  const waits: number[] = [];
  const log = recordedLog();
  const metrics = recordedMetrics();
  const tools = { sleep: async (ms: number) => void waits.push(ms), random: () => random, log, metrics };
  return { waits, log, metrics, tools };
}

/** Fails with these in turn, then answers "ok"; counts its calls. */
function failing(errors: unknown[]) {
  const seen: number[] = [];
  const call = async (attempt: number) => {
    seen.push(attempt);
    if (errors.length > 0) throw errors.shift();
    return "ok";
  };
  return { seen, call };
}

describe("withRetries", () => {
  it("answers at once without a wait where nothing fails", async () => {
    const { tools, waits, log } = setup();
    expect(await withRetries(policy, tools, failing([]).call)).toBe("ok");
    expect(waits).toEqual([]);
    expect(log.lines).toEqual([]);
  });

  it("waits 1, 2, 4 s and throws the last error after the fourth call", async () => {
    const { tools, waits, metrics } = setup();
    const last = failure();
    const { call, seen } = failing([failure(), failure(), failure(), last]);
    await expect(withRetries(policy, tools, call)).rejects.toBe(last);
    expect(seen).toEqual([0, 1, 2, 3]);
    expect(waits).toEqual([1_000, 2_000, 4_000]);
    metrics.publish();
    expect(metrics.take()).toEqual({ ProviderRetries: 3 });
  });

  it("adds at most a quarter of the planned wait as jitter", async () => {
    const { tools, waits } = setup(0.999);
    await withRetries(policy, tools, failing([failure(), failure()]).call);
    expect(waits).toEqual([1_250, 2_500]);
  });

  it("adds no more than a tenth where the policy says so", async () => {
    const { tools, waits } = setup(0.999);
    await withRetries({ ...policy, waitsMs: [800, 1_600], jitter: 0.1 }, tools, failing([failure(), failure()]).call);
    expect(waits).toEqual([880, 1_760]);
  });

  it.each([
    { asked: 0.5, wait: 1_000 },
    { asked: 2, wait: 2_000 },
    { asked: 30, wait: 30_000 },
  ])("waits at least the $asked s it was asked for", async ({ asked, wait }) => {
    const { tools, waits } = setup();
    await withRetries(policy, tools, failing([failure({ retryable: true, retryAfterSeconds: asked })]).call);
    expect(waits).toEqual([wait]);
  });

  it("spreads calls that were all asked to wait equally long", async () => {
    const { tools, waits } = setup(0.8);
    await withRetries(policy, tools, failing([failure({ retryable: true, retryAfterSeconds: 10 })]).call);
    expect(waits).toEqual([10_200]);
  });

  it("hands a wait above the longest one to the caller", async () => {
    const { tools, waits } = setup();
    const { call, seen } = failing([failure({ retryable: true, retryAfterSeconds: 30.1 })]);
    await expect(withRetries(policy, tools, call)).rejects.toMatchObject({ retryAfterSeconds: 30.1 });
    expect(seen).toEqual([0]);
    expect(waits).toEqual([]);
  });

  it("does not retry what is not retryable, nor errors of its own code", async () => {
    for (const error of [failure({}), new TypeError("a bug")]) {
      const { tools } = setup();
      const { call, seen } = failing([error]);
      await expect(withRetries(policy, tools, call)).rejects.toBe(error);
      expect(seen).toEqual([0]);
    }
  });

  it("logs each retry with attempt, wait, kind and the fields of its log", async () => {
    const { tools, log } = setup();
    await withRetries(policy, { ...tools, log: log.with({ commentId: "c1" }) }, failing([failure()]).call);
    expect(log.lines).toEqual([
      {
        level: "warn",
        message: "call failed, trying again",
        fields: { commentId: "c1", attempt: 1, waitMs: 1_000, error: "OpenAiUnavailable", problem: "out of order" },
      },
    ]);
  });
});
