import { researchBatch, researchInput } from "../../../lib/answers/research/research-batch.ts";
import { answerRun } from "../../../lib/answers/run.ts";
import { phase } from "../../../lib/runs/phases/phase.ts";
import { loadServices } from "../../../lib/services.ts";

export const handler = phase(
  answerRun,
  {
    state: "ResearchBatch",
    number: 2,
    input: researchInput,
    iteration: ({ round, range }) => `${round}-${range.from}`,
    parallel: true,
  },
  loadServices,
  researchBatch,
);
