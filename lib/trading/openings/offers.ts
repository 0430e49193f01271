import type { Configuration } from "../../configuration/keys.ts";
import type { Broker } from "../../providers/market/market.ts";
import { chunked } from "../../runtime/chunked.ts";
import { addDays, newYorkDay } from "../../runtime/dates.ts";
import { isAppError } from "../../runtime/errors.ts";
import type { Log, LogFields } from "../../runtime/logger.ts";
import { type InstrumentType, type Offered, type OptionType, optionTypeOf } from "../instruments/terms.ts";
import { markPrice, selectContract } from "../market/strikes.ts";
import type { Position } from "../positions/record.ts";
import type { TradingServices } from "../services.ts";
import type { Leg } from "./legs.ts";
import type { Offer } from "./new-position.ts";

/** An offer, or why there is none. */
type OfferResult =
  | { offer: Offer; skip_reason?: never }
  | { offer?: never; skip_reason: "price_unavailable" | "no_valid_strike" };

/** The current price of a position in dollars per share, with what is bid and asked for it. */
export interface CurrentPrice {
  price: number;
  offered: Offered;
}

export interface Offers {
  /** What one of the legs can be bought at. */
  ofLeg(leg: Leg): Promise<OfferResult>;
  /** What a position can be sold at; null where the broker does not say. */
  ofPosition(position: Position): Promise<CurrentPrice | null>;
}

interface OfferContext {
  services: Pick<TradingServices, "broker">;
  marketTime: Date;
  log: Log;
}

/** As many as the broker's client has in flight (spec quality 2). */
const chainsInFlight = 5;

/**
 * What the broker offers for `legs` at one market time: the quotes of all stocks with one call, everything else when it
 * is first asked for, and nothing twice. What the broker cannot say is logged and concerns that ticker alone.
 */
export async function askOffers(
  context: OfferContext,
  legs: readonly Leg[],
  configuration: Configuration,
): Promise<Offers> {
  const stocks = await askStocks(context, tickersOf(legs, "stock"));
  const options = askOptions(context, tickersOf(legs, "option"), configuration);
  return {
    ofLeg({ instrument, signal: { ticker, prediction } }) {
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
async function askStocks(context: OfferContext, tickers: readonly string[]) {
  const { marketTime } = context;
  const ask = createAsk(context);
  const quotesOf = (symbols: readonly string[]) => ask({ symbols }, (broker) => broker.quotes({ symbols, marketTime }));
  const known = tickers.length === 0 ? null : await quotesOf(tickers);
  const otherOf = remembered((ticker) => quotesOf([ticker]));
  return {
    async offer(ticker: string): Promise<OfferResult> {
      const quote = known?.get(ticker);
      if (!quote) return { skip_reason: "price_unavailable" };
      return { offer: { instrument_type: "stock", price: quote.last, bid: quote.bid, ask: quote.ask } };
    },
    async price(ticker: string): Promise<CurrentPrice | null> {
      const quote = known?.get(ticker) ?? (await otherOf(ticker))?.get(ticker);
      return quote ? { price: quote.last, offered: { bid: quote.bid, ask: quote.ask } } : null;
    },
  };
}

/** The contracts that strike selection chooses, and the mark of others. */
function askOptions(context: OfferContext, tickers: readonly string[], configuration: Configuration) {
  const { marketTime } = context;
  const today = newYorkDay(marketTime);
  const ask = createAsk(context);
  const fromDate = addDays(today, configuration.strike_dte_min);
  const toDate = addDays(today, configuration.strike_dte_max);
  const chainOf = remembered((symbol) =>
    ask({ symbol }, (broker) => broker.chain({ symbol, fromDate, toDate, marketTime })),
  );
  const quotesOf = remembered((contract) =>
    ask({ contract }, (broker) => broker.optionQuotes({ contracts: [contract], marketTime })),
  );
  // A broker that is down takes half a minute to say so: a few are asked for at once, so that all take minutes only.
  const together = chunked(tickers, chainsInFlight);
  return {
    async offer(ticker: string, type: OptionType): Promise<OfferResult> {
      await Promise.all(together.find((few) => few.includes(ticker))?.map(chainOf) ?? []);
      const chain = await chainOf(ticker);
      if (!chain) return { skip_reason: "price_unavailable" };
      const { contract } = selectContract(chain, type, today, configuration);
      return contract ? { offer: { instrument_type: "option", ...contract } } : { skip_reason: "no_valid_strike" };
    },
    async price(contract: string): Promise<CurrentPrice | null> {
      const quote = (await quotesOf(contract))?.get(contract);
      const price = quote ? markPrice(quote) : null;
      return quote && price !== null ? { price, offered: { bid: quote.bid, ask: quote.ask } } : null;
    },
  };
}

function tickersOf(legs: readonly Leg[], instrument: InstrumentType): string[] {
  return [...new Set(legs.filter((leg) => leg.instrument === instrument).map((leg) => leg.signal.ticker))];
}

/** Asks the broker; null where all its retries have not helped. */
function createAsk({ services, log }: OfferContext) {
  return async <T>(subject: LogFields, call: (broker: Broker) => Promise<T>): Promise<T | null> => {
    try {
      return await call(await services.broker());
    } catch (error) {
      const somebodyMustLogIn = isAppError(error) && error.code === "SCHWAB_AUTH_ERROR";
      log[somebodyMustLogIn ? "error" : "warn"]("the broker gave no price", { ...subject, error });
      return null;
    }
  };
}

/** `ask`, once per key. */
function remembered<T>(ask: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const answers = new Map<string, Promise<T>>();
  return (key) => {
    const answer = answers.get(key) ?? ask(key);
    answers.set(key, answer);
    return answer;
  };
}
