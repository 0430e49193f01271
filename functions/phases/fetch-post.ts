import { fetchPost, fetchPostInput } from "../../lib/analysis/posts/fetch-post.ts";
import { analysisRun } from "../../lib/analysis/run.ts";
import { phase } from "../../lib/runs/phases/phase.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = phase(
  analysisRun,
  { state: "FetchPost", number: 1, input: fetchPostInput, iteration: ({ postId }) => postId, parallel: true },
  loadServices,
  fetchPost,
);
