import { describe, expect, it } from "vitest";
import { ownSymbols } from "../../../lib/providers/symbols/own-list.ts";
import { scenarioMarket } from "../../../localstack/scenario/market.ts";
import { type MarketHistory, marketAsOf } from "../../../localstack/standins/market/history.ts";
import { priced, pricedChain, rootOf, underlyingOf } from "../../../localstack/standins/market/option-pricing.ts";

const market = scenarioMarket();
const at = (time: string) => marketAsOf(market, new Date(time));
const morning = "2026-03-02T15:30:00Z";
const year = { from: "2025-03-01", to: "2026-02-28" };
const returnsOf = (symbol: string) => {
  const closes = market.bars(symbol, year.from, year.to).map(({ close }) => close);
  return closes.slice(1).map((close, index) => Math.log(close / (closes[index] ?? close)));
};
const deviationOf = (values: number[]) => Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);

describe("the scenario's market", () => {
  it("is the same for the same seed, in whatever order it is asked, and another for another seed", () => {
    const [first, second] = [scenarioMarket("a"), scenarioMarket("a")];
    second.bars("TSLA", "2026-03-02", "2026-03-20");
    const week = (history: MarketHistory) => history.bars("GME", "2026-03-02", "2026-03-06");
    second.candles("GME", "2027-05-05");
    expect(week(first)).toEqual(week(second));
    expect(week(first)).toHaveLength(5);
    expect(week(scenarioMarket("b"))).not.toEqual(week(first));
  });

  it("has every symbol of the project's list, the S&P 500 and no other", () => {
    for (const symbol of [...ownSymbols().map(({ symbol }) => symbol), "^GSPC", "SPY"]) {
      expect(market.has(symbol)).toBe(true);
      expect(market.bars(symbol, "2026-03-02", "2026-03-02")).toHaveLength(1);
    }
    expect(market.has("ZZZZZZ")).toBe(false);
    expect(market.bars("ZZZZZZ", "2026-03-02", "2026-03-06")).toEqual([]);
    expect(market.candles("ZZZZZZ", "2026-03-02")).toEqual([]);
  });

  it("trades when the exchange does", () => {
    // Good Friday.
    expect(market.bars("GME", "2026-04-02", "2026-04-06").map(({ date }) => date)).toEqual([
      "2026-04-02",
      "2026-04-06",
    ]);
    expect(market.candles("GME", "2026-04-03")).toEqual([]);
    expect(market.candles("GME", "2026-03-07")).toEqual([]);
  });

  it.each(["GME", "^GSPC", "SPY", "KO", "BRK.B"])(
    "has 78 candles a day that make up the bar of %s exactly",
    (symbol) => {
      for (const bar of market.bars(symbol, "2026-02-23", "2026-03-13")) {
        const candles = market.candles(symbol, bar.date);
        expect(candles).toHaveLength(78);
        expect(bar).toEqual({
          date: bar.date,
          open: candles[0]?.open,
          high: Math.max(...candles.map(({ high }) => high)),
          low: Math.min(...candles.map(({ low }) => low)),
          close: candles.at(-1)?.close,
          volume: candles.reduce((sum, { volume }) => sum + volume, 0),
        });
      }
    },
  );

  it("begins each candle where the last one ended, from 09:30 to 16:00, with prices in cents within its range", () => {
    const candles = market.candles("TSLA", "2026-03-09");
    expect(candles[0]?.timestamp.toISOString()).toBe("2026-03-09T13:30:00.000Z");
    expect(candles.at(-1)?.timestamp.toISOString()).toBe("2026-03-09T19:55:00.000Z");
    for (const [index, { open, high, low, close }] of candles.entries()) {
      if (index > 0) expect(open).toBe(candles[index - 1]?.close);
      expect(low).toBeLessThanOrEqual(Math.min(open, close));
      expect(high).toBeGreaterThanOrEqual(Math.max(open, close));
      for (const price of [open, high, low, close]) expect(price).toBe(Math.round(price * 100) / 100);
    }
  });

  it("moves each symbol as much as one would think", () => {
    const yearly = (symbol: string) => deviationOf(returnsOf(symbol)) * Math.sqrt(252);
    expect(yearly("^GSPC")).toBeGreaterThan(0.1);
    expect(yearly("^GSPC")).toBeLessThan(0.2);
    expect(yearly("GME")).toBeGreaterThan(0.7);
    expect(yearly("GME")).toBeLessThan(1.3);
    for (const { symbol } of ownSymbols().slice(0, 60)) {
      expect(yearly(symbol)).toBeGreaterThan(0.12);
      expect(yearly(symbol)).toBeLessThan(1.5);
    }
  });

  it("moves SPY with the index", () => {
    const index = returnsOf("^GSPC");
    const apart = returnsOf("SPY").map((value, day) => value - (index[day] ?? 0));
    expect(deviationOf(apart)).toBeLessThan(0.002);
  });

  it("stays plausible for twenty years", () => {
    for (const symbol of ["^GSPC", "GME", "NVDA"]) {
      const [start] = market.bars(symbol, "2018-01-03", "2018-01-03");
      for (const year of [2022, 2026, 2030, 2038]) {
        const [bar] = market.bars(symbol, `${year}-06-07`, `${year}-06-11`);
        expect((bar?.close ?? 0) / (start?.close ?? 1)).toBeGreaterThan(0.05);
        expect((bar?.close ?? 0) / (start?.close ?? 1)).toBeLessThan(20);
      }
    }
  });
});

