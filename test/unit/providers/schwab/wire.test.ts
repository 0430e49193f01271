import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Http } from "../../../../lib/providers/calls/http.ts";
import { occSymbol, optionTerms } from "../../../../lib/providers/market/occ.ts";
import {
  readCandles,
  readChain,
  readMarketHours,
  readOptionQuotes,
  readQuotes,
  toSchwabSymbol,
} from "../../../../lib/providers/schwab/wire.ts";
import { freshTokens, memoryVault, schwabClient } from "../../../support/broker.ts";
import { describeRecorded, recordings, unrecordedFields } from "../../../support/recorded.ts";
import * as madeUp from "../../../support/wire/schwab.ts";

const marketTime = new Date("2026-11-20T15:30:00Z");

/** The real client before a server that answers everything with `body`. */
function clientOn(body: unknown, status = 200) {
  const http: Http = async () => ({ status, headers: new Headers(), text: JSON.stringify(body) });
  return schwabClient("http://127.0.0.1:1", { http, vault: memoryVault(freshTokens) }).schwab;
}

const symbolsIn = (body: unknown): string[] =>
  Object.values(body as object).flatMap((entry) =>
    typeof entry === "object" && entry !== null && "symbol" in entry ? [String(entry.symbol)] : [],
  );

/** What each reading of each endpoint makes of a body: a clean error, or nothing that is no number. */
async function survive(body: unknown): Promise<void> {
  const client = clientOn(body);
  const window = { from: new Date(0), to: marketTime, marketTime };
  const attempts = [
    client.quotes({ symbols: symbolsIn(body), marketTime }).then((quotes) => [...quotes.values()]),
    client.optionQuotes({ contracts: symbolsIn(body), marketTime }).then((quotes) => [...quotes.values()]),
    client.candles({ symbol: "SPY", ...window }),
    client.chain({ symbol: "SPY", fromDate: "2020-01-01", toDate: "2030-01-01", marketTime }),
    client.marketHours({ day: "2025-07-20", marketTime }),
  ];
  for (const outcome of await Promise.allSettled<unknown>(attempts)) {
    if (outcome.status === "rejected") expect(outcome.reason).toMatchObject({ name: "BrokerUnavailable" });
    else
      expect(
        JSON.stringify(outcome.value, (_, value) => (Number.isNaN(value) || value === -999 ? "BAD" : value)),
      ).not.toContain("BAD");
  }
}

/** How the errors 400, 401, 404 and 500 with these bodies are taken. */
const outcomesOf = (bodies: readonly [status: number, body: unknown][]) =>
  Promise.all(
    bodies.map(([status, body]) =>
      clientOn(body, status)
        .marketHours({ day: "2025-07-20", marketTime })
        .catch((error: { name: string; code: string }) => `${error.name} ${error.code}`),
    ),
  );
const expectedOutcomes = [
  "BrokerRefused PRICE_UNAVAILABLE",
  "BrokerRefused SCHWAB_AUTH_ERROR",
  "BrokerRefused PRICE_UNAVAILABLE",
  "BrokerUnavailable PRICE_UNAVAILABLE",
];

const withoutLogin = async (status: number, text: string) => {
  const http: Http = async () => ({ status, headers: new Headers(), text });
  const { schwab } = schwabClient("http://127.0.0.1:1", { http });
  await expect(schwab.quotes({ symbols: ["GME"], marketTime })).rejects.toMatchObject({ code: "SCHWAB_AUTH_ERROR" });
};

/** What is quoted of each symbol: last, bid and ask. */
async function quoted(body: unknown, symbols: string[]) {
  const quotes = await clientOn(body).quotes({ symbols, marketTime });
  return [...quotes].map(([symbol, { last, bid, ask }]) => [symbol, last, bid, ask]);
}

