import type { RedditPost } from "../../providers/reddit/source.ts";
import type { PhaseResult } from "../../runs/phases/phase.ts";
import { iso } from "../../runtime/dates.ts";
import { type Action, update } from "../../store/actions.ts";
import type { PhaseContext } from "../run.ts";
import type { AnalysisServices } from "../services.ts";
import { detectImages } from "./image-links.ts";
import type { Post } from "./post.ts";

/** ListPosts: the hottest posts of the subreddit, stored or refreshed (spec pipeline 2.2, 2.7). */
export async function listPosts(context: PhaseContext<unknown, AnalysisServices>): Promise<PhaseResult> {
  const { services, marketTime, configuration, log } = context;
  const { posts_limit } = configuration;
  const reddit = await services.reddit();
  const warnings: Action[] = [];
  const leftOut = (count: number) => {
    warnings.push(unreadableWarning(context, count));
  };
  const allIsLater = () => {
    warnings.push(nothingVisibleWarning(context));
  };
  const posts = await reddit.listHotPosts({ limit: posts_limit, marketTime, leftOut, allIsLater });
  if (posts.length === 0) log.info("the subreddit has no posts");
  const { store } = services;
  // What was seen on an image stays: only its own phase writes it.
  const actions = posts.map((post) =>
    update(store.keys.post(post.id), { set: storedPost(post, marketTime), setIfAbsent: { image_analysis: null } }),
  );
  return { summary: { posts: posts.map((post) => post.id) }, actions: [...actions, ...warnings] };
}

function unreadableWarning(context: PhaseContext<unknown, AnalysisServices>, unreadable: number): Action {
  return context.warning({
    type: "reddit_unreadable",
    subject: "posts",
    message: `Posts or archive rows that cannot be read and are left out: ${unreadable}.`,
    ticker: null,
    context: { unreadable },
  });
}

function nothingVisibleWarning(context: PhaseContext<unknown, AnalysisServices>): Action {
  const market_time = iso(context.marketTime);
  return context.warning({
    type: "archive_nothing_visible",
    subject: "archive",
    message: `Nothing of the archive is visible at ${market_time}: all of it is later.`,
    ticker: null,
    context: { market_time },
  });
}

function storedPost(post: RedditPost, marketTime: Date): Omit<Post, "image_analysis"> {
  const images = detectImages(post);
  return {
    id: post.id,
    title: post.title,
    selftext: post.selftext,
    author: post.author,
    upvotes: post.upvotes,
    total_comments: post.totalComments,
    permalink: post.permalink,
    image_url: images[0] ?? null,
    image_urls: images,
    fetched_at: iso(marketTime),
  };
}
