import type { Configuration } from "../../configuration/keys.ts";
import type { OptionType } from "../../providers/market/market.ts";
import { chunked } from "../../runtime/chunked.ts";
import { addDays, newYorkDay } from "../../runtime/dates.ts";
import type { Log } from "../../runtime/logger.ts";
import { type InstrumentType, optionTypeOf } from "../instruments/terms.ts";
import {
  type LivePrice,
  liveChain,
  livePremiums,
  liveShares,
  type PriceServices,
  remembered,
} from "../market/quotes.ts";
import { selectContract } from "../market/strikes.ts";
import type { Position } from "../positions/record.ts";
import type { TradingServices } from "../services.ts";
import type { Offer } from "./new-position.ts";
import type { SignalInPortfolio } from "./signal-in-portfolio.ts";

/** An offer, or why there is none. */
type OfferResult =
  | { offer: Offer; skip_reason?: never }
  | { offer?: never; skip_reason: "price_unavailable" | "no_valid_strike" };

export interface Offers {
  /** What one of the signals can be bought at. */
  ofSignal(pair: SignalInPortfolio): Promise<OfferResult>;
  /** What a position can be sold at; null where the market has no price of it, undefined where the broker does not say. */
  ofPosition(position: Position): Promise<LivePrice | null | undefined>;
}

/** As many as the broker's client has in flight (spec quality 2). */
const chainsInFlight = 5;

/**
 * What the broker offers for `wanted` at one market time: the quotes of all stocks with one call, everything else when
 * it is first asked for, and nothing twice. What the broker cannot say is logged and concerns that ticker alone.
 */
export async function askOffers(
  context: { services: Pick<TradingServices, "broker">; marketTime: Date; log: Log },
  wanted: readonly SignalInPortfolio[],
  configuration: Configuration,
): Promise<Offers> {
  const { marketTime, log } = context;
  const services = { broker: context.services.broker, log };
  const stocks = await askStocks(services, tickersOf(wanted, "stock"), marketTime);
  const options = askOptions(services, tickersOf(wanted, "option"), marketTime, configuration);
  return {
    ofSignal({ instrument, signal: { ticker, prediction } }) {
      return instrument === "stock" ? stocks.offer(ticker) : options.offer(ticker, optionTypeOf(prediction));
    },
    ofPosition(position) {
      return position.instrument_type === "stock"
        ? stocks.price(position.ticker)
        : options.price(position.contract_symbol);
    },
  };
}

/** Shares at their last trade; those that nobody buys are asked for one by one. */
async function askStocks(services: PriceServices, tickers: readonly string[], marketTime: Date) {
  const known = await liveShares(services, tickers, marketTime);
  const otherOf = remembered((ticker) => liveShares(services, [ticker], marketTime));
  return {
    async offer(ticker: string): Promise<OfferResult> {
      const live = known.get(ticker);
      if (!live) return { skip_reason: "price_unavailable" };
      const { price, offered, tradedAt } = live;
      return { offer: { instrument_type: "stock", price, ...offered, traded_at: tradedAt } };
    },
    async price(ticker: string): Promise<LivePrice | null | undefined> {
      return known.has(ticker) ? known.get(ticker) : (await otherOf(ticker)).get(ticker);
    },
  };
}

/** The contracts that strike selection chooses, and the premiums of others. */
function askOptions(
  services: PriceServices,
  tickers: readonly string[],
  marketTime: Date,
  configuration: Configuration,
) {
  const today = newYorkDay(marketTime);
  const fromDate = addDays(today, configuration.strike_dte_min);
  const toDate = addDays(today, configuration.strike_dte_max);
  const chainOf = remembered((symbol) => liveChain(services, { symbol, fromDate, toDate, marketTime }));
  const premiumOf = remembered((contract) => livePremiums(services, [contract], marketTime));
  const underlyings = remembered(() => liveShares(services, tickers, marketTime));
  // A broker that is down takes half a minute to say so: a few are asked for at once, so that all take minutes only.
  const together = chunked(tickers, chainsInFlight);
  return {
    async offer(ticker: string, type: OptionType): Promise<OfferResult> {
      await Promise.all(together.find((few) => few.includes(ticker))?.map(chainOf) ?? []);
      const chain = await chainOf(ticker);
      if (!chain) return { skip_reason: "price_unavailable" };
      const { contract } = selectContract(chain, type, today, configuration);
      if (!contract) return { skip_reason: "no_valid_strike" };
      // A chain does not say that its underlying is halted; what the broker does not answer forbids nothing.
      if ((await underlyings("")).get(ticker) === null) return { skip_reason: "price_unavailable" };
      return { offer: { instrument_type: "option", ...contract } };
    },
    async price(contract: string): Promise<LivePrice | null | undefined> {
      const live = (await premiumOf(contract)).get(contract);
      // Nothing is sold for nothing.
      return live?.price === 0 ? null : live;
    },
  };
}

function tickersOf(wanted: readonly SignalInPortfolio[], instrument: InstrumentType): string[] {
  return [...new Set(wanted.filter((each) => each.instrument === instrument).map(({ signal }) => signal.ticker))];
}
