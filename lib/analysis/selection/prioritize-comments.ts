import * as z from "zod";
import type { PhaseResult } from "../../runs/phases/phase.ts";
import { chunked } from "../../runtime/chunked.ts";
import { AppError } from "../../runtime/errors.ts";
import { type Action, put, update } from "../../store/actions.ts";
import { getArtifact } from "../../store/artifacts.ts";
import { authorSchema } from "../authors/author.ts";
import { withBaseRate } from "../authors/population.ts";
import { readPopulation } from "../authors/stored-population.ts";
import { authorTrust, deletedAuthor, unknownTrust } from "../authors/trust.ts";
import { commentSchema, type StoredComment } from "../comments/comment.ts";
import { isGone } from "../posts/comment-tree.ts";
import { type FetchedComment, fetchedCommentSchema, fetchedName } from "../posts/fetched-comments.ts";
import type { PhaseContext } from "../run.ts";
import type { AnalysisServices } from "../services.ts";
import { spendOf } from "../spend.ts";
import { type PriorityScores, prioritize, selectByPriority } from "./priority.ts";

type Context = PhaseContext<{ posts: string[] }, AnalysisServices>;
type Candidate = FetchedComment & { postId: string; authorTrust: number };
type Selected = Candidate & PriorityScores & { rank: number };

/** Two items for each comment and the fence must fit into one transaction. */
const commentsPerWrite = 45;

/**
 * PrioritizeComments: scores all fetched comments of the run together, keeps the best of each post, and stores them:
 * new ones without annotations, known ones only re-pointed to this run (spec pipeline 3).
 */
export async function prioritizeComments(context: Context): Promise<PhaseResult> {
  const { input, configuration } = context;
  const candidates = await readCandidates(context);
  const scored = prioritize(candidates, configuration.priority_weights);
  const selected = input.posts.flatMap((postId) =>
    selectOfPost(
      scored.filter((comment) => comment.postId === postId),
      configuration.selected_per_post,
    ),
  );
  const open = await storeSelected(context, selected);
  return {
    summary: {
      fetched: candidates.length,
      selected: selected.length,
      toAnalyze: open.length,
      toAsk: open.filter((comment) => !isGone(comment.body)).length,
      posts: input.posts.filter((postId) => selected.some((comment) => comment.postId === postId)),
    },
    ...(await visionSpend(context)),
  };
}

/** Deleted comments only fill what the living leave free, whatever their engagement was. */
function selectOfPost(ofPost: readonly (Candidate & PriorityScores)[], limit: number): Selected[] {
  const { living = [], gone = [] } = Object.groupBy(ofPost, ({ body }) => (isGone(body) ? "gone" : "living"));
  return [...selectByPriority(living, limit), ...selectByPriority(gone, limit)]
    .slice(0, limit)
    .map((comment, rank) => ({ ...comment, rank }));
}

/** All fetched comments, with the trust in their authors. Throws `RedditUnavailable` where no post's were fetched. */
async function readCandidates(context: Context): Promise<Candidate[]> {
  const { services, runId, input } = context;
  const all: Omit<Candidate, "authorTrust">[] = [];
  let missing = 0;
  for (const postId of input.posts) {
    const comments = await getArtifact(services.store, fetchedName(runId, postId), z.array(fetchedCommentSchema));
    if (comments === undefined) missing++;
    else all.push(...comments.map((comment) => ({ ...comment, postId })));
  }
  if (missing > 0 && missing === input.posts.length) {
    throw new AppError("RedditUnavailable", "REDDIT_API_ERROR", "The comments of no post could be fetched.");
  }
  const trusts = await readTrust(context, new Set(all.map((comment) => comment.author)));
  return all.map((comment) => ({ ...comment, authorTrust: trusts.get(comment.author) ?? unknownTrust }));
}

/** One lookup for all authors of the run. Without it everybody counts as unknown (spec pipeline 1.7: tier 3). */
async function readTrust(context: Context, authorNames: ReadonlySet<string>): Promise<Map<string, number>> {
  const { services, marketTime, configuration, log } = context;
  const { store } = services;
  const names = [...authorNames].filter((name) => name !== deletedAuthor);
  try {
    const authors = await store.getMany(
      names.map((name) => store.keys.author(name)),
      authorSchema,
    );
    const settings = withBaseRate(configuration, await readPopulation(store));
    return new Map(authors.map((author) => [author.username, authorTrust(author, marketTime, settings)]));
  } catch (error) {
    log.warn("authors could not be looked up, all count as unknown", { error });
    return new Map();
  }
}

/** Answers those that have no annotations yet. */
async function storeSelected(context: Context, selected: readonly Selected[]): Promise<Selected[]> {
  const { services, commit } = context;
  const { store } = services;
  const stored = await store.getMany(
    selected.map((comment) => store.keys.comment(comment.id)),
    commentSchema,
  );
  const known = new Map(stored.map((comment) => [comment.id, comment]));
  const inRun = new Set([...known.keys(), ...selected.map((comment) => comment.id)]);
  for (const chunk of chunked(selected, commentsPerWrite)) {
    await commit(chunk.flatMap((comment) => membership(context, comment, known.get(comment.id), inRun)));
  }
  return selected.filter((comment) => !isAnnotated(known.get(comment.id)));
}

function membership(
  context: Context,
  comment: Selected,
  known: StoredComment | undefined,
  inRun: Set<string>,
): Action[] {
  const { services, runId } = context;
  const { keys } = services.store;
  const annotated = isAnnotated(known);
  const link = {
    ...keys.runComment(runId, comment.postId, comment.id),
    comment_id: comment.id,
    post_id: comment.postId,
    is_new: !annotated,
    state: annotated ? "known" : "pending",
    rank: comment.rank,
  };
  const snapshot = { prioritization_score: comment.priorityScore, author_trust_score: comment.authorTrust };
  if (known) {
    const changes = { analysis_run_id: runId, ...(annotated ? {} : snapshot) };
    return [update(keys.comment(comment.id), { set: changes }), put(link)];
  }
  const stored = commentSchema.parse({
    id: comment.id,
    post_id: comment.postId,
    analysis_run_id: runId,
    first_run_id: null,
    author: comment.author,
    body: comment.body,
    body_truncated: comment.truncated,
    created_utc: comment.createdAt,
    score: comment.score,
    parent_comment_id: comment.parentId !== null && inRun.has(comment.parentId) ? comment.parentId : null,
    depth: comment.depth,
    parent_chain: comment.parentChain,
    ...snapshot,
  });
  return [put({ ...keys.comment(comment.id), ...stored }), put(link)];
}

function isAnnotated(comment: StoredComment | undefined): boolean {
  return comment?.analyzed_at != null;
}

const visionSummary = z.object({
  summary: z.object({ promptTokens: z.number().int(), completionTokens: z.number().int() }),
});

/** The parallel fetches leave the run's item alone; what their vision calls used is added up here. */
async function visionSpend({
  services,
  runId,
}: Context): Promise<Pick<PhaseResult, "actions" | "runChanges" | "counts">> {
  const { pk, sk } = services.store.keys.phaseDone(runId, "FetchPost#");
  const done = await services.store.queryAll({ pk, prefix: sk }, visionSummary);
  const { actions, counters, microUsd } = spendOf(
    services,
    done.map(({ summary }) => summary),
  );
  if (counters.llm_prompt_tokens + counters.llm_completion_tokens === 0) return {};
  return { actions, runChanges: { add: counters }, counts: { ModelCostMicroUsd: microUsd } };
}
