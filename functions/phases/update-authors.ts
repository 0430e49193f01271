import { postsInput } from "../../lib/analysis/comments/annotated.ts";
import { analysisRun } from "../../lib/analysis/run.ts";
import { phase } from "../../lib/runs/phases/phase.ts";
import { loadServices } from "../../lib/services.ts";
import { updateAuthors } from "../../lib/trading/authors/update-authors.ts";

export const handler = phase(
  analysisRun,
  { state: "UpdateAuthors", number: 7, input: postsInput },
  loadServices,
  updateAuthors,
);
