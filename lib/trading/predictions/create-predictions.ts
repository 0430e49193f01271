import * as z from "zod";
import { readAnnotatedComments } from "../../analysis/comments/annotated.ts";
import { isCoin } from "../../analysis/comments/coins.ts";
import type { PhaseContext } from "../../analysis/run.ts";
import type { Configuration } from "../../configuration/keys.ts";
import type { OptionChain } from "../../providers/market/market.ts";
import type { PhaseResult } from "../../runs/phases/phase.ts";
import { chunked } from "../../runtime/chunked.ts";
import { addDays, iso, newYorkDay } from "../../runtime/dates.ts";
import { AppError } from "../../runtime/errors.ts";
import type { Action } from "../../store/actions.ts";
import { counterActions } from "../../store/counters.ts";
import { decideAnew } from "../../store/decide-anew.ts";
import { optionTypeOf } from "../instruments/terms.ts";
import { askBroker, currentChain, logNoPrice } from "../market/quotes.ts";
import { type SelectedContract, selectContract } from "../market/strikes.ts";
import type { TradingServices } from "../services.ts";
import { type ExpiredPrediction, predictionId } from "./record.ts";
import { newPrediction, type PredictedMention } from "./rules.ts";
import { actionsOfCreation, createPrediction, creationCounts } from "./stored.ts";

type Context = PhaseContext<{ posts: string[] }, TradingServices>;
type Direction = PredictedMention["sentiment"];

/** As many as the broker's client has in flight (spec pipeline 5). */
const chainsInFlight = 5;
/** A hundred actions, less two of the commit, five totals and a warning; each mention may bring its author's total. */
const mentionsPerCommit = Math.floor((100 - 8) / (actionsOfCreation + 1));

/** What is stored is there, even if it can no longer be read as a prediction. */
const storedSchema = z.object({ pk: z.string(), analysis_run_id: z.string().catch(""), status: z.string().catch("") });
type Stored = z.infer<typeof storedSchema>;

/** What the market has for one ticker's mentions, and what the run's user is told about it. */
interface TickerContracts {
  mentions: readonly PredictedMention[];
  contracts: Record<Direction, SelectedContract | ExpiredPrediction["expired_reason"]>;
  warnings: Action[];
}

/**
 * CreatePredictions: makes a simulated option of every directed mention of the run that has none yet, with one chain a
 * ticker and one commit a ticker (spec pipeline 5). A repeated call goes on with what is missing. Throws
 * `PhaseUnfinished` after ten minutes.
 */
export async function createPredictions(context: Context): Promise<PhaseResult> {
  const { configuration } = context;
  const mentions = await readMentions(context);
  const known = await readStored(context, mentions);
  const missing = Map.groupBy(
    mentions.filter((mention) => !known.has(mention)),
    ({ ticker }) => ticker,
  );
  for (const tickers of chunked([...missing.keys()].toSorted(), chainsInFlight)) {
    if (context.isLate()) throw unfinished();
    const found = await Promise.all(
      tickers.map((ticker) => findContracts(context, ticker, missing.get(ticker) ?? [], configuration)),
    );
    for (const ofTicker of found) {
      for (const chunk of chunked(ofTicker.mentions, mentionsPerCommit)) {
        await storePredictions(context, chunk, ofTicker, configuration);
      }
    }
  }
  return { summary: await summarize(context, mentions) };
}

async function readMentions(context: Context): Promise<PredictedMention[]> {
  const annotated = await readAnnotatedComments(context, context.input.posts);
  return annotated.flatMap(({ comment }) =>
    comment.ticker_sentiments.flatMap(({ ticker, sentiment }) => {
      if (sentiment === "neutral") return [];
      const { id: comment_id, author } = comment;
      return { comment_id, ticker, author, sentiment, analysis_run_id: context.runId };
    }),
  );
}

/** The mentions that have a prediction, with it. */
async function readStored({ services }: Context, mentions: readonly PredictedMention[]) {
  const { keys, getMany } = services.store;
  const keyOf = ({ comment_id, ticker }: PredictedMention) => keys.prediction(predictionId(comment_id, ticker));
  const stored = new Map((await getMany(mentions.map(keyOf), storedSchema)).map((item) => [item.pk, item]));
  return new Map(
    mentions.flatMap((mention): [PredictedMention, Stored][] => {
      const found = stored.get(keyOf(mention).pk);
      return found ? [[mention, found]] : [];
    }),
  );
}