describe("answers in the form of Schwab and of TD Ameritrade", () => {
  const otter = madeUp.stockQuote("OTTR", { last: 61.205, bid: 61.2, ask: 61.21 });
  const heron = madeUp.stockQuote("HERN", { last: 8.5, bid: 8.49, ask: 8.52 });
  const olderOtter = madeUp.olderQuote("OTTR", "EQUITY", { lastPrice: 60, bidPrice: 59.9, askPrice: 60.1, mark: 60.1 });
  const olderFund = madeUp.olderQuote("POND", "MUTUAL_FUND", { nAV: 72.6, closePrice: 72.55 });
  const olderOption = madeUp.olderQuote("OTTR_061821P65", "OPTION", {
    ...{ bidPrice: 1.08, askPrice: 1.15, lastPrice: 1.38, mark: 1.115, delta: -0.0344, strikePrice: 65 },
  });
  /** A list, whose prices have names that end in "InDouble". */
  const olderList = [
    madeUp.olderQuote("OTTR", "EQUITY", {
      ...{ lastPriceInDouble: 65.8, bidPriceInDouble: 65.1, askPriceInDouble: 65.9, mark: 65.8, nAV: 0 },
    }),
    madeUp.olderQuote("$OTTX", "INDEX", { lastPriceInDouble: 12_112.3, bidPriceInDouble: 0, askPriceInDouble: 0 }),
    madeUp.olderQuote("POND", "MUTUAL_FUND", { lastPriceInDouble: 0, nAV: 94.03 }),
    { ...madeUp.olderNotFound, deltaInDouble: -999 },
  ];

  it.each<[string, unknown, [symbol: string, last: number, bid: number | null, ask: number | null][]]>([
    ["one share", { OTTR: otter }, [["OTTR", 61.205, 61.2, 61.21]]],
    [
      "two shares",
      { OTTR: otter, HERN: heron },
      [
        ["OTTR", 61.205, 61.2, 61.21],
        ["HERN", 8.5, 8.49, 8.52],
      ],
    ],
    [
      "an index, which nobody bids for",
      { $OTTX: madeUp.indexQuote("$OTTX", 6071.17) },
      [["$OTTX", 6071.17, null, null]],
    ],
    [
      "the older form: a share, and a fund by its net asset value",
      { OTTR: olderOtter, POND: olderFund },
      [
        ["OTTR", 60, 59.9, 60.1],
        ["POND", 72.6, null, null],
      ],
    ],
    [
      "the older list, with what is not found",
      olderList,
      [
        ["OTTR", 65.8, 65.1, 65.9],
        ["$OTTX", 12_112.3, null, null],
        ["POND", 94.03, null, null],
      ],
    ],
  ])("quotes %s", async (_, body, expected) => {
    expect(await quoted(body, ["OTTR", "HERN", "$OTTX", "POND"])).toEqual(expected);
  });

  it("knows the index by its old name, and when a price was traded or at least quoted", () => {
    const untraded = madeUp.stockQuote("HERN", { last: 8.5, bid: 8.49, ask: 8.52 }, { tradeTime: 0 });
    const index = madeUp.olderQuote("$SPX.X", "INDEX", { lastPrice: 2926.46 });
    const quotes = readQuotes({ OTTR: otter, HERN: untraded, "$SPX.X": index });
    expect(quotes?.get("OTTR")?.at).toEqual(new Date("2025-01-30T20:45:00.000Z"));
    expect(quotes?.get("HERN")?.at).toEqual(new Date("2025-01-30T20:45:00.212Z"));
    expect(quotes?.get("$SPX.X")).toMatchObject({ last: 2926.46, bid: null, ask: null });
  });

  it("has no bid and no ask where they are 0, and no price of a fund without value and time", async () => {
    const nobody = madeUp.stockQuote("HERN", { last: 0.42, bid: 0, ask: 0 });
    const body = { HERN: nobody, POND: madeUp.fundQuote("POND", 0, 0), REED: madeUp.fundQuote("REED", 10.5, 1) };
    expect(await quoted(body, ["HERN", "POND", "REED"])).toEqual([
      ["HERN", 0.42, null, null],
      ["REED", 10.5, null, null],
    ]);
  });

  it.each<[string, unknown, string, object]>([
    [
      "Schwab's",
      {
        "OTTR  250131P00052500": madeUp.optionQuote("OTTR  250131P00052500", {
          ...{ bidPrice: 0.43, askPrice: 0.47, mark: 0.45, lastPrice: 0.46, delta: -0.01804133 },
        }),
      },
      "OTTR  250131P00052500",
      {
        ...{ bid: 0.43, ask: 0.47, mark: 0.45, last: 0.46, delta: -0.01804133 },
        ...{ at: new Date("2025-01-30T20:45:00.000Z"), volume: 398 },
      },
    ],
    [
      "the older",
      { OTTR: olderOtter, OTTR_061821P65: olderOption },
      "OTTR  210618P00065000",
      {
        ...{ bid: 1.08, ask: 1.15, mark: 1.115, last: 1.38, delta: -0.0344 },
        ...{ at: new Date("2025-01-30T20:45:00.000Z"), volume: 2_800 },
      },
    ],
  ])("quotes options in %s form, by OCC symbol", async (_, body, contract, expected) => {
    const quotes = await clientOn(body).optionQuotes({ contracts: [contract], marketTime });
    expect([...quotes]).toEqual([[contract, { symbol: contract, isHalted: false, synthetic: false, ...expected }]]);
  });

  it("finds no option that is not found, whatever numbers come with it", async () => {
    const contracts = ["OTTR  220822C13225000"];
    for (const body of [{ OTTR_082222C13225: madeUp.olderNotFound }, olderList]) {
      expect((await clientOn(body).optionQuotes({ contracts, marketTime })).size).toBe(0);
    }
  });

  it.each([
    ["a holiday", madeUp.marketHours("2025-02-17", false, "equity"), "2025-02-17", null, null],
    [
      "a trading day",
      madeUp.marketHours("2025-02-18", true),
      "2025-02-18",
      new Date("2025-02-18T14:30:00Z"),
      new Date("2025-02-18T21:00:00Z"),
    ],
  ])("market hours of %s", async (_, body, day, opensAt, closesAt) => {
    expect(await clientOn(body).marketHours({ day, marketTime })).toEqual({
      day,
      isTradingDay: opensAt !== null,
      opensAt,
      closesAt,
    });
  });

  it("reads candles, and keeps the regular session's of a day with extended hours only", async () => {
    const body = madeUp.priceHistory("OTTR", [
      ["2025-02-18T14:25:00Z", 59.5, 60, 59.4, 59.9],
      ["2025-02-18T14:30:00Z", 60, 60.5, 59.75, 60.25],
      ["2025-02-18T20:55:00Z", 61, 61.25, 60.5, 60.75],
      ["2025-02-18T21:00:00Z", 60.8, 60.8, 60.8, 60.8],
    ]);
    expect(readCandles(body)).toHaveLength(4);
    const [from, to] = [new Date("2025-02-18T05:00:00Z"), new Date("2025-02-19T04:59:00Z")];
    expect(await clientOn(body).candles({ symbol: "OTTR", from, to, marketTime })).toEqual([
      { timestamp: new Date("2025-02-18T14:30:00Z"), open: 60, high: 60.5, low: 59.75, close: 60.25, volume: 1_900 },
      { timestamp: new Date("2025-02-18T20:55:00Z"), open: 61, high: 61.25, low: 60.5, close: 60.75, volume: 1_900 },
    ]);
  });

  it("reads a chain in the older form: contracts by OCC symbol, days from the market day, no delta that is none", async () => {
    const sent = madeUp.chain("OTTR", 61.25, "2025-01-30", [
      { symbol: "OTTR_021425C65", bid: 1.1, ask: 1.2, delta: 0.301 },
      { symbol: "OTTR_021425C62.5", bid: 2, ask: 2.2, delta: "NaN" },
      { symbol: "OTTR_013125P50", bid: 0, ask: 0.02, delta: 0 },
      // It delivers something else than 100 shares.
      { symbol: "OTTR1_013125P50", bid: 4, ask: 5, delta: -999, more: { nonStandard: true } },
    ]);
    const now = new Date("2025-01-30T17:00:00Z");
    const request = { symbol: "OTTR", fromDate: "2025-01-01", toDate: "2025-12-31", marketTime: now };
    expect(await clientOn(sent).chain(request)).toEqual({
      symbol: "OTTR",
      underlyingPrice: 61.25,
      contracts: [
        {
          ...{ symbol: "OTTR  250214C00062500", option_type: "call", strike: 62.5, expiration: "2025-02-14", dte: 15 },
          ...{ bid: 2, ask: 2.2, mark: 2.1, delta: null, last: 2, synthetic: false },
          ...{ at: new Date("2025-01-30T20:59:00.000Z"), isHalted: false, bidSize: 7, askSize: 9, volume: 14 },
        },
        {
          ...{ symbol: "OTTR  250214C00065000", option_type: "call", strike: 65, expiration: "2025-02-14", dte: 15 },
          ...{ bid: 1.1, ask: 1.2, mark: 1.15, delta: 0.301, last: 1.1, synthetic: false },
          ...{ at: new Date("2025-01-30T20:59:00.000Z"), isHalted: false, bidSize: 7, askSize: 9, volume: 14 },
        },
        {
          ...{ symbol: "OTTR  250131P00050000", option_type: "put", strike: 50, expiration: "2025-01-31", dte: 1 },
          ...{ bid: 0, ask: 0.02, mark: 0.01, delta: 0, last: null, synthetic: false },
          ...{ at: new Date("2025-01-30T20:59:00.000Z"), isHalted: false, bidSize: 7, askSize: 9, volume: 14 },
        },
      ],
    });
  });

  it("reads a chain in Schwab's form, also one with puts alone", () => {
    const sent = madeUp.chain("$OTTX", 5_659.91, "2025-05-09", [
      { symbol: "OTTXW 250520P05660000", bid: 76, ask: 77.4, delta: -0.509 },
    ]);
    expect(readChain(sent, "2025-05-09")?.contracts).toEqual([
      {
        ...{ symbol: "OTTXW 250520P05660000", option_type: "put", strike: 5_660, expiration: "2025-05-20", dte: 11 },
        ...{ bid: 76, ask: 77.4, mark: 76.7, delta: -0.509, last: 76, synthetic: false },
        ...{ at: new Date("2025-05-09T20:59:00.000Z"), isHalted: false, bidSize: 7, askSize: 9, volume: 14 },
      },
    ]);
  });

  it("survives each of them at every endpoint", async () => {
    const bodies = [{ OTTR: otter }, { OTTR: olderOtter, POND: olderFund, OTTR_061821P65: olderOption }, olderList];
    const others = [
      madeUp.marketHours("2025-07-20", false),
      madeUp.priceHistory("SPY", [["2025-02-18T14:30:00Z", 60, 60.5, 59.75, 60.25]]),
      madeUp.chain("SPY", 61.25, "2025-01-30", [{ symbol: "OTTR_021425C65", bid: -999, ask: -999, delta: "NaN" }]),
      madeUp.errors(404, "Not Found"),
    ];
    for (const body of [...bodies, ...others]) await survive(body);
  });

  it("takes Schwab's own errors for what they are", async () => {
    const outcomes = await outcomesOf([
      [400, madeUp.errors(400, "Bad Request")],
      [401, madeUp.errors(401, "Unauthorized")],
      [404, madeUp.errors(404, "Not Found")],
      [500, madeUp.errors(500, "Internal Server Error")],
    ]);
    expect(outcomes).toEqual(expectedOutcomes);
  });

  it("needs a login after the refusal of a refresh token", () => withoutLogin(400, madeUp.refreshTokenRefusal));
});

