import { expect, it } from "vitest";
import { createAnswerWriter } from "../../../../lib/analysis/annotation/answer-writer.ts";
import type { Answer } from "../../../../lib/analysis/annotation/ask-model.ts";
import { commentSchema } from "../../../../lib/analysis/comments/comment.ts";
import type { PhaseContext } from "../../../../lib/analysis/run.ts";
import type { AnalysisServices } from "../../../../lib/analysis/services.ts";
import { type Metrics, noMetrics } from "../../../../lib/runtime/metrics.ts";
import type { Action } from "../../../../lib/store/actions.ts";
import type { Changes } from "../../../../lib/store/expressions.ts";
import { keysOf } from "../../../../lib/store/keys.ts";
import { recordedLog } from "../../../support/recorded-log.ts";
import { recordedMetrics } from "../../../support/recorded-metrics.ts";

/** A table of which only this is known: the memberships in it are pending until they are written, once. */
function pendingMemberships() {
  const written = new Set<string>();
  const ledger = { tokens: 0 };
  const commit = async (actions: readonly Action[], changes?: Changes) => {
    const links = actions.flatMap((action) => (action.kind === "update" && action.condition ? [action.key.sk] : []));
    if (links.some((link) => written.has(link))) return { applied: false, refusals: ["already written"] };
    for (const link of links) written.add(link);
    ledger.tokens += changes?.add?.llm_prompt_tokens ?? 0;
    return { applied: true };
  };
  return { written, ledger, commit };
}

function writer(commit: ReturnType<typeof pendingMemberships>["commit"], metrics: Metrics = noMetrics) {
  const services = {
    store: { keys: keysOf("live") },
    prices: { inputUsdPerMillion: 0.15, outputUsdPerMillion: 0.6 },
    clock: { now: () => new Date("2026-03-02T15:30:00Z") },
    metrics,
  } as unknown as AnalysisServices;
  const run = { market_time: null, started_at: "2026-03-02" };
  const context = { services, run, runId: "RUN", marketTime: new Date("2026-03-02"), log: recordedLog(), commit };
  return createAnswerWriter(context as unknown as PhaseContext<unknown, AnalysisServices>, 5);
}

function unusable(id: string, promptTokens = 0): Answer {
  const comment = commentSchema.parse({
    ...{ id, post_id: "p1", analysis_run_id: "RUN", first_run_id: null, author: "a", body: "b", created_utc: null },
    ...{ score: 1, parent_comment_id: null, depth: 0, parent_chain: [], prioritization_score: 0 },
    author_trust_score: 0.5,
  });
  return { kind: "unusable", comment: { ...comment, failedIn: null }, usage: { promptTokens, completionTokens: 0 } };
}

it("a batch that shares a comment with what another delivery of the state wrote keeps its other comments", async () => {
  const { written, commit } = pendingMemberships();
  const [first, second] = [writer(commit), writer(commit)];
  for (const id of ["1", "2", "3", "4", "5"]) first.add(unusable(id));
  await first.close();
  for (const id of ["1", "2", "3", "4", "6"]) second.add(unusable(id));
  await second.close();
  expect([...written]).toEqual(["1", "2", "3", "4", "5", "6"].map((id) => `COMMENT#${id}`));
});

it("an answer that another delivery has written before still costs the run what it cost", async () => {
  const { ledger, commit } = pendingMemberships();
  const metrics = recordedMetrics();
  for (const delivery of [writer(commit, metrics), writer(commit, metrics)]) {
    for (const id of ["1", "2", "3"]) delivery.add(unusable(id, 500));
    await delivery.close();
  }
  expect(ledger.tokens).toBe(3000);
  metrics.publish();
  expect(metrics.take()).toEqual({ ModelCostMicroUsd: 450 });
});
