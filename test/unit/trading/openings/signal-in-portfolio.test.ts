import { describe, expect, it } from "vitest";
import {
  inPortfolios,
  isPending,
  isShort,
  qualifiedSignals,
} from "../../../../lib/trading/openings/signal-in-portfolio.ts";
import { signalOutcomeSchema } from "../../../../lib/trading/openings/signal-outcome.ts";
import { signalOf } from "../../../support/seeds.ts";

describe("the signals that qualify", () => {
  it("reach the threshold, and come by confidence descending, then ticker", () => {
    const signals = [
      signalOf({ ticker: "GME", confidence: 0.5 }),
      signalOf({ ticker: "AMC", confidence: 0.49999 }),
      signalOf({ ticker: "NVDA", confidence: 0.9 }),
      signalOf({ ticker: "AMD", confidence: 0.5, signal_type: "consensus" }),
    ];
    expect(qualifiedSignals(signals, 0.5).map(({ ticker }) => ticker)).toEqual(["NVDA", "AMD", "GME"]);
  });
});

describe("a signal in its portfolios", () => {
  it("are its stock and its option, in the portfolios of its type", () => {
    expect(inPortfolios(signalOf({ signal_type: "consensus" }))).toMatchObject([
      { id: "2026-03-02.GME.consensus.stocks_consensus", portfolioId: "stocks_consensus", instrument: "stock" },
      { id: "2026-03-02.GME.consensus.options_consensus", portfolioId: "options_consensus", instrument: "option" },
    ]);
    expect(inPortfolios(signalOf()).map(isShort)).toEqual([false, false]);
    expect(inPortfolios(signalOf({ prediction: "bearish" })).map(isShort)).toEqual([true, false]);
  });

  it.each([
    { outcome: "none", of: undefined, pending: true },
    { outcome: "skipped", of: "this run", pending: false },
    { outcome: "skipped", of: "an earlier run", pending: true },
    { outcome: "opened", of: "this run", pending: false },
    { outcome: "opened", of: "an earlier run", pending: false },
  ])("with the outcome $outcome of $of: pending is $pending", ({ outcome, of, pending }) => {
    const stored =
      of &&
      signalOutcomeSchema.parse({
        signal_id: "2026-03-02.GME.quality",
        portfolio_id: "stocks_quality",
        outcome,
        skip_reason: outcome === "skipped" ? "portfolio_full" : null,
        position_id: outcome === "opened" ? "2026-03-02.GME.quality.stocks_quality" : null,
        run_id: of,
        evaluated_at: "2026-03-02T15:30:00.000Z",
      });
    expect(isPending(stored || undefined, "this run")).toBe(pending);
  });
});
