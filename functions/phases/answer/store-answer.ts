import { answerRun } from "../../../lib/answers/run.ts";
import { storeAnswer } from "../../../lib/answers/writing/store-answer.ts";
import { phase } from "../../../lib/runs/phases/phase.ts";
import { loadServices } from "../../../lib/services.ts";

export const handler = phase(answerRun, { state: "StoreAnswer", number: 6 }, loadServices, storeAnswer);
