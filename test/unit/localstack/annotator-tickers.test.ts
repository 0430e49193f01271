import { beforeAll, describe, expect, it } from "vitest";
import type { SymbolUniverse } from "../../../lib/providers/symbols/source.ts";
import { createSymbols, createUniverse } from "../../../lib/providers/symbols/universe.ts";
import { annotate } from "../../../localstack/standins/annotator/annotate.ts";

const words = "A ALL ARE BE CAN DD FOR GO IT NOW ON SO YOLO EDIT HUGE LOVE OPEN REAL";
let universe: SymbolUniverse;
beforeAll(async () => {
  const own = await createSymbols({ files: [] }).load();
  const listedWords = words
    .split(" ")
    .map((symbol) => ({ symbol, name: `${symbol} Holdings`, nicknames: [], etf: false }));
  const unpopular = { symbol: "KYTX", name: "Kyverna Therapeutics, Inc.", nicknames: [], etf: false };
  universe = createUniverse([...own.all(), ...listedWords, unpopular]);
});

function tickers(comment: string, postTitle = "What are your moves tomorrow?", parents: string[] = []) {
  return annotate({ comment, postTitle, parents, authorTrust: 0.5 }, universe).tickers;
}

describe("the tickers the offline annotator finds", () => {
  it.each([
    ["$gme and $TSLA today", ["GME", "TSLA"]],
    ["thinking about PLTR leaps", ["PLTR"]],
    ["gamestop's board, and Palantir", ["GME", "PLTR"]],
    ["the mouse will beat", ["DIS"]],
    ["zuck did it again, meta is back", ["META"]],
    ["Bed Bath & Beyond is gone", ["BBBY"]],
    ["loaded up on rklb and Nvda", ["RKLB", "NVDA"]],
    ["Kyverna Therapeutics has data soon", ["KYTX"]],
    ["BTC and dogecoin", ["BTC"]],
    ["short BRK.B", ["BRK.B"]],
    ["F calls and T puts", ["F", "T"]],
    ["(NYSE: BE) reported", ["BE"]],
    ["AMC/GME/BB gang", ["AMC", "GME", "BB"]],
  ])("%s", (comment, expected) => {
    expect(tickers(comment)).toEqual(expected);
  });

  it.each([
    "I read A DD about IT, ON paper it CAN GO up FOR ALL of us, SO YOLO",
    "THIS IS ALL SO REAL, GO NOW OR BE POOR, ARE YOU ON IT",
    "EDIT: this is HUGE and I LOVE it",
    "the CEO told the SEC about the IPO, IMO the FED and GDP matter more",
    "apes together strong",
    "I WISH THE MARKET WAS OPEN",
  ])("no tickers: %s", (comment) => {
    expect(tickers(comment)).toEqual([]);
  });

  it.each([
    ["$IT and $ALL", ["IT", "ALL"]],
    ["NOW 600c", ["NOW"]],
    ["HOLD GME TO THE MOON WITH ALL YOU GOT", ["GME"]],
    ["WISH calls", ["WISH"]],
  ])("a word that is meant as a ticker: %s", (comment, expected) => {
    expect(tickers(comment)).toEqual(expected);
  });

  it.each([
    "I'm holding 50 shares",
    "it will hit $500",
    "buying more calls at open",
    "this stock is a gift, diamond hands",
  ])("takes the thread's ticker where none is named: %s", (comment) => {
    expect(tickers(comment, "GME YOLO update")).toEqual(["GME"]);
  });

  it("takes the nearest parent's ticker before the title's", () => {
    expect(tickers("sold my shares", "GME YOLO update", ["what about PLTR?", "it fell a lot"])).toEqual(["PLTR"]);
  });

  it("does not inherit where another ticker is named or the talk is of something else", () => {
    expect(tickers("rather AMC shares", "GME YOLO update")).toEqual(["AMC"]);
    expect(tickers("happy birthday my friend", "GME YOLO update")).toEqual([]);
    expect(tickers("holding my shares", "Daily discussion thread")).toEqual([]);
  });
});
