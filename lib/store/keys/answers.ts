import { keyIn } from "./key.ts";
import { runKeys } from "./runs.ts";

/**
 * Answer runs: the patterns of `runs.ts` with the words ANSWER, ANSWERS and ANSWERING, and
 *
 * | what              | pk                          | sk                     | index: pk / sk                              |
 * | ----------------- | --------------------------- | ---------------------- | ------------------------------------------- |
 * | spend of an answer | r#ANSWER#id                | SPEND                  |                                             |
 */
export function answerKeys(realm: string) {
  const key = keyIn(realm);
  return {
    answers: runKeys(realm, { item: "ANSWER", list: "ANSWERS", active: "ANSWERING", byStart: true }),
    /** What its calls of the model have cost, and may cost at most. */
    answerSpend: (id: string) => key(`ANSWER#${id}`, "SPEND"),
  };
}
