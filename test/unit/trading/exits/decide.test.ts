import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { round } from "../../../../lib/runtime/money.ts";
import { decideExits } from "../../../../lib/trading/exits/decide.ts";
import { nearestExitDistance, stockEntryLevels } from "../../../../lib/trading/exits/levels.ts";
import type { MonitoredInstrument } from "../../../../lib/trading/exits/monitored.ts";
import type { MarketView } from "../../../../lib/trading/exits/steps.ts";
import { premiumChangePct, unrealizedReturnPct } from "../../../../lib/trading/instruments/returns.ts";
import { candles, market, openDate, option, settings, stock } from "../../../support/trading.ts";

function check(instrument: MonitoredInstrument, view: Partial<MarketView>, changed: Partial<typeof settings> = {}) {
  return decideExits(instrument, market(view), { ...settings, ...changed });
}

describe("levels", () => {
  it("are 128.25 and 163.875 for shares bought at 142.50, the target shown as 163.88", () => {
    expect(stockEntryLevels(142.5, settings)).toEqual({ stop_loss_price: 128.25, take_profit_price: 163.875 });
    expect(round(163.875, 2)).toBe(163.88);
  });

  it("make 142.50 → 148.30 a return of 4.07 %, and a premium of 3.50 → 4.80 one of 37.14 %", () => {
    expect(unrealizedReturnPct(142.5, 148.3)).toBe(4.07);
    expect(unrealizedReturnPct(3.5, 4.8)).toBe(37.14);
    expect(premiumChangePct(3.5, 4.8)).toBe(0.371);
  });

  it.each([
    { what: "the stop", instrument: stock(), price: 92, distance: 0.0217 },
    { what: "the target", instrument: stock(), price: 112.7, distance: 0.0204 },
    {
      what: "the trailing stop, 111.6 below a peak of 120",
      instrument: stock({ trailing_stop_active: true, peak_price: 120 }),
      price: 114,
      distance: 0.0211,
    },
    { what: "an option's stop", instrument: option(), price: 1.25, distance: 0.2 },
    { what: "an option's target", instrument: option(), price: 3.2, distance: 0.25 },
    {
      what: "an option's trailing stop, 3.5 below a peak of 5",
      instrument: option({ trailing_stop_active: true, peak_price: 5 }),
      price: 4,
      distance: 0.125,
    },
    { what: "nothing, without a price", instrument: stock(), price: null, distance: null },
    { what: "nothing, with a premium of 0", instrument: option(), price: 0, distance: null },
  ])("nearest is $what", ({ instrument, price, distance }) => {
    expect(nearestExitDistance(instrument, price, settings)).toBe(distance);
  });
});

