import * as z from "zod";
import type { PhaseResult } from "../../runs/phases/phase.ts";
import { AppError } from "../../runtime/errors.ts";
import { inWindow } from "../../runtime/in-window.ts";
import { commentSchema, type RunComment, runCommentSchema } from "../comments/comment.ts";
import { postSchema } from "../posts/post.ts";
import type { PhaseContext } from "../run.ts";
import type { AnalysisServices } from "../services.ts";
import { readMonthSpend, runBudget } from "../spend.ts";
import { createAnswerWriter } from "./answer-writer.ts";
import { type Answer, annotate, type PendingComment } from "./ask-model.ts";

export const analyzePostInput = z.object({
  postId: z.string(),
  /** Comments of the run without annotations, and those of them that the model is asked about. */
  toAnalyze: z.number().int(),
  toAsk: z.number().int(),
});
type Context = PhaseContext<z.infer<typeof analyzePostInput>, AnalysisServices>;

/**
 * AnalyzePost: asks the model about the pending comments of one post in a sliding window and commits five at a time
 * (spec pipeline 4). A repeated call goes on with what is still pending. Throws `OpenAiRefused` where the key or the
 * quota is refused or more than half of the run's comments failed, `OpenAiThrottled`, or `PhaseUnfinished`.
 */
export async function analyzePost(context: Context): Promise<PhaseResult> {
  const { services, input, configuration, log } = context;
  const pending = await readPending(context);
  const { environment } = services.config;
  const writer = createAnswerWriter(context, configuration.llm_batch_size);
  const budget = runBudget(context.run, environment.LLM_RUN_BUDGET_USD, services.prices);
  let isSpent = budget.isSpent();
  let stopped: AppError | undefined;
  let late = false;

  if (pending.length > 0 && !isSpent) {
    const { store } = services;
    const [post, universe] = await Promise.all([
      store.get(store.keys.post(input.postId), postSchema),
      services.symbols(),
    ]);
    const mustStop = () => {
      late = context.isLate();
      isSpent = budget.isSpent();
      return late || isSpent || stopped !== undefined;
    };
    await inWindow(pending, environment.LLM_WINDOW, mustStop, async (comment) => {
      const answer: Answer = await annotate(context, universe, post ?? { title: "", image_analysis: null }, comment);
      if (answer.kind === "stopped") stopped ??= answer.error;
      budget.take(answer.usage);
      writer.add(answer);
    });
  }
  const written = await writer.close();
  // Counted from what is stored, so that a phase which was interrupted sums up the same as one which was not.
  const [members] = await Promise.all([
    readMembers(context),
    warnOfMonth(context, configuration.llm_monthly_warning_usd),
  ]);

  const failed = context.run.comments_failed + written.failed;
  if (failed * 2 > input.toAsk) {
    throw new AppError(
      "OpenAiRefused",
      "OPENAI_API_ERROR",
      `The model failed on ${failed} of ${input.toAsk} comments.`,
    );
  }
  if (stopped) throw stopped;
  if (late)
    throw new AppError("PhaseUnfinished", "INTERNAL_ERROR", "The post is not finished yet.", { retryable: true });
  const states = members.map((member) => member.state);
  const summary = Object.fromEntries(
    [...new Set(states)].map((state) => [state, states.filter((s) => s === state).length]),
  );
  const counts = { CommentsAnalyzed: summary.analyzed ?? 0 };
  if (isSpent && states.includes("pending")) {
    log.warn("the run's model budget is spent; the analysis ends early", { postId: input.postId });
    const isNew = context.run.analysis_incomplete_reason === null;
    return {
      summary,
      runChanges: { set: { analysis_incomplete_reason: "budget_exhausted" } },
      counts: { ...counts, ...(isNew && { BudgetExhausted: 1 }) },
    };
  }
  return { summary, counts };
}

async function readMembers({ services, runId, input }: Context): Promise<RunComment[]> {
  const { pk } = services.store.keys.runComment(runId, input.postId, "");
  return services.store.queryAll({ pk, prefix: "COMMENT#" }, runCommentSchema);
}

/** What was never asked about, and what failed before the run was resumed; highest priority first. */
async function readPending(context: Context): Promise<PendingComment[]> {
  const { store } = context.services;
  const pending = (await readMembers(context)).filter(
    ({ state, attempt }) => state === "pending" || (state === "failed" && attempt < context.attempt),
  );
  const memberOf = new Map(pending.map((member) => [member.comment_id, member]));
  const comments = await store.getMany(
    pending.map((member) => store.keys.comment(member.comment_id)),
    commentSchema,
  );
  return comments
    .toSorted((a, b) => (memberOf.get(a.id)?.rank ?? 0) - (memberOf.get(b.id)?.rank ?? 0))
    .map((comment) => {
      const member = memberOf.get(comment.id);
      return { ...comment, failedIn: member?.state === "failed" ? member.attempt : null };
    });
}

/** The month's spend only warns (spec ai 10). */
async function warnOfMonth({ services, log }: Context, warningUsd: number): Promise<void> {
  const { month, usd } = await readMonthSpend(services);
  if (usd > warningUsd) log.warn("the model has cost more than planned this month", { month, usd, warningUsd });
}
