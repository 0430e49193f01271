import * as z from "zod";

/** A post as it is stored and refreshed by every run that lists it (spec data-model 3). Times are ISO-8601 UTC. */
export const postSchema = z.object({
  id: z.string(),
  title: z.string(),
  selftext: z.string(),
  author: z.string(),
  upvotes: z.number().int(),
  total_comments: z.number().int(),
  permalink: z.string(),
  /** The first of `image_urls`, null without an image. */
  image_url: z.string().nullable(),
  image_urls: z.array(z.string()),
  /** What the vision model saw; null without an image and where it failed. */
  image_analysis: z.string().nullable(),
  fetched_at: z.string(),
});

export type Post = z.infer<typeof postSchema>;