describe("a stock's price rules", () => {
  it.each([
    { low: 90.01, stopped: false },
    { low: 90, stopped: true },
    { low: 89.99, stopped: true },
  ])("with a low of $low and the stop at 90: closed is $stopped", ({ low, stopped }) => {
    const bars = candles([low, 100]);
    expect(check(stock(), { candles: bars }).exits).toEqual(
      stopped
        ? [
            {
              reason: "stop_loss",
              quantity: 10,
              quantity_pct: 1,
              fill_price: 90,
              observed_price: low,
              candle: bars[0],
              exit_date: openDate,
            },
          ]
        : [],
    );
  });

  it.each([
    { high: 114.99, taken: false },
    { high: 115, taken: true },
    { high: 115.01, taken: true },
  ])("with a high of $high and the target at 115: half is sold is $taken", ({ high, taken }) => {
    const { exits, instrument } = check(stock(), { candles: candles([100, high]) });
    expect(exits).toMatchObject(
      taken ? [{ reason: "take_profit", quantity: 5, quantity_pct: 0.5, fill_price: 115, observed_price: high }] : [],
    );
    expect(instrument).toMatchObject({
      remaining_quantity: taken ? 5 : 10,
      trailing_stop_active: taken,
      time_extension: taken ? "trailing" : "base",
      peak_price: high,
    });
  });

  it("sell the smaller half of an odd number", () => {
    const { exits, instrument } = check(stock({ remaining_quantity: 7 }), { candles: candles([100, 116]) });
    expect(exits).toMatchObject([{ quantity: 3, quantity_pct: 0.5 }]);
    expect(instrument.remaining_quantity).toBe(4);
  });

  it.each([
    { low: 111.61, trailed: false },
    { low: 111.6, trailed: true },
    { low: 111.59, trailed: true },
  ])("with a low of $low, 7 % below the peak of 120 being 111.6: the rest is sold is $trailed", ({ low, trailed }) => {
    const running = stock({ remaining_quantity: 5, trailing_stop_active: true, peak_price: 120 });
    expect(check(running, { candles: candles([low, 119]) }).exits).toMatchObject(
      trailed ? [{ reason: "trailing_stop", quantity: 5, quantity_pct: 1, fill_price: 111.6 }] : [],
    );
  });

  it("let the stop win where a candle spans stop and target", () => {
    expect(check(stock(), { candles: candles([89, 116]) }).exits).toMatchObject([
      { reason: "stop_loss", quantity: 10 },
    ]);
  });

  it("name the stop after its promotion", () => {
    const promoted = stock({ stop_loss_price: 100, breakeven_active: true, time_extension: "extended" });
    expect(check(promoted, { candles: candles([99.5, 104]) }).exits).toMatchObject([
      { reason: "breakeven_stop", fill_price: 100, quantity: 10 },
    ]);
  });

  it("go on after taking profit, with the trailing stop below the highs of earlier candles only", () => {
    const bars = candles([100, 116], [110, 125], [117, 120], [116.25, 118]);
    const { exits, instrument } = check(stock(), { candles: bars });
    // 116 × 0.93 = 107.88 in the second candle, 125 × 0.93 = 116.25 from the third on.
    expect(exits).toMatchObject([
      { reason: "take_profit", quantity: 5, fill_price: 115, candle: bars[0] },
      { reason: "trailing_stop", quantity: 5, fill_price: 116.25, candle: bars[3] },
    ]);
    expect(instrument).toMatchObject({ remaining_quantity: 0, peak_price: 125 });
  });

  it("take candles in the order of time, whatever the order they come in", () => {
    const [first, second] = candles([100, 116], [89, 100]);
    if (first === undefined || second === undefined) throw new Error("two candles");
    expect(check(stock(), { candles: [second, first] }).exits.map(({ reason }) => reason)).toEqual([
      "take_profit",
      "stop_loss",
    ]);
  });

  it("do not see candles that began before the opening", () => {
    const [early] = candles([50, 200]);
    if (early === undefined) throw new Error("one candle");
    const bars = [{ ...early, timestamp: new Date("2021-01-04T14:59:59.999Z") }, ...candles([99, 101])];
    expect(check(stock(), { candles: bars })).toMatchObject({ exits: [], instrument: { peak_price: 101 } });
  });

  it.each([
    { what: "the stop", changes: {}, bar: [80, 92, 88], fill: 88 },
    {
      what: "the breakeven stop",
      changes: { stop_loss_price: 100, breakeven_active: true },
      bar: [97, 101, 98],
      fill: 98,
    },
    {
      what: "the trailing stop",
      changes: { trailing_stop_active: true, peak_price: 120 },
      bar: [105, 113, 110],
      fill: 110,
    },
    { what: "the target", changes: {}, bar: [116, 125, 121], fill: 121 },
  ])(
    "sell at the opening of a bar that opened beyond $what",
    ({ changes, bar: [low = 0, high = 0, open = 0], fill }) => {
      const [bar] = candles([low, high]);
      if (bar === undefined) throw new Error("one candle");
      expect(check(stock(changes), { candles: [{ ...bar, open }] }).exits).toMatchObject([{ fill_price: fill }]);
    },
  );

  it("date an exit by its bar", () => {
    const bar = { timestamp: new Date("2021-01-06T14:30:00.000Z"), open: 95, high: 96, low: 80, close: 85 };
    expect(check(stock(), { candles: [bar], today: "2021-01-08" }).exits).toMatchObject([
      { exit_date: "2021-01-06", fill_price: 90, observed_price: 80 },
    ]);
  });

  it("trail a single share instead of selling half of it", () => {
    const single = stock({ remaining_quantity: 1 });
    const { exits, instrument } = check(single, { candles: candles([100, 116]) });
    expect(exits).toEqual([]);
    expect(instrument).toMatchObject({ remaining_quantity: 1, trailing_stop_active: true, time_extension: "trailing" });
    expect(check(instrument, { candles: candles([107, 109]) }).exits).toMatchObject([
      { reason: "trailing_stop", quantity: 1, fill_price: 107.88 },
    ]);
  });

  it("take profit after a partial close by hand", () => {
    const { exits } = check(stock({ remaining_quantity: 4 }), { candles: candles([100, 116]) });
    expect(exits).toMatchObject([{ reason: "take_profit", quantity: 2 }]);
  });

  it("never trail below 106.95 % of the entry", () => {
    const { exits } = check(stock(), { candles: candles([100, 115], [106.95, 107]) });
    expect(exits).toMatchObject([{ reason: "take_profit" }, { reason: "trailing_stop", fill_price: 106.95 }]);
  });
});