describeRecorded("recorded answers through the real client", ["wire/schwab", "options"], () => {
  // See the SOURCES.md beside them.
  const read = (path: string): unknown => JSON.parse(readFileSync(join(recordings, path), "utf8"));

  it("have every field of the made-up ones", () => {
    const entry = (path: string) => Object.values(read(path) as object)[0];
    const { stockQuote, optionQuote, indexQuote, marketHours, priceHistory } = madeUp;
    const share = stockQuote("OTTR", { last: 1, bid: 1, ask: 1 });
    expect(unrecordedFields(share, entry("wire/schwab/quote_equity_NVDA.json"))).toEqual([]);
    expect(unrecordedFields(indexQuote("$OTTX", 1), entry("wire/schwab/quote_index_SPX.json"))).toEqual([]);
    expect(unrecordedFields(optionQuote("OTTR", {}), entry("wire/schwab/quote_option_META.json"))).toEqual([]);
    const hours = read("wire/schwab/schwabdev_market_hours_example.json");
    expect(unrecordedFields(marketHours("2025-02-18", true), hours)).toEqual([]);
    const candles = priceHistory("OTTR", [["2025-02-18T14:30:00Z", 60, 60.5, 59.75, 60.25]]);
    expect(unrecordedFields(candles, read("wire/schwab/pricehistory_daily_SPY.json"))).toEqual([]);
    expect(unrecordedFields(madeUp.olderNotFound, entry("wire/tdameritrade/quote_symbol_not_found.json"))).toEqual([]);
    const contractOf = (chain: unknown) => {
      const { putExpDateMap } = chain as { putExpDateMap: Record<string, Record<string, unknown[]>> };
      return Object.values(Object.values(putExpDateMap)[0] ?? {})[0]?.[0];
    };
    const [madeUpChain, recordedChain] = [
      madeUp.chain("OTTR", 6, "2025-01-30", [{ symbol: "OTTR  250214P00005000", bid: 1, ask: 2, delta: -0.3 }]),
      read("options/schwab_chains_AAPL_puts_2025-01-16.json"),
    ];
    expect(unrecordedFields(contractOf(madeUpChain), contractOf(recordedChain))).toEqual([]);
    const { callExpDateMap: _, putExpDateMap: __, ...head } = madeUpChain;
    expect(unrecordedFields(head, recordedChain)).toEqual([]);
  });

  const quoteFiles: [file: string, quotes: Record<string, [last: number, bid: number | null, ask: number | null]>][] = [
    ["schwab/quote_equity_NVDA.json", { NVDA: [123.2291, 123.2, 123.22] }],
    ["schwab/quote_index_SPX.json", { $SPX: [6071.17, null, null] }],
    ["schwab/schwabdev_quote_single.json", { INTC: [22.74, 22.73, 22.75] }],
    ["schwab/schwabdev_quotes_list_AAPL_AMD.json", { AAPL: [234.87, 234.86, 234.88], AMD: [155.82, 155.8, 155.82] }],
    ["tdameritrade/quote_index.json", { $COMPX: [12938.123, null, null] }],
    ["tdameritrade/quotes_multiple_equity.json", { NET: [74.51, 73, 74.25], CRWD: [195, 194, 196] }],
    // A fund has a net asset value and no trade; the index nobody bids for.
    [
      "tdameritrade/quotes_multi_mixed_types.json",
      {
        VTSAX: [72.6, null, null],
        MSFT: [137.71, 137.71, 137.75],
        SPY: [292.45, 292.3, 292.39],
      },
    ],
    // A list, with names that end in "InDouble", and an option that does not exist.
    [
      "tdameritrade/quotes_multiple_mix.json",
      {
        NET: [65.83, 65.12, 65.9],
        QQQ: [307.04, 307.04, 307.08],
        VLCAX: [94.03, null, null],
        $COMPX: [12112.3066, null, null],
      },
    ],
  ];

  it.each(quoteFiles)("quotes: %s", async (file, expected) => {
    const body = read(`wire/${file}`);
    const quotes = await clientOn(body).quotes({ symbols: Object.keys(expected), marketTime });
    const found = [...quotes].map(([symbol, { last, bid, ask }]) => [symbol, [last, bid, ask]]);
    expect(Object.fromEntries(found)).toEqual(expected);
    for (const { at } of quotes.values()) expect(at.getUTCFullYear()).toBeGreaterThan(2018);
  });

  it("reads the index by its old name", () => {
    const quotes = readQuotes(read("wire/tdameritrade/quotes_multi_mixed_types.json"));
    expect(quotes?.get("$SPX.X")).toMatchObject({ last: 2926.46, bid: null, ask: null });
  });

  it("knows when a price was traded", async () => {
    const quotes = await clientOn(read("wire/schwab/quote_equity_NVDA.json")).quotes({ symbols: ["NVDA"], marketTime });
    expect(quotes.get("NVDA")?.at).toEqual(new Date(1_738_285_199_788));
  });

  it.each<[string, string, object]>([
    [
      "schwab/quote_option_META.json",
      "META  250131P00525000",
      {
        ...{ bid: 0.43, ask: 0.47, mark: 0.45, last: 0.46, delta: -0.01804133 },
        at: new Date("2025-01-24T20:59:59.930Z"),
      },
    ],
    [
      "schwab/quote_option_NVDA.json",
      "NVDA  250307P00095000",
      { bid: 1.41, ask: 2.13, mark: 1.77, last: 1.62, delta: -0.10887034 },
    ],
    [
      "tdameritrade/quote_option.json",
      "NET   220819C00057000",
      { bid: 11.35, ask: 11.75, mark: 11.55, last: 11.28, delta: 1 },
    ],
    ["tdameritrade/quotes_multi_mixed_types.json", "MSFT  210618P00065000", { mark: 1.115, delta: -0.0344 }],
  ])("option quotes: %s", async (file, contract, expected) => {
    const quotes = await clientOn(read(`wire/${file}`)).optionQuotes({ contracts: [contract], marketTime });
    expect(quotes.get(contract)).toMatchObject({ symbol: contract, synthetic: false, ...expected });
  });

  it("finds no option that is not found, whatever numbers come with it", async () => {
    for (const [file, contract] of [
      ["quote_symbol_not_found.json", "NDX   220822C13225000"],
      ["quotes_multiple_mix.json", "NET   220819C00057000"],
    ] as const) {
      const quotes = await clientOn(read(`wire/tdameritrade/${file}`)).optionQuotes({
        contracts: [contract],
        marketTime,
      });
      expect(quotes.size).toBe(0);
    }
  });

  it("reads Schwab's own examples: futures, funds, foreign exchange, sentinels", () => {
    const examples = read("wire/schwab/official_spec_examples.json") as Record<string, { value: unknown }>;
    const quotes = readQuotes(examples.MultiCriteriaSearch?.value);
    expect(quotes?.get("AAPL")).toMatchObject({ last: 168.405, bid: 168.4, ask: 168.41 });
    expect(quotes?.get("MVEN")).toMatchObject({ last: 0.42, bid: null, ask: null });
    expect(quotes?.get("SOBS")?.at).toEqual(new Date(1_644_613_200_189));
    // A net asset value of 0 and no time is no price.
    expect(quotes?.has("AAAHX")).toBe(false);
    const options = readOptionQuotes(examples.MultiCriteriaSearch?.value);
    expect([...(options?.keys() ?? [])]).toEqual(["AMZN  220617C03170000", "DJX   231215C00290000"]);
    expect(readCandles(examples.SingleSymbolCriteriaSearch?.value)).toHaveLength(7);
    expect(readMarketHours(examples.GetMarketHour?.value, "2022-04-14")).toEqual({
      day: "2022-04-14",
      isTradingDay: true,
      opensAt: new Date("2022-04-14T13:30:00Z"),
      closesAt: new Date("2022-04-14T20:00:00Z"),
    });
    expect(readMarketHours(examples.GetMarketHours?.value, "2022-04-14")?.isTradingDay).toBe(true);
  });

  it.each<[string, string, string | null, string | null]>([
    ["schwab/market_hours_all.json", "2025-07-20", null, null],
    ["schwab/market_hours_equity.json", "2025-07-20", null, null],
    [
      "schwab/schwabdev_market_hours_example.json",
      "2024-10-18",
      "2024-10-18T13:30:00.000Z",
      "2024-10-18T20:00:00.000Z",
    ],
    ["tdameritrade/markethours_equity.json", "2021-06-14", "2021-06-14T13:30:00.000Z", "2021-06-14T20:00:00.000Z"],
  ])("market hours: %s", async (file, day, opens, closes) => {
    const hours = await clientOn(read(`wire/${file}`)).marketHours({ day, marketTime });
    expect(hours).toEqual({
      day,
      isTradingDay: opens !== null,
      opensAt: opens === null ? null : new Date(opens),
      closesAt: closes === null ? null : new Date(closes),
    });
  });

  it.each<[string, number, number]>([
    ["wire/schwab/pricehistory_daily_SPY.json", 21, 598.44],
    ["wire/schwab/schwabdev_pricehistory_example.json", 12, 171],
    ["market/tda_pricehistory_1min_MSFT_2019-09-03_2019-09-06.json", 2190, 136.9],
  ])("candles: %s", (file, count, firstOpen) => {
    const candles = readCandles(read(file)) ?? [];
    expect(candles[0]?.open).toBe(firstOpen);
    expect(candles).toHaveLength(count);
  });

  it("keeps the regular session's candles of a day with extended hours only", async () => {
    const client = clientOn(read("market/tda_pricehistory_1min_MSFT_2019-09-03_2019-09-06.json"));
    const [from, to] = [new Date("2019-09-03T04:00:00Z"), new Date("2019-09-04T03:59:00Z")];
    const candles = await client.candles({ symbol: "MSFT", from, to, marketTime });
    expect(candles).toHaveLength(390);
    expect(candles[0]?.timestamp.toISOString()).toBe("2019-09-03T13:30:00.000Z");
    expect(candles.at(-1)?.timestamp.toISOString()).toBe("2019-09-03T19:59:00.000Z");
  });

  const chains: [file: string, day: string, underlying: number, calls: number, puts: number, withoutDelta: number][] = [
    ["schwab_chains_AAPL_puts_2025-01-16.json", "2025-01-16", 228.375, 0, 470, 0],
    ["schwab_chains_SPX_2025-05-09.json", "2025-05-09", 5659.91, 43, 119, 0],
    // 62 of 1,352 deliver something else than 100 shares; they are the ones with a delta of −999.
    ["tdameritrade_chains_DIS_2021-01-12.json", "2021-01-12", 176, 645, 645, 0],
    ["tdameritrade_chains_MSFT_2020-08-28.json", "2020-08-28", 228.59, 822, 822, 15],
    ["tdameritrade_chains_MSFT_with_underlying_2019-11-27.json", "2019-11-27", 151.8, 128, 128, 0],
  ];

  it.each(chains)("chain: %s", async (file, day, underlying, calls, puts, withoutDelta) => {
    const now = new Date(`${day}T16:00:00Z`);
    const request = { symbol: "ANY", fromDate: "2019-01-01", toDate: "2030-01-01", marketTime: now };
    const chain = await clientOn(read(`options/${file}`)).chain(request);
    const { contracts } = chain;
    expect(chain).toMatchObject({ symbol: "ANY", underlyingPrice: underlying });
    expect(contracts.filter(({ option_type }) => option_type === "call")).toHaveLength(calls);
    expect(contracts.filter(({ option_type }) => option_type === "put")).toHaveLength(puts);
    expect(contracts.filter(({ delta }) => delta === null)).toHaveLength(withoutDelta);
    expect(new Set(contracts.map(({ symbol }) => symbol)).size).toBe(contracts.length);
    for (const contract of contracts) {
      const { symbol, strike, expiration, option_type, dte, bid, ask, mark, last, synthetic } = contract;
      expect(optionTerms(symbol)).toMatchObject({ strike, expiration, option_type });
      expect(symbol).toHaveLength(21);
      expect(dte).toBe((Date.parse(expiration) - Date.parse(day)) / 86_400_000);
      for (const value of [bid, mark]) expect(value === null || value >= 0).toBe(true);
      for (const value of [ask, last]) expect(value === null || value > 0).toBe(true);
      expect(synthetic).toBe(false);
    }
  });

  it("reads single contracts exactly", () => {
    const dis = readChain(read("options/tdameritrade_chains_DIS_2021-01-12.json"), "2021-01-12")?.contracts ?? [];
    expect(dis.find(({ symbol }) => symbol === "DIS   210115C00210000")).toEqual({
      symbol: "DIS   210115C00210000",
      option_type: "call",
      strike: 210,
      expiration: "2021-01-15",
      dte: 3,
      bid: 0.01,
      ask: 0.02,
      mark: 0,
      delta: 0.001,
      last: 0.02,
      at: new Date("2021-01-12T20:59:57.444Z"),
      isHalted: false,
      synthetic: false,
      bidSize: 27,
      askSize: 24,
      volume: 111,
    });
    const aapl = readChain(read("options/schwab_chains_AAPL_puts_2025-01-16.json"), "2025-01-16")?.contracts ?? [];
    expect(aapl[0]).toEqual({
      symbol: "AAPL  250117P00005000",
      option_type: "put",
      strike: 5,
      expiration: "2025-01-17",
      dte: 1,
      bid: 0,
      ask: 0.01,
      mark: 0.01,
      delta: 0,
      last: 0.01,
      at: new Date("2025-01-16T20:59:59.927Z"),
      isHalted: false,
      synthetic: false,
      bidSize: 0,
      askSize: 4_530,
      volume: 14,
    });
  });

  it("survives every recording at every endpoint: a clean error, or nothing that is no number", async () => {
    const files = ["schwab", "tdameritrade"].flatMap((folder) =>
      readdirSync(join(recordings, "wire", folder)).map((file) => `wire/${folder}/${file}`),
    );
    expect(files).toHaveLength(27);
    const chains = readdirSync(join(recordings, "options"))
      .filter((file) => file.endsWith(".json"))
      .map((file) => `options/${file}`);
    for (const body of [...files, ...chains].map(read)) await survive(body);
  });

  it("takes Schwab's own errors for what they are", async () => {
    const errors = read("wire/schwab/official_spec_error_responses.json") as Record<string, { example: unknown }>;
    const outcomes = await outcomesOf(
      [400, 401, 404, 500].map((status) => [status, errors[`ErrorResponse${status}`]?.example]),
    );
    expect(outcomes).toEqual(expectedOutcomes);
  });

  it("needs a login after the refusal of a refresh token as users have reported it", async () => {
    const reported = read("wire/reported_in_issues.json") as {
      what: string;
      http_status?: number;
      body_text?: string;
    }[];
    const refusal = reported.find(({ what }) => what.includes("refresh token rejected"));
    await withoutLogin(refusal?.http_status ?? 0, refusal?.body_text ?? "");
  });
});

