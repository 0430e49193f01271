import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contractTerms } from "../../../../lib/desk/orders/legs.ts";
import type { DeskPosition, PositionLeg } from "../../../../lib/desk/positions/record.ts";
import { creditLimits, dueRoll, type RollSettings, rolledLegs } from "../../../../lib/desk/watch/rolling.ts";
import type { OptionContract } from "../../../../lib/providers/market/market.ts";
import { occSymbol } from "../../../../lib/providers/market/occ.ts";

const settings: RollSettings = {
  ...{ bot_roll_mode: "atm_adjust", bot_roll_days: 7, bot_roll_to_days: [21, 30, 60], bot_roll_strike_move_usd: 10 },
};
type Right = "C" | "P";
const symbol = (day: string, right: Right, strike: number) =>
  occSymbol({ root: "SPY", expiration: day, option_type: right === "C" ? "call" : "put", strike });
const near = (right: Right, strike: number) => symbol("2026-03-20", right, strike);

/** Bought on 2 March, eighteen days before its contracts expire. */
function held(legs: PositionLeg[], more: Partial<DeskPosition> = {}): DeskPosition {
  const opened_at = "2026-03-02T15:30:00.000Z";
  return { legs, quantity: 1, bot_managed: true, opened_at, ...more } as DeskPosition;
}
const call400 = held([{ symbol: near("C", 400), quantity: 1 }]);

describe("contracts are due to be rolled", () => {
  it.each([
    ["2026-03-12", null],
    ["2026-03-13", "2026-03-20"],
    ["2026-03-19", "2026-03-20"],
    ["2026-03-20", null],
  ])("with one to seven days left: on %s it is %s", (today, due) => {
    expect(dueRoll(call400, settings, today)).toBe(due);
  });

  it("by the setting's days", () => {
    expect(dueRoll(call400, { ...settings, bot_roll_days: 10 }, "2026-03-10")).toBe("2026-03-20");
    expect(dueRoll(call400, { ...settings, bot_roll_days: 2 }, "2026-03-17")).toBeNull();
  });

  it.each([
    ["2026-03-12T15:30:00.000Z", "2026-03-20"],
    ["2026-03-13T15:30:00.000Z", null],
  ])("but not what was bought with so few days left: bought at %s it is %s", (opened_at, due) => {
    expect(dueRoll({ ...call400, opened_at }, settings, "2026-03-16")).toBe(due);
  });

  it("by the nearest of them", () => {
    const legs = [
      { symbol: symbol("2026-04-17", "C", 400), quantity: 1 },
      { symbol: near("C", 400), quantity: -1 },
    ];
    expect(dueRoll(held(legs), settings, "2026-03-16")).toBe("2026-03-20");
  });

  it("before their last session, which is no Friday where the exchange is closed on it", () => {
    const goodFriday = held([{ symbol: symbol("2026-04-03", "C", 400), quantity: 1 }]);
    expect(dueRoll(goodFriday, settings, "2026-04-01")).toBe("2026-04-03");
    expect(dueRoll(goodFriday, settings, "2026-04-02")).toBeNull();
  });

  it.each([
    ["the bot does not manage", { bot_managed: false }],
    ["is closed", { quantity: 0 }],
    ["holds shares alone", { legs: [{ symbol: "SPY", quantity: 1 }] }],
  ])("never of a position that %s", (_what, more) => {
    expect(dueRoll(held(call400.legs, more), settings, "2026-03-16")).toBeNull();
  });

  it("never where rolling is off", () => {
    expect(dueRoll(call400, { ...settings, bot_roll_mode: "off" }, "2026-03-16")).toBeNull();
  });
});

const today = "2026-03-13";
interface Offer {
  day: string;
  strikes: number[];
  delta?: (right: Right, strike: number) => number | null;
  bid?: (strike: number) => number | null;
  ask?: (strike: number) => number | null;
}
const offers = ({ day, strikes, delta = () => null, bid = () => 1, ask = () => 1.1 }: Offer): OptionContract[] =>
  (["C", "P"] as const).flatMap((right) =>
    strikes.map((strike) => ({
      ...{ symbol: symbol(day, right, strike), option_type: right === "C" ? "call" : "put", strike, expiration: day },
      ...{ dte: 0, bid: bid(strike), ask: ask(strike), mark: 1.05, last: 1, delta: delta(right, strike) },
      ...{ at: null, isHalted: false, synthetic: false },
    })),
  );
const range = (from: number, to: number, step: number) =>
  Array.from({ length: (to - from) / step + 1 }, (_, index) => from + index * step);
const evens = range(360, 440, 2);

