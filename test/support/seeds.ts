import type { StoredComment } from "../../lib/analysis/comments/comment.ts";
import type { Signal } from "../../lib/analysis/signals/signal.ts";
import type { Services } from "../../lib/services.ts";
import { put, update } from "../../lib/store/actions.ts";

/** A signal with nothing special about it. */
export const signalOf = (more: Partial<Signal> = {}): Signal => {
  const signal = {
    ticker: "GME",
    signal_type: "quality" as const,
    signal_date: "2026-03-02",
    prediction: "bullish" as const,
    confidence: 0.75,
    comment_count: 2,
    sentiment_score: 0.5,
    has_reasoning: true,
    is_emergence: null,
    prior_7d_mentions: 4,
    distinct_users: 2,
    position_opened: false,
    comment_ids: ["c2", "c1"],
    analysis_run_id: "RUN",
    created_at: "2026-03-02T15:00:00.000Z",
    updated_at: null,
    ...more,
  };
  return { id: `${signal.signal_date}.${signal.ticker}.${signal.signal_type}`, ...signal };
};
/** Stores signals with their places in the lists and their counters. */
export async function seedSignals({ store }: Pick<Services, "store">, signals: readonly Signal[]): Promise<void> {
  const { keys } = store;
  for (const signal of signals) {
    await store.transact([
      put({ ...keys.signal(signal.id), ...keys.signalIndex(signal), ...signal }),
      ...["SIGNALS", `SIGNALS#ticker=${signal.ticker}`, `SIGNALS#type=${signal.signal_type}`].map((list) =>
        update(keys.counter(list), { add: { total: 1 } }),
      ),
    ]);
  }
}
/** An analysed comment. */
export const commentOf = (id: string, more: Partial<StoredComment> = {}): StoredComment => ({
  id,
  post_id: "p1",
  analysis_run_id: "RUN",
  first_run_id: "RUN",
  author: `author_${id}`,
  body: `body of ${id}`,
  body_truncated: false,
  created_utc: "2026-03-02T14:00:00.000Z",
  score: 5,
  parent_comment_id: null,
  depth: 0,
  parent_chain: [],
  prioritization_score: 0.4,
  author_trust_score: 0.5,
  sentiment: "bullish",
  sarcasm_detected: false,
  has_reasoning: true,
  reasoning_summary: "because",
  ai_confidence: 0.8,
  ticker_sentiments: [
    { ticker: "GME", sentiment: "bullish" },
    { ticker: "AMC", sentiment: "bearish" },
  ],
  analyzed_at: "2026-03-02T15:00:00.000Z",
  prompt_version: "1",
  ...more,
});
export const seedComments = ({ store }: Pick<Services, "store">, comments: readonly StoredComment[]) =>
  store.putMany(comments.map((comment) => ({ ...store.keys.comment(comment.id), ...comment })));
