import { type ContractTerms, splitContract } from "../instruments/split.ts";
import type { OpenedSplit } from "../market/bars.ts";
import { candleRecord } from "../market/candles.ts";
import type { Doubt } from "../market/doubts.ts";
import { livePremiums, liveShares } from "../market/quotes.ts";
import { readSettlement, saveBars } from "../market/stored-bars.ts";
import type { OptionPosition, Position, StockPosition } from "../positions/record.ts";
import { dueSplits } from "../positions/splits.ts";
import { readOpenPositions, readPortfolios } from "../positions/stored.ts";
import { unobserved } from "./check.ts";
import type { Monitoring } from "./pass.ts";
import { doubtsAbout, doubtsOf, reviewWarnings, warn } from "./reviews.ts";
import { readSplits, unknownSplits } from "./splits.ts";
import { readStockMarket, type StockAnswer } from "./stock-prices.ts";
import { daysWithout, neverTraded, optionWarning, unpricedWarnings, unsettledWarning } from "./unpriced.ts";
import { observedStock, type StockMarket, windowOnOneScale } from "./window.ts";
import { check, isDue } from "./write-check.ts";

/**
 * Checks every open position once, stocks first, one transaction each (spec pipeline 9.2, steps 1–4). One of which no
 * source knows a price is left as it is, its window open, and warned about.
 */
export async function monitorPositions(monitoring: Monitoring): Promise<void> {
  const { services } = monitoring.context;
  const open = await readOpenPositions(services, await readPortfolios(services));
  await warn(monitoring, reviewWarnings(monitoring, open));
  const due = open.filter((position) => isDue(monitoring, position) && !position.needs_review);
  await checkStocks(
    monitoring,
    due.filter((position) => position.instrument_type === "stock"),
  );
  await checkOptions(
    monitoring,
    due.filter((position) => position.instrument_type === "option"),
  );
  await ageReviewed(monitoring);
}

/** No rule decides on what needs review, which grows older without a price: marked by this run or an earlier one. */
async function ageReviewed(monitoring: Monitoring): Promise<void> {
  const { services } = monitoring.context;
  const open = await readOpenPositions(services, await readPortfolios(services));
  for (const { id } of open.filter(({ needs_review }) => needs_review)) {
    const unpriced = (before: Position) => daysWithout(neverTraded, before, monitoring);
    await check(monitoring, id, (before) => ({ ...unobserved, daysWithoutPrice: unpriced(before) }));
  }
}

async function checkStocks(monitoring: Monitoring, positions: readonly StockPosition[]): Promise<void> {
  const { context, now } = monitoring;
  const groups = [...Map.groupBy(positions, ({ ticker }) => ticker)];
  const answers = await Promise.all(
    groups.map(([ticker, ofTicker]) => {
      const [earliest = now] = ofTicker.map(({ last_checked_at }) => last_checked_at).toSorted();
      return readStockMarket(monitoring, ticker, earliest);
    }),
  );
  // Bars and warnings come first: once the positions are written, a repeated call does not ask for their prices again.
  await saveBars(
    context.services,
    answers.flatMap(({ bars }) => bars),
  );
  const markets = new Map(answers.map(({ ticker, market }) => [ticker, market]));
  const warnings = answers.flatMap((answer) => stockWarning(monitoring, answer));
  warnings.push(...tickWarnings(monitoring, positions, markets));
  const unpriced = new Map(answers.map((answer) => [answer.ticker, answer.unpriced]));
  const missing = positions.filter(({ ticker }) => unpriced.get(ticker));
  warnings.push(...unpricedWarnings(monitoring, missing, unpriced));
  if (warnings.length > 0) await context.commit(warnings);
  const doubts = await doubtsOf(monitoring, answers);
  for (const { id, ticker } of positions) {
    const market = markets.get(ticker);
    const facts = unpriced.get(ticker);
    const doubt = doubts.get(ticker);
    if (!market && !facts && !doubt) continue;
    await check(monitoring, id, (position) => ({
      ...(market ? observedStock(market, position, now) : { ...unobserved, ...doubt, isScaleKnown: false }),
      daysWithoutPrice: facts ? daysWithout(facts, position, monitoring) : null,
    }));
  }
}

/** One for each ticker's candle that did not decide on the positions in it. */
function tickWarnings(
  { context, now }: Monitoring,
  positions: readonly StockPosition[],
  markets: ReadonlyMap<string, StockMarket | null>,
) {
  const warnings = new Map<string, ReturnType<typeof context.warning>>();
  for (const { ticker, last_price, last_checked_at } of positions) {
    const market = markets.get(ticker);
    if (!market) continue;
    for (const candle of windowOnOneScale(market, last_price, { from: last_checked_at, to: now }).ignored) {
      const { timestamp, ...prices } = candleRecord(candle);
      const subject = `${ticker}#${timestamp}`;
      const message = `A price of ${ticker} far outside those around it decided nothing: ${prices.low} to ${prices.high}.`;
      const facts = {
        type: "bad_tick_ignored",
        subject,
        message,
        ticker,
        context: { ticker, timestamp, ...prices },
      } as const;
      warnings.set(subject, context.warning(facts));
    }
  }
  return [...warnings.values()];
}

