import type { SymbolUniverse } from "../../providers/symbols/source.ts";
import { coinTicker, isCoin } from "../comments/coins.ts";
import type { TickerSentiment } from "../comments/sentiment.ts";
import { tickerNames } from "./names.ts";
import { nonTickers } from "./non-tickers.ts";

/**
 * The tickers of one reply by the rules of spec ai 4: upper case, names resolved, words that are no tickers removed unless
 * `commentText` marks them as one (`$IT`, `NYSE: IT`, `IT 300c`, or its company's name), crypto kept, everything else in
 * `universe`; one entry per ticker, the first sentiment counts. `dropped` has what was removed, as the model wrote it.
 */
export function normaliseTickers(
  pairs: readonly TickerSentiment[],
  commentText: string,
  universe: SymbolUniverse,
  stopWords: ReadonlySet<string> = nonTickers,
): { kept: TickerSentiment[]; dropped: string[] } {
  const kept = new Map<string, TickerSentiment>();
  const dropped: string[] = [];
  for (const { ticker: written, sentiment } of pairs) {
    const ticker = resolveTicker(written, commentText, universe);
    if (ticker === undefined || (stopWords.has(ticker) && !isMarkedTicker(ticker, commentText, universe))) {
      dropped.push(written);
    } else if (!kept.has(ticker)) kept.set(ticker, { ticker, sentiment });
  }
  return { kept: [...kept.values()], dropped };
}

/**
 * The listed (or crypto) symbol meant by `$gme`, `GME`, `NYSE:GME`, `BRK/B`, "GameStop" or "the mouse".
 * Ford is a company and FORD another one's symbol: the symbol is meant only where `commentText` writes it so. A coin goes
 * before whatever is listed under its symbol or name.
 */
export function resolveTicker(written: string, commentText: string, universe: SymbolUniverse): string | undefined {
  const bare = written
    .trim()
    .replace(/^(?:NYSE|NASDAQ|AMEX|ARCA)\s*:\s*/i, "")
    .replace(/^[$#]+/, "")
    .trim();
  const symbol = bare.toUpperCase().replace(/[/_-](?=[A-Z]$)/, ".");
  const coin = coinTicker(bare);
  if (coin !== undefined) return coin;
  const named = tickerNames(universe).find(bare);
  // A company under a coin's symbol could not be told from the coin afterwards.
  if (named !== undefined && isCoin(named)) return undefined;
  if (!universe.has(symbol)) return named;
  if (named === undefined || named === symbol) return symbol;
  return wordPattern(symbol).test(commentText) || isMarkedTicker(symbol, commentText, universe) ? symbol : named;
}

/** Whether the text says that this word is a ticker: a cashtag, an exchange, an option contract, or the company's name. */
export function isMarkedTicker(ticker: string, text: string, universe: SymbolUniverse): boolean {
  const symbol = escaped(ticker);
  const tagged = new RegExp(`(?:\\$|(?:NYSE|NASDAQ|AMEX|ARCA)\\s*:\\s*)${symbol}(?![A-Za-z])`, "i");
  const contract = new RegExp(`(?<![A-Za-z])${symbol}\\s+\\$?\\d+(?:\\.\\d+)?\\s?[cCpP](?![A-Za-z.])`);
  if (tagged.test(text) || contract.test(text)) return true;
  const names = (universe.get(ticker)?.nicknames ?? []).filter((name) => name !== ticker.toLowerCase());
  return names.some((name) => wordPattern(name, "i").test(text));
}

function wordPattern(word: string, flags = ""): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}])${escaped(word)}(?![\\p{L}\\p{N}])`, `u${flags}`);
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
