import { commentSchema, type StoredComment } from "../../lib/analysis/comments/comment.ts";
import { openRealm } from "../../lib/realm/state.ts";
import type { Services } from "../../lib/services.ts";
import { put, update } from "../../lib/store/actions.ts";
import { rollPeriods } from "../../lib/trading/evaluation/periods.ts";
import { noBenchmark } from "../../lib/trading/market/bars.ts";
import { initialPortfolios } from "../../lib/trading/positions/accounts.ts";
import type { MarketHistory } from "../../localstack/standins/market/history.ts";
import type { StandInContent } from "../../localstack/standins/reddit/wire.ts";
import { comment, post } from "../support/content.ts";
import { marketOf } from "../support/market.ts";
import { prediction } from "../support/trading.ts";
import { seedPositions, seedPredictions, stockOf } from "../support/trading-seeds.ts";

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

/** BB has fallen by a fifth since Friday; the others stand where they stood. */
export const crashMarket: MarketHistory = marketOf({
  GME: 40,
  NVDA: 130,
  AMD: 100,
  AMC: 9,
  BB: (day) => (day < "2026-03-02" ? 10 : 8),
  "^GSPC": (day) => (day < "2026-02-01" ? 6_000 : 6_120),
});

/** Friday's opening hour. */
const earlier = { entry_date: "2026-02-27", opened_at: "2026-02-27T15:30:00.000Z" };

/** One that a better signal replaces, and one that stops out; each fills its portfolio. */
const held = [
  stockOf({
    ...earlier,
    ...priced(9, 200),
    id: "2026-02-27.AMC.quality.stocks_quality",
    signal_id: "2026-02-27.AMC.quality",
    ticker: "AMC",
    confidence: 0.3,
  }),
  stockOf({
    ...earlier,
    ...priced(10, 100),
    id: "2026-02-27.BB.consensus.stocks_consensus",
    signal_id: "2026-02-27.BB.consensus",
    portfolio_id: "stocks_consensus",
    signal_type: "consensus",
    ticker: "BB",
    confidence: 0.99,
  }),
];

function priced(price: number, shares: number) {
  return {
    shares,
    shares_remaining: shares,
    position_size_cents: price * shares * 100,
    entry_price: price,
    last_price: price,
    peak_price: price,
    stop_loss_price: price * 0.9,
    take_profit_price: price * 1.15,
    last_price_at: earlier.opened_at,
    last_checked_at: earlier.opened_at,
  };
}

/** One that has lost its worth, one that goes on, and one that expired on Friday. */
const followed = [
  { comment_id: "old1", ticker: "BB", strike_price: 11, expiration_date: "2026-03-20", entry_premium: 0.5 },
  { comment_id: "old2", ticker: "GME", strike_price: 42, expiration_date: "2026-03-20", entry_premium: 0.4 },
  { comment_id: "old3", ticker: "AMD", strike_price: 90, expiration_date: "2026-02-27", entry_premium: 1 },
].map((facts) =>
  prediction({
    ...facts,
    id: `${facts.comment_id}.${facts.ticker}`,
    author: "author_old",
    analysis_run_id: "01EARLIER0000000000000000X",
    contract_symbol: `${facts.ticker.padEnd(6)}${facts.expiration_date.slice(2).replaceAll("-", "")}C000${facts.strike_price}000`,
    peak_premium: facts.entry_premium,
    entry_date: "2026-02-20",
    created_at: "2026-02-20T15:30:00.000Z",
  }),
);

/**
 * A realm in which the earlier run has left what it knows and holds, in which a small crowd is a consensus, a portfolio
 * holds one position, and the thirty days of the first periods are over.
 */
export async function seedCrashScenario(services: Services): Promise<void> {
  const { store } = services;
  await openRealm(services);
  await seedPositions(services, held);
  await seedPredictions(services, followed);
  await seedPeriods(services);
  const settings = {
    consensus_min_comments: "4",
    consensus_min_users: "4",
    system_start_date: "2026-02-01",
    max_open_positions: "1",
  };
  await store.transact(
    Object.entries(settings).map(([name, value]) => update(store.keys.configuration(name), { set: { value } })),
  );
  const known = [knownComment("a5", "p1", "GME", "Long GME"), knownComment("b3", "p2", "AMD", "AMD looks good")];
  await store.putMany(known.map((each) => ({ ...store.keys.comment(each.id), ...each })));
}

async function seedPeriods({ store }: Services): Promise<void> {
  const facts = initialPortfolios(earlier.opened_at).map((portfolio) => ({ portfolio, positions: [], values: [] }));
  const at = { today: "2026-01-20", now: "2026-01-20T15:30:00.000Z" };
  const { created } = rollPeriods(facts, [], at, noBenchmark);
  await store.transact(
    created.map((period) =>
      put({ ...store.keys.evaluationPeriod(period.portfolio_id, period.period_start), ...period }),
    ),
  );
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
