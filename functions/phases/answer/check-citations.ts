import { answerRun } from "../../../lib/answers/run.ts";
import { checkCitations } from "../../../lib/answers/writing/check-citations.ts";
import { draftInput } from "../../../lib/answers/writing/draft-input.ts";
import { phase } from "../../../lib/runs/phases/phase.ts";
import { loadServices } from "../../../lib/services.ts";

export const handler = phase(
  answerRun,
  { state: "CheckCitations", number: 5, input: draftInput, iteration: ({ draft }) => String(draft) },
  loadServices,
  checkCitations,
);
