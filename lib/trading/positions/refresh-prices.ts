import * as z from "zod";
import { type MarketMoment, readMoment } from "../../realm/moment.ts";
import { decideAnew } from "../../store/decide-anew.ts";
import { type ConfirmedSplits, confirmedSplits } from "../market/confirmed-splits.ts";
import { inTime, type LivePrices, liveShares } from "../market/quotes.ts";
import type { TradingServices } from "../services.ts";
import { observePrice } from "./bookkeeping.ts";
import { showPositions } from "./list.ts";
import { livePrices } from "./live-prices.ts";
import { portfolioViewSchema, toPortfolioView } from "./portfolio-view.ts";
import type { Portfolio, Position } from "./record.ts";
import { dueSplits } from "./splits.ts";
import { readOpenPositions, readPortfolio, savePortfolio, savePosition } from "./stored.ts";
import { positionViewSchema } from "./view.ts";

export const refreshedSchema = z
  .object({
    portfolio: portfolioViewSchema,
    /** The open positions, in the order of their opening. */
    positions: positionViewSchema.array(),
    /** Tickers of positions that kept their last price, sorted: nobody says it, there is none, or a split waits for the next run. */
    failed: z.string().array(),
  })
  .meta({ id: "RefreshedPortfolio" });
type Refreshed = z.infer<typeof refreshedSchema>;

/**
 * Stores live prices of a portfolio's open positions and what they make it worth; no exit follows from them, and the
 * monitoring's windows and peaks stay as they are (spec api 5, D44). Throws `NOT_FOUND`.
 */
export async function refreshPrices(services: TradingServices, portfolioId: string): Promise<Refreshed> {
  const moment = await readMoment(services);
  const first = await readAccount(services, portfolioId);
  const prices = await livePrices(services, first.positions, moment.marketTime);
  const seen = first.positions.filter(({ id }) => prices.get(id));
  const splits = await readSplits(services, seen, prices, moment.marketTime);
  const after = await decideAnew(services, async () => {
    const observed = priced(await readAccount(services, portfolioId), prices, splits, moment);
    return (await save(services, observed)) ? observed : undefined;
  });
  return show(services, after);
}

interface Account {
  portfolio: Portfolio;
  positions: Position[];
}

async function readAccount(services: TradingServices, portfolioId: string): Promise<Account> {
  const portfolio = await readPortfolio(services, portfolioId);
  return { portfolio, positions: await readOpenPositions(services, [portfolio]) };
}

interface Priced extends Account {
  /** Those of `positions` that have a new price. */
  observed: Position[];
  failed: Position[];
}

/** The shares' prices by ticker: those of stocks are known, those that options are about are asked for. */
async function readShares(
  services: TradingServices,
  positions: readonly Position[],
  prices: LivePrices,
  marketTime: Date,
): Promise<LivePrices> {
  const [stocks, options] = [
    positions.filter(({ instrument_type }) => instrument_type === "stock"),
    positions.filter(({ instrument_type }) => instrument_type === "option"),
  ];
  const underlyings = options.map(({ ticker }) => ticker);
  const shares = new Map(await inTime(liveShares(services, underlyings, marketTime)));
  for (const { id, ticker } of stocks) shares.set(ticker, prices.get(id) ?? null);
  return shares;
}

/** The splits by ticker since the earliest last check of these positions; absent where the sources take too long to say. */
async function readSplits(
  services: TradingServices,
  positions: readonly Position[],
  prices: LivePrices,
  marketTime: Date,
): Promise<Map<string, ConfirmedSplits>> {
  const groups = [...Map.groupBy(positions, ({ ticker }) => ticker)];
  const shares = await readShares(services, positions, prices, marketTime);
  const found = await Promise.all(
    groups.map(async ([ticker, ofTicker]): Promise<[string, ConfirmedSplits][]> => {
      const [since = ""] = ofTicker.map(({ last_checked_at }) => last_checked_at).toSorted();
      const price = shares.get(ticker)?.price;
      const splits = await inTime(confirmedSplits(services, ticker, since, price, marketTime));
      return splits ? [[ticker, splits]] : [];
    }),
  );
  return new Map(found.flat());
}

/** The least of the usual splits, three for two: without any, prices of two days rarely differ by more. */
const leastSplit = 1.5;

/**
 * Whether a price is on the scale of a position: no split waits for the next run to be booked, and where nobody says
 * whether there was one, a share's price does not look like it. An option's contract has another symbol after a split.
 */
function isOnScaleOf(position: Position, price: number, told: ConfirmedSplits | undefined): boolean {
  if (told?.isContradicted) return false;
  if (told?.splits) return dueSplits(position, told.splits).length === 0;
  if (position.instrument_type === "option") return true;
  const last = position.last_price ?? position.entry_price;
  return price < last * leastSplit && last < price * leastSplit;
}

function priced(
  before: Account,
  prices: LivePrices,
  splits: ReadonlyMap<string, ConfirmedSplits>,
  { now }: MarketMoment,
): Priced {
  const after: Priced = { portfolio: before.portfolio, positions: [], observed: [], failed: [] };
  for (const position of before.positions) {
    const live = prices.get(position.id);
    // A price of today says nothing about what needs review.
    if (!live || position.needs_review || !isOnScaleOf(position, live.price, splits.get(position.ticker))) {
      after.positions.push(position);
      after.failed.push(position);
      continue;
    }
    const next = observePrice(after.portfolio, position, live, now);
    after.portfolio = next.portfolio;
    after.positions.push(next.position);
    after.observed.push(next.position);
  }
  // An account without positions is worth its cash, as of now.
  if (before.positions.length === 0) after.portfolio = { ...before.portfolio, last_valued_at: now };
  return after;
}

/** False where another write came between. */
async function save({ store }: TradingServices, { portfolio, observed, failed }: Priced): Promise<boolean> {
  if (observed.length === 0 && failed.length > 0) return true;
  const written = await store.transact([
    savePortfolio(store.keys, portfolio),
    ...observed.map((position) => savePosition(store.keys, position)),
  ]);
  return written.applied;
}

async function show(services: TradingServices, { portfolio, positions, failed }: Priced): Promise<Refreshed> {
  return {
    portfolio: toPortfolioView(portfolio),
    positions: await showPositions(services, positions),
    failed: [...new Set(failed.map(({ ticker }) => ticker))].toSorted(),
  };
}
