import * as z from "zod";
import { parentChainEntrySchema } from "../comments/comment.ts";

/** A fetched comment as it waits for Phase 2. */
export const fetchedCommentSchema = z.object({
  id: z.string(),
  parentId: z.string().nullable(),
  author: z.string(),
  body: z.string(),
  truncated: z.boolean(),
  score: z.number().int(),
  createdAt: z.string().nullable(),
  depth: z.number().int(),
  directReplyCount: z.number().int(),
  parentChain: z.array(parentChainEntrySchema),
});

export type FetchedComment = z.infer<typeof fetchedCommentSchema>;

/** Where the fetched comments of a post lie. */
export function fetchedName(runId: string, postId: string): string {
  return `${runId}/fetched/${postId}`;
}
