import { answerRun } from "../../../lib/answers/run.ts";
import { draftInput } from "../../../lib/answers/writing/draft-input.ts";
import { writeAnswer } from "../../../lib/answers/writing/write-answer.ts";
import { phase } from "../../../lib/runs/phases/phase.ts";
import { loadServices } from "../../../lib/services.ts";

export const handler = phase(
  answerRun,
  { state: "WriteAnswer", number: 4, input: draftInput, iteration: ({ draft }) => String(draft) },
  loadServices,
  writeAnswer,
);
