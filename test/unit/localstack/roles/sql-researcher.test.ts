import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { schemaText } from "../../../../lib/answers/sql/summary.ts";
import { predictions, runs, signals } from "../../../../localstack/commands/exporting/analysis-tables.ts";
import {
  evaluationPeriods,
  positionExits,
  positions,
} from "../../../../localstack/commands/exporting/trading-tables.ts";
import { planQueries } from "../../../../localstack/standins/openai/roles/sql-researcher.ts";

const tables = [predictions, runs, signals, evaluationPeriods, positionExits, positions];
const schema = schemaText({
  dialect: "SQLite",
  tables: tables.map(({ name, meaning, columns }) => ({
    name,
    meaning,
    columns: columns.map((column) => ({ name: column.name, type: column.type, meaning: column.meaning })),
    primary_key: [columns[0]?.name ?? ""],
    foreign_keys: [],
  })),
});
const plan = (question: string, given: { found?: string; problems?: unknown[] } = {}) =>
  planQueries({ question, schema, found: "", problems: [], ...given });
const query = (question: string) => plan(question).queries[0]?.query ?? "";

const database = new DatabaseSync(":memory:");
beforeAll(() => {
  for (const { name, columns } of tables) {
    database.exec(`CREATE TABLE ${name} (${columns.map((column) => `${column.name} ${column.type}`).join(", ")})`);
  }
  database.exec(`INSERT INTO predictions (prediction_id, author, ticker, is_correct, trading_costs_cents, net_return_fraction)
    VALUES ('1', 'ape', 'GME', 1, 130, 0.5), ('2', 'ape', 'GME', 0, 130, -0.25), ('3', 'dfv', 'GME', 1, 65, 1.2),
    ('4', 'dfv', 'GME', 1, 65, 0.8), ('5', 'dfv', 'AMC', 0, 65, -1), ('6', 'dfv', 'GME', NULL, 65, NULL)`);
  database.exec(`INSERT INTO positions (position_id, portfolio_id, ticker, status, gross_gain_cents, trading_costs_cents, net_gain_cents)
    VALUES ('a', 'stocks_quality', 'GME', 'open', 900, 100, 800), ('b', 'stocks_quality', 'AMC', 'closed', -50, 100, -150),
    ('c', 'options_quality', 'GME', 'closed', 10, 5, 5)`);
});
afterAll(() => database.close());
const rows = (question: string) =>
  database
    .prepare(query(question))
    .all()
    .map((row) => ({ ...row }));

describe("the SQL researcher of the stand-in", () => {
  it("asks which authors were right about a ticker, and after what costs", () => {
    expect(rows("which authors were right about GME, and after what costs?")).toEqual([
      {
        author: "dfv",
        predictions: 3,
        results: 2,
        correct: 2,
        trading_costs_cents: 195,
        average_net_return_fraction: 1,
      },
      {
        author: "ape",
        predictions: 2,
        results: 2,
        correct: 1,
        trading_costs_cents: 260,
        average_net_return_fraction: 0.125,
      },
    ]);
  });

  it("counts where it is asked how many, with the values that the question names", () => {
    expect(rows("How many positions are open?")).toEqual([{ number_of_positions: 1 }]);
    expect(rows("How many positions in GME are closed?")).toEqual([{ number_of_positions: 1 }]);
  });

  it("adds up what a portfolio gained, gross, in costs and net", () => {
    expect(rows("What did the stocks_quality portfolio gain after costs?")).toEqual([
      {
        portfolio_id: "stocks_quality",
        number: 2,
        gross_gain_cents: 850,
        trading_costs_cents: 200,
        net_gain_cents: 650,
      },
    ]);
  });

  it("lists few columns, the worst first where that is asked", () => {
    const found = rows("Which positions lost the most?");
    expect(found.map(({ position_id }) => position_id)).toEqual(["b", "c", "a"]);
    expect(Object.keys(found[0] ?? {}).length).toBeLessThanOrEqual(8);
    expect(query("Which signals were there for AMC?")).toContain(`FROM "signals" WHERE "ticker" = 'AMC'`);
    expect(query("How did the portfolios do against the S&P 500?")).toContain('"beat_sp500"');
  });

  it.each(["What is the weather like?", "What are the main climate initiatives?"])(
    "has no query for %s, which is no failure",
    (question) => {
      expect(plan(question)).toEqual({ status: "success", queries: [], error: null });
    },
  );

  it("reads only, whatever the question says", () => {
    expect(rows("Which positions are open'; DROP TABLE positions; --")).toEqual([]);
    expect(query("Which positions are open'; DROP TABLE positions; --")).toMatch(/^SELECT [^;]*$/);
  });

  it("asks for nothing more once something was found, and sends nothing again that did not work", () => {
    expect(plan("Which positions are open?", { found: "query_1: 3 rows" }).queries).toEqual([]);
    expect(plan("Which positions are open?", { problems: [{}] }).queries).toEqual([]);
  });
});
