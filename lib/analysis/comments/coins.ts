/**
 * Cryptocurrencies by symbol, with the names people use for them. A symbol that most know as a company's (COMP, DASH, STX)
 * is not among them; those that are belong to the coin, whatever small company an exchange lists under them.
 */
const names: Readonly<Record<string, readonly string[]>> = {
  BTC: ["bitcoin", "bitcoins", "xbt"],
  ETH: ["ethereum", "ether"],
  LTC: ["litecoin"],
  DOGE: ["dogecoin", "doge coin"],
  XRP: ["ripple"],
  ADA: ["cardano"],
  SOL: ["solana"],
  BNB: ["binance coin", "binancecoin"],
  SHIB: ["shiba inu", "shiba", "shib coin"],
  BCH: ["bitcoin cash"],
  BSV: ["bitcoin sv"],
  XMR: ["monero"],
  DOT: ["polkadot"],
  LINK: ["chainlink"],
  AVAX: ["avalanche"],
  MATIC: ["polygon"],
  UNI: ["uniswap"],
  XLM: ["stellar", "stellar lumens"],
  TRX: ["tron"],
  ATOM: ["cosmos"],
  ALGO: ["algorand"],
  XTZ: ["tezos"],
  FIL: ["filecoin"],
  VET: ["vechain"],
  HBAR: ["hedera"],
  ICP: ["internet computer"],
  AAVE: [],
  EOS: [],
  ZEC: ["zcash"],
  MANA: ["decentraland"],
  FTM: ["fantom"],
  LUNA: ["terra luna"],
  USDT: ["tether"],
  USDC: ["usd coin"],
  SAFEMOON: ["safe moon"],
  FLOKI: ["floki inu"],
  PEPE: ["pepe coin", "pepecoin"],
  BONK: [],
  LRC: ["loopring"],
  GRT: [],
  ENJ: ["enjin"],
  CRO: ["cronos"],
  HNT: ["helium"],
  AXS: ["axie infinity"],
  APT: ["aptos"],
  ARB: ["arbitrum"],
  SUI: [],
};

const symbols: ReadonlyMap<string, string> = new Map(
  Object.entries(names).flatMap(([symbol, ofCoin]) =>
    [symbol, ...ofCoin].map((name): [string, string] => [name.toUpperCase(), symbol]),
  ),
);

/** How exchanges and message boards write a coin's symbol: BTC.X, BTC-USD, BTC/USDT, BTCUSD. */
const pair = /^(.+?)(?:\.X|[-/]?USDT?)$/;

/** The symbol of the cryptocurrency meant by `BTC`, `Bitcoin` or `BTC-USD`, in any letter case. */
export function coinTicker(name: string): string | undefined {
  const written = name.trim().replace(/\s+/g, " ").toUpperCase();
  return symbols.get(written) ?? symbols.get(pair.exec(written)?.[1] ?? "");
}

/**
 * Whether a ticker is a cryptocurrency's. It has signals like any other and is never traded: what an exchange lists under
 * its symbol is another thing, such as LTC Properties for Litecoin (spec ai 4.5).
 */
export function isCoin(ticker: string): boolean {
  return Object.hasOwn(names, ticker);
}
