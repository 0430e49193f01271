import { describe, expect, it } from "vitest";
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
const closed = (
  signal_id: string,
  realized_return_pct: number,
  direction: Positions[number]["direction"] = "long",
): Positions[number] => ({ signal_id, direction, realized_return_pct });

/** The bin of a type that begins at a confidence. */
function binOf(figures: ReturnType<typeof calibration>, from: number, type = "quality") {
  return figures.bins.find((bin) => bin.signal_type === type && bin.confidence_from === from);
}

describe("calibration", () => {
  it("compares how sure signals were with how often they were right", () => {
    const figures = calibration(
      [signal("a", 0.8), signal("b", 0.84), signal("c", 0.88), signal("d", 0.81), signal("e", 0.65)],
      [closed("a", 5), closed("b", -2), closed("c", 3), closed("e", -1)],
    );
    expect(calibrationFiguresSchema.parse(figures)).toEqual(figures);
    expect(binOf(figures, 0.8)).toEqual({
      signal_type: "quality",
      confidence_from: 0.8,
      confidence_to: 0.9,
      signals: 4,
      ended: 3,
      right: 2,
      // (0.8 + 0.84 + 0.88) / 3; the one still open says nothing.
      mean_confidence: 0.84,
      right_share: 0.666667,
      right_share_low: 0.20766,
      right_share_high: 0.938508,
      mean_return_pct: 2,
    });
    expect(binOf(figures, 0.6)).toMatchObject({ signals: 1, ended: 1, right: 0, right_share: 0, mean_return_pct: -1 });
    // (0.2² + 0.84² + 0.12² + 0.65²) / 4
    expect(figures).toMatchObject({ signals: 5, ended: 4, brier_score: 0.295625 });
  });

  it("has a bin for every type and range, with nothing said of an empty one", () => {
    const figures = calibration([], []);
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
      mean_confidence: null,
      right_share: null,
      right_share_low: null,
      right_share_high: null,
      mean_return_pct: null,
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
    const figures = calibration([signal("a", confidence, { signal_type: "consensus" })], []);
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
    );
    expect(binOf(figures, 0.9)).toMatchObject({ signals: 4, ended: 2, right: 1, mean_return_pct: -23 });
  });

  it("does not call a position right that gained nothing, nor count positions of other signals", () => {
    const figures = calibration([signal("a", 0.5)], [closed("a", 0), closed("z", 10)]);
    expect(figures).toMatchObject({ signals: 1, ended: 1, brier_score: 0.25 });
    expect(binOf(figures, 0.5)).toMatchObject({ ended: 1, right: 0 });
  });
});