function stockWarning(monitoring: Monitoring, { ticker, market, failedAttempts, isScaleKnown }: StockAnswer) {
  if (!isScaleKnown) return [unknownSplits(monitoring, ticker)];
  if (failedAttempts === null) return [];
  const { context } = monitoring;
  const instead = market ? "daily bars stand in" : "its positions are checked by the next run";
  return [
    context.warning({
      type: "schwab_stock_unavailable",
      subject: ticker,
      message: `Schwab gave no prices of ${ticker}; ${instead}.`,
      ticker,
      context: { ticker, attempts: failedAttempts, fallback: market ? "yahoo" : "none" },
    }),
  ];
}

async function checkOptions(monitoring: Monitoring, positions: readonly OptionPosition[]): Promise<void> {
  const { context, today } = monitoring;
  const tickers = positions.map(({ ticker }) => ticker);
  const shares = await liveShares(context.services, tickers, context.marketTime);
  const unchecked = positions.map(({ ticker, last_checked_at }) => ({ ticker, since: last_checked_at }));
  const splits = await readSplits(monitoring, unchecked, shares);
  const undecided = [...new Set(tickers)].filter((ticker) => !splits.known.has(ticker));
  const doubts = await doubtsAbout(monitoring, undecided, splits, shares);
  const alive = positions.filter(({ expiration_date }) => expiration_date >= today);
  const options = alive.map((position) => {
    const known = splits.known.get(position.ticker);
    return { position, splits: known, contract: contractAfter(position, known ?? []) };
  });
  const contracts = options.map(({ contract }) => contract);
  const premiums = await livePremiums(context.services, contracts, context.marketTime);
  const unseen = options.filter(({ splits: known, contract }) => known && !premiums.get(contract));
  const unpriced = options.filter(({ contract }) => premiums.get(contract) === null).map(({ position }) => position);
  const warnings = [
    ...undecided
      .filter((ticker) => alive.some((position) => position.ticker === ticker))
      .map((ticker) => unknownSplits(monitoring, ticker)),
    ...unseen.map(({ position, contract }) => optionWarning(monitoring, position, contract)),
    ...unpricedWarnings(monitoring, unpriced, new Map()),
  ];
  if (warnings.length > 0) await context.commit(warnings);
  for (const { position, splits: known, contract } of options) {
    const premium = premiums.get(contract);
    const doubt = doubts.get(position.ticker) ?? null;
    // Without a premium nothing is judged, but what it is the premium of is booked.
    const isDecided = known !== undefined && (premium || dueSplits(position, known).length > 0);
    if (!isDecided && premium !== null && !doubt) continue;
    await check(monitoring, position.id, (before) => ({
      ...unobserved,
      ...(isDecided ? { splits: known, ...premium } : { isScaleKnown: false, doubt }),
      daysWithoutPrice: premium === null ? daysWithout(neverTraded, before, monitoring) : null,
    }));
  }
  for (const position of positions.filter(({ expiration_date }) => expiration_date < today)) {
    const isUnpriced = shares.get(position.ticker) === null;
    await settle(monitoring, position, { doubt: doubts.get(position.ticker) ?? null, isUnpriced });
  }
}

/** The symbol by which the broker knows an option's contract after splits. */
function contractAfter(position: OptionPosition, splits: readonly OpenedSplit[]): string {
  const split = (terms: ContractTerms, { ratio }: OpenedSplit): ContractTerms => splitContract(terms, ratio);
  const certain = dueSplits(position, splits).filter(({ isDoubtful }) => !isDoubtful);
  return certain.reduce(split, position).contract_symbol;
}

/** An option past its expiration; without the close that it is settled by, or in doubt, it stays as it is. */
async function settle(
  monitoring: Monitoring,
  position: OptionPosition,
  { doubt, isUnpriced }: { doubt: Doubt | null; isUnpriced: boolean },
): Promise<void> {
  const { services, marketTime, commit } = monitoring.context;
  const { id, ticker, last_checked_at: since, expiration_date: day } = position;
  const settlement = doubt === null ? await readSettlement(services, { ticker, since, day }, marketTime) : undefined;
  if (settlement) {
    const { splits, close } = settlement;
    await check(monitoring, id, () => ({ ...unobserved, splits, expirationClose: close }));
    return;
  }
  await commit([unsettledWarning(monitoring, position)]);
  if (doubt === null && !isUnpriced) return;
  await check(monitoring, id, (before) => ({
    ...unobserved,
    isScaleKnown: false,
    doubt,
    daysWithoutPrice: isUnpriced ? daysWithout(neverTraded, before, monitoring) : null,
  }));
}
