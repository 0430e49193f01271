import { beforeAll, describe, expect, it } from "vitest";
import type { Sentiment } from "../../../../lib/analysis/comments/sentiment.ts";
import { isMarkedTicker, normaliseTickers } from "../../../../lib/analysis/tickers/resolve.ts";
import type { SymbolUniverse } from "../../../../lib/providers/symbols/source.ts";
import { createSymbols, createUniverse } from "../../../../lib/providers/symbols/universe.ts";

let own: SymbolUniverse;
beforeAll(async () => {
  const extra = [
    { symbol: "A", name: "Agilent Technologies, Inc.", nicknames: [], etf: false },
    { symbol: "IT", name: "Gartner, Inc.", nicknames: ["gartner"], etf: false },
    { symbol: "ON", name: "ON Semiconductor", nicknames: ["onsemi"], etf: false },
    { symbol: "FORD", name: "Forward Industries, Inc.", nicknames: [], etf: false },
    { symbol: "SKYW", name: "SkyWest, Inc.", nicknames: [], etf: false },
  ];
  own = createUniverse([...(await createSymbols({ files: [] }).load()).all(), ...extra]);
});

function tickersOf(tickers: string[], comment = "", stopWords?: ReadonlySet<string>) {
  const pairs = tickers.map((ticker) => ({ ticker, sentiment: "bullish" as Sentiment }));
  const { kept, dropped } = normaliseTickers(pairs, comment, own, stopWords);
  return { kept: kept.map(({ ticker }) => ticker), dropped };
}

/** What a model's tickers are where small companies are listed under the symbols and names of coins. */
function namesakesOf(tickers: string[]) {
  const listed = [
    ["LTC", "LTC Properties, Inc."],
    ["ETH", "Ethan Allen Interiors Inc."],
    ["SOL", "Emeren Group Ltd"],
    ["LINK", "Interlink Electronics, Inc."],
    ["DOT", "Dotted Holdings, Inc."],
    ["STEL", "Stellar Bancorp, Inc."],
    ["DASH", "DoorDash, Inc."],
    ["COMP", "Compass, Inc."],
    ["COIN", "Coinbase Global, Inc."],
  ] as const;
  const universe = createUniverse(listed.map(([symbol, name]) => ({ symbol, name, nicknames: [], etf: false })));
  const pairs = tickers.map((ticker) => ({ ticker, sentiment: "bullish" as const }));
  return normaliseTickers(pairs, "", universe).kept.map(({ ticker }) => ticker);
}

describe("the tickers of a model's reply", () => {
  it.each([
    ["$gme", "GME"],
    ["gme", "GME"],
    [" AAPL ", "AAPL"],
    ["#TSLA", "TSLA"],
    ["NYSE: AMC", "AMC"],
    ["BRK/B", "BRK.B"],
    ["brk-b", "BRK.B"],
    ["apple", "AAPL"],
    ["Facebook", "META"],
    ["THE MOUSE", "DIS"],
    ["Zuck", "META"],
    ["GAMESTOP", "GME"],
    ["SkyWest", "SKYW"],
    ["bitcoin", "BTC"],
  ])("%s is %s", (written, symbol) => {
    expect(tickersOf([written]).kept).toEqual([symbol]);
  });

  it("takes FORD for the car maker unless the comment writes the symbol", () => {
    expect(tickersOf(["FORD"], "ford is going electric").kept).toEqual(["F"]);
    expect(tickersOf(["FORD"], "buying FORD and $CAKE").kept).toEqual(["FORD"]);
    expect(tickersOf(["FORD"], "buying $ford").kept).toEqual(["FORD"]);
  });

  it("drops words that are no tickers and symbols nobody lists", () => {
    const words = ["I", "A", "CEO", "DD", "YOLO", "IT", "ON", "QQZZ"];
    expect(tickersOf(words, "I read A DD about IT")).toEqual({ kept: [], dropped: words });
  });

  it.each([
    ["IT", "$IT looks cheap"],
    ["IT", "(NYSE: IT) has earnings"],
    ["ON", "ON 75c for June"],
    ["IT", "Gartner will beat, IT to 500"],
    ["A", "long $a"],
  ])("keeps %s where the comment marks it: %s", (ticker, comment) => {
    expect(tickersOf([ticker], comment).kept).toEqual([ticker]);
  });

  it("does not take a time of day for an option contract", () => {
    expect(isMarkedTicker("ON", "ON 5 p.m. we ride", own)).toBe(false);
  });

  it("keeps crypto that no exchange lists", () => {
    expect(tickersOf(["BTC", "ETH", "DOGE"]).kept).toEqual(["BTC", "ETH", "DOGE"]);
  });

  it.each([
    ["LITECOIN", "LTC"],
    ["Ethereum", "ETH"],
    ["ether", "ETH"],
    ["$SOL", "SOL"],
    ["ripple", "XRP"],
    ["Chainlink", "LINK"],
    ["DOT", "DOT"],
    ["BTC-USD", "BTC"],
    ["$BTC.X", "BTC"],
    ["ETHUSDT", "ETH"],
    ["stellar", "XLM"],
    ["AVALANCHE", "AVAX"],
  ])("takes %s for the coin %s, not for the company of that symbol or name", (written, coin) => {
    expect(namesakesOf([written])).toEqual([coin]);
  });

  it("drops the name of a company that is listed under a coin's symbol", () => {
    expect(namesakesOf(["LTC Properties", "Ethan Allen Interiors", "Interlink Electronics"])).toEqual([]);
  });

  it("keeps companies whose symbols are better known than the coins of that name", () => {
    expect(namesakesOf(["DASH", "COMP", "COIN"])).toEqual(["DASH", "COMP", "COIN"]);
  });

  it("keeps one entry per ticker, and of its sentiments the first", () => {
    const pairs = [
      { ticker: "$GME", sentiment: "bearish" as const },
      { ticker: "AMC", sentiment: "neutral" as const },
      { ticker: "gamestop", sentiment: "bullish" as const },
    ];
    expect(normaliseTickers(pairs, "", own).kept).toEqual([
      { ticker: "GME", sentiment: "bearish" },
      { ticker: "AMC", sentiment: "neutral" },
    ]);
  });

  it("takes another list of words that are no tickers", () => {
    expect(tickersOf(["GME", "YOLO"], "", new Set(["GME"]))).toEqual({ kept: ["YOLO"], dropped: ["GME"] });
  });

  it("survives tickers made of pattern characters", () => {
    expect(tickersOf(["(", "[A-Z]+", "\\", ".*", ""], "(")).toEqual({
      kept: [],
      dropped: ["(", "[A-Z]+", "\\", ".*", ""],
    });
  });
});
