import { iso } from "../../runtime/dates.ts";
import { isAppError } from "../../runtime/errors.ts";
import { type Action, put, update } from "../../store/actions.ts";
import { ifUnchanged } from "../../store/expressions.ts";
import type { TransactionOutcome } from "../../store/table.ts";
import type { PhaseContext } from "../run.ts";
import { dayOfRun } from "../run.ts";
import type { AnalysisServices } from "../services.ts";
import { spendOf } from "../spend.ts";
import type { Answer } from "./ask-model.ts";
import { promptVersion } from "./prompt.ts";

/**
 * Writes answers in batches of `size`, in the order in which they came, one transaction each: annotations, membership,
 * mentions, progress and cost together. A batch whose write fails is written once more at the end, because the answers
 * are paid for; its conditions make that harmless where the first write did take effect. If that fails too, it is left
 * for the next run, and the run goes on (spec pipeline 4.4 [D32]).
 */
export function createAnswerWriter(context: PhaseContext<unknown, AnalysisServices>, size: number) {
  const { log } = context;
  let failed = 0;
  const waiting: Answer[] = [];
  const refused: Answer[][] = [];
  let writing: Promise<void> = Promise.resolve();
  let broken: unknown;

  async function write(batch: Answer[], again: boolean): Promise<void> {
    if (broken) return;
    try {
      await commitOrSplit(context, batch);
      failed += countsOf(batch).comments_failed;
    } catch (error) {
      const commentIds = batch.map((answer) => answer.comment.id);
      if (!isAppError(error) || error.name !== "StoreUnavailable") broken = error;
      else if (!again) refused.push(batch);
      log.error("a batch of annotations was not written", { commentIds, again, error });
    }
  }

  function flush(atLeast: number): void {
    while (waiting.length >= atLeast && waiting.length > 0) {
      const batch = waiting.splice(0, size);
      writing = writing.then(() => write(batch, false));
    }
  }

  return {
    /** Takes an answer; never waits and never throws. */
    add(answer: Answer): void {
      waiting.push(answer);
      flush(size);
    },
    /**
     * Writes what is left and answers how many more comments have failed than before. Throws what is neither a passing
     * fault of the store nor a fault of one batch.
     */
    async close() {
      flush(1);
      await writing;
      for (const batch of refused) await write(batch, true);
      if (broken) throw broken;
      return { failed };
    },
  };
}

/** Delivered twice at once, the state has other batches there: what only this one holds must not be lost with it. */
async function commitOrSplit(
  context: PhaseContext<unknown, AnalysisServices>,
  batch: readonly Answer[],
): Promise<void> {
  const { applied } = await commitBatch(context, batch);
  if (!applied) for (const answer of batch) await commitAlone(context, answer);
}

/** Writes one answer; of one that was written before, its cost all the same: the ledger may be too high, never too low. */
async function commitAlone(context: PhaseContext<unknown, AnalysisServices>, answer: Answer): Promise<void> {
  const { applied } = await commitBatch(context, [answer]);
  const { actions, counters, microUsd } = spendOf(context.services, [answer.usage]);
  if (applied || actions.length === 0) return;
  const ledger = await context.commit(actions, { add: counters });
  if (ledger.applied) context.services.metrics.add("ModelCostMicroUsd", microUsd);
}

/** Refused where one of the comments has been written before. */
async function commitBatch(
  context: PhaseContext<unknown, AnalysisServices>,
  batch: readonly Answer[],
): Promise<TransactionOutcome> {
  const spend = spendOf(
    context.services,
    batch.map((answer) => answer.usage),
  );
  const actions = [...batch.flatMap((answer) => answerActions(context, answer)), ...spend.actions];
  if (actions.length === 0) return { applied: true };
  const outcome = await context.commit(actions, { add: { ...countsOf(batch), ...spend.counters } });
  if (outcome.applied && spend.microUsd > 0) context.services.metrics.add("ModelCostMicroUsd", spend.microUsd);
  return outcome;
}

/** What a batch changes of the run's counters. A comment that failed in an earlier attempt was counted there. */
function countsOf(batch: readonly Answer[]) {
  const analyzed = batch.filter((answer) => answer.kind === "answered").length;
  const failed = batch.filter((answer) => answer.kind === "unusable").length;
  const again = batch.filter((answer) => answer.kind !== "stopped" && answer.comment.failedIn !== null).length;
  return {
    progress_current: analyzed + failed - again,
    comments_analyzed: analyzed,
    comments_failed: failed - again,
  };
}

function answerActions(
  { services, runId, run, attempt, marketTime }: PhaseContext<unknown, AnalysisServices>,
  answer: Answer,
): Action[] {
  if (answer.kind === "stopped") return [];
  const { keys } = services.store;
  const { comment } = answer;
  const link = keys.runComment(runId, comment.post_id, comment.id);
  const state = answer.kind === "answered" ? "analyzed" : "failed";
  const asRead = comment.failedIn === null ? ifUnchanged("state", "pending") : ifUnchanged("attempt", comment.failedIn);
  const actions = [update(link, { set: { state, attempt } }, asRead)];
  if (answer.kind === "unusable") return actions;
  const at = iso(marketTime);
  const annotated = { ...answer.annotation, first_run_id: runId, analyzed_at: at, prompt_version: promptVersion };
  actions.push(update(keys.comment(comment.id), { set: annotated }));
  // What emergence counts on later days.
  for (const { ticker, sentiment } of answer.annotation.ticker_sentiments) {
    const mention = { comment_id: comment.id, author: comment.author, sentiment, run_id: runId, created_at: at };
    actions.push(put({ ...keys.mention(ticker, dayOfRun(run), comment.id), ...mention }));
  }
  return actions;
}
