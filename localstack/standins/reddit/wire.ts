import type { RedditComment, RedditPost } from "../../../lib/providers/reddit/source.ts";

export interface StandInComment extends RedditComment {
  /** Left out of the tree: a "more comments" stub names it instead. */
  hidden?: boolean;
}

export interface StandInContent {
  /** Hottest first. */
  posts: RedditPost[];
  comments: StandInComment[];
}

/** How texts leave: escaped, unless the client asked for raw JSON. */
export type Encode = (text: string) => string;

export const asIs: Encode = (text) => text;

export const escaped: Encode = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** Below this depth Reddit shows "continue this thread". */
const deepestShown = 9;

export function listing(children: unknown[]): object {
  return { kind: "Listing", data: { modhash: "", children, after: null, before: null, dist: children.length } };
}

export function postThing(post: RedditPost, subreddit: string, encode: Encode): object {
  const isSelf = post.url === null && post.galleryUrls.length === 0;
  const page = `https://www.reddit.com${post.permalink}`;
  return {
    kind: "t3",
    data: {
      id: post.id,
      name: `t3_${post.id}`,
      subreddit,
      subreddit_name_prefixed: `r/${subreddit}`,
      title: encode(post.title),
      selftext: encode(post.selftext),
      author: post.author,
      score: post.upvotes,
      ups: post.upvotes,
      downs: 0,
      num_comments: post.totalComments,
      ...times(post.createdAt),
      permalink: post.permalink,
      url: encode(post.url ?? page),
      is_self: isSelf,
      domain: isSelf ? `self.${subreddit}` : new URL(post.url ?? page).hostname,
      stickied: post.author === "AutoModerator",
      over_18: false,
      locked: false,
      ...gallery(post, encode),
    },
  };
}

function gallery(post: RedditPost, encode: Encode): object {
  if (post.galleryUrls.length === 0) return {};
  const media = post.galleryUrls.map((url, index) => ({ id: `${post.id}m${index}`, url }));
  return {
    is_gallery: true,
    gallery_data: { items: media.map(({ id }, index) => ({ media_id: id, id: index + 1 })) },
    media_metadata: Object.fromEntries(
      media.map(({ id, url }) => [id, { status: "valid", e: "Image", m: "image/jpg", id, s: { u: encode(url) } }]),
    ),
  };
}

function times(createdAt: Date | null): object {
  const seconds = Math.floor((createdAt?.getTime() ?? 0) / 1000);
  return { created: seconds, created_utc: seconds };
}

/** A thread's comments as Reddit nests them. */
export function commentForest(postId: string, comments: StandInComment[], encode: Encode) {
  const ids = new Set(comments.map(({ id }) => id));
  const byParent = new Map<string, StandInComment[]>();
  for (const comment of comments) {
    const parent = comment.parentId !== null && ids.has(comment.parentId) ? comment.parentId : postId;
    byParent.set(parent, [...(byParent.get(parent) ?? []), comment]);
  }
  for (const siblings of byParent.values()) siblings.sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
  const repliesTo = (id: string) => byParent.get(id) ?? [];
  const sizeOf = (comment: StandInComment): number =>
    1 + repliesTo(comment.id).reduce((sum, reply) => sum + sizeOf(reply), 0);

  /** Best first, at most `left.count` comments; what does not fit or is hidden goes behind one stub per parent. */
  function branch(parentId: string, depth: number, left: { count: number }): object[] {
    const siblings = repliesTo(parentId);
    const parentName = nameAbove(parentId, depth);
    if (depth > deepestShown && siblings.length > 0) return [stub([], 0, parentName, depth)];
    const children: object[] = [];
    const behind: StandInComment[] = [];
    for (const comment of siblings) {
      if (comment.hidden || left.count <= 0) {
        behind.push(comment);
        continue;
      }
      left.count--;
      children.push(commentThing(comment, depth, parentName, encode, branch(comment.id, depth + 1, left)));
    }
    const count = behind.reduce((sum, comment) => sum + sizeOf(comment), 0);
    if (count > 0) children.push(stub(behind, count, parentName, depth));
    return children;
  }

  /** The comments of a stub with all their replies, one after the other, as `/api/morechildren` gives them. */
  function flat(wanted: readonly string[]): object[] {
    const all = (comment: StandInComment, depth: number): object[] => {
      const parentName = comment.parentId !== null ? `t1_${comment.parentId}` : `t3_${postId}`;
      return [
        commentThing(comment, depth, parentName, encode, []),
        ...repliesTo(comment.id).flatMap((reply) => all(reply, depth + 1)),
      ];
    };
    return comments.filter(({ id }) => wanted.includes(id)).flatMap((comment) => all(comment, comment.depth));
  }

  return { tree: (limit: number) => branch(postId, 0, { count: limit }), flat };
}

/** A comment at depth 0 answers the post. */
function nameAbove(parentId: string, depth: number): string {
  return `${depth === 0 ? "t3" : "t1"}_${parentId}`;
}

function commentThing(
  comment: StandInComment,
  depth: number,
  parentName: string,
  encode: Encode,
  replies: object[],
): object {
  return {
    kind: "t1",
    data: {
      id: comment.id,
      name: `t1_${comment.id}`,
      link_id: `t3_${comment.postId}`,
      parent_id: parentName,
      author: comment.author,
      body: encode(comment.body),
      body_html: encode(`<div class="md"><p>${escaped(comment.body)}</p>\n</div>`),
      score: comment.score,
      ups: comment.score,
      downs: 0,
      ...times(comment.createdAt),
      depth,
      stickied: false,
      replies: replies.length === 0 ? "" : listing(replies),
    },
  };
}

/** Without children it is "continue this thread", whose id Reddit gives as an underscore. */
function stub(behind: StandInComment[], count: number, parentName: string, depth: number): object {
  const id = behind[0]?.id ?? "_";
  return {
    kind: "more",
    data: { count, id, name: `t1_${id}`, parent_id: parentName, depth, children: behind.map((comment) => comment.id) },
  };
}
