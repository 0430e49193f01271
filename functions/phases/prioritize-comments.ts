import { postsInput } from "../../lib/analysis/comments/annotated.ts";
import { prioritizeComments } from "../../lib/analysis/selection/prioritize-comments.ts";
import { phase } from "../../lib/runs/phase.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = phase(
  { state: "PrioritizeComments", number: 2, input: postsInput },
  loadServices,
  prioritizeComments,
);
