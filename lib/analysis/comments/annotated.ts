import * as z from "zod";
import type { Store } from "../../store/table.ts";
import { commentSchema, runCommentSchema, type StoredComment } from "./comment.ts";

/** A comment with its annotation, and whether this very run annotated it. */
export interface AnnotatedComment {
  comment: StoredComment;
  isNew: boolean;
}

/**
 * The annotated comments of a run, new and known alike, in the order of posts and their members; for the
 * phases after the model's, those of other rooms too.
 */
export async function readAnnotatedComments(
  { services, runId }: { services: { store: Store }; runId: string },
  posts: readonly string[],
): Promise<AnnotatedComment[]> {
  const { store } = services;
  const members = [];
  for (const postId of posts) {
    const { pk } = store.keys.runComment(runId, postId, "");
    members.push(...(await store.queryAll({ pk, prefix: "COMMENT#" }, runCommentSchema)));
  }
  const annotated = members.filter((member) => member.state === "analyzed" || member.state === "known");
  const found = await store.getMany(
    annotated.map((member) => store.keys.comment(member.comment_id)),
    commentSchema,
  );
  const comments = new Map(found.map((comment) => [comment.id, comment]));
  return annotated.flatMap(({ comment_id, state }) => {
    const comment = comments.get(comment_id);
    return comment ? { comment, isNew: state === "analyzed" } : [];
  });
}

export const postsInput = z.object({ posts: z.array(z.string()).max(100) });
