import { describe, expect, it } from "vitest";
import { chunked } from "../../lib/runtime/chunked.ts";
import {
  type Prediction,
  type PredictionExit,
  type PredictionOutcome,
  predictionId,
} from "../../lib/trading/predictions/record.ts";
import { newPrediction } from "../../lib/trading/predictions/rules.ts";
import { combinationsOf, everyPage } from "../support/combinations.ts";
import { useEndpoints } from "../support/endpoints.ts";
import { expiredPredictionShown, prediction, predictionShown, settings } from "../support/trading.ts";
import { seedPredictions } from "../support/trading-seeds.ts";

const api = useEndpoints();
const { ask, data, refusal } = api;

interface Facts {
  comment_id: string;
  ticker: string;
  author: string;
  analysis_run_id: string;
  created_at: string;
  status: Prediction["status"];
}

function predictionOf({ status, ...facts }: Facts): Prediction {
  const id = predictionId(facts.comment_id, facts.ticker);
  if (status !== "expired") return prediction({ ...facts, id, status });
  const at = { today: facts.created_at.slice(0, 10), now: facts.created_at };
  return newPrediction({ ...facts, sentiment: "bearish" }, "no_valid_strike", at, settings);
}

/** 150 predictions of fifty comments: three tickers each, three authors, four runs with one time each. */
function manyPredictions(): Prediction[] {
  const statuses = ["tracking", "resolved", "expired", "tracking", "resolved"] as const;
  return Array.from({ length: 150 }, (_, index) => {
    const comment = Math.floor(index / 3);
    const run = Math.floor(comment / 13);
    return predictionOf({
      comment_id: `t1_${String((comment * 31) % 50).padStart(2, "0")}`,
      ticker: ["GME", "BRK.B", "AMC"][index % 3] ?? "",
      author: ["ape", "[deleted]", "Jörg"][comment % 3] ?? "",
      analysis_run_id: `RUN-${run}`,
      created_at: `2026-02-2${run}T15:30:00.000Z`,
      status: statuses[(index * 7) % 5] ?? "tracking",
    });
  });
}

describe("GET /predictions", () => {
  it("shows the fields of the contract and no other, whatever became of a prediction", async () => {
    const facts = { ticker: "GME", author: "ape", analysis_run_id: "RUN" };
    const rows = (["tracking", "resolved", "expired"] as const).map((status, index) =>
      predictionOf({ ...facts, comment_id: `t1_${index}`, created_at: `2026-03-0${3 - index}T15:30:00.000Z`, status }),
    );
    await seedPredictions(api.services, rows);
    const answer = await ask("GET /predictions");
    const shown = (comment_id: string, created_at: string) => ({
      ...{ id: `${comment_id}.GME`, comment_id, analysis_run_id: "RUN", created_at },
    });
    expect(answer.body.data).toEqual([
      { ...predictionShown, ...shown("t1_0", "2026-03-03T15:30:00.000Z") },
      { ...predictionShown, ...shown("t1_1", "2026-03-02T15:30:00.000Z"), status: "resolved" },
      { ...expiredPredictionShown, ...shown("t1_2", "2026-03-01T15:30:00.000Z"), entry_date: "2026-03-01" },
    ]);
    expect(answer.body.meta).toMatchObject({ total: 3, limit: 50, offset: 0, next_cursor: null });
  });

  it("answers every combination of filters like a plain filter over the same rows, on every page", async () => {
    const rows = manyPredictions();
    await seedPredictions(api.services, rows);
    const ordered = rows.toSorted((a, b) =>
      a.created_at === b.created_at ? (a.id < b.id ? 1 : -1) : a.created_at < b.created_at ? 1 : -1,
    );
    const combinations = combinationsOf({
      author: ["ape", "Jörg", "nobody"],
      ticker: ["GME", "brk.b", "NONE"],
      status: ["tracking", "resolved", "expired"],
      analysis_run_id: ["RUN-0", "RUN-3", "RUN-9"],
    });
    expect(combinations).toHaveLength(4 ** 4);
    const shown = ({ id, author, ticker, status, analysis_run_id, created_at }: Prediction) => ({
      ...{ id, author, ticker, status, analysis_run_id, created_at },
    });
    const check = async (query: Record<string, string>) => {
      const expected = ordered.filter(
        (row) =>
          (!query.author || row.author === query.author) &&
          (!query.ticker || row.ticker === query.ticker.toUpperCase()) &&
          (!query.status || row.status === query.status) &&
          (!query.analysis_run_id || row.analysis_run_id === query.analysis_run_id),
      );
      await everyPage("api/list-predictions", query, expected.map(shown));
    };
    for (const some of chunked(combinations, 8)) await Promise.all(some.map(check));
  }, 120_000);

  it("is 200 and empty where nothing matches, and beyond the end", async () => {
    await seedPredictions(api.services, [prediction()]);
    const empty = (total: number) => ({ status: 200, body: { data: [], meta: { total, next_cursor: null } } });
    expect(await ask("GET /predictions", { query: { author: "APE" } })).toMatchObject(empty(0));
    expect(await ask("GET /predictions", { query: { author: "x".repeat(50) } })).toMatchObject(empty(0));
    expect(
      await ask("GET /predictions", { query: { analysis_run_id: "no such run#".replaceAll(" ", "-") } }),
    ).toMatchObject(empty(0));
    expect(await ask("GET /predictions", { query: { offset: "1" } })).toMatchObject(empty(1));
    expect(await ask("GET /predictions", { query: { status: "expired", offset: "99" } })).toMatchObject(empty(0));
  });

  it.each([
    ["limit", "0"],
    ["limit", "101"],
    ["offset", "-1"],
    ["status", "open"],
    ["status", ""],
    ["ticker", "ABCDEFGHIJK"],
    ["author", ""],
    ["author", "x".repeat(51)],
    ["author", "two words"],
    ["author", "ape\n"],
    ["analysis_run_id", ""],
    ["analysis_run_id", "x".repeat(201)],
    ["cursor", "x"],
    ["run_id", "RUN"],
  ])("refuses %s=%j and names the parameter", async (name, value) => {
    expect(await refusal("GET /predictions", { query: { [name]: value } })).toMatchObject({
      status: 422,
      code: "VALIDATION_ERROR",
      message: expect.stringContaining(name),
      details: [{ field: name, problem: expect.any(String) }],
    });
  });

  it("refuses a parameter given twice", async () => {
    for (const name of ["author", "ticker", "status", "analysis_run_id", "limit"]) {
      const twice = await refusal("GET /predictions", { query: { [name]: ["tracking", "resolved"] } });
      expect(twice).toMatchObject({ status: 422, details: [{ field: name }] });
    }
  });
});

