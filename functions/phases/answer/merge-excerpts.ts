import { mergeExcerpts, roundInput } from "../../../lib/answers/research/merge-excerpts.ts";
import { answerRun } from "../../../lib/answers/run.ts";
import { phase } from "../../../lib/runs/phases/phase.ts";
import { loadServices } from "../../../lib/services.ts";

export const handler = phase(
  answerRun,
  { state: "MergeExcerpts", number: 2, input: roundInput, iteration: ({ round }) => String(round) },
  loadServices,
  mergeExcerpts,
);
