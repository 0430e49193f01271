import type { RedditComment, RedditPost } from "../reddit/source.ts";
import { cleanText } from "../reddit/text.ts";
import { type Archive, type ArchiveComment, type ArchiveThread, orphanThread, threadOf } from "./rows.ts";

const dayMs = 86_400_000;

interface VisibleThread {
  post: RedditPost;
  /** Comments of the 24 hours before the market time, undated ones included. */
  recent: number;
}

/**
 * The hottest posts as of `marketTime`: most comments in the 24 hours before it, then most visible comments, then the
 * newest, then by id. A thread in which nothing was said or begun in those hours is not hot, however few others there
 * are. Nothing newer is seen; a thread without a row of its own exists from its first visible comment.
 */
export function hotPosts(archive: Archive, marketTime: Date, limit: number): RedditPost[] {
  const visible: VisibleThread[] = [];
  for (const [id, thread] of archive.threads) {
    const comments = visibleComments(thread, marketTime);
    const post = postAsOf(id, thread, comments, marketTime);
    if (post === null) continue;
    const since = marketTime.getTime() - dayMs;
    const recent = comments.filter(({ createdAt }) => createdAt === null || createdAt.getTime() > since).length;
    // Of a post without a time its comments tell how old it is.
    const isNew = post.createdAt === null ? comments.length === 0 : post.createdAt.getTime() > since;
    if (recent > 0 || isNew) visible.push({ post: { ...post, totalComments: comments.length }, recent });
  }
  return visible
    .sort(hotter)
    .slice(0, limit)
    .map(({ post }) => post);
}

/** Whether nothing of the archive was there yet. */
export function isAllLater(archive: Archive, marketTime: Date): boolean {
  return [...archive.threads].every(
    ([id, thread]) => postAsOf(id, thread, visibleComments(thread, marketTime), marketTime) === null,
  );
}

/** Up to `limit` comments of a post as of `marketTime`, with depths; those with the most discussion first to stay. */
export function commentsAsOf(archive: Archive, postId: string, marketTime: Date, limit: number): RedditComment[] {
  const thread = archive.threads.get(postId);
  if (!thread) return [];
  const comments = withDepths(visibleComments(thread, marketTime));
  return comments.length <= limit ? comments : mostDiscussed(comments, limit);
}

function hotter(a: VisibleThread, b: VisibleThread): number {
  const time = ({ post }: VisibleThread) => post.createdAt?.getTime() ?? 0;
  return (
    b.recent - a.recent ||
    b.post.totalComments - a.post.totalComments ||
    time(b) - time(a) ||
    (a.post.id < b.post.id ? -1 : 1)
  );
}

/** A post that is newer than the market time hides its comments; a comment under an undated one obeys its own time. */
function visibleComments(thread: ArchiveThread, marketTime: Date): ArchiveComment[] {
  if (isLater(thread.post?.createdAt, marketTime)) return [];
  return thread.comments.filter((comment) => !isLater(comment.createdAt, marketTime));
}

function isLater(time: Date | null | undefined, marketTime: Date): boolean {
  return time instanceof Date && time.getTime() > marketTime.getTime();
}

function postAsOf(id: string, thread: ArchiveThread, comments: ArchiveComment[], marketTime: Date): RedditPost | null {
  if (thread.post) return isLater(thread.post.createdAt, marketTime) ? null : thread.post;
  return comments.length === 0 ? null : madePost(id, comments);
}

/** The post of a thread that has no row: named by the address of one of its comments. */
function madePost(id: string, comments: ArchiveComment[]): RedditPost {
  const permalink = comments.find((comment) => comment.permalink !== null)?.permalink;
  const thread = permalink ? threadOf(permalink) : null;
  const unnamed = id === orphanThread ? "Comments whose thread is not in the archive" : `Thread ${id}`;
  return {
    id,
    title: cleanText(thread?.title ?? unnamed, "title"),
    selftext: "",
    author: "[deleted]",
    upvotes: 0,
    totalComments: 0,
    createdAt: null,
    permalink: thread?.permalink ?? `/comments/${id}/`,
    url: null,
    galleryUrls: [],
  };
}

/** Depth counted from the parents; one that is not there is a comment all the same, so its replies are at least at 1. */
function withDepths(comments: ArchiveComment[]): RedditComment[] {
  const parents = new Map(comments.map(({ id, parentId }) => [id, parentId]));
  const depths = new Map<string, number>();
  const depthOf = (id: string): number => {
    const above: string[] = [];
    let at: string | null | undefined = id;
    // The file may hold a circle of parents: no id is visited twice.
    while (typeof at === "string" && parents.has(at) && !depths.has(at) && !above.includes(at)) {
      above.push(at);
      at = parents.get(at);
    }
    let depth = at === null ? -1 : at === undefined ? 0 : (depths.get(at) ?? 0);
    for (const each of above.reverse()) depths.set(each, ++depth);
    return depths.get(id) ?? 0;
  };
  return comments.map(({ permalink: _, ...comment }) => ({ ...comment, depth: depthOf(comment.id) }));
}

/** By score × direct replies (spec pipeline 2.5), each with the parents that its chain needs. */
function mostDiscussed(comments: RedditComment[], limit: number): RedditComment[] {
  const byId = new Map(comments.map((comment) => [comment.id, comment]));
  const replies = new Map<string, number>();
  for (const { parentId } of comments) {
    if (parentId !== null) replies.set(parentId, (replies.get(parentId) ?? 0) + 1);
  }
  const weight = ({ id, score }: RedditComment) => Math.max(score, 0) * (replies.get(id) ?? 0);
  const ranked = [...comments].sort(
    (a, b) => weight(b) - weight(a) || (replies.get(b.id) ?? 0) - (replies.get(a.id) ?? 0) || b.score - a.score,
  );
  const kept = new Set<RedditComment>();
  for (const comment of ranked) {
    const chain = chainOf(comment, byId, kept);
    if (kept.size + chain.length > limit) continue;
    for (const each of chain) kept.add(each);
  }
  return [...kept];
}

/** A comment and the parents above it that are not kept yet. The file may hold a circle of parents. */
function chainOf(
  comment: RedditComment,
  byId: ReadonlyMap<string, RedditComment>,
  kept: ReadonlySet<RedditComment>,
): RedditComment[] {
  const chain: RedditComment[] = [];
  let at: RedditComment | undefined = comment;
  while (at && !kept.has(at) && !chain.includes(at)) {
    chain.push(at);
    at = at.parentId === null ? undefined : byId.get(at.parentId);
  }
  return chain;
}