describe("a stock's time checks", () => {
  const days = {
    4: "2021-01-08",
    5: "2021-01-09",
    6: "2021-01-10",
    7: "2021-01-11",
    9: "2021-01-13",
    10: "2021-01-14",
  };
  const extended = { time_extension: "extended", breakeven_active: true, stop_loss_price: 100 } as const;
  const trailing = { time_extension: "trailing", trailing_stop_active: true } as const;

  it.each([
    { day: 4, price: 104.99, changes: {}, exit: null, tier: "base" },
    { day: 5, price: 104.99, changes: {}, exit: 104.99, tier: "base" },
    { day: 6, price: 90.5, changes: {}, exit: 90.5, tier: "base" },
    { day: 4, price: 105, changes: {}, exit: null, tier: "base" },
    { day: 5, price: 105, changes: {}, exit: null, tier: "extended" },
    { day: 5, price: 105.01, changes: {}, exit: null, tier: "extended" },
    { day: 6, price: 101, changes: extended, exit: null, tier: "extended" },
    { day: 7, price: 112, changes: extended, exit: 112, tier: "extended" },
    { day: 7, price: 112, changes: {}, exit: 112, tier: "extended" },
    { day: 7, price: 101, changes: trailing, exit: null, tier: "trailing" },
    { day: 9, price: 101, changes: trailing, exit: null, tier: "trailing" },
    { day: 10, price: 113, changes: trailing, exit: 113, tier: "trailing" },
    { day: 10, price: 113, changes: extended, exit: 113, tier: "extended" },
  ] as const)("on day $day at $price, $changes: sold at $exit, tier $tier", ({ day, price, changes, exit, tier }) => {
    const { exits, instrument } = check(stock(changes), { price, today: days[day] });
    expect(exits).toEqual(
      exit === null
        ? []
        : [
            {
              reason: "time_stop",
              quantity: 10,
              quantity_pct: 1,
              fill_price: exit,
              observed_price: exit,
              candle: null,
              exit_date: days[day],
            },
          ],
    );
    expect(instrument).toMatchObject({ time_extension: tier });
  });

  it("promote the stop to the entry for good", () => {
    const { instrument } = check(stock(), { price: 105, today: days[5] });
    expect(instrument).toMatchObject({ stop_loss_price: 100, breakeven_active: true, time_extension: "extended" });
    expect(check(instrument, { price: 101, today: days[6] })).toEqual({ exits: [], instrument });
  });

  it("do not promote once profit was taken", () => {
    const { instrument } = check(stock(trailing), { price: 110, today: days[7] });
    expect(instrument).toMatchObject({ stop_loss_price: 90, breakeven_active: false, time_extension: "trailing" });
  });

  it("see a gain of exactly 5 % through binary fractions", () => {
    expect(check(stock({ entry_price: 142.5 }), { price: 149.625, today: days[5] }).instrument).toMatchObject({
      time_extension: "extended",
    });
  });

  it("spare a gain of exactly the least one that day 5 asks for", () => {
    const later = { stock_breakeven_trigger_pct: 0.2 };
    expect(check(stock(), { price: 105, today: days[5] }, later)).toEqual({ exits: [], instrument: stock() });
    expect(check(stock(), { price: 104.99, today: days[5] }, later).exits).toMatchObject([{ reason: "time_stop" }]);
  });

  it("come after the candles, once, and not after a full exit", () => {
    const stopped = check(stock(), { candles: candles([89, 90]), price: 90, today: days[10] });
    expect(stopped.exits.map(({ reason }) => reason)).toEqual(["stop_loss"]);
    const taken = check(stock(), { candles: candles([100, 116], [115, 116]), price: 116, today: days[10] });
    expect(taken.exits).toMatchObject([
      { reason: "take_profit", quantity: 5 },
      { reason: "time_stop", quantity: 5, fill_price: 116 },
    ]);
  });

  it("wait for a current price", () => {
    expect(check(stock(), { price: null, today: days[10] })).toEqual({ exits: [], instrument: stock() });
  });

  it("do not look at the price rules: without candles a price below the stop is no stop", () => {
    expect(check(stock(), { price: 80, today: days[4] }).exits).toEqual([]);
  });
});

