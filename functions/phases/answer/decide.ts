import { decide } from "../../../lib/answers/deciding/decide.ts";
import { roundInput } from "../../../lib/answers/research/merge-excerpts.ts";
import { answerRun } from "../../../lib/answers/run.ts";
import { phase } from "../../../lib/runs/phases/phase.ts";
import { loadServices } from "../../../lib/services.ts";

export const handler = phase(
  answerRun,
  { state: "Decide", number: 3, input: roundInput, iteration: ({ round }) => String(round) },
  loadServices,
  decide,
);