describe("lenient reading", () => {
  const contract = (more: object) => ({
    putCall: "CALL",
    symbol: "GME   210205C00350000",
    strikePrice: 350,
    bid: 10,
    ask: 12,
    mark: 11,
    last: 11.5,
    delta: 0.3,
    ...more,
  });
  const chainOf = (more: object) => ({
    underlyingPrice: 340,
    callExpDateMap: { "2021-02-05:9": { "350.0": [contract(more)] } },
    putExpDateMap: {},
  });
  const only = (more: object) => readChain(chainOf(more), "2021-01-27")?.contracts[0];

  it.each([
    ["NaN as a text", { delta: "NaN" }, { delta: null }],
    [
      "the sentinel",
      { delta: -999, mark: -999.0, bid: -999, ask: -999, last: -999 },
      { delta: null, mark: null, bid: null, ask: null, last: null },
    ],
    ["a delta that is none", { delta: 4.2 }, { delta: null }],
    ["numbers as texts", { delta: "0.25", bid: "9.5" }, { delta: 0.25, bid: 9.5 }],
    [
      "nothing at all",
      { delta: undefined, mark: null, bid: {}, ask: "", last: [] },
      { delta: null, mark: null, bid: null, ask: null, last: null },
    ],
    [
      "zeros: nobody bids, nobody offers, nothing was traded",
      { bid: 0, ask: 0, mark: 0, last: 0 },
      { bid: 0, ask: null, mark: 0, last: null },
    ],
    ["a negative price", { mark: -1, bid: -0.5 }, { mark: null, bid: null }],
    ["a model's price", { synthetic: true }, { synthetic: true }],
  ])("of a contract: %s", (_, sent, expected) => {
    expect(only(sent)).toMatchObject(expected);
  });

  it("leaves out contracts without a strike, without a readable symbol, and those that are not standard", () => {
    for (const more of [{ strikePrice: "NaN" }, { symbol: "???" }, { nonStandard: true }, { mini: true }]) {
      expect(only(more)).toBeUndefined();
    }
  });

  it("reads chains with empty, absent and broken maps", () => {
    const empty = { underlyingPrice: 0, callExpDateMap: {}, putExpDateMap: {} };
    expect(readChain(empty, "2021-01-27")).toEqual({ underlyingPrice: null, contracts: [] });
    expect(readChain({ callExpDateMap: null, putExpDateMap: [] }, "2021-01-27")?.contracts).toEqual([]);
    expect(
      readChain({ callExpDateMap: { soon: {}, "2021-02-05:9": { "350.0": "?" } } }, "2021-01-27")?.contracts,
    ).toEqual([]);
    expect(readChain({ status: "SUCCESS" }, "2021-01-27")).toBeNull();
  });

  it("takes the underlying's own quote where the chain has no price", () => {
    const answer = { underlyingPrice: "NaN", underlying: { mark: 12.5, last: 12 }, callExpDateMap: {} };
    expect(readChain(answer, "2021-01-27")?.underlyingPrice).toBe(12.5);
  });

  it("counts days to expiration from the market day, over the change of clocks", () => {
    const answer = {
      callExpDateMap: { "2021-03-19:99": { "350.0": [contract({ symbol: "GME   210319C00350000" })] } },
    };
    expect(readChain(answer, "2021-03-05")?.contracts[0]?.dte).toBe(14);
  });

  it("knows what is halted, and dates an option by its last quote or, if that is newer, its last trade", () => {
    const halted = { lastPrice: 5, tradeTime: 1_600_000_000_000, securityStatus: "Halted" };
    const closed = { ...halted, securityStatus: "Closed" };
    const quotes = readQuotes({ A: { symbol: "A", quote: halted }, B: { symbol: "B", quote: closed } });
    expect([...(quotes ?? [])].map(([symbol, quote]) => [symbol, quote.isHalted])).toEqual([
      ["A", true],
      ["B", false],
    ]);
    const dated = (quote: object) => {
      const answer = readOptionQuotes({ A: { symbol: "GME   210205C00350000", quote: { mark: 2, ...quote } } });
      return answer?.get("GME   210205C00350000")?.at?.getTime() ?? null;
    };
    expect(dated({ quoteTime: 1_600_000_000_000, tradeTime: 0 })).toBe(1_600_000_000_000);
    expect(dated({ quoteTime: 1_600_000_000_000, tradeTime: 1_600_000_000_001 })).toBe(1_600_000_000_001);
    expect(dated({ quoteTimeInLong: 0, tradeTimeInLong: 1_500_000_000_000 })).toBe(1_500_000_000_000);
    expect(dated({})).toBeNull();
  });

  it("never makes a quote without a price or its time, and skips invalid symbols", () => {
    const quotes = readQuotes({
      errors: { invalidSymbols: ["ZZZZ"] },
      A: { symbol: "A", quote: { lastPrice: 0, mark: 0, tradeTime: 1 } },
      B: { symbol: "B", quote: { lastPrice: "NaN", mark: 3, tradeTime: 0, quoteTime: 1_600_000_000_000 } },
      C: { symbol: "C", quote: { lastPrice: 5, tradeTime: 0, quoteTime: 0 } },
      D: null,
      E: { quote: { lastPrice: 5, tradeTime: 1 } },
    });
    expect([...(quotes ?? [])]).toEqual([
      ["B", { symbol: "B", last: 3, bid: null, ask: null, at: new Date(1_600_000_000_000), isHalted: false }],
    ]);
    expect(readQuotes("nothing")).toBeNull();
  });

  it("puts candles in order, takes each once and skips broken rows", () => {
    const row = (datetime: unknown, more: object = {}) => ({ open: 2, high: 3, low: 1, close: 2, datetime, ...more });
    const candles = readCandles({
      candles: [
        row(300_000),
        row(0.5e12),
        row(300_000, { close: 3 }),
        row("?"),
        row(600_000, { low: null }),
        row(700_000, { high: 0.5 }),
        null,
      ],
    });
    expect(candles?.map(({ timestamp, close }) => [timestamp.getTime(), close])).toEqual([
      [300_000, 3],
      [0.5e12, 2],
    ]);
    expect(readCandles({ candles: [], empty: true })).toEqual([]);
    expect(readCandles({ error: "?" })).toBeNull();
  });

  it("does not take the hours of another day for those that were asked for", () => {
    const answer = { equity: { EQ: { date: "2026-11-25", isOpen: true } } };
    expect(readMarketHours(answer, "2026-11-26")).toBeNull();
    expect(readMarketHours({ equity: { EQ: { date: "2026-11-26", isOpen: true } } }, "2026-11-26")).toMatchObject({
      isTradingDay: false,
    });
  });
});

