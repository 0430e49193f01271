import { analyzePost, analyzePostInput } from "../../lib/analysis/annotation/analyze-post.ts";
import { analysisRun } from "../../lib/analysis/run.ts";
import { phase } from "../../lib/runs/phases/phase.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = phase(
  analysisRun,
  {
    state: "AnalyzePost",
    number: 3,
    input: analyzePostInput,
    iteration: ({ postId }) => postId,
    progress: ({ toAnalyze }) => ({ current: 0, total: toAnalyze }),
  },
  loadServices,
  analyzePost,
);
