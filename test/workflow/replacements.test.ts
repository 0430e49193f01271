import { describe, expect, it } from "vitest";
import type { MarketHistory } from "../../localstack/standins/market/history.ts";
import { call } from "../support/cloud.ts";
import { untraded } from "../support/market.ts";
import { heldStock, heldTickers, useOpenings } from "../support/openings.ts";
import { optionOf, seedPositions } from "../support/trading-seeds.ts";

const desk = useOpenings("replacements");
const { begin, run, portfolio, positions, inPortfolio, drain, failBroker } = desk;
const newId = "2026-03-02.GME.quality.stocks_quality";
const idOf = (ticker: string) => `2026-02-27.${ticker}.quality.stocks_quality`;

/** A full portfolio, in which some tickers are held otherwise. */
async function fill(changes: Record<string, Parameters<typeof heldStock>[1]> = {}): Promise<void> {
  await seedPositions(
    desk.services,
    heldTickers.map((ticker) => heldStock(ticker, changes[ticker])),
  );
}
/** The tickers that a full portfolio of stocks no longer holds. */
async function replaced(): Promise<string[]> {
  const open = await positions({ portfolio_id: "stocks_quality", status: "open" });
  expect(open).toHaveLength(10);
  const held = open.map(({ ticker }: { ticker: string }) => ticker);
  return heldTickers.filter((ticker) => !held.includes(ticker));
}

