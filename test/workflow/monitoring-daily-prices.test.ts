import { describe, expect, it } from "vitest";
import { predictionSchema } from "../../lib/trading/predictions/record.ts";
import type { ScriptedAnswer } from "../../localstack/standins/json-server.ts";
import type { PriceOf } from "../support/market.ts";
import { byDay, calls, shares, useMonitoring } from "../support/monitoring.ts";
import { prediction } from "../support/trading.ts";
import { seedPositions, seedPredictions } from "../support/trading-seeds.ts";

const desk = useMonitoring("daily-prices");
const { begin, runAt, exitsOf, positionOf, portfolioOf } = desk;
const stock = "2026-03-02.GME.quality.stocks_quality";
const option = "2026-03-02.GME.quality.options_quality";

/** 80 on Wednesday, 10 March's other days at 100, and 110 when the option expires. */
const market: PriceOf = byDay({ "2026-03-04": 80, "2026-03-05": 100, "2026-03-20": 110, "2026-03-23": 100 });
const predicted = prediction({
  ...{ id: "a.GME", comment_id: "a", entry_date: "2026-03-02", created_at: "2026-03-02T15:30:00.000Z" },
  ...{ contract_symbol: "GME   260320C00100000", strike_price: 100, expiration_date: "2026-03-20" },
});

/** Fifty shares, ten calls and a prediction that nobody has looked at since the second of March. */
async function beginAfterThreeWeeks(): Promise<void> {
  const services = await begin({ GME: market });
  await seedPositions(services, [shares(), calls()]);
  await seedPredictions(services, [predicted]);
}

const storedPrediction = () => desk.services.store.get(desk.services.store.keys.prediction("a.GME"), predictionSchema);

/** What the books come to: each exit, the cash, and what became of the prediction. */
async function books() {
  const exits = [...(await exitsOf(stock)), ...(await exitsOf(option))];
  return {
    exits: exits.map(({ exit_reason, exit_date, exit_price }) => `${exit_reason} ${exit_date} ${exit_price}`),
    cash: [await portfolioOf("stocks_quality"), await portfolioOf("options_quality")].map(
      ({ cash_available_cents }) => cash_available_cents,
    ),
    isCorrect: (await storedPrediction())?.is_correct,
  };
}

const right = {
  // Fifty at Wednesday's opening, and ten calls at what the close of their last day was above the strike.
  exits: ["stop_loss 2026-03-04 80", "expiration 2026-03-20 10"],
  cash: [9_900_000, 10_800_000],
  isCorrect: true,
};

/** The days that Yahoo names, each with its four prices. */
function chartOf(days: readonly string[]): ScriptedAnswer {
  const rows = days.map((day) => ({ day, price: market(day, 0) }));
  const column = rows.map(({ price }) => price);
  return chart(
    rows.map(({ day }) => day),
    column,
  );
}

function chart(days: readonly string[], column: readonly (number | null)[]): ScriptedAnswer {
  const timestamp = days.map((day) => Date.parse(`${day}T14:30:00Z`) / 1000);
  const quote = [{ open: column, high: column, low: column, close: column }];
  return {
    status: 200,
    body: JSON.stringify({ chart: { error: null, result: [{ timestamp, indicators: { quote } }] } }),
  };
}

const march = [2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 16, 17, 18, 19, 20, 23];
const days = march.map((day) => `2026-03-${String(day).padStart(2, "0")}`);
const without = (left: readonly string[]) => days.filter((day) => !left.includes(day));
const nullOn = (left: readonly string[]) =>
  chart(
    days,
    days.map((day) => (left.includes(day) ? null : market(day, 0))),
  );

describe("a run three weeks after the last one", () => {
  it("comes to the right books where all sources are well", async () => {
    await beginAfterThreeWeeks();
    expect(await runAt("2026-03-23")).toMatchObject({ exits_triggered: 2, warnings: null });
    expect(await books()).toEqual(right);
  });

  it.each<[string, () => ScriptedAnswer | "hang"]>([
    ["answers 429", () => ({ status: 429, body: "Too Many Requests" })],
    ["answers 500", () => ({ status: 500, body: "" })],
    ["answers with a page", () => ({ status: 200, body: "<html>" })],
    ["answers with somebody else's 404", () => ({ status: 404, body: "<html>" })],
    ["ends days ago", () => chartOf(without(days.slice(-3)))],
    ["ends before the expiration's close", () => chartOf(without(days.slice(-2)))],
    ["has not today yet, and lost the expiration day", () => chartOf(without(["2026-03-20", "2026-03-23"]))],
    ["lost the day of the fall and the expiration day", () => chartOf(without(["2026-03-04", "2026-03-20"]))],
    ["begins late and lost the expiration day", () => chartOf(without([...days.slice(0, 5), "2026-03-20"]))],
    ["has nulls on the day of the fall and on the expiration day", () => nullOn(["2026-03-04", "2026-03-20"])],
    ["has nulls only", () => nullOn(days)],
  ])("decides nothing, says so, and the next run decides as if it had not been, where Yahoo %s", async (_, answer) => {
    await beginAfterThreeWeeks();
    const before = [await positionOf(stock), await positionOf(option), await storedPrediction()];
    desk.scene.yahooFaults = answer;
    const run = await runAt("2026-03-23");
    expect(run).toMatchObject({ status: "completed", exits_triggered: 0 });
    expect(run.warnings?.map(({ type }) => type).toSorted()).toEqual([
      "predictions_unchecked",
      "settlement_unknown",
      "splits_unknown",
    ]);
    expect([await positionOf(stock), await positionOf(option), await storedPrediction()]).toEqual(before);
    desk.scene.yahooFaults = undefined;
    expect(await runAt("2026-03-24")).toMatchObject({ exits_triggered: 2, warnings: null });
    expect(await books()).toEqual(right);
  });
});

describe("where Yahoo is down for good", () => {
  it("every run completes, and does not wait for each of many tickers", async () => {
    const tickers = Array.from({ length: 12 }, (_, index) => `T${index}`);
    const services = await begin(Object.fromEntries(tickers.map((ticker) => [ticker, 100])));
    const expired = { expiration_date: "2026-03-20", strike_price: 100, entry_date: "2026-03-02" };
    await seedPredictions(
      services,
      tickers.map((ticker) => prediction({ ...predicted, ...expired, id: `a.${ticker}`, ticker })),
    );
    let asked = 0;
    desk.scene.yahooFaults = () => {
      asked++;
      return { status: 429, body: "" };
    };
    const run = await runAt("2026-03-23");
    expect(run).toMatchObject({
      status: "completed",
      warnings: [{ type: "predictions_unchecked", context: { predictions: 12, tickers: tickers.toSorted() } }],
    });
    // Five at once, four times each; after that every one of the other seven once, and all once more for their closes.
    expect(asked).toBe(39);
    expect(await runAt("2026-03-24")).toMatchObject({ status: "completed" });
  });
});
