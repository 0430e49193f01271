import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type HttpAnswer, HttpFailure, type HttpRequest } from "../../../../lib/providers/calls/http.ts";
import { createSymbols, fetchSymbolDirectory } from "../../../../lib/providers/symbols/universe.ts";
import { folderWith } from "../../../support/folders.ts";
import { isRecorded, recordings } from "../../../support/recorded.ts";

const nasdaq = [
  "Symbol|Security Name|Market Category|Test Issue|Financial Status|Round Lot Size|ETF|NextShares",
  "AAPL|Apple Inc. - Common Stock|Q|N|N|100|N|N",
  "QQQ|Invesco QQQ Trust, Series 1|G|N|N|100|Y|N",
  "ZVZZT|NASDAQ TEST STOCK|G|Y|N|100|N|N",
  "File Creation Time: 1011202421:31|||||||",
].join("\r\n");

const other = [
  "ACT Symbol,Company Name,Security Name,Exchange,CQS Symbol,ETF,Round Lot Size,Test Issue,NASDAQ Symbol",
  'BRK.B,"Berkshire Hathaway, ""The Sage"" Inc. Common Stock",x,N,BRK.B,N,1,N,BRK.B',
  "BAC$A,Bank of America Corporation Depositary Shares,x,N,BACpA,N,100,N,BAC-A",
  "GME,GameStop Corporation Common Stock,x,N,GME,N,100,N,GME",
  "NTEST.A,NYSE test issue,x,N,NTEST.A,N,100,Y,NTEST.A",
  ",,,,,,,,",
].join("\n");

const screener = [
  "Symbol,Name,Last Sale,Net Change,% Change,Market Cap,Country,IPO Year,Volume,Sector,Industry",
  "BRK/A,Berkshire Hathaway Inc.,$364580.00,1,1%,1,United States,,1,Finance,Insurance",
  "FB,Facebook Inc. Class A Common Stock,$257.62,1,1%,1,United States,2012,1,Technology,Software",
  "META,,,,,,,,,,",
].join("\n");

const nasdaqAsCsv = [
  "Symbol,Company Name,Security Name,Market Category,Test Issue,Financial Status,Round Lot Size,ETF,NextShares",
  "OTTR,Otter Works,Otter Works Inc. - Class A Ordinary Shares,G,N,N,100,N,N",
  'PONDX,"Pond, Reed & Co. ETF","Pond, Reed & Co. ETF",G,N,N,100,Y,N',
  "ZVZZT,NASDAQ TEST STOCK,NASDAQ TEST STOCK,G,Y,N,100,N,N",
].join("\n");

function load(...texts: string[]) {
  const files = texts.map((_, at) => `file${at}`);
  return createSymbols({ files, read: async (file) => texts[files.indexOf(file)] ?? "" }).load();
}