describe("an option's rules", () => {
  it.each([
    { today: "2021-01-19", dte: 3, exits: false },
    { today: "2021-01-20", dte: 2, exits: true },
    { today: "2021-01-22", dte: 0, exits: true },
  ])("with $dte days left: closed at the premium is $exits", ({ today, exits }) => {
    const late = option({ open_date: "2021-01-18" });
    expect(check(late, { price: 2.2, today }).exits).toEqual(
      exits
        ? [
            {
              reason: "expiration",
              quantity: 5,
              quantity_pct: 1,
              fill_price: 2.2,
              observed_price: 2.2,
              candle: null,
              exit_date: today,
            },
          ]
        : [],
    );
  });

  it.each([
    { premium: 1.01, stopped: false },
    { premium: 1, stopped: true },
    { premium: 0.2, stopped: true },
    { premium: 0, stopped: true },
  ])("at a premium of $premium, half of which was paid being 1: stopped is $stopped", ({ premium, stopped }) => {
    expect(check(option(), { price: premium }).exits).toMatchObject(
      stopped ? [{ reason: "stop_loss", quantity: 5, fill_price: premium, observed_price: premium }] : [],
    );
  });

  it.each([
    { premium: 3.99, taken: false },
    { premium: 4, taken: true },
    { premium: 4.5, taken: true },
  ])("at a premium of $premium, double being 4: two of five sold at it is $taken", ({ premium, taken }) => {
    const { exits, instrument } = check(option(), { price: premium });
    expect(exits).toMatchObject(
      taken
        ? [{ reason: "take_profit", quantity: 2, quantity_pct: 0.5, fill_price: premium, observed_price: premium }]
        : [],
    );
    expect(instrument).toMatchObject({
      remaining_quantity: taken ? 3 : 5,
      trailing_stop_active: taken,
      peak_price: premium,
    });
  });

  it.each([
    { premium: 3.51, trailed: false },
    { premium: 3.5, trailed: true },
    { premium: 3.4, trailed: true },
  ])("at $premium, 30 % below a peak of 5 being 3.5: the rest is sold at it is $trailed", ({ premium, trailed }) => {
    const running = option({ remaining_quantity: 3, trailing_stop_active: true, peak_price: 5 });
    expect(check(running, { price: premium }).exits).toMatchObject(
      trailed ? [{ reason: "trailing_stop", quantity: 3, fill_price: premium, observed_price: premium }] : [],
    );
  });

  it.each([
    { today: "2021-01-13", day: 9, exits: false },
    { today: "2021-01-14", day: 10, exits: true },
    { today: "2021-01-15", day: 11, exits: true },
  ])("on day $day: closed at the premium is $exits", ({ today, exits }) => {
    expect(check(option(), { price: 2.5, today }).exits).toMatchObject(
      exits ? [{ reason: "time_stop", quantity: 5, fill_price: 2.5, exit_date: today }] : [],
    );
  });

  it("take profit and stop by time in one check", () => {
    expect(check(option(), { price: 4.2, today: "2021-01-14" }).exits).toMatchObject([
      { reason: "take_profit", quantity: 2, fill_price: 4.2 },
      { reason: "time_stop", quantity: 3, fill_price: 4.2 },
    ]);
  });

  it("put the expiration before the stop, and the stop before time", () => {
    expect(check(option(), { price: 0.5, today: "2021-01-21" }).exits).toMatchObject([
      { reason: "expiration", fill_price: 0.5 },
    ]);
    expect(check(option(), { price: 0.5, today: "2021-01-15" }).exits).toMatchObject([{ reason: "stop_loss" }]);
  });

  it("trail a single contract instead of selling half of it", () => {
    const single = option({ remaining_quantity: 1 });
    const { exits, instrument } = check(single, { price: 4.1 });
    expect(exits).toEqual([]);
    expect(instrument).toMatchObject({ trailing_stop_active: true, remaining_quantity: 1, peak_price: 4.1 });
  });

  it("never lower the peak, and trail no lower than 140 % of the entry", () => {
    const { instrument } = check(option({ peak_price: 3 }), { price: 2.5 });
    expect(instrument.peak_price).toBe(3);
    const taken = check(option(), { price: 4 }).instrument;
    expect(check(taken, { price: 2.8 }).exits).toMatchObject([{ reason: "trailing_stop", fill_price: 2.8 }]);
  });

  it("follow the configuration", () => {
    expect(check(option(), { price: 1.2 }, { option_stop_loss_pct: -0.4 }).exits).toMatchObject([
      { reason: "stop_loss", fill_price: 1.2 },
    ]);
  });

  it("judge nothing without a premium", () => {
    expect(check(option(), { price: null, today: "2021-01-21" })).toEqual({ exits: [], instrument: option() });
  });
});

