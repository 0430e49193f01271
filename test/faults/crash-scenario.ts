import { commentSchema, type StoredComment } from "../../lib/analysis/records.ts";
import { openRealm } from "../../lib/runs/realm.ts";
import type { Services } from "../../lib/services.ts";
import { update } from "../../lib/store/actions.ts";
import type { StandInContent } from "../../localstack/standins/reddit/wire.ts";
import { comment, post } from "../support/content.ts";

const squeeze = "because short interest is 30% of the float and revenue grew 20% last quarter";

/** Two posts with eleven comments on three tickers: two are known from an earlier run, one is answered badly. */
export const crashContent: StandInContent = {
  posts: [post("p1", { title: "What are you buying today?" }), post("p2", { title: "Earnings this week" })],
  comments: [
    comment("a1", "p1", `Bought more GME calls ${squeeze}.`),
    comment("a2", "p1", `GME is going up ${squeeze}, I am long.`),
    comment("a3", "p1", "GME to the moon"),
    comment("a4", "p1", "Buying GME shares", { parentId: "a1", depth: 1 }),
    comment("a5", "p1", "Long GME"),
    comment("a6", "p1", "What time does the market open?"),
    comment("b1", "p2", "I bought NVDA puts because demand is weak and revenue fell 8% last quarter."),
    comment("b2", "p2", "I am short NVDA because demand is weak and inventory doubled to $9B."),
    comment("b3", "p2", "AMD looks good"),
    comment("b4", "p2", "this one is answered badly"),
    comment("b5", "p2", "I like pizza"),
  ],
};

export const badlyAnswered = "this one is answered badly";

/** A realm in which the earlier run has left what it knows, and in which a small crowd is a consensus. */
export async function seedCrashScenario(services: Services): Promise<void> {
  const { store } = services;
  await openRealm(services);
  const settings = { consensus_min_comments: "4", consensus_min_users: "4", system_start_date: "2026-02-01" };
  await store.transact(
    Object.entries(settings).map(([name, value]) => update(store.keys.configuration(name), { set: { value } })),
  );
  const known = [knownComment("a5", "p1", "GME", "Long GME"), knownComment("b3", "p2", "AMD", "AMD looks good")];
  await store.putMany(known.map((each) => ({ ...store.keys.comment(each.id), ...each })));
}

function knownComment(id: string, postId: string, ticker: string, body: string): StoredComment {
  return commentSchema.parse({
    id,
    post_id: postId,
    analysis_run_id: "01EARLIER0000000000000000X",
    first_run_id: "01EARLIER0000000000000000X",
    author: `author_${id}`,
    body,
    created_utc: "2026-03-02T14:00:00.000Z",
    score: 1,
    parent_comment_id: null,
    depth: 0,
    parent_chain: [],
    prioritization_score: 0.15,
    author_trust_score: 0.5,
    sentiment: "bullish",
    sarcasm_detected: false,
    has_reasoning: false,
    reasoning_summary: null,
    ai_confidence: 0.7,
    ticker_sentiments: [{ ticker, sentiment: "bullish" }],
    analyzed_at: "2026-03-01T15:30:00.000Z",
    prompt_version: "comment-1",
  });
}