describe("symbols", () => {
  it.each([
    ["GME", "GME"],
    ["BRK.B", "BRK/B"],
    ["^GSPC", "$SPX"],
    ["^VIX", "$VIX"],
  ])("%s is %s at Schwab", (own, schwab) => {
    expect(toSchwabSymbol(own)).toBe(schwab);
  });

  it.each([
    ["GME   210205C00350000", { root: "GME", expiration: "2021-02-05", option_type: "call", strike: 350 }],
    ["MSFT_011521C92.5", { root: "MSFT", expiration: "2021-01-15", option_type: "call", strike: 92.5 }],
    ["SPXW  250520P05660000", { root: "SPXW", expiration: "2025-05-20", option_type: "put", strike: 5660 }],
  ])("%s tells a contract's terms", (symbol, terms) => {
    expect(optionTerms(symbol)).toEqual(terms);
  });

  it("are written in OCC's form", () => {
    const terms = { root: "F", expiration: "2026-03-20", option_type: "put", strike: 12.125 } as const;
    expect(occSymbol(terms)).toBe("F     260320P00012125");
  });

  it.each(["GME", "", "GME   219905C00350000", "GME 210205X00350000"])("%j is no option", (symbol) => {
    expect(optionTerms(symbol)).toBeNull();
  });
});
