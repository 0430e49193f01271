import * as z from "zod";
import type { ModelUsage } from "../../providers/openai/model.ts";
import type { SymbolUniverse } from "../../providers/symbols/source.ts";
import { AppError, isAppError } from "../../runtime/errors.ts";
import { unknownTrust } from "../authors/trust.ts";
import type { StoredComment } from "../comments/comment.ts";
import { isGone } from "../posts/comment-tree.ts";
import type { Post } from "../posts/post.ts";
import type { PhaseContext } from "../run.ts";
import type { AnalysisServices } from "../services.ts";
import { normaliseTickers } from "../tickers/resolve.ts";
import { buildPrompt } from "./prompt.ts";
import { type Annotation, annotationSchema, readAnnotation } from "./reply.ts";

/** What asking the model about one comment came to. Only `answered` and `unusable` are written down. */
export type Answer = { comment: PendingComment; usage: ModelUsage } & (
  | { kind: "answered"; annotation: Annotation }
  | { kind: "unusable" }
  | { kind: "stopped"; error: AppError }
);

/** A comment to be asked about. `failedIn` is the earlier attempt of the run in which it failed, null the first time. */
export type PendingComment = StoredComment & { failedIn: number | null };

/** Nothing is left to ask about, so nothing is asked: no direction, no ticker, and no certainty. */
const nothingSaid: Annotation = {
  sentiment: "neutral",
  sarcasm_detected: false,
  has_reasoning: false,
  reasoning_summary: null,
  ai_confidence: 0,
  ticker_sentiments: [],
};

const usageSchema = z.object({ usage: z.object({ promptTokens: z.number(), completionTokens: z.number() }) });
const noUsage: ModelUsage = { promptTokens: 0, completionTokens: 0 };

/** More tickers than this in one comment is a list, not an opinion; it also bounds the transaction of a commit. */
const maxTickers = 15;

/**
 * Asks the model about one comment. Never throws: a comment it cannot be asked about is `unusable`; a fault that
 * concerns all of them (key refused, quota exhausted, asked to wait long) is `stopped`.
 */
export async function annotate(
  { services, marketTime, log }: Pick<PhaseContext<unknown, AnalysisServices>, "services" | "marketTime" | "log">,
  universe: SymbolUniverse,
  post: Pick<Post, "title" | "image_analysis">,
  comment: PendingComment,
): Promise<Answer> {
  if (isGone(comment.body)) return { kind: "answered", comment, usage: noUsage, annotation: nothingSaid };
  const prompt = buildPrompt({
    postTitle: post.title,
    imageDescription: post.image_analysis,
    parentChain: comment.parent_chain,
    author: comment.author,
    authorTrust: comment.author_trust_score ?? unknownTrust,
    body: comment.body,
  });
  try {
    const model = await services.model();
    const { value, usage } = await model.reply({
      ...prompt,
      schemaName: "comment_annotation",
      schema: annotationSchema,
      read: readAnnotation,
      marketTime,
      about: { commentId: comment.id },
    });
    for (const note of value.notes) log[note.level](note.text, { commentId: comment.id });
    const { kept, dropped } = normaliseTickers(value.annotation.ticker_sentiments, comment.body, universe);
    if (dropped.length > 0) {
      log.debug("words that are no tickers were dropped", { commentId: comment.id, dropped: dropped.slice(0, 10) });
    }
    const annotation = { ...value.annotation, ticker_sentiments: kept.slice(0, maxTickers) };
    return { kind: "answered", comment, usage, annotation };
  } catch (error) {
    const failure = isAppError(error)
      ? error
      : new AppError("OpenAiUnavailable", "OPENAI_API_ERROR", "The model's answer could not be used.", {
          cause: error,
        });
    const spent = usageSchema.safeParse(failure.details);
    const usage = spent.success ? spent.data.usage : noUsage;
    if (failure.name !== "OpenAiUnavailable") return { kind: "stopped", comment, usage, error: failure };
    log.warn("a comment is left without annotations", { commentId: comment.id, problem: failure.message, error });
    return { kind: "unusable", comment, usage };
  }
}