describe("GET /predictions/{id}", () => {
  it("shows the prediction with its days and its exits, oldest first", async () => {
    const followed = prediction({ exit_count: 11, exit_reason: "manual" });
    const days = [10, 0, 2].map(
      (day_offset): PredictionOutcome => ({
        prediction_id: followed.id,
        day_offset,
        premium: 2 + day_offset / 10,
        underlying_price: 45,
        recorded_at: `2021-01-1${day_offset % 10}T15:00:00.000Z`,
      }),
    );
    const exits = Array.from(
      { length: 11 },
      (_, index): PredictionExit => ({
        id: `${followed.id}.${index + 1}`,
        prediction_id: followed.id,
        exit_date: "2021-01-06",
        exit_premium: 3,
        exit_reason: "trailing_stop",
        quantity_pct: 0.1,
        contracts_exited: index + 1,
        simulated_pnl_cents: 10_050,
        fill: null,
        observed_premium: null,
        created_at: "2021-01-06T15:00:00.000Z",
      }),
    );
    await seedPredictions(api.services, [followed, prediction({ id: "t1_b.GME", comment_id: "t1_b" })], days, exits);
    const detail = await data("GET /predictions/{id}", { params: { id: "t1_a.GME" } });
    expect(detail).toEqual({
      ...predictionShown,
      exit_reason: "manual",
      prediction_outcomes: [
        [0, 2, 0, "2021-01-10T15:00:00.000Z"],
        [2, 2.2, 0.1, "2021-01-12T15:00:00.000Z"],
        [10, 3, 0.5, "2021-01-10T15:00:00.000Z"],
      ].map(([day_offset, premium, pnl_pct, recorded_at]) => ({
        day_offset,
        premium,
        underlying_price: 45,
        recorded_at,
        pnl_pct,
      })),
      prediction_exits: Array.from({ length: 11 }, (_, index) => ({
        exit_date: "2021-01-06",
        exit_premium: 3,
        exit_reason: "trailing_stop",
        quantity_pct: 0.1,
        contracts_exited: index + 1,
        simulated_pnl: 100.5,
        created_at: "2021-01-06T15:00:00.000Z",
      })),
    });
    const other = await data("GET /predictions/{id}", { params: { id: "t1_b.GME" } });
    expect(other).toMatchObject({ prediction_outcomes: [], prediction_exits: [] });
  });

  it("is 404 for a comment, a ticker, or a ticker in the other case", async () => {
    await seedPredictions(api.services, [prediction()]);
    for (const id of ["t1_a", "GME", "t1_a.gme", "t1_a.GME.1"]) {
      const refused = await refusal("GET /predictions/{id}", { params: { id } });
      expect(refused).toMatchObject({ status: 404, code: "NOT_FOUND" });
    }
  });
});
