import { describe, expect, it } from "vitest";
import { type Configuration, defaultConfiguration, readConfiguration } from "../../../../lib/configuration/keys.ts";
import type { Breaker, Watched } from "../../../../lib/desk/breaker/record.ts";
import {
  allowsTrading,
  closeCounted,
  cooldownMs,
  dailyPnlPct,
  newBreaker,
  observed,
  type Reading,
  reset,
  tripOf,
  tripped,
} from "../../../../lib/desk/breaker/rules.ts";

const settings = readConfiguration(defaultConfiguration());
const byItself: Configuration = { ...settings, breaker_require_human_reset: false };

const watched: Watched = {
  ...{ day: "2026-03-02", day_start_cents: 10_000_000, counted_from_cents: 10_000_000, peak_cents: 10_000_000 },
  ...{ equity_cents: 10_000_000, starting_cents: 10_000_000, largest_position_pct: 0 },
};
const breaker = (more: Partial<Breaker> = {}): Breaker => ({ ...newBreaker(), watched, version: 7, ...more });
const open = (more: Partial<Breaker> = {}) =>
  breaker({ state: "open", trip_reason: "daily_loss_exceeded", tripped_at: "2026-03-02T15:00:00.000Z", ...more });
const reading = (more: Partial<Reading> = {}): Reading => ({
  ...{ equityCents: 10_000_000, startingCents: 10_000_000, largestPositionPct: 0, day: "2026-03-02" },
  ...{ openingCents: 10_000_000, now: "2026-03-02T15:30:00.000Z", marketTime: "2021-01-27T15:30:00.000Z" },
  ...more,
});
const reasonOf = (seen: Partial<Watched>, losing_closes = 0, before: Watched | null = watched) =>
  tripOf({ ...watched, ...seen }, { losing_closes, before }, settings)?.reason;

describe("trading is halted", () => {
  it.each([
    ["less than 3 % is lost today", 9_700_001, undefined],
    ["exactly 3 % is", 9_700_000, "daily_loss_exceeded"],
    ["more is", 9_699_999, "daily_loss_exceeded"],
  ])("by the loss of the day: %s", (_when, equity_cents, reason) => {
    expect(reasonOf({ equity_cents })).toBe(reason);
  });

  it.each([
    ["less than 10 % below", 9_000_001, undefined],
    ["exactly 10 % below", 9_000_000, undefined],
    ["a cent more", 8_999_999, "max_drawdown_exceeded"],
  ])("by the fall from the peak: %s", (_when, equity_cents, reason) => {
    const morning = { day_start_cents: equity_cents, counted_from_cents: equity_cents };
    expect(reasonOf({ ...morning, equity_cents })).toBe(reason);
  });

  it.each([
    [4, undefined],
    [5, "consecutive_losses_exceeded"],
    [6, "consecutive_losses_exceeded"],
  ])("by losses in a row: %i", (losses, reason) => {
    expect(reasonOf({}, losses)).toBe(reason);
  });

  it.each([
    [0.24, undefined],
    [0.25, undefined],
    [0.250001, "position_limit_exceeded"],
  ])("by a position that has grown to %d of the account", (largest_position_pct, reason) => {
    expect(reasonOf({ largest_position_pct })).toBe(reason);
  });

  it("not again by a position that was as large before: its sale is what would be held", () => {
    expect(reasonOf({ largest_position_pct: 0.4 }, 0, { ...watched, largest_position_pct: 0.3 })).toBeUndefined();
    expect(reasonOf({ largest_position_pct: 0.3 }, 0, { ...watched, largest_position_pct: 0.2 })).toBe(
      "position_limit_exceeded",
    );
  });

  it("never by a peak of 0, or by a day that began with nothing", () => {
    const nothing = { day_start_cents: 0, counted_from_cents: 0, peak_cents: 0 };
    expect(reasonOf({ ...nothing, equity_cents: -50_000 })).toBeUndefined();
    expect(reasonOf({ ...nothing, peak_cents: -100, equity_cents: -50_000 })).toBeUndefined();
  });

  it("for the first of the reasons, with what was seen", () => {
    const seen = { ...watched, equity_cents: 8_500_000 };
    expect(tripOf(seen, { losing_closes: 9, before: null }, settings)).toEqual({
      reason: "daily_loss_exceeded",
      detail: "15 % was lost today, and 3 % is the limit.",
    });
  });
});