function roll(position: DeskPosition, chain: Offer[], more: { spot?: number } & Partial<RollSettings> = {}) {
  const { spot = 400, ...changed } = more;
  const contracts = chain.flatMap(offers);
  const market = { chain: { symbol: "SPY", underlyingPrice: spot, contracts }, spot, today };
  return rolledLegs(position, "2026-03-20", market, { ...settings, ...changed });
}
const strikesOf = (legs: PositionLeg[] | null) => legs?.map((leg) => contractTerms(leg.symbol)?.strike);
const daysOf = (legs: PositionLeg[] | null) => legs?.map((leg) => contractTerms(leg.symbol)?.expiration);

describe("they go to the expiration nearest to thirty days", () => {
  const on = (...days: string[]) => days.map((day) => ({ day, strikes: evens }));

  it("within 21 and 60", () => {
    // 20, 28, 35 and 63 days.
    const chain = on("2026-04-02", "2026-04-10", "2026-04-17", "2026-05-15");
    expect(daysOf(roll(call400, chain))).toEqual(["2026-04-10"]);
    expect(daysOf(roll(call400, chain, { bot_roll_to_days: [21, 40, 60] }))).toEqual(["2026-04-17"]);
    expect(roll(call400, on("2026-04-02", "2026-05-15"))).toBeNull();
    expect(daysOf(roll(call400, on("2026-04-03")))).toEqual(["2026-04-03"]);
    expect(daysOf(roll(call400, on("2026-05-12")))).toEqual(["2026-05-12"]);
  });

  it("the earlier one of two that are as near", () => {
    expect(daysOf(roll(call400, on("2026-04-17", "2026-04-07")))).toEqual(["2026-04-07"]);
  });

  it("or to the next where that one has nothing for all of them", () => {
    const chain = [
      { day: "2026-04-10", strikes: [380, 420] },
      { day: "2026-04-17", strikes: evens },
    ];
    expect(daysOf(roll(call400, chain))).toEqual(["2026-04-17"]);
  });
});

const condor = held([
  { symbol: near("P", 380), quantity: 1 },
  { symbol: near("P", 386), quantity: -1 },
  { symbol: near("C", 414), quantity: -1 },
  { symbol: near("C", 420), quantity: 1 },
]);
const april = [{ day: "2026-04-10", strikes: evens }];

describe("same_strikes", () => {
  const same = { bot_roll_mode: "same_strikes" } as const;

  it("keeps every strike, wherever the underlying is", () => {
    expect(strikesOf(roll(condor, april, { ...same, spot: 430 }))).toEqual([380, 386, 414, 420]);
  });

  it("and rolls nothing where one of them is not listed", () => {
    expect(roll(condor, [{ day: "2026-04-10", strikes: [380, 386, 414, 421] }], same)).toBeNull();
  });
});

describe("atm_adjust", () => {
  it.each([
    [400, [380, 386, 414, 420]],
    [406, [386, 392, 420, 426]],
    [397, [376, 382, 410, 416]],
    [425, [390, 396, 424, 430]],
    [340, [370, 376, 404, 410]],
  ])("with the underlying at %d moves all strikes alike toward it, by ten dollars at most", (spot, strikes) => {
    expect(strikesOf(roll(condor, april, { spot }))).toEqual(strikes);
  });

  it("keeps sides, proportions and rights", () => {
    const butterfly = held([
      { symbol: near("C", 390), quantity: 1 },
      { symbol: near("C", 400), quantity: -2 },
      { symbol: near("C", 410), quantity: 1 },
    ]);
    expect(roll(butterfly, april, { spot: 404 })).toEqual([
      { symbol: "SPY   260410C00394000", quantity: 1 },
      { symbol: "SPY   260410C00404000", quantity: -2 },
      { symbol: "SPY   260410C00414000", quantity: 1 },
    ]);
  });

  it("moves no strike farther than the setting, also where none is listed within it", () => {
    expect(strikesOf(roll(call400, april, { spot: 420, bot_roll_strike_move_usd: 4 }))).toEqual([404]);
    expect(roll(call400, [{ day: "2026-04-10", strikes: [389, 411] }], { spot: 410 })).toBeNull();
    expect(strikesOf(roll(call400, [{ day: "2026-04-10", strikes: [389, 410] }], { spot: 410 }))).toEqual([410]);
  });

  it("makes no other combination of it: two strikes never become one", () => {
    expect(roll(condor, [{ day: "2026-04-10", strikes: [383, 417] }])).toBeNull();
  });
});