describe("an option past its expiration", () => {
  const today = "2021-01-25";
  it.each([
    { what: "a call in the money", changes: {}, close: 53.25, premium: 3.25 },
    { what: "a call out of the money", changes: {}, close: 49, premium: 0 },
    { what: "a put in the money", changes: { option_type: "put" as const }, close: 46.5, premium: 3.5 },
    { what: "a put out of the money", changes: { option_type: "put" as const }, close: 50, premium: 0 },
  ])("settles $what at $premium on the expiration day", ({ changes, close, premium }) => {
    const { exits, instrument } = check(option(changes), { price: null, today, expirationClose: close });
    expect(exits).toEqual([
      {
        reason: "expiration",
        quantity: 5,
        quantity_pct: 1,
        fill_price: premium,
        observed_price: null,
        candle: null,
        exit_date: "2021-01-22",
      },
    ]);
    expect(instrument.remaining_quantity).toBe(0);
  });

  it("is left as it is without a close, whatever its last premium was", () => {
    const stale = option({ current_price: 1.75 });
    expect(check(stale, { price: 1.75, today, expirationClose: null })).toEqual({ exits: [], instrument: stale });
  });
});

describe("any instrument", () => {
  it("is left alone when nothing remains of it", () => {
    const [gone, expired] = [stock({ remaining_quantity: 0 }), option({ remaining_quantity: 0 })];
    expect(check(gone, { candles: candles([1, 500]), price: 1 })).toEqual({ exits: [], instrument: gone });
    expect(check(expired, { today: "2021-02-01" })).toEqual({ exits: [], instrument: expired });
  });

  it("never sells more than there is, has one exit per cause, and a peak that never falls", () => {
    const range = fc
      .tuple(fc.double({ min: 60, max: 160, noNaN: true }), fc.double({ min: 0, max: 20, noNaN: true }))
      .map(([low, width]): [number, number] => [low, low + width]);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.array(range, { maxLength: 30 }),
        fc.option(fc.double({ min: 60, max: 160, noNaN: true })),
        fc.integer({ min: 4, max: 20 }),
        (quantity, ranges, price, day) => {
          const before = stock({ remaining_quantity: quantity });
          const today = `2021-01-${String(day).padStart(2, "0")}`;
          const { exits, instrument } = check(before, { candles: candles(...ranges), price, today });
          const sold = exits.reduce((sum, exit) => sum + exit.quantity, 0);
          expect(sold + instrument.remaining_quantity).toBe(quantity);
          expect(instrument.remaining_quantity).toBeGreaterThanOrEqual(0);
          expect(new Set(exits.map(({ reason }) => reason)).size).toBe(exits.length);
          expect(exits.length).toBeLessThanOrEqual(2);
          expect(instrument.peak_price).toBeGreaterThanOrEqual(100);
        },
      ),
    );
  });
});