describe("the symbols provider", () => {
  it("reads the pipe format, without test issues and without the trailer", async () => {
    const universe = await load(nasdaq);
    expect(universe.all().map(({ symbol, name, etf }) => ({ symbol, name, etf }))).toEqual([
      { symbol: "AAPL", name: "Apple Inc.", etf: false },
      { symbol: "QQQ", name: "Invesco QQQ Trust, Series 1", etf: true },
    ]);
  });

  it("reads the CSV of the other exchanges with quoted names, class shares and no preferred series", async () => {
    const universe = await load(other);
    expect(universe.all().map(({ symbol, name }) => [symbol, name])).toEqual([
      ["BRK.B", 'Berkshire Hathaway, "The Sage" Inc.'],
      ["GME", "GameStop Corporation"],
    ]);
  });

  it("writes the class of a share with a dot whatever the file does", async () => {
    const universe = await load(screener);
    expect(universe.has("BRK.A")).toBe(true);
    expect(universe.get("FB")?.name).toBe("Facebook Inc.");
  });

  it("takes several files together, also where one text holds several tables", async () => {
    expect((await load(nasdaq, other)).all()).toHaveLength(4);
    expect((await load(`${nasdaq}\n${other}`)).all()).toHaveLength(4);
  });

  it("gives its own nicknames to the symbols a file lists, and to no others", async () => {
    const universe = await load(other);
    expect(universe.get("GME")?.nicknames).toContain("gamestop");
    expect(universe.has("TSLA")).toBe(false);
  });

  it("knows a company by the symbol it had when the file was made", async () => {
    const before = await load(screener.replace("META,,", "METX,,"));
    expect(before.get("FB")?.nicknames).toContain("zuck");
  });

  it("says in one sentence what is wrong with a file", async () => {
    await expect(load("<html>Not found</html>")).rejects.toMatchObject({
      name: "BadConfiguration",
      message: "The symbol file file0 has no header that is known.",
    });
    await expect(load("Symbol|Security Name|Test Issue\n")).rejects.toThrow("The symbol file file0 lists no symbols.");
    const missing = createSymbols({ files: ["/nowhere/symbols.txt"] });
    await expect(missing.load()).rejects.toThrow("The symbol file /nowhere/symbols.txt cannot be read.");
  });

  it("has a list of its own with the names of spec ai 4", async () => {
    const universe = await createSymbols({ files: [] }).load();
    const symbols =
      "AAPL TSLA MSFT GOOGL AMZN META NVDA AMD INTC GME AMC BB PLTR NIO LCID RIVN DIS NOK BBBY WISH CLOV CLNE SPCE";
    expect(symbols.split(" ").filter((symbol) => !universe.has(symbol))).toEqual([]);
    expect(universe.get("DIS")?.nicknames).toContain("the mouse");
    expect(universe.get("SPY")).toMatchObject({ etf: true });
    expect(universe.all().length).toBeGreaterThan(500);
  });

  it("reads files of every form the exchanges publish", async () => {
    const files = { "a.txt": nasdaq, "b.csv": other, "c.csv": screener, "d.csv": nasdaqAsCsv };
    const folder = await folderWith(files);
    const symbols = Object.keys(files).map(async (file) => {
      const universe = await createSymbols({ files: [join(folder, file)] }).load();
      return universe.all().map(({ symbol }) => symbol);
    });
    expect(await Promise.all(symbols)).toEqual([
      ["AAPL", "QQQ"],
      ["BRK.B", "GME"],
      ["BRK.A", "FB", "META"],
      ["OTTR", "PONDX"],
    ]);
  });

  const recorded: [file: string, fewest: number][] = [
    ["nasdaq_screener_all_us_2021-02-28.csv", 6_000],
    ["nasdaq_listed_2026-08.csv", 5_000],
    ["nyse_and_other_listed_2026-08.csv", 7_000],
    ["nasdaqlisted_2024-10-11.txt", 4_500],
  ];
  it.each(isRecorded("symbols") ? recorded : [])("reads %s with more than %i symbols", async (file, fewest) => {
    const universe = await createSymbols({ files: [join(recordings, "symbols", file)] }).load();
    expect(universe.all().length).toBeGreaterThan(fewest);
    expect(universe.has("ZVZZT")).toBe(false);
  });
});

describe("the download of the symbol directory", () => {
  const listing = (rows: number) =>
    ["Symbol|Security Name|Test Issue", ...Array.from({ length: rows }, (_, n) => `${letters(n)}|Company ${n}|N`)].join(
      "\n",
    );
  const letters = (n: number) =>
    [676, 26, 1].map((size) => String.fromCharCode(65 + (Math.floor(n / size) % 26))).join("");
  const settings = { baseUrl: "https://directory.test/files", timeoutMs: 1_000 };
  const answer = (text: string, status = 200): HttpAnswer => ({ status, text, headers: new Headers() });

  it("returns both files as one text that the provider reads back", async () => {
    const asked: HttpRequest[] = [];
    const text = await fetchSymbolDirectory(async (request) => {
      asked.push(request);
      return answer(request.url.endsWith("otherlisted.txt") ? listing(1_500) : listing(1_200));
    }, settings);
    expect(asked.map(({ url }) => url)).toEqual([
      "https://directory.test/files/nasdaqlisted.txt",
      "https://directory.test/files/otherlisted.txt",
    ]);
    expect((await load(text)).all()).toHaveLength(1_500);
  });

  it("does not take half a file, an error page or an error for a directory", async () => {
    const outcome = (reply: () => Promise<HttpAnswer>) => fetchSymbolDirectory(reply, settings);
    await expect(outcome(async () => answer(listing(10)))).rejects.toMatchObject({
      name: "NotReady",
      retryable: false,
    });
    await expect(outcome(async () => answer("<html></html>"))).rejects.toMatchObject({ name: "BadConfiguration" });
    await expect(outcome(async () => answer("", 503))).rejects.toMatchObject({ name: "NotReady", retryable: true });
    await expect(outcome(async () => answer("", 404))).rejects.toMatchObject({ name: "NotReady", retryable: false });
    await expect(
      outcome(() => Promise.reject(new HttpFailure("no connection to directory.test", false))),
    ).rejects.toMatchObject({ name: "NotReady", retryable: true });
  });
});