describe("delta_maintain", () => {
  const maintain = { bot_roll_mode: "delta_maintain" } as const;
  const now = { day: "2026-03-20", strikes: [400], delta: () => 0.3 };
  const deltas: Record<number, number> = { 394: 0.6, 400: 0.45, 406: 0.32, 408: 0.29, 416: 0.3 };
  const later = {
    day: "2026-04-10",
    strikes: [394, 400, 406, 408, 416],
    delta: (_: Right, at: number) => deltas[at] ?? null,
  };

  it("takes the strike with the delta of now, no more than ten dollars away", () => {
    expect(strikesOf(roll(call400, [now, later], maintain))).toEqual([408]);
    expect(strikesOf(roll(call400, [now, later], { ...maintain, bot_roll_strike_move_usd: 20 }))).toEqual([416]);
  });

  it("rolls nothing whose delta nobody says", () => {
    expect(roll(call400, [later], maintain)).toBeNull();
    expect(roll(call400, [now, { ...later, delta: () => null }], maintain)).toBeNull();
  });
});

describe("what nobody trades", () => {
  it("is passed over: without an ask where it is bought, without a bid where it is sold", () => {
    const noAsk = { day: "2026-04-10", strikes: evens, ask: (strike: number) => (strike === 400 ? null : 1.1) };
    const noBid = { day: "2026-04-10", strikes: evens, bid: (strike: number) => (strike === 400 ? 0 : 1) };
    expect(strikesOf(roll(call400, [noAsk]))).toEqual([398]);
    expect(strikesOf(roll(call400, [noBid]))).toEqual([400]);
    const sold = { ...call400, quantity: -1 };
    expect(strikesOf(roll(sold, [noAsk]))).toEqual([400]);
    expect(strikesOf(roll(sold, [noBid]))).toEqual([398]);
  });
});

describe("what does not expire that day stays", () => {
  it("shares, beside a call that was sold on them", () => {
    const covered = held([
      { symbol: "SPY", quantity: 100 },
      { symbol: near("C", 400), quantity: -1 },
    ]);
    expect(roll(covered, april)).toEqual([
      { symbol: "SPY", quantity: 100 },
      { symbol: "SPY   260410C00400000", quantity: -1 },
    ]);
  });

  it.each([
    ["2026-05-15", ["2026-04-10", "2026-05-15"]],
    ["2026-04-10", undefined],
  ])("a later contract, which the nearer one never reaches: of %s it is %s", (day, days) => {
    const calendar = held([
      { symbol: near("C", 400), quantity: -1 },
      { symbol: symbol(day, "C", 400), quantity: 1 },
    ]);
    expect(daysOf(roll(calendar, april))).toEqual(days);
  });
});

it("whatever the market, no strike moves farther than allowed and their order stays", () => {
  const strikes = fc.uniqueArray(fc.integer({ min: 360, max: 440 }), { minLength: 1, maxLength: 30 });
  const spot = fc.integer({ min: 350, max: 450 });
  const listed = fc.constantFrom("same_strikes", "atm_adjust", "delta_maintain");
  fc.assert(
    fc.property(strikes, spot, listed, (offered, at, bot_roll_mode) => {
      const delta = (right: Right, strike: number) =>
        right === "C" ? (at - strike) / 200 + 0.5 : (at - strike) / 200 - 0.5;
      const chain = [
        { day: "2026-03-20", strikes: [380, 386, 414, 420], delta },
        { day: "2026-04-10", strikes: offered, delta },
      ];
      const rolled = strikesOf(roll(condor, chain, { spot: at, bot_roll_mode })) ?? [];
      const moves = rolled.map((strike, index) => Math.abs((strike ?? 0) - ([380, 386, 414, 420][index] ?? 0)));
      expect(moves.every((move) => move <= (bot_roll_mode === "same_strikes" ? 0 : 10))).toBe(true);
      expect(rolled).toEqual([...new Set(rolled)].toSorted((a = 0, b = 0) => a - b));
    }),
  );
});

describe("the limits of a roll that has to bring money in", () => {
  it.each([
    ["what is held brings 3.20 and the later costs 2.50", -3.2, 2.5, { closing: 3.2, opening: 3.19 }],
    ["the later costs a cent less than that", -3.2, 3.19, { closing: 3.2, opening: 3.19 }],
    ["it costs as much", -3.2, 3.2, null],
    ["what is owed costs 0.40 and the later brings 1.00", 0.4, -1, { closing: 0.4, opening: 0.41 }],
    ["the later brings no more than that", 0.4, -0.4, null],
    ["both bring money", -1, -1, { closing: 1, opening: null }],
    ["both cost money", 1, 1, null],
    ["closing is for nothing", 0, -0.5, { closing: null, opening: 0.01 }],
  ])("where %s", (_what, closing, opening, limits) => {
    expect(creditLimits(closing, opening)).toEqual(limits);
  });
});
