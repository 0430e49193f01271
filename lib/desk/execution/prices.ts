import type { OptionQuote, Quote } from "../../providers/market/market.ts";
import { iso } from "../../runtime/dates.ts";
import { isCurrent } from "../../trading/market/price-age.ts";
import { askBroker, logNoPrice } from "../../trading/market/quotes.ts";
import { contractTerms } from "../orders/legs.ts";
import type { DeskServices } from "../services.ts";

/** What an instrument is traded at now, dollars per share; null where the broker does not say. */
export interface Price {
  bid: number | null;
  ask: number | null;
  /** How many are bid and asked for; null where the broker does not say. */
  bidSize: number | null;
  askSize: number | null;
  /** What it is valued at: the last trade of a share, the mark of a contract. */
  mark: number | null;
  volume: number | null;
  /** When it was traded or quoted; null where the broker does not say. */
  at: string | null;
}

/** By instrument: null where it has no price now, being halted or too old; absent where the broker did not answer. */
export type Prices = ReadonlyMap<string, Price | null>;

/** What the market says now of shares and contracts. A price of before the last session, or of a halt, is none. */
export async function livePrices(
  services: Pick<DeskServices, "broker" | "log">,
  instruments: readonly string[],
  marketTime: Date,
): Promise<Prices> {
  const asked = [...new Set(instruments)];
  const contracts = asked.filter((symbol) => contractTerms(symbol));
  const symbols = asked.filter((symbol) => !contractTerms(symbol));
  const [shares, options] = await Promise.all([
    symbols.length === 0
      ? []
      : answered(services, symbols, async (broker) => broker.quotes({ symbols, marketTime }), marketTime),
    contracts.length === 0
      ? []
      : answered(services, contracts, async (broker) => broker.optionQuotes({ contracts, marketTime }), marketTime),
  ]);
  return new Map([...shares, ...options]);
}

type Broker = Awaited<ReturnType<DeskServices["broker"]>>;

function answered(
  services: Pick<DeskServices, "broker" | "log">,
  names: readonly string[],
  ask: (broker: Broker) => Promise<Map<string, Quote | OptionQuote>>,
  marketTime: Date,
): Promise<[string, Price | null][]> {
  return askBroker(
    services,
    async (broker) => {
      const quotes = await ask(broker as Broker);
      return names.map((name): [string, Price | null] => {
        const quote = quotes.get(name);
        return [name, quote && isCurrent(quote, marketTime) ? priceOf(quote) : null];
      });
    },
    (failure) => {
      logNoPrice(services.log, failure, { asked: names.length, first: names[0] });
      return [];
    },
  );
}

function priceOf(quote: Quote | OptionQuote): Price {
  return {
    bid: quote.bid,
    ask: quote.ask,
    bidSize: quote.bidSize ?? null,
    askSize: quote.askSize ?? null,
    mark: "mark" in quote ? quote.mark : quote.last,
    volume: quote.volume ?? null,
    at: quote.at && iso(quote.at),
  };
}

/** What each leg is valued at; null where one of them is valued by nobody now. */
export function marksOf(legs: readonly { symbol: string }[], prices: Prices): number[] | null {
  const marks = legs.map(({ symbol }) => prices.get(symbol)?.mark ?? null);
  const known = marks.filter((mark) => mark !== null);
  return known.length === marks.length && known.length > 0 ? known : null;
}