describe("the eleventh signal of a portfolio", () => {
  it("replaces the position of lowest confidence at its current price, as one unit", async () => {
    await begin([{ confidence: 0.72 }], { prices: { KC: 104 } });
    await fill({
      KC: { confidence: 0.61 },
      ...Object.fromEntries(heldTickers.filter((name) => name !== "KC").map((name) => [name, { confidence: 0.7 }])),
    });
    expect(await run()).toMatchObject({ positions_opened: 2, exits_triggered: 0, warnings: null });
    const [closed] = await positions({ ticker: "KC" });
    expect(closed).toMatchObject({
      status: "closed",
      shares_remaining: 0,
      exit_date: "2026-03-02",
      exit_reason: "replaced",
      hold_days: 3,
      realized_return_pct: 4,
      position_exits: [
        {
          exit_price: 104,
          exit_reason: "replaced",
          quantity_pct: 1,
          shares_exited: 37,
          contracts_exited: null,
          realized_pnl: 148,
        },
      ],
    });
    expect(await positions({ ticker: "GME", instrument_type: "stock" })).toMatchObject([
      { id: newId, status: "open", shares: 26, position_size: 3705, confidence: 0.72 },
    ]);
    const after = await portfolio("stocks_quality");
    // 63,000 + 37 × 104 − 26 × 142.50; the value has gained what the outgoing position has.
    expect(after).toMatchObject({
      cash_available_cents: 6_314_300,
      current_value_cents: 10_014_800,
      realized_pnl_cents: 14_800,
    });
    expect(after.open_position_ids).toEqual([...heldTickers.filter((name) => name !== "KC").map(idOf), newId]);
    expect(await inPortfolio("stocks_quality")).toMatchObject({ position_opened: true, skip_reason: null });
  });

  it("passes over the position of lowest confidence where that needs review", async () => {
    await begin([{ confidence: 0.8 }]);
    const reviewed = { needs_review: true, review_reason: "It may have been a spin-off.", review_since: "2026-02-27" };
    await fill({ KC: { confidence: 0.3, ...reviewed }, KD: { confidence: 0.4 } });
    await run();
    expect(await replaced()).toEqual(["KD"]);
  });

  it("keeps the totals of the lists right", async () => {
    await begin([{ confidence: 0.8 }]);
    await fill();
    await run();
    for (const [query, total] of [
      [{}, 12],
      [{ status: "open" }, 11],
      [{ status: "closed" }, 1],
      [{ portfolio_id: "stocks_quality" }, 11],
      [{ ticker: "GME" }, 2],
      [{ instrument_type: "stock" }, 11],
      [{ signal_type: "quality" }, 12],
    ] as const) {
      expect((await call("api/list-positions", { query })).body.meta.total, JSON.stringify(query)).toBe(total);
    }
  });

  it.each([
    { confidence: 0.7, out: [], reason: "portfolio_full" },
    { confidence: 0.700001, out: ["KA"], reason: null },
  ])("needs more than 0.1 above the lowest: $confidence against 0.6", async ({ confidence, out, reason }) => {
    await begin([{ confidence }]);
    await fill();
    await run();
    expect(await replaced()).toEqual(out);
    expect((await inPortfolio("stocks_quality")).skip_reason).toBe(reason);
  });

  it.each([
    { price: 105, out: ["KD"], reason: null },
    { price: 105.01, out: [], reason: "safeguard_blocked" },
  ])("does not replace a gain of more than 5 %: $price for 100", async ({ price, out, reason }) => {
    await begin([{ confidence: 0.8 }], { prices: { KD: price } });
    await fill({ KD: { confidence: 0.55 } });
    await run();
    expect(await replaced()).toEqual(out);
    expect((await inPortfolio("stocks_quality")).skip_reason).toBe(reason);
    const warned = desk.stage.cloud.log.lines.filter(({ message }) => message.includes("too much to be replaced"));
    expect(
      warned.filter(
        ({ level, fields }) => level === "warn" && fields.position === idOf("KD") && fields.price === price,
      ),
    ).toHaveLength(out.length === 0 ? 1 : 0);
  });

  it("looks at the lowest alone: where all gain, or only that one, nothing is replaced", async () => {
    for (const winners of [heldTickers, ["KD"]]) {
      await begin([{ confidence: 0.9 }], { prices: Object.fromEntries(winners.map((ticker) => [ticker, 110])) });
      await fill({ KD: { confidence: 0.55 } });
      expect(await run()).toMatchObject({ positions_opened: 1 });
      expect(await replaced()).toEqual([]);
      expect((await inPortfolio("stocks_quality")).skip_reason).toBe("safeguard_blocked");
      expect((await portfolio("stocks_quality")).cash_available_cents).toBe(6_300_000);
    }
  });

  it("replaces the oldest of equals", async () => {
    await begin([{ confidence: 0.8 }]);
    await fill({ KH: { opened_at: "2026-02-27T15:29:59.000Z" } });
    await run();
    expect(await replaced()).toEqual(["KH"]);
  });

  it("replaces the next weakest where the market has no price of the weakest, and nothing where it has none of any", async () => {
    await begin([{ confidence: 0.8 }]);
    await fill({ KB: { confidence: 0.5 }, KD: { confidence: 0.51 }, KF: { confidence: 0.52 } });
    const market = desk.stage.scene.market as MarketHistory;
    // Of a day without trading nobody knows either whether it was split.
    desk.stage.scene.market = untraded(untraded(market, "KB", "2026-03-02"), "KD", "2026-02-27");
    await run();
    expect(await replaced()).toEqual(["KF"]);

    await begin([{ confidence: 0.8 }]);
    await fill();
    const whole = desk.stage.scene.market as MarketHistory;
    desk.stage.scene.market = heldTickers.reduce((rest, ticker) => untraded(rest, ticker, "2026-03-02"), whole);
    await run();
    expect(await replaced()).toEqual([]);
    expect((await inPortfolio("stocks_quality")).skip_reason).toBe("price_unavailable");
  });

  it("compares the next weakest with the signal, and protects its gain, like the weakest", async () => {
    const halted = async (changes: Parameters<typeof fill>[0]) => {
      await begin([{ confidence: 0.8 }]);
      await fill({ ...Object.fromEntries(heldTickers.map((ticker) => [ticker, { confidence: 0.7 }])), ...changes });
      desk.stage.scene.market = untraded(desk.stage.scene.market as MarketHistory, "KB", "2026-03-02");
      await run();
      expect(await replaced()).toEqual([]);
      return (await inPortfolio("stocks_quality")).skip_reason;
    };
    expect(await halted({ KB: { confidence: 0.5 } })).toBe("price_unavailable");
    expect(await halted({ KB: { confidence: 0.5 }, KD: { confidence: 0.55, entry_price: 95 } })).toBe(
      "safeguard_blocked",
    );
  });

  it("keeps the position whose price the broker does not say: it is not known whether there is one", async () => {
    await begin([{ confidence: 0.8 }]);
    await fill({ KB: { confidence: 0.5 } });
    failBroker((path, query) => path === "/quotes" && query.get("symbols") === "KB");
    await run();
    expect(await replaced()).toEqual([]);
    expect((await inPortfolio("stocks_quality")).skip_reason).toBe("price_unavailable");
  });

  it("may spend the proceeds, and no more", async () => {
    await begin([{ confidence: 0.74 }]);
    await fill();
    await drain("stocks_quality", 4_999);
    expect(await run()).toMatchObject({
      warnings: [
        { type: "insufficient_cash", context: { portfolio: "stocks_quality", needed: 3750, available: 3749.99 } },
      ],
    });
    expect(await replaced()).toEqual([]);
    await drain("stocks_quality", 5_000);
    expect(await run()).toMatchObject({ positions_opened: 1 });
  });

  it("replaces an option by its mark", async () => {
    await begin([{ confidence: 0.9 }]);
    const calls = heldTickers.map((ticker) =>
      optionOf({
        ticker,
        entry_date: "2026-02-27",
        confidence: ticker === "KE" ? 0.5 : 0.85,
        contract_symbol: `${ticker}    260320C00103770`,
        strike_price: 103.77,
        entry_price: 0.6,
        last_price: 0.56,
        peak_premium: 0.6,
        contracts: 30,
        contracts_remaining: 30,
        position_size_cents: 180_000,
        premium_paid_cents: 180_000,
      }),
    );
    await seedPositions(desk.services, calls);
    expect(await run()).toMatchObject({ positions_opened: 2, exits_triggered: 0 });
    expect(await positions({ ticker: "KE" })).toMatchObject([
      {
        status: "closed",
        exit_reason: "replaced",
        position_exits: [{ exit_price: 0.56, shares_exited: null, contracts_exited: 30, realized_pnl: -120 }],
      },
    ]);
    // All ten have lost 120, and 2 % of 98,800 are 17 contracts: 100,000 − 10 × 1,800 + 30 × 56 − 17 × 110.
    expect(await portfolio("options_quality")).toMatchObject({
      cash_available_cents: 8_181_000,
      current_value_cents: 9_880_000,
      realized_pnl_cents: -12_000,
    });
  });

  it("pays its proceeds into its own portfolio", async () => {
    await begin([{ confidence: 0.8 }, { confidence: 0.8, signal_type: "consensus" }]);
    await fill();
    await run();
    expect(await replaced()).toEqual(["KA"]);
    expect((await portfolio("stocks_consensus")).cash_available_cents).toBe(9_501_250);
    expect((await portfolio("stocks_quality")).cash_available_cents).toBe(6_300_000 + 370_000 - 498_750);
  });
});