describe("the market as of a time", () => {
  it("has the price of the last candle that is over", () => {
    const candles = market.candles("GME", "2026-03-02");
    expect(at(morning).lastPrice("GME")).toMatchObject({ last: candles[11]?.close, at: new Date(morning) });
    expect(at("2026-03-02T15:34:59Z").lastPrice("GME")).toMatchObject({
      last: candles[11]?.close,
      at: new Date(morning),
    });
    expect(at("2026-03-02T15:35:00Z").lastPrice("GME")?.last).toBe(candles[12]?.close);
  });

  it("has the open from the opening on, and before it the last close", () => {
    const [friday] = market.bars("GME", "2026-02-27", "2026-02-27");
    const [monday] = market.bars("GME", "2026-03-02", "2026-03-02");
    expect(at("2026-03-02T14:29:59Z").lastPrice("GME")).toMatchObject({
      last: friday?.close,
      at: new Date("2026-02-27T21:00:00Z"),
    });
    expect(at("2026-03-02T14:30:00Z").lastPrice("GME")).toMatchObject({
      last: monday?.open,
      at: new Date("2026-03-02T14:30:00Z"),
    });
    expect(at("2026-03-02T23:00:00Z").lastPrice("GME")).toMatchObject({
      last: monday?.close,
      at: new Date("2026-03-02T21:00:00Z"),
    });
  });

  it("answers the same whatever comes afterwards", () => {
    const times = [
      "2026-03-02T14:00:00Z",
      "2026-03-02T14:31:00Z",
      morning,
      "2026-03-02T21:00:00Z",
      "2026-03-07T12:00:00Z",
    ];
    for (const time of times) {
      const now = new Date(time);
      const answers = (history: MarketHistory) => {
        const view = marketAsOf(history, now);
        return {
          bars: view.bars("GME", "2026-02-20", "2026-03-20"),
          candles: view.candles("GME", new Date("2026-02-25T00:00:00Z"), new Date("2026-03-20T00:00:00Z"), true),
          price: view.lastPrice("GME"),
          chain: pricedChain(view, "GME", "2026-03-09", "2026-03-30"),
        };
      };
      expect(answers(scrambledAfter(market, now))).toEqual(answers(market));
    }
  });
});

/** The same market until `now`; from then on every price is another. */
function scrambledAfter(history: MarketHistory, now: Date): MarketHistory {
  const time = now.getTime();
  return {
    ...history,
    candles: (symbol, day) =>
      history.candles(symbol, day).map((candle) => {
        const begins = candle.timestamp.getTime();
        if (begins + 300_000 <= time) return candle;
        // The first trade of a candle that has begun is known.
        const open = begins <= time ? candle.open : 777;
        return { ...candle, open, high: 999, low: 0.5, close: 555, volume: 1 };
      }),
    bars: (symbol, from, to) =>
      history.bars(symbol, from, to).map((bar) => {
        if (Date.parse(`${bar.date}T21:00:00Z`) <= time) return bar;
        const open = Date.parse(`${bar.date}T14:30:00Z`) <= time ? bar.open : 777;
        return { ...bar, open, high: 999, low: 0.5, close: 555, volume: 1 };
      }),
  };
}

it("a half day of the scenario ends at 13:00", () => {
  const candles = market.candles("GME", "2026-11-27");
  expect(candles).toHaveLength(42);
  expect(candles.at(-1)?.timestamp).toEqual(new Date("2026-11-27T17:55:00Z"));
});

