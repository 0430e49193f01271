/** One listed symbol. */
export interface ListedSymbol {
  /** Upper case as the exchange writes it (`BRK.B`). */
  symbol: string;
  /** The company or fund name, without the class of its shares. */
  name: string;
  /** Further names people use for it, lower case ("gamestop", "the mouse"). Empty for files of the exchanges. */
  nicknames: string[];
  etf: boolean;
}

/** The listed universe: what counts as a ticker at all. */
export interface SymbolUniverse {
  has(symbol: string): boolean;
  get(symbol: string): ListedSymbol | undefined;
  all(): readonly ListedSymbol[];
}

export interface SymbolsSource {
  load(): Promise<SymbolUniverse>;
}