/** Never fails for the broker's sake: without it the ticker's predictions are expired ones. */
async function findContracts(
  context: Context,
  ticker: string,
  mentions: readonly PredictedMention[],
  configuration: Configuration,
): Promise<TickerContracts> {
  const { services, marketTime, log } = context;
  const today = newYorkDay(marketTime);
  const fromDate = addDays(today, configuration.strike_dte_min);
  const toDate = addDays(today, configuration.strike_dte_max);
  if (isCoin(ticker)) {
    // The options of whatever is listed under its symbol say nothing about a coin.
    const none: OptionChain = { symbol: ticker, underlyingPrice: null, contracts: [] };
    return { mentions, ...selectContracts(context, ticker, mentions, none, configuration) };
  }
  return askBroker(
    services,
    async (broker) => {
      const listed = await broker.chain({ symbol: ticker, fromDate, toDate, marketTime });
      const chain = currentChain(listed, marketTime) ?? { ...listed, contracts: [] };
      return { mentions, ...selectContracts(context, ticker, mentions, chain, configuration) };
    },
    (failure): TickerContracts => {
      logNoPrice(log, failure, { ticker });
      const warning = context.warning({
        type: "schwab_prediction_unavailable",
        subject: ticker,
        message: `The broker did not answer for ${ticker}; predictions about it therefore do not count.`,
        ticker,
        // The broker's client tries three times more what may be better next time.
        context: { ticker, attempts: failure.retryable ? 4 : 1 },
      });
      const contracts = { bullish: "broker_unavailable", bearish: "broker_unavailable" } as const;
      return { mentions, contracts, warnings: [warning] };
    },
  );
}

function selectContracts(
  context: Context,
  ticker: string,
  mentions: readonly PredictedMention[],
  chain: OptionChain,
  configuration: Configuration,
): Pick<TickerContracts, "contracts" | "warnings"> {
  const select = (direction: Direction) =>
    selectContract(chain, optionTypeOf(direction), newYorkDay(context.marketTime), configuration);
  const [bullish, bearish] = [select("bullish"), select("bearish")];
  const contracts: TickerContracts["contracts"] = {
    bullish: bullish.contract ?? "no_valid_strike",
    bearish: bearish.contract ?? "no_valid_strike",
  };
  if (!mentions.some(({ sentiment }) => contracts[sentiment] === "no_valid_strike")) return { contracts, warnings: [] };
  // Of both directions, so that the warning is the same where a second call has to do with one of them only.
  const checked = new Set([...bullish.expirationsChecked, ...bearish.expirationsChecked]);
  const warning = context.warning({
    type: "prediction_strike_unavailable",
    subject: ticker,
    message: `No suitable option of ${ticker} was found for predictions about it, which therefore do not count.`,
    ticker,
    context: { ticker, expirations_checked: [...checked].toSorted() },
  });
  return { contracts, warnings: [warning] };
}

/** One transaction's predictions. Where another invocation of the phase was faster with some, the others are left. */
async function storePredictions(
  context: Context,
  mentions: readonly PredictedMention[],
  { contracts, warnings }: TickerContracts,
  configuration: Configuration,
): Promise<void> {
  const { keys } = context.services.store;
  const at = { today: newYorkDay(context.marketTime), now: iso(context.marketTime) };
  let missing = mentions;
  await decideAnew(context.services, async () => {
    const created = missing.map((mention) => newPrediction(mention, contracts[mention.sentiment], at, configuration));
    const { applied } = await context.commit([
      ...created.flatMap((prediction) => createPrediction(keys, prediction)),
      ...counterActions(keys, created.map(creationCounts)),
      ...warnings,
    ]);
    if (applied) return true;
    const known = await readStored(context, missing);
    missing = missing.filter((mention) => !known.has(mention));
    return missing.length === 0 || undefined;
  });
}

/** Counted from what is stored, so that a phase which was interrupted sums up the same as one which was not. */
async function summarize(context: Context, mentions: readonly PredictedMention[]) {
  const stored = [...(await readStored(context, mentions)).values()];
  const ofRun = stored.filter(({ analysis_run_id }) => analysis_run_id === context.runId);
  const expired = ofRun.filter(({ status }) => status === "expired").length;
  const tickers = new Set(mentions.map(({ ticker }) => ticker)).size;
  return { tickers, created: ofRun.length - expired, expired };
}

function unfinished(): AppError {
  return new AppError("PhaseUnfinished", "INTERNAL_ERROR", "Some tickers are left.", { retryable: true });
}
