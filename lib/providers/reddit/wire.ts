import * as z from "zod";
import type { RedditComment, RedditPost } from "./source.ts";
import { authorName, cleanText, redditId } from "./text.ts";
import { wholeNumber } from "./values.ts";

/** A "more comments" stub: children that the tree left out. */
export interface MoreStub {
  parentId: string | null;
  /** Comments behind it, as Reddit counts them. */
  count: number;
  children: string[];
}

/** What an answer with comments held, in the order of the page: parents before their replies. */
export interface CommentPage {
  comments: RedditComment[];
  stubs: MoreStub[];
  /** Children that were no readable comment. */
  skipped: number;
}

const lenientNumber = z.unknown().optional().transform(wholeNumber);
const lenientText = z.string().catch("");
const lenientAuthor = z.string().nullish().catch(null);
const fullname = /^t[13]_(.+)$/;

const thing = z.object({ kind: z.string(), data: z.unknown().optional() });
const listing = z.object({ kind: z.literal("Listing"), data: z.object({ children: z.array(z.unknown()) }) });

const galleryEntry = z.object({ media_id: z.string() });
const galleryMedia = z.object({ s: z.object({ u: z.string() }) });

const postData = z.object({
  id: z.string().regex(redditId),
  title: lenientText,
  selftext: lenientText,
  author: lenientAuthor,
  score: lenientNumber,
  num_comments: lenientNumber,
  created_utc: z.unknown().optional(),
  permalink: lenientText,
  is_self: z.boolean().catch(false),
  url: z.string().nullish().catch(null),
  gallery_data: z
    .object({ items: z.array(z.unknown()) })
    .nullish()
    .catch(null),
  media_metadata: z.record(z.string(), z.unknown()).nullish().catch(null),
});

const commentData = z.object({
  id: z.string().regex(redditId),
  parent_id: z.string().nullish().catch(null),
  author: lenientAuthor,
  body: z.string(),
  score: lenientNumber,
  created_utc: z.unknown().optional(),
  replies: z.unknown().optional(),
});

const moreData = z.object({
  parent_id: z.string().nullish().catch(null),
  count: lenientNumber,
  children: z.array(z.string().regex(redditId)).catch([]),
});

const moreChildrenAnswer = z.object({
  json: z.object({
    errors: z.array(z.unknown()).catch([]),
    data: z.object({ things: z.array(z.unknown()) }).optional(),
  }),
});

/** The posts of a listing, each id once, and how many children were unreadable. Null where it is no listing at all. */
export function readListing(answer: unknown): { posts: RedditPost[]; skipped: number } | null {
  const page = listing.safeParse(answer);
  if (!page.success) return null;
  const posts = new Map<string, RedditPost>();
  let skipped = 0;
  for (const child of page.data.data.children) {
    const post = readPost(child);
    if (post === null) skipped++;
    else if (!posts.has(post.id)) posts.set(post.id, post);
  }
  return { posts: [...posts.values()], skipped };
}

/** The comments of a `/comments/{id}` answer: the post's listing and the tree's. Null where it is neither. */
export function readCommentTree(answer: unknown, postId: string): CommentPage | null {
  const pages = z.tuple([z.unknown(), listing]).safeParse(answer);
  return pages.success ? readThings(pages.data[1].data.children, postId) : null;
}

/** The flat comments of an `/api/morechildren` answer. Null where it is none, or reports errors. */
export function readMoreChildren(answer: unknown, postId: string): CommentPage | null {
  const page = moreChildrenAnswer.safeParse(answer);
  if (!page.success || page.data.json.errors.length > 0) return null;
  return readThings(page.data.json.data?.things ?? [], postId);
}

/**
 * Each comment once, cut to `limit`, with its depth counted from its parents. A parent that was not loaded is a
 * comment all the same, so its replies are at least at depth 1.
 */
export function joinPages(pages: CommentPage[], limit: number): RedditComment[] {
  const byId = new Map<string, RedditComment>();
  for (const comment of pages.flatMap((page) => page.comments)) {
    if (byId.size >= limit) break;
    if (byId.has(comment.id)) continue;
    const parentDepth = comment.parentId === null ? -1 : (byId.get(comment.parentId)?.depth ?? 0);
    byId.set(comment.id, { ...comment, depth: parentDepth + 1 });
  }
  return [...byId.values()];
}

function readPost(child: unknown): RedditPost | null {
  const envelope = thing.safeParse(child);
  if (!envelope.success || envelope.data.kind !== "t3") return null;
  const parsed = postData.safeParse(envelope.data.data);
  if (!parsed.success) return null;
  const data = parsed.data;
  return {
    id: data.id,
    title: cleanText(data.title, "title"),
    selftext: cleanText(data.selftext, "selftext"),
    author: authorName(data.author),
    upvotes: data.score,
    totalComments: data.num_comments,
    createdAt: instant(data.created_utc),
    permalink: cleanText(data.permalink, "url"),
    // A text post's url is its own page.
    url: data.is_self || !data.url ? null : cleanText(data.url, "url"),
    galleryUrls: galleryUrls(data),
  };
}

function galleryUrls(data: z.infer<typeof postData>): string[] {
  const entries = data.gallery_data?.items ?? [];
  return entries.flatMap((item) => {
    const entry = galleryEntry.safeParse(item);
    const media = entry.success ? galleryMedia.safeParse(data.media_metadata?.[entry.data.media_id]) : undefined;
    return media?.success ? [cleanText(media.data.s.u, "url")] : [];
  });
}

/** Walks with its own stack: the depth of a hostile tree must not become the depth of our calls. */
function readThings(children: unknown[], postId: string): CommentPage {
  const page: CommentPage = { comments: [], stubs: [], skipped: 0 };
  const waiting = [...children].reverse();
  while (waiting.length > 0) {
    const envelope = thing.safeParse(waiting.pop());
    if (envelope.success && envelope.data.kind === "more") {
      readStub(envelope.data.data, page);
    } else if (envelope.success && envelope.data.kind === "t1") {
      const replies = readComment(envelope.data.data, postId, page);
      for (let index = replies.length - 1; index >= 0; index--) waiting.push(replies[index]);
    } else {
      page.skipped++;
    }
  }
  return page;
}

function readStub(data: unknown, page: CommentPage): void {
  const more = moreData.safeParse(data);
  if (!more.success) page.skipped++;
  // A stub without children is "continue this thread": another page, which is not followed.
  else if (more.data.children.length > 0) {
    page.stubs.push({
      parentId: parentComment(more.data.parent_id),
      count: more.data.count,
      children: more.data.children,
    });
  }
}

/** Adds the comment and returns its replies. */
function readComment(data: unknown, postId: string, page: CommentPage): unknown[] {
  const parsed = commentData.safeParse(data);
  if (!parsed.success) {
    page.skipped++;
    return [];
  }
  const comment = parsed.data;
  page.comments.push({
    id: comment.id,
    postId,
    parentId: parentComment(comment.parent_id),
    author: authorName(comment.author),
    body: cleanText(comment.body, "body"),
    score: comment.score,
    createdAt: instant(comment.created_utc),
    depth: 0,
  });
  const replies = listing.safeParse(comment.replies);
  return replies.success ? replies.data.data.children : [];
}

/** The parent's id if the parent is a comment; replies to the post itself have none. */
function parentComment(parentId: string | null | undefined): string | null {
  const id = parentId?.startsWith("t1_") ? fullname.exec(parentId)?.[1] : undefined;
  return id !== undefined && redditId.test(id) ? id : null;
}

function instant(seconds: unknown): Date | null {
  if (typeof seconds !== "number") return null;
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? null : date;
}
