import * as z from "zod";
import type { Model, ModelUsage } from "../../providers/openai/model.ts";
import type { PhaseResult } from "../../runs/phases/phase.ts";
import { iso } from "../../runtime/dates.ts";
import { isAppError } from "../../runtime/errors.ts";
import { type Action, update } from "../../store/actions.ts";
import { putArtifact } from "../../store/artifacts.ts";
import type { PhaseContext } from "../run.ts";
import type { AnalysisServices } from "../services.ts";
import { placeComments } from "./comment-tree.ts";
import { fetchedCommentSchema, fetchedName } from "./fetched-comments.ts";
import { visionInstruction } from "./image-prompt.ts";
import { type Post, postSchema } from "./post.ts";

/** What the state is handed for each post. */
export const fetchPostInput = z.object({ postId: z.string() });

/** Fetched comments are read minutes later; kept a week, so that a failed run can be looked into. */
const keptMs = 7 * 86_400_000;

/** FetchPost: the comments of one post with their parent chains, and what its images show (spec pipeline 2.3–2.6). */
export async function fetchPost(context: PhaseContext<{ postId: string }, AnalysisServices>): Promise<PhaseResult> {
  const { services, input, marketTime, configuration, runId } = context;
  const { store } = services;
  const { comments_per_post, more_comments_limit } = configuration;
  const reddit = await services.reddit();
  let unreadable = 0;
  const leftOut = (count: number) => {
    unreadable = count;
  };
  const request = { postId: input.postId, limit: comments_per_post, moreLimit: more_comments_limit, marketTime };
  const fetched = await reddit.fetchComments({ ...request, leftOut });
  const dated = fetched.map((comment) => ({ ...comment, createdAt: comment.createdAt && iso(comment.createdAt) }));
  const comments = fetchedCommentSchema.array().parse(placeComments(dated, comments_per_post));
  const expiresAt = new Date(services.clock.now().getTime() + keptMs);
  await putArtifact(store, fetchedName(runId, input.postId), comments, expiresAt);
  const post = await store.get(store.keys.post(input.postId), postSchema);
  const images = post && post.image_analysis === null ? await describeImages(context, post) : nothingSeen;
  return {
    summary: {
      comments: comments.length,
      images: images.described,
      promptTokens: images.usage.promptTokens,
      completionTokens: images.usage.completionTokens,
    },
    actions: [...images.actions, ...(unreadable > 0 ? [unreadableWarning(context, unreadable)] : [])],
  };
}

function unreadableWarning(context: PhaseContext<{ postId: string }, AnalysisServices>, unreadable: number): Action {
  const { postId } = context.input;
  return context.warning({
    type: "reddit_unreadable",
    subject: postId,
    message: `Comments of post ${postId} that cannot be read or loaded and are left out: ${unreadable}.`,
    ticker: null,
    context: { post_id: postId, unreadable },
  });
}

interface Seen {
  described: number;
  usage: ModelUsage;
  actions: Action[];
}
const nothingSeen: Seen = { described: 0, usage: { promptTokens: 0, completionTokens: 0 }, actions: [] };

/** Longer than this a gallery is not looked at: one image may take 97 s with its retries, and the function ends at 240. */
const longestLookMs = 90_000;

/** One description per image, joined. A failure leaves the post without one, with a warning (spec ai 5). */
async function describeImages(context: PhaseContext<{ postId: string }, AnalysisServices>, post: Post): Promise<Seen> {
  if (post.image_urls.length === 0) return nothingSeen;
  const { services, log, marketTime } = context;
  const usage = { promptTokens: 0, completionTokens: 0 };
  const texts: string[] = [];
  let imageUrl = "";
  const beganMs = services.clock.now().getTime();
  try {
    const model: Model = await services.model();
    for (imageUrl of post.image_urls) {
      if (services.clock.now().getTime() - beganMs > longestLookMs) {
        log.warn("a gallery was described in part", { postId: post.id, described: texts.length });
        break;
      }
      const answer = await model.describeImage({
        instruction: visionInstruction,
        imageUrl,
        marketTime,
        postId: post.id,
      });
      texts.push(answer.value);
      usage.promptTokens += answer.usage.promptTokens;
      usage.completionTokens += answer.usage.completionTokens;
    }
  } catch (error) {
    // A refused key fails the run at its first comment; here the run only loses an image.
    if (!isAppError(error)) throw error;
    log.warn("an image was not described", { postId: post.id, error: error.name, problem: error.message });
    const warning = context.warning({
      type: "image_analysis_failed",
      subject: post.id,
      message: "The image of a post could not be described; its comments are analysed without it.",
      ticker: null,
      context: { post_id: post.id, image_url: imageUrl },
    });
    return { described: 0, usage, actions: [warning] };
  }
  const described = update(services.store.keys.post(post.id), { set: { image_analysis: texts.join("\n") } });
  return { described: texts.length, usage, actions: [described] };
}
