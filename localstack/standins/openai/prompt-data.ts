import * as z from "zod";

/** What the annotator reads of one comment call. */
export interface CommentData {
  postTitle: string;
  /** Root first. */
  parents: string[];
  /** 0 to 1. */
  authorTrust: number;
  comment: string;
}

const blockSchema = z.object({
  post_title: z.string().default(""),
  parent_chain: z.array(z.object({ text: z.string() })).default([]),
  author_trust: z.coerce.number().default(0.5),
  comment: z.string(),
});

/** The data block at the end of a user message; a message without one is taken whole as the comment. */
export function readCommentData(message: string): CommentData {
  const block = dataBlock(message);
  if (!block) return { postTitle: "", parents: [], authorTrust: 0.5, comment: message };
  return {
    postTitle: block.post_title,
    parents: block.parent_chain.map(({ text }) => text),
    authorTrust: block.author_trust,
    comment: block.comment,
  };
}

function dataBlock(message: string): z.infer<typeof blockSchema> | undefined {
  const json = /<<<DATA\n(.*)\nDATA>>>\s*$/s.exec(message)?.[1];
  if (json === undefined) return undefined;
  try {
    return blockSchema.safeParse(JSON.parse(json)).data;
  } catch {
    return undefined;
  }
}
