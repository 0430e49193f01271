import { failAnswer } from "../../../lib/answers/end.ts";
import { loadServices } from "../../../lib/services.ts";

export const handler = failAnswer(loadServices);
