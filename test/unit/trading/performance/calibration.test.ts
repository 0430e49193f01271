import { describe, expect, it } from "vitest";
import { baseRate } from "../../../../lib/trading/performance/base-rate.ts";
import { calibration, calibrationFiguresSchema } from "../../../../lib/trading/performance/calibration.ts";

type Signals = Parameters<typeof calibration>[0];
type Positions = Parameters<typeof calibration>[1];

const signal = (id: string, confidence: number, changes: Partial<Signals[number]> = {}): Signals[number] => ({
  id,
  signal_type: "quality",
  prediction: "bullish",
  confidence,
  ...changes,
});
/** From Monday to Thursday, three trading days. */
const held = { entry_date: "2026-03-02", exit_date: "2026-03-05" };
const closed = (
  signal_id: string,
  realized_return_pct: number,
  direction: Positions[number]["direction"] = "long",
  trading_costs_cents = 0,
): Positions[number] => ({
  ...{ ...held, ticker: signal_id, signal_id, direction, realized_return_pct, trading_costs_cents },
  ...{ position_size_cents: 500_000, realized_pnl_cents: realized_return_pct * 5_000 },
});
/** No ticker has a base rate. */
const unknown = () => null;

/** The bin of a type that begins at a confidence. */
function binOf(figures: ReturnType<typeof calibration>, from: number, type = "quality") {
  return figures.bins.find((bin) => bin.signal_type === type && bin.confidence_from === from);
}

describe("calibration", () => {
  it("compares how sure signals were with how often they were right", () => {
    const figures = calibration(
      [signal("a", 0.8), signal("b", 0.84), signal("c", 0.88), signal("d", 0.81), signal("e", 0.65)],
      [closed("a", 5), closed("b", -2), closed("c", 3), closed("e", -1)],
      unknown,
    );
    expect(calibrationFiguresSchema.parse(figures)).toEqual(figures);
    expect(binOf(figures, 0.8)).toEqual({
      signal_type: "quality",
      confidence_from: 0.8,
      confidence_to: 0.9,
      signals: 4,
      ended: 3,
      right: 2,
      gross_right: 2,
      // (0.8 + 0.84 + 0.88) / 3; the one still open says nothing.
      mean_confidence: 0.84,
      right_share: 0.666667,
      right_share_low: 0.20766,
      independent: 3,
      right_share_high: 0.938508,
      base_rate: null,
      mean_return_pct: 2,
      gross_mean_return_pct: 2,
    });
    expect(binOf(figures, 0.6)).toMatchObject({ signals: 1, ended: 1, right: 0, right_share: 0, mean_return_pct: -1 });
    // (0.2² + 0.84² + 0.12² + 0.65²) / 4
    expect(figures).toMatchObject({ signals: 5, ended: 4, brier_score: 0.295625 });
  });

  it("has a bin for every type and range, with nothing said of an empty one", () => {
    const figures = calibration([], [], unknown);
    expect(figures).toMatchObject({ signals: 0, ended: 0, brier_score: null });
    expect(figures.bins.map((bin) => [bin.signal_type, bin.confidence_from, bin.confidence_to])).toEqual([
      ["quality", 0, 0.5],
      ["quality", 0.5, 0.6],
      ["quality", 0.6, 0.7],
      ["quality", 0.7, 0.8],
      ["quality", 0.8, 0.9],
      ["quality", 0.9, 1],
      ["consensus", 0, 0.5],
      ["consensus", 0.5, 0.6],
      ["consensus", 0.6, 0.7],
      ["consensus", 0.7, 0.8],
      ["consensus", 0.8, 0.9],
      ["consensus", 0.9, 1],
    ]);
    expect(binOf(figures, 0.9)).toEqual({
      signal_type: "quality",
      confidence_from: 0.9,
      confidence_to: 1,
      signals: 0,
      ended: 0,
      right: 0,
      gross_right: 0,
      mean_confidence: null,
      right_share: null,
      right_share_low: null,
      independent: 0,
      right_share_high: null,
      base_rate: null,
      mean_return_pct: null,
      gross_mean_return_pct: null,
    });
  });

  it.each([
    [0, 0],
    [0.499999, 0],
    [0.5, 0.5],
    [0.599999, 0.5],
    [0.6, 0.6],
    [0.7, 0.7],
    [0.8, 0.8],
    [0.899999, 0.8],
    [0.9, 0.9],
    [1, 0.9],
  ])("puts a confidence of %d into the bin from %d", (confidence, from) => {
    const figures = calibration([signal("a", confidence, { signal_type: "consensus" })], [], unknown);
    const filled = figures.bins.filter(({ signals }) => signals > 0);
    expect(filled).toEqual([expect.objectContaining({ signal_type: "consensus", confidence_from: from, signals: 1 })]);
  });

  it("judges a bullish signal by its shares and a bearish one by its puts", () => {
    const bearish = { prediction: "bearish" as const };
    const figures = calibration(
      [signal("up", 0.9), signal("down", 0.9, bearish), signal("calls only", 0.9), signal("turned", 0.9, bearish)],
      [
        closed("up", 4),
        closed("up", -60, "call"),
        closed("down", -50, "put"),
        closed("calls only", 80, "call"),
        // Bought while the signal of that day still was bullish.
        closed("turned", 30),
        closed("turned", 90, "call"),
      ],
      unknown,
    );
    expect(binOf(figures, 0.9)).toMatchObject({ signals: 4, ended: 2, right: 1, mean_return_pct: -23 });
  });

  it("asks whether a position gained anything after its costs, and shows the same before them beside", () => {
    const figures = calibration(
      [signal("a", 0.8), signal("b", 0.8), signal("c", 0.8)],
      // Of 5,000 dollars each: 20 gained less 12.50, 12.50 less as much, and 10 less 12.50.
      [closed("a", 0.4, "long", 1_250), closed("b", 0.25, "long", 1_250), closed("c", 0.2, "long", 1_250)],
      unknown,
    );
    expect(binOf(figures, 0.8)).toMatchObject({
      ...{ right: 1, gross_right: 3, right_share: 0.333333 },
      // (0.15 + 0 − 0.05) / 3 and (0.4 + 0.25 + 0.2) / 3
      ...{ mean_return_pct: 0.0333, gross_mean_return_pct: 0.2833 },
    });
    // (0.2² + 0.8² + 0.8²) / 3
    expect(figures.brier_score).toBe(0.44);
  });

  it("does not call a position right that gained nothing, nor count positions of other signals", () => {
    const figures = calibration([signal("a", 0.5)], [closed("a", 0), closed("z", 10)], unknown);
    expect(figures).toMatchObject({ signals: 1, ended: 1, brier_score: 0.25 });
    expect(binOf(figures, 0.5)).toMatchObject({ ended: 1, right: 0 });
  });
});