describe("a breaker", () => {
  it("allows trading in one state alone, and not where there is none", () => {
    expect(allowsTrading({ state: "closed" })).toBe(true);
    expect(allowsTrading({ state: "open" })).toBe(false);
    expect(allowsTrading({ state: "half_open" })).toBe(false);
    expect(allowsTrading(undefined)).toBe(false);
  });

  it("keeps its first reason and time while it is open, and tells of the further one", () => {
    const after = tripped(open(), { reason: "system_error", detail: "x" }, "2026-03-02T15:20:00.000Z");
    expect(after).toEqual({ breaker: open(), happened: { type: "condition", reason: "system_error", detail: "x" } });
  });

  it("begins with what it first sees", () => {
    const { breaker: first, happened } = observed(
      newBreaker(),
      reading({ equityCents: 9_900_000, openingCents: 9_950_000 }),
      settings,
    );
    expect(happened).toBeUndefined();
    expect(first).toMatchObject({
      state: "closed",
      watched: { day_start_cents: 9_950_000, peak_cents: 9_900_000, equity_cents: 9_900_000 },
    });
  });

  it("opens where a condition holds, and says since when", () => {
    const { breaker: after, happened } = observed(breaker(), reading({ equityCents: 9_600_000 }), settings);
    expect(after).toMatchObject({
      ...{ state: "open", trip_reason: "daily_loss_exceeded", tripped_at: "2026-03-02T15:30:00.000Z" },
    });
    expect(happened).toMatchObject({ type: "tripped", detail: "4 % was lost today, and 3 % is the limit." });
  });

  it("measures the fall from the highest that was seen", () => {
    const up = observed(breaker(), reading({ equityCents: 12_000_000 }), settings).breaker;
    expect(up.watched).toMatchObject({ peak_cents: 12_000_000 });
    const tuesday = reading({ day: "2026-03-03", openingCents: 10_799_999, equityCents: 10_799_999 });
    expect(observed(up, tuesday, settings).breaker.trip_reason).toBe("max_drawdown_exceeded");
    expect(
      observed(up, { ...tuesday, equityCents: 10_800_000, openingCents: 10_800_000 }, settings).breaker.state,
    ).toBe("closed");
  });

  it("begins each trading day anew: its start, and no losses in a row", () => {
    const monday = breaker({ losing_closes: 4, watched: { ...watched, equity_cents: 9_800_000 } });
    const tuesday = reading({ day: "2026-03-03", openingCents: 9_800_000, equityCents: 9_600_000 });
    expect(observed(monday, tuesday, settings).breaker).toMatchObject({
      ...{ state: "closed", losing_closes: 0 },
      watched: { day: "2026-03-03", day_start_cents: 9_800_000, counted_from_cents: 9_800_000, peak_cents: 10_000_000 },
    });
    expect(observed(monday, reading({ equityCents: 9_701_000 }), settings).breaker.losing_closes).toBe(4);
  });

  it("stays open overnight", () => {
    const after = observed(open({ losing_closes: 5 }), reading({ day: "2026-03-03" }), settings);
    expect(after.happened).toBeUndefined();
    expect(after.breaker).toMatchObject({ state: "open", trip_reason: "daily_loss_exceeded", losing_closes: 0 });
  });

  it("takes money that is put in or taken out for neither gain nor loss", () => {
    const out = reading({ equityCents: 5_000_000, startingCents: 5_000_000 });
    expect(observed(breaker(), out, settings)).toEqual({
      breaker: breaker({
        watched: {
          ...{ day: "2026-03-02", day_start_cents: 5_000_000, counted_from_cents: 5_000_000, peak_cents: 5_000_000 },
          ...{ equity_cents: 5_000_000, starting_cents: 5_000_000, largest_position_pct: 0 },
        },
      }),
    });
  });
});

