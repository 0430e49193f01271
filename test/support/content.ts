import type { RedditPost } from "../../lib/providers/reddit/source.ts";
import type { StandInComment, StandInContent } from "../../localstack/standins/reddit/wire.ts";

const at = new Date("2026-03-02T14:00:00Z");

/** A post with nothing special about it. */
export function post(id: string, more: Partial<RedditPost> = {}): RedditPost {
  return {
    id,
    title: `Post ${id}`,
    selftext: "",
    author: "poster",
    upvotes: 100,
    totalComments: 10,
    createdAt: at,
    permalink: `/r/wallstreetbets/comments/${id}/`,
    url: null,
    galleryUrls: [],
    ...more,
  };
}

/** A top-level comment. */
export function comment(id: string, postId: string, body: string, more: Partial<StandInComment> = {}): StandInComment {
  return { id, postId, parentId: null, author: `author_${id}`, body, score: 1, createdAt: at, depth: 0, ...more };
}

/** `posts` posts with `commentsEach` different comments, for load. */
export function bulk(posts: number, commentsEach: number, body: (number: number) => string): StandInContent {
  const ids = Array.from({ length: posts }, (_, index) => `p${index}`);
  return {
    posts: ids.map((id) => post(id, { totalComments: commentsEach })),
    comments: ids.flatMap((id, postIndex) =>
      Array.from({ length: commentsEach }, (_, index) =>
        comment(`c${postIndex}x${index}`, id, body(postIndex * commentsEach + index)),
      ),
    ),
  };
}

/** A reason that counts as one: with figures of its own. */
export const because = "because short interest is 30% of the float and revenue grew 20% last quarter";

/** Two comments with reasons: as much as a quality signal needs. */
export const twoReasons: StandInContent = {
  posts: [post("p1")],
  comments: [
    comment("a1", "p1", `Bought more GME calls ${because}.`),
    comment("a2", "p1", `GME is going up ${because}, I am long.`),
  ],
};
