import { chunked } from "../../runtime/chunked.ts";
import { isAppError } from "../../runtime/errors.ts";
import type { Action } from "../../store/actions.ts";
import type { OpenedSplit } from "../market/bars.ts";
import { type Doubt, isOverdue } from "../market/doubts.ts";
import { askBroker } from "../market/quotes.ts";
import type { Position } from "../positions/record.ts";
import type { FollowedPrediction } from "../predictions/record.ts";
import { sentToReview } from "../predictions/splits.ts";
import type { Monitoring } from "./pass.ts";
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

/** Why stocks have no market, by ticker, though the sources answer. Of a symbol that is lost they are asked after days. */
export async function doubtsOf(
  monitoring: Monitoring,
  positions: readonly Position[],
  answers: readonly StockAnswer[],
): Promise<Map<string, Doubtful>> {
  const unpriced = new Set(answers.filter(({ market }) => !market).map(({ ticker }) => ticker));
  const lost = await readLost(
    monitoring,
    positions.filter(({ ticker }) => unpriced.has(ticker)),
  );
  return new Map([
    ...[...lost].map((ticker): [string, Doubtful] => [ticker, { doubt: "unknown_symbol", splits: [] }]),
    ...answers.flatMap(({ ticker, contradiction: splits }): [string, Doubtful][] =>
      splits ? [[ticker, { doubt: "other_scale", splits }]] : [],
    ),
  ]);
}

/** The tickers of those not checked for days of which both sources say that there is no such symbol (any more). */
export function readLost(
  monitoring: Monitoring,
  unchecked: readonly Pick<Position, "ticker" | "last_checked_at">[],
): Promise<ReadonlySet<string>> {
  const overdue = unchecked.filter(({ last_checked_at }) => isOverdue(last_checked_at, monitoring.today));
  return readUnknownSymbols(
    monitoring,
    overdue.map(({ ticker }) => ticker),
  );
}

/** A source that does not answer says nothing. */
async function readUnknownSymbols(monitoring: Monitoring, tickers: readonly string[]): Promise<ReadonlySet<string>> {
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

/** A prediction that nobody can judge, because of one of these splits or because its ticker is lost; else null. */
export function reviewedOf(
  { today }: Monitoring,
  prediction: FollowedPrediction,
  splits: readonly OpenedSplit[] = [],
  lost: ReadonlySet<string>,
): FollowedPrediction | null {
  return sentToReview(prediction, { splits, doubt: lost.has(prediction.ticker) ? "unknown_symbol" : null }, today);
}

export function needsReview({ status }: FollowedPrediction): boolean {
  return status === "needs_review";
}
