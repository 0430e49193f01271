import * as z from "zod";
import { parentChainEntrySchema } from "../comments/comment.ts";

/** A fetched comment in its place in the tree of its post, as it waits for Phase 2. */
export const fetchedCommentSchema = z.object({
  id: z.string(),
  /** Null for a top-level comment and where the parent is unknown. */
  parentId: z.string().nullable(),
  author: z.string(),
  body: z.string(),
  /** The body was longer than 10,000 characters and is cut. */
  truncated: z.boolean(),
  score: z.number().int(),
  createdAt: z.string().nullable(),
  /** 0 for a top-level comment. */
  depth: z.number().int(),
  directReplyCount: z.number().int(),
  /** Immediate parent first. */
  parentChain: z.array(parentChainEntrySchema),
});

export type FetchedComment = z.infer<typeof fetchedCommentSchema>;

/** What the tree of a post's comments is made from. */
export type TreeComment = Omit<FetchedComment, "truncated" | "directReplyCount" | "parentChain">;

/** Where the fetched comments of a post lie. */
export function fetchedName(runId: string, postId: string): string {
  return `${runId}/fetched/${postId}`;
}
