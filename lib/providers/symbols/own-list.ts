import table from "./own-list.json" with { type: "json" };
import type { ListedSymbol } from "./source.ts";

/** `SYMBOL: [name, nickname, …]`, nicknames in lower case. A lower-case symbol is listed only where it is no English word. */
type Table = Record<string, string[]>;

/**
 * The project's own list: the few hundred most discussed stocks and funds of 2019–2026 with the names people use for
 * them (spec ai 4.3). Enough to work without any file of the exchanges, and the source of nicknames when there is one.
 */
export function ownSymbols(): ListedSymbol[] {
  return [...rows(table.stocks, false), ...rows(table.etfs, true)];
}

function rows(entries: Table, etf: boolean): ListedSymbol[] {
  return Object.entries(entries).map(([symbol, [name = symbol, ...nicknames]]) => ({ symbol, name, nicknames, etf }));
}