describe("options priced by the model", () => {
  const view = at(morning);
  const chain = pricedChain(view, "GME", "2026-03-16", "2026-03-27");
  const spot = view.lastPrice("GME")?.last ?? 0;

  it("expire on Fridays, or the day before where the exchange is closed", () => {
    expect(new Set(chain.map(({ expiration }) => expiration))).toEqual(new Set(["2026-03-20", "2026-03-27"]));
    const easter = pricedChain(view, "GME", "2026-03-30", "2026-04-10");
    expect(new Set(easter.map(({ expiration }) => expiration))).toEqual(new Set(["2026-04-02", "2026-04-10"]));
    // Christmas on a Friday, and the Thursday before it a half day.
    const christmas = pricedChain(view, "GME", "2026-12-21", "2026-12-25");
    expect(new Set(christmas.map(({ expiration }) => expiration))).toEqual(new Set(["2026-12-24"]));
    expect(new Set(pricedChain(view, "GME", null, null).map(({ expiration }) => expiration)).size).toBe(9);
  });

  it("have strikes 2.5 % apart within 40 % of the price", () => {
    const strikes = [...new Set(chain.map(({ strike }) => strike))];
    expect(Math.min(...strikes)).toBeGreaterThanOrEqual(spot * 0.6);
    expect(Math.max(...strikes)).toBeLessThanOrEqual(spot * 1.4);
    expect(Math.min(...strikes)).toBeLessThan(spot * 0.6 * 1.03);
    expect(Math.max(...strikes)).toBeGreaterThan((spot * 1.4) / 1.03);
    for (const [index, strike] of strikes.slice(1).entries())
      expect(strike / (strikes[index] ?? 1)).toBeCloseTo(1.025, 2);
    expect(chain).toHaveLength(strikes.length * 2 * 2);
  });

  it("offer a contract near every target of the strike selection", () => {
    for (const symbol of ["GME", "SPY", "KO", "AMC", "BRK.B"]) {
      const options = pricedChain(view, symbol, "2026-03-16", "2026-03-23");
      const closest = (target: number) => Math.min(...options.map(({ delta }) => Math.abs(delta - target)));
      expect(closest(0.3)).toBeLessThan(0.15);
      expect(closest(-0.3)).toBeLessThan(0.15);
    }
  });

  it("are found again by their symbol on a later day, and are gone after they have expired", () => {
    const [held] = chain.filter(({ delta }) => Math.abs(delta - 0.3) < 0.1);
    expect(held && priced(view, held)).toEqual(held);
    const later = at("2026-03-12T18:00:00Z");
    expect(held && priced(later, held)).toMatchObject({ symbol: held?.symbol, strike: held?.strike });
    expect(held && priced(at("2026-03-20T20:00:00Z"), held)).toBeDefined();
    expect(held && priced(at("2026-03-20T20:00:01Z"), held)).toBeUndefined();
  });

  it("cost before the next opening what they did at the last close: nobody quotes them at night", () => {
    const [held] = chain.filter(({ delta }) => Math.abs(delta - 0.3) < 0.1);
    const fridayClose = held && priced(at("2026-03-13T20:00:00Z"), held);
    expect(fridayClose?.at).toEqual(new Date("2026-03-13T20:00:00.000Z"));
    for (const time of ["2026-03-13T23:00:00Z", "2026-03-15T15:00:00Z", "2026-03-16T13:29:59Z"]) {
      expect(held && priced(at(time), held)).toEqual(fridayClose);
    }
  });

  it("are worth after a reverse split, under their new root, what they would be worth without it", () => {
    const tenfold = <T extends { date?: string; timestamp?: Date }>(each: T): T => ({
      ...each,
      ...Object.fromEntries(
        Object.entries(each).flatMap(([name, value]) =>
          ["open", "high", "low", "close"].includes(name) ? [[name, Number(value) * 10]] : [],
        ),
      ),
    });
    const reversed: MarketHistory = {
      ...market,
      bars: (...asked) => market.bars(...asked).map((bar) => (bar.date < "2026-03-10" ? bar : tenfold(bar))),
      candles: (symbol, day) => market.candles(symbol, day).map((each) => (day < "2026-03-10" ? each : tenfold(each))),
      splits: () => [{ date: "2026-03-10", ratio: 0.1 }],
    };
    const after = new Date("2026-03-12T18:00:00Z");
    const [held] = chain.filter(({ delta }) => Math.abs(delta - 0.3) < 0.1);
    const unsplit = held && priced(marketAsOf(market, after), held);
    expect(unsplit?.mark).toBeGreaterThan(0.1);
    const adjusted = held && priced(marketAsOf(reversed, after), { ...held, root: "GME1" });
    expect(adjusted).toMatchObject({ strike: held?.strike, root: "GME1" });
    expect(adjusted?.mark).toBeCloseTo(unsplit?.mark ?? 0, 2);
  });

  it("bid no more than the mark and ask no less", () => {
    for (const { bid, ask, mark } of chain) {
      expect(bid).toBeGreaterThanOrEqual(0);
      expect(bid).toBeLessThanOrEqual(mark);
      expect(ask).toBeGreaterThan(mark);
    }
  });

  it("know their underlying by the symbol's root", () => {
    expect([rootOf("BRK.B"), underlyingOf("BRKB", view)]).toEqual(["BRKB", "BRK.B"]);
    expect([rootOf("^GSPC"), underlyingOf("SPX", view), underlyingOf("SPXW", view)]).toEqual(["SPX", "^GSPC", "^GSPC"]);
    expect(underlyingOf("ZZZZZZ", view)).toBeUndefined();
  });
});
