import { chunked } from "../../runtime/chunked.ts";
import { isAppError } from "../../runtime/errors.ts";
import type { Action } from "../../store/actions.ts";
import type { OpenedSplit } from "../market/bars.ts";
import type { Doubt } from "../market/doubts.ts";
import { askBroker, type LivePrices } from "../market/quotes.ts";
import type { Position } from "../positions/record.ts";
import type { FollowedPrediction } from "../predictions/record.ts";
import type { Monitoring } from "./pass.ts";
import type { KnownSplits } from "./splits.ts";
import type { StockAnswer } from "./stock-prices.ts";

/** Tickers that the source of daily prices is asked for at once. */
const tickersInFlight = 5;

const warningsPerWrite = 90;

/** Names each position that a person has to look at, with the reason; another position has no warning. */
export function reviewWarnings({ context }: Monitoring, positions: readonly Position[]): Action[] {
  return positions.flatMap(({ id, ticker, needs_review, review_reason, review_since }) => {
    if (!needs_review) return [];
    const message = `${id} needs review since ${review_since}: ${review_reason} Close it by naming a price.`;
    const facts = { ticker, position_id: id, reason: review_reason, since: review_since };
    return [context.warning({ type: "position_needs_review", subject: id, message, ticker, context: facts })];
  });
}

/** Records warnings, as many in one transaction as fit beside the fence. */
export async function warn({ context }: Monitoring, warnings: readonly Action[]): Promise<void> {
  for (const some of chunked(warnings, warningsPerWrite)) await context.commit(some);
}

/** Says of each ticker that what was foretold about it is not followed any more, and why. */
export function predictionReviewWarnings({ context }: Monitoring, reviewed: readonly FollowedPrediction[]): Action[] {
  const byTicker = new Map(reviewed.map(({ ticker, review_reason }) => [ticker, review_reason]));
  return [...byTicker].map(([ticker, reason]) => {
    const message = `Predictions about ${ticker} need review and are not followed any more: ${reason}`;
    const subject = `predictions#${ticker}`;
    return context.warning({
      type: "prediction_needs_review",
      subject,
      message,
      ticker,
      context: { ticker, reason },
    });
  });
}

/** What is known of a ticker about which nothing can be decided, although its sources answer. */
interface Doubtful {
  doubt: Doubt;
  /** Those that the source of daily prices names. */
  splits: readonly OpenedSplit[];
}

/** Why stocks have no market, by ticker, though the sources answer. */
export async function doubtsOf(
  monitoring: Monitoring,
  answers: readonly StockAnswer[],
): Promise<Map<string, Doubtful>> {
  const unpriced = answers.filter((answer) => !answer.market && answer.unpriced).map(({ ticker }) => ticker);
  const lost = await readLost(monitoring, unpriced);
  return new Map([
    ...[...lost].map((ticker): [string, Doubtful] => [ticker, { doubt: "unknown_symbol", splits: [] }]),
    ...answers.flatMap(({ ticker, contradiction: splits }): [string, Doubtful][] =>
      splits ? [[ticker, { doubt: "other_scale", splits }]] : [],
    ),
  ]);
}

/** Why nothing can be decided about the options on `undecided` tickers, by ticker, though the sources answer. */
export async function doubtsAbout(
  monitoring: Monitoring,
  undecided: readonly string[],
  { contradicted }: KnownSplits,
  shares: LivePrices,
): Promise<ReadonlyMap<string, Doubt>> {
  const lost = await readLost(
    monitoring,
    undecided.filter((ticker) => shares.get(ticker) === null),
  );
  return new Map([
    ...[...lost].map((ticker): [string, Doubt] => [ticker, "unknown_symbol"]),
    ...[...contradicted].map((ticker): [string, Doubt] => [ticker, "other_scale"]),
  ]);
}

/** Those of which both sources say that there is no such symbol (any more). A source that does not answer says nothing. */
async function readLost(monitoring: Monitoring, tickers: readonly string[]): Promise<ReadonlySet<string>> {
  if (tickers.length === 0) return new Set();
  const { services, marketTime } = monitoring.context;
  const symbols = [...new Set(tickers)].toSorted();
  const unknown = await askBroker(
    services,
    (broker) => broker.unknownSymbols({ symbols, marketTime }),
    () => new Set<string>(),
  );
  const confirmed: string[] = [];
  for (const few of chunked([...unknown], tickersInFlight)) {
    monitoring.stopIfLate();
    const answers = await Promise.all(few.map((symbol) => isUnknown(monitoring, symbol)));
    confirmed.push(...few.filter((_, index) => answers[index]));
  }
  return new Set(confirmed);
}

async function isUnknown({ context }: Monitoring, symbol: string): Promise<boolean> {
  const { services, marketTime, log } = context;
  try {
    return await (await services.dailyPrices()).isUnknown({ symbol, marketTime });
  } catch (error) {
    if (!isAppError(error) || error.name !== "PricesUnavailable") throw error;
    log.info("nobody says whether there is such a symbol", { ticker: symbol, problem: error.message });
    return false;
  }
}

export function needsReview({ status }: FollowedPrediction): boolean {
  return status === "needs_review";
}