describe("after the cool-down of 30 minutes", () => {
  const at = (time: string) => reading({ now: `2026-03-02T${time}Z` });

  it("has so many milliseconds to go", () => {
    expect(cooldownMs(open(), settings, new Date("2026-03-02T15:29:59.999Z"))).toBe(1);
    expect(cooldownMs(open(), settings, new Date("2026-03-02T15:30:00.000Z"))).toBe(0);
    expect(cooldownMs(open(), settings, new Date("2026-03-03T15:30:00.000Z"))).toBe(0);
  });

  it("waits for a person, where one is asked for", () => {
    expect(observed(open(), at("23:00:00"), settings).breaker.state).toBe("open");
  });

  it("is half-open, where none is, and tells of it", () => {
    expect(observed(open(), at("15:29:59"), byItself).breaker.state).toBe("open");
    const after = observed(open(), at("15:30:00"), byItself);
    expect(after.breaker).toMatchObject({ state: "half_open", trip_reason: "daily_loss_exceeded" });
    expect(after.happened).toEqual({ type: "half_opened", reason: "daily_loss_exceeded" });
  });

  it("then closes at the next look, where every condition holds", () => {
    const after = observed(open({ state: "half_open", losing_closes: 2 }), at("15:31:00"), byItself);
    expect(after.happened).toEqual({ type: "closed" });
    expect(after.breaker).toMatchObject({
      state: "closed",
      trip_reason: null,
      losing_closes: 0,
      closed_since: "2021-01-27T15:30:00.000Z",
    });
  });

  it("or opens again, with a new time", () => {
    const low = { ...at("15:31:00"), equityCents: 9_000_000 };
    const after = observed(open({ state: "half_open" }), low, byItself);
    expect(after.breaker).toMatchObject({ state: "open", tripped_at: "2026-03-02T15:31:00Z" });
    expect(after.happened?.type).toBe("tripped");
  });

  it("waits for a person all the same, where a person halted, first or later", () => {
    const first = tripped(breaker(), { reason: "manual_halt", detail: "x" }, "2026-03-02T15:00:00.000Z").breaker;
    const later = tripped(open(), { reason: "manual_halt", detail: "x" }, "2026-03-02T15:05:00.000Z").breaker;
    for (const halted of [first, later]) {
      expect(observed(halted, at("23:00:00"), byItself).breaker.state).toBe("open");
    }
  });
});

describe("a reset", () => {
  const low = { ...watched, day_start_cents: 10_000_000, equity_cents: 8_000_000, peak_cents: 12_000_000 };
  const after = reset(open({ losing_closes: 5, halted_by_hand: true, watched: low }), "2026-03-02T15:45:00.000Z");

  it("closes it, and forgets the losses in a row", () => {
    expect(after).toMatchObject({
      ...{ state: "closed", trip_reason: null, losing_closes: 0, halted_by_hand: false },
      ...{ tripped_at: "2026-03-02T15:00:00.000Z", closed_since: "2026-03-02T15:45:00.000Z" },
    });
  });

  it("does not trip again for what was lost until then, and does for as much again", () => {
    const next = (equityCents: number) => observed(after, reading({ equityCents }), settings).breaker.trip_reason;
    expect(next(8_000_000)).toBeNull();
    expect(next(7_760_001)).toBeNull();
    expect(next(7_760_000)).toBe("daily_loss_exceeded");
  });

  it("leaves the day's gain what it is", () => {
    expect(dailyPnlPct(after, 8_000_000)).toBe(-0.2);
  });

  it("is possible before the engine has seen anything", () => {
    expect(reset(open({ watched: null }), "2026-03-02T15:45:00.000Z")).toMatchObject({
      state: "closed",
      watched: null,
    });
  });
});

describe("a position that is closed", () => {
  const now = "2026-03-02T15:30:00.000Z";
  const count = (before: Breaker, cents: number) => closeCounted(before, cents, now, settings);

  it("counts at a loss, and begins the row anew at a gain", () => {
    expect(count(breaker({ losing_closes: 2 }), -1)).toEqual({ breaker: breaker({ losing_closes: 3 }) });
    expect(count(breaker({ losing_closes: 4 }), 1)).toEqual({ breaker: breaker({ losing_closes: 0 }) });
    expect(count(breaker({ losing_closes: 4 }), 0)).toEqual({ breaker: breaker({ losing_closes: 4 }) });
  });

  it("halts trading as the fifth in a row", () => {
    expect(count(breaker({ losing_closes: 4 }), -100)).toEqual({
      breaker: breaker({
        ...{ state: "open", trip_reason: "consecutive_losses_exceeded", tripped_at: now, losing_closes: 5 },
      }),
      happened: {
        ...{ type: "tripped", reason: "consecutive_losses_exceeded" },
        detail: "5 positions in a row were closed at a loss, and 5 is the limit.",
      },
    });
  });

  it("counts while trading is halted too, and tells nothing", () => {
    expect(count(open({ losing_closes: 7 }), -100)).toEqual({ breaker: open({ losing_closes: 8 }) });
  });
});

describe("the gain of the day", () => {
  it("is a share of its start, and unknown without one", () => {
    expect(dailyPnlPct(breaker(), 10_250_000)).toBe(0.025);
    expect(dailyPnlPct(undefined, 10_250_000)).toBeNull();
    expect(dailyPnlPct(breaker({ watched: null }), 1)).toBeNull();
    expect(dailyPnlPct(breaker({ watched: { ...watched, day_start_cents: 0 } }), 1)).toBeNull();
  });
});
