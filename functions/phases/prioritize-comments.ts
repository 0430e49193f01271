import { postsInput } from "../../lib/analysis/acquisition.ts";
import { prioritizeComments } from "../../lib/analysis/selection.ts";
import { phase } from "../../lib/runs/phase.ts";
import { loadServices } from "../../lib/services.ts";

export const handler = phase(
  { state: "PrioritizeComments", number: 2, input: postsInput },
  loadServices,
  prioritizeComments,
);
