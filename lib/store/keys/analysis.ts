import { type IndexKeys, keyIn } from "./key.ts";
import { runKeys } from "./runs.ts";

/**
 * What an analysis reads, and the signals it finds. Its runs lie under `RUN`, `RUNS` and `RUNNING`.
 *
 * | what              | pk                          | sk                     | index: pk / sk                              |
 * | ----------------- | --------------------------- | ---------------------- | ------------------------------------------- |
 * | run lock          | r#LOCK                      | ANALYSIS               |                                             |
 * | comment of a run  | r#RUN#id#POST#postId        | COMMENT#commentId      |                                             |
 * | post              | r#POST#redditId             | POST                   |                                             |
 * | comment           | r#COMMENT#redditId          | COMMENT                |                                             |
 * | author            | r#AUTHOR#username           | AUTHOR                 | gsi1 r#AUTHORS / trust#username ·           |
 * |                   |                             |                        | gsi2 r#AUTHORS / skill#username             |
 * | sums over authors | r#AUTHORS                   | POPULATION             |                                             |
 * | mention           | r#MENTION#ticker            | day#commentId          |                                             |
 * | signal            | r#SIGNALS#day               | SIGNAL#id              | gsi1 r#SIGNALS · gsi2 r#SIGNALS#ticker ·    |
 * |                   |                             |                        | gsi3 r#SIGNALS#type; each / day#confidence#id |
 * | former signal     | r#SIGNAL#id                 | SIGNAL                 | as a signal; only read                      |
 * | signal outcome    | r#SIGNALS#day               | OUTCOME#id#portfolio   |                                             |
 * | model spend       | r#SPEND                     | yyyy-mm                |                                             |
 */
export function analysisKeys(realm: string) {
  const key = keyIn(realm);
  return {
    ...runKeys(realm, { item: "RUN", list: "RUNS", active: "RUNNING" }),
    lock: () => key("LOCK", "ANALYSIS"),
    runComment: (id: string, postId: string, commentId: string) =>
      key(`RUN#${id}#POST#${postId}`, `COMMENT#${commentId}`),

    post: (id: string) => key(`POST#${id}`, "POST"),
    comment: (id: string) => key(`COMMENT#${id}`, "COMMENT"),
    author: (username: string) => key(`AUTHOR#${username}`, "AUTHOR"),
    authorIndex: (author: { username: string; trust_score: number; ranked_skill?: number | null | undefined }) => {
      // From 0 to 2, so that text order is number order; "-" sorts before all digits.
      const skill = typeof author.ranked_skill === "number" ? (author.ranked_skill + 1).toFixed(3) : "-";
      return {
        gsi1pk: `${realm}#AUTHORS`,
        gsi1sk: `${author.trust_score.toFixed(3)}#${author.username}`,
        gsi2pk: `${realm}#AUTHORS`,
        gsi2sk: `${skill}#${author.username}`,
      } satisfies IndexKeys;
    },
    population: () => key("AUTHORS", "POPULATION"),
    mention: (ticker: string, day: string, commentId: string) => key(`MENTION#${ticker}`, `${day}#${commentId}`),

    /** Where signals were before there was paper trading; read only. */
    formerSignal: (id: string) => key(`SIGNAL#${id}`, "SIGNAL"),
    // The id begins with the day; anything else that is asked for is under no day.
    signal: (id: string) => key(`SIGNALS#${id.slice(0, 10)}`, `SIGNAL#${id}`),
    signalOutcome: (signalId: string, portfolio: string) =>
      key(`SIGNALS#${signalId.slice(0, 10)}`, `OUTCOME#${signalId}#${portfolio}`),
    signalIndex: (signal: {
      id: string;
      ticker: string;
      signal_type: string;
      signal_date: string;
      confidence: number;
    }) => {
      // Seven digits, so that text order is number order; confidences have at most six decimals.
      const confidence = String(Math.round(signal.confidence * 1e6)).padStart(7, "0");
      const place = `${signal.signal_date}#${confidence}#${signal.id}`;
      return {
        gsi1pk: `${realm}#SIGNALS`,
        gsi1sk: place,
        gsi2pk: `${realm}#SIGNALS#${signal.ticker}`,
        gsi2sk: place,
        gsi3pk: `${realm}#SIGNALS#${signal.signal_type}`,
        gsi3sk: place,
      } satisfies IndexKeys;
    },

    spend: (month: string) => key("SPEND", month),
  };
}
