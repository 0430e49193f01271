import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { schemaText } from "../../lib/answers/sql/summary.ts";
import { createSqlite } from "../../lib/providers/sql/sqlite.ts";
import { readConfig } from "../../lib/runtime/config.ts";
import { runSample, sampleContent } from "../../localstack/commands/sample.ts";
import { startDynamoDb } from "../../localstack/embedded/dynamodb/start.ts";
import { createTableIfAbsent } from "../../localstack/embedded/dynamodb/table.ts";
import { readSettings } from "../../localstack/embedded/settings.ts";
import { startStandIns } from "../../localstack/embedded/standins.ts";
import { startRedditStandIn } from "../../localstack/standins/reddit/server.ts";
import { type LocalStack, startLocalStack, temporaryFolder } from "../support/stack.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const command = join(root, "localstack/commands/export.ts");
const folder = temporaryFolder();
const file = join(folder.path, "export.sqlite");
let stack: LocalStack;

/** Two days of the sample in the data of a local stack, which then runs. */
beforeAll(async () => {
  const dataDir = join(folder.path, "data");
  mkdirSync(dataDir);
  const settings = readSettings(folder.path, { DATA_DIR: dataDir });
  const started = [
    startDynamoDb({ dataDir }),
    startStandIns(settings),
    startRedditStandIn({ content: sampleContent }),
  ] as const;
  const [database, standIns, reddit] = await Promise.all(started);
  const variables = {
    ...settings.variables,
    ...standIns.variables,
    REDDIT_BASE_URL: reddit.url,
    REDDIT_AUTH_URL: `${reddit.url}/api/v1/access_token`,
    DYNAMODB_ENDPOINT: database.endpoint,
    LOG_LEVEL: "SILENT",
  };
  await createTableIfAbsent(database.endpoint, readConfig(variables).environment.TABLE_NAME);
  await runSample(variables, settings.firstDay ?? "", () => {}, ["2026-01-21", "2026-02-27"]);
  for (const { close } of [reddit, standIns, database]) await close();
  stack = await startLocalStack(dataDir);
}, 120_000);
afterAll(async () => {
  await stack?.end();
  folder.remove();
});

/** The command as a process, in a folder without settings of anybody's. */
function runExport(...args: string[]) {
  const env = { PATH: process.env.PATH, API_KEY: stack.apiKey };
  return promisify(execFile)(process.execPath, [command, ...args], { cwd: folder.path, env });
}

type Row = Record<string, string | number | null>;

function select(sql: string): Row[] {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return database.prepare(sql).all() as Row[];
  } finally {
    database.close();
  }
}

type Shown = Record<string, unknown> & { id: string };

/** A whole list of the API, read by position. */
async function listed(path: string): Promise<Shown[]> {
  const items: Shown[] = [];
  for (;;) {
    const { body } = await stack.api.call("GET", `${path}?limit=90&offset=${items.length}`);
    const { data, meta } = body as { data: Shown[]; meta: { total: number } };
    items.push(...data);
    if (items.length >= meta.total) return items;
  }
}

const cents = (dollars: unknown) => Math.round(Number(dollars) * 100);

