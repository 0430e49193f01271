import type { RedditPost } from "../../providers/reddit/source.ts";
import type { PhaseResult } from "../../runs/phases/phase.ts";
import { iso } from "../../runtime/dates.ts";
import { update } from "../../store/actions.ts";
import type { PhaseContext } from "../run.ts";
import type { AnalysisServices } from "../services.ts";
import { detectImages } from "./image-links.ts";
import type { Post } from "./post.ts";

/** ListPosts: the hottest posts of the subreddit, stored or refreshed (spec pipeline 2.2, 2.7). */
export async function listPosts(context: PhaseContext<unknown, AnalysisServices>): Promise<PhaseResult> {
  const { services, marketTime, configuration, log } = context;
  const { posts_limit } = configuration;
  const reddit = await services.reddit();
  const posts = await reddit.listHotPosts({ limit: posts_limit, marketTime });
  if (posts.length === 0) log.info("the subreddit has no posts");
  const { store } = services;
  // What was seen on an image stays: only its own phase writes it.
  const actions = posts.map((post) =>
    update(store.keys.post(post.id), { set: storedPost(post, marketTime), setIfAbsent: { image_analysis: null } }),
  );
  return { summary: { posts: posts.map((post) => post.id) }, actions };
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