describe("calibration against the base rate", () => {
  /** Twenty signals on tickers of their own, of which every second one was right. */
  const signals = Array.from({ length: 20 }, (_, index) => signal(`T${index}`, index % 2 === 0 ? 0.9 : 0.6));
  const positions = signals.map(({ id }, index) => closed(id, index % 2 === 0 ? 3 : -2));

  it("says how much more the score knows than the base rate, with an error", () => {
    const { bins: _, ...figures } = calibration(signals, positions, () => 0.5);
    expect(figures).toEqual({
      signals: 20,
      ended: 20,
      independent: 20,
      // (0.1² + 0.6²) / 2 against 0.5²
      brier_score: 0.185,
      base_rate: 0.5,
      base_rate_known: 20,
      base_rate_brier_score: 0.25,
      // 1 − 0.185 / 0.25; deviation of (0.01 − 0.185) / 0.25 and (0.36 − 0.185) / 0.25: 0.7 × √(20/19), over √20
      brier_skill_score: 0.26,
      brier_skill_score_error: 0.160591,
    });
  });

  it("tells no skill of fewer than twenty independent signals with a base rate", () => {
    const oneUnknown = calibration(signals, positions, ({ ticker }) => (ticker === "T0" ? null : 0.5));
    expect(oneUnknown).toMatchObject({ ended: 20, base_rate_known: 19, brier_skill_score: null });
    const alike = positions.map((position, index) => (index < 2 ? { ...position, ticker: "GME" } : position));
    expect(calibration(signals, alike, () => 0.5)).toMatchObject({ independent: 19, brier_skill_score: null });
  });

  it("puts a bin's interval on the independent signals, and its base rate beside it", () => {
    const together = positions.map((position) => ({ ...position, ticker: "GME" }));
    const figures = calibration(signals, together, () => 0.55);
    expect(binOf(figures, 0.9)).toMatchObject({
      ...{ ended: 10, right: 10, right_share: 1, independent: 1, base_rate: 0.55 },
      // One of one.
      ...{ right_share_low: 0.206549, right_share_high: 1 },
    });
  });
});

describe("a base rate", () => {
  const position = { ticker: "GME", direction: "long" as const, ...held };
  // Up three days and down one, again and again.
  const saw = Array.from({ length: 24 }, (_, index) => [10, 11, 12, 13][index % 4] ?? 0);

  it("is the share of pairs of closes so many trading days apart that rose, or for puts that fell", () => {
    // Three days on: 10 → 13 rises; 11 → 10, 12 → 11 and 13 → 12 fall. Of 21 pairs six begin with 10.
    expect(baseRate(position, saw)).toBeCloseTo(6 / 21, 12);
    expect(baseRate({ ...position, direction: "put" }, saw)).toBeCloseTo(15 / 21, 12);
  });

  it("skips the weekend, and compares a position of one day with a day", () => {
    // Friday to Monday, and the same day: one trading day on, 18 of 23 pairs rise.
    const overWeekend = { ...position, entry_date: "2026-03-06", exit_date: "2026-03-09" };
    const sameDay = { ...position, exit_date: "2026-03-02" };
    expect([overWeekend, sameDay].map((each) => baseRate(each, saw))).toEqual([18 / 23, 18 / 23]);
  });

  it("is not known of fewer than twenty pairs", () => {
    expect(baseRate(position, saw.slice(0, 22))).toBeNull();
    expect(baseRate(position, saw.slice(0, 23))).not.toBeNull();
  });
});