describe("npm run export", { timeout: 60_000 }, () => {
  beforeAll(async () => {
    const { stdout } = await runExport("--sqlite", file, "--base-url", stack.url);
    expect(stdout).toContain(`export: ${file} is complete`);
  }, 60_000);

  it("has every record of every list, however many pages it has", async () => {
    const key: [table: string, path: string][] = [
      ["runs", "/runs"],
      ["signals", "/signals"],
      ["positions", "/positions"],
      ["predictions", "/predictions"],
    ];
    for (const [table, path] of key) {
      const ids = (await listed(path)).map(({ id }) => id);
      const names = select(`SELECT * FROM ${table}`).map((row) => Object.values(row)[0]);
      expect([table, names.toSorted()]).toEqual([table, ids.toSorted()]);
    }
    const authors = (await listed("/authors")).map(({ username }) => username);
    expect(
      select("SELECT username FROM authors")
        .map(({ username }) => username)
        .toSorted(),
    ).toEqual(authors.toSorted());
    expect(select("SELECT count(*) AS count FROM predictions")[0]?.count).toBeGreaterThan(100);
  });

  it("has the positions' money to the cent, gross and net apart", async () => {
    const shown = await listed("/positions");
    expect(shown.some(({ status }) => status === "closed")).toBe(true);
    for (const position of shown) {
      const net = position.net as Record<string, number>;
      const exits = position.position_exits as Record<string, number>[];
      const [row] = select(`SELECT * FROM positions WHERE position_id = '${position.id}'`);
      expect(row).toMatchObject({
        ticker: position.ticker,
        status: position.status,
        position_size_cents: cents(position.position_size),
        trading_costs_cents: cents(net.trading_costs),
        net_gain_cents: cents(net.realized_pnl),
        gross_gain_cents: cents(net.realized_pnl) + cents(net.trading_costs),
        gross_return_percent: position.realized_return_pct,
        value_cents: cents(net.current_value),
      });
      const [sum] = select(
        `SELECT count(*) AS exits, coalesce(sum(gross_gain_cents), 0) AS gross FROM position_exits WHERE position_id = '${position.id}'`,
      );
      expect(sum).toEqual({
        exits: exits.length,
        gross: exits.reduce((all, { realized_pnl }) => all + cents(realized_pnl), 0),
      });
    }
  });

  it("adds up to what the portfolios show", async () => {
    const { body } = await stack.api.call("GET", "/portfolios");
    const { data: portfolios } = body as { data: Shown[] };
    expect(portfolios).toHaveLength(4);
    for (const { id, net } of portfolios) {
      const [sum] = select(`SELECT sum(trading_costs_cents) AS costs FROM positions WHERE portfolio_id = '${id}'`);
      expect([id, sum?.costs]).toEqual([id, cents((net as { trading_costs: number }).trading_costs)]);
    }
  });

  it("has the predictions' verdicts, returns and costs", async () => {
    const shown = await listed("/predictions");
    const rows = new Map(select("SELECT * FROM predictions").map((row) => [row.prediction_id, row]));
    for (const prediction of shown) {
      const net = prediction.net as Record<string, number> | null;
      expect(rows.get(prediction.id)).toMatchObject({
        author: prediction.author,
        ticker: prediction.ticker,
        direction: prediction.sentiment,
        is_correct: prediction.is_correct === null ? null : Number(prediction.is_correct),
        gross_return_fraction: prediction.simulated_return_pct,
        net_return_fraction: net?.simulated_return_pct ?? null,
        trading_costs_cents: net ? cents(net.trading_costs) : null,
      });
    }
  });

  it("has each author's figures and each portfolio's periods", async () => {
    const shown = new Map((await listed("/authors")).map((author) => [author.username, author]));
    for (const row of select("SELECT username, trust_score, counted_results, correct_results FROM authors")) {
      expect(shown.get(row.username)).toMatchObject(row);
    }
    const { body } = await stack.api.call("GET", "/evaluation-periods?portfolio_id=stocks_quality");
    const { data } = body as { data: Record<string, unknown>[] };
    expect(data.length).toBeGreaterThan(1);
    expect(select("SELECT * FROM evaluation_periods WHERE portfolio_id = 'stocks_quality'")).toEqual(
      data.map((period) =>
        expect.objectContaining({
          period_id: period.id,
          net_return_percent: period.portfolio_return_pct,
          gross_value_at_start_cents: cents(period.value_at_period_start),
          beat_sp500: period.beat_benchmark === null ? null : Number(period.beat_benchmark),
        }),
      ),
    );
  });

  it("says of each table and column what it means, where a researcher is told of the schema", async () => {
    const schema = await createSqlite(file).schema();
    expect(schema.tables).toHaveLength(8);
    const unexplained = schema.tables.flatMap(({ name, meaning, columns }) => [
      ...(meaning ? [] : [name]),
      ...columns.filter((column) => !column.meaning).map((column) => `${name}.${column.name}`),
    ]);
    expect(unexplained).toEqual([]);
    const text = schemaText(schema);
    expect(text).toContain("  net_gain_cents INTEGER: In US cents. gross_gain_cents less trading_costs_cents.");
    expect(text).toContain("  foreign key (author) → authors (username)");
  });

  it("can be asked which authors were right about a ticker, and after what costs", async () => {
    const [most] = select(
      "SELECT ticker, count(*) FROM predictions WHERE is_correct IS NOT NULL GROUP BY 1 ORDER BY 2 DESC",
    );
    const answer = await createSqlite(file).query(
      `SELECT author, sum(is_correct) AS right, count(*) AS resolved, sum(trading_costs_cents) AS costs_cents
       FROM predictions WHERE ticker = '${most?.ticker}' AND is_correct IS NOT NULL GROUP BY author ORDER BY author`,
      { rows: 1_000, timeoutMs: 10_000 },
    );
    const resolved = (await listed("/predictions")).filter(
      ({ ticker, is_correct }) => ticker === most?.ticker && is_correct !== null,
    );
    const expected = Object.entries(Object.groupBy(resolved, ({ author }) => String(author)))
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([author, all = []]) => [
        author,
        all.filter(({ is_correct }) => is_correct).length,
        all.length,
        all.reduce((sum, { net }) => sum + cents((net as { trading_costs: number }).trading_costs), 0),
      ]);
    expect(expected.length).toBeGreaterThan(0);
    expect(answer).toMatchObject({ rows: expected });
  });

  it("takes the place of an earlier export at once, and has the same rows when nothing has changed", async () => {
    const tables = select("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").map(({ name }) => name);
    expect(tables).toEqual([
      "authors",
      "documentation",
      "evaluation_periods",
      "position_exits",
      "position_splits",
      "positions",
      "predictions",
      "runs",
      "signals",
    ]);
    const before = tables.map((name) => select(`SELECT * FROM ${name} ORDER BY 1, 2, 3`));
    await runExport("--sqlite", file, "--base-url", stack.url);
    expect(tables.map((name) => select(`SELECT * FROM ${name} ORDER BY 1, 2, 3`))).toEqual(before);
    expect(readdirSync(folder.path).toSorted()).toEqual(["data", "export.sqlite"]);
  });

  it("leaves the earlier export as it is where it fails, and says why", async () => {
    writeFileSync(join(folder.path, "kept.sqlite"), "an earlier export");
    const refused = runExport("--sqlite", join(folder.path, "kept.sqlite"), "--base-url", "http://127.0.0.1:9");
    await expect(refused).rejects.toMatchObject({ code: 1, stderr: expect.stringMatching(/^export: /) });
    expect(readdirSync(folder.path).filter((name) => name.startsWith("kept"))).toEqual(["kept.sqlite"]);
    await expect(runExport()).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining("Usage: npm run export"),
    });
    await expect(
      runExport("--sqlite", join(folder.path, "none/x.sqlite"), "--base-url", stack.url),
    ).rejects.toMatchObject({
      code: 1,
    });
    expect(existsSync(join(folder.path, "none"))).toBe(false);
  });
});
