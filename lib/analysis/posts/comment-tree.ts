import { truncate } from "../../runtime/text.ts";
import type { ParentChainEntry } from "../comments/comment.ts";
import type { FetchedComment, TreeComment } from "./fetched-comments.ts";

const longestBody = 10_000;
/** What a prompt shows of an ancestor (spec ai 2); more of it would only swell every reply's item. */
const longestAncestor = 200;
/** The nearest ones: with all of a thread that goes on for hundreds, a run's comments would not fit into the table. */
const mostAncestors = 50;
const goneBodies = new Set(["", "[deleted]", "[removed]", "[ removed by reddit ]"]);

/** Whether nothing is left of what the author wrote. */
export function isGone(body: string): boolean {
  return goneBodies.has(body.trim().toLowerCase());
}

/**
 * The `limit` comments of a post to be looked at, by `score × direct replies` descending (spec pipeline 2.5, 2.6).
 * Each id counts once, the first wins. Deleted comments take part like any other: they are replies to their parents and
 * ancestors of theirs. Ties: the higher score, then the smaller id.
 */
export function placeComments(comments: readonly TreeComment[], limit: number): FetchedComment[] {
  const byId = firstById(comments);
  const replies = directReplyCounts(byId.values());
  return [...byId.values()]
    .map((comment) => ({ comment, rank: comment.score * (replies.get(comment.id) ?? 0) }))
    .sort((a, b) => b.rank - a.rank || b.comment.score - a.comment.score || (a.comment.id < b.comment.id ? -1 : 1))
    .slice(0, limit)
    .map(({ comment }) => ({
      ...comment,
      body: truncate(comment.body, longestBody),
      truncated: comment.body.length > longestBody,
      directReplyCount: replies.get(comment.id) ?? 0,
      parentChain: parentChain(comment, byId),
    }));
}

function firstById(comments: readonly TreeComment[]): Map<string, TreeComment> {
  const byId = new Map<string, TreeComment>();
  for (const comment of comments) if (!byId.has(comment.id)) byId.set(comment.id, comment);
  return byId;
}

function directReplyCounts(comments: Iterable<TreeComment>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { id, parentId } of comments) {
    if (parentId !== null && parentId !== id) counts.set(parentId, (counts.get(parentId) ?? 0) + 1);
  }
  return counts;
}

/** Ends at the root, after so many, at an ancestor that was not fetched, or where a damaged archive makes a comment its own ancestor. */
function parentChain(comment: TreeComment, byId: ReadonlyMap<string, TreeComment>): ParentChainEntry[] {
  const chain: ParentChainEntry[] = [];
  const seen = new Set([comment.id]);
  let parent = comment.parentId === null ? undefined : byId.get(comment.parentId);
  while (parent !== undefined && !seen.has(parent.id) && chain.length < mostAncestors) {
    seen.add(parent.id);
    chain.push({
      id: parent.id,
      body: truncate(parent.body, longestAncestor),
      depth: parent.depth,
      author: parent.author,
    });
    parent = parent.parentId === null ? undefined : byId.get(parent.parentId);
  }
  return chain;
}
