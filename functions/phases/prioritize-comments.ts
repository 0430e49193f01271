import { postsInput } from "../../lib/analysis/comments/annotated.ts";
import { analysisRun } from "../../lib/analysis/run.ts";
import { prioritizeComments } from "../../lib/analysis/selection/prioritize-comments.ts";
import { phase } from "../../lib/runs/phases/phase.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = phase(
  analysisRun,
  { state: "PrioritizeComments", number: 2, input: postsInput },
  loadServices,
  prioritizeComments,
);
