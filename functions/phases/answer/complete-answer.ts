import { completeAnswer } from "../../../lib/answers/end.ts";
import { loadServices } from "../../../lib/services.ts";

export const handler = completeAnswer(loadServices);
