import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readConfig } from "../../lib/runtime/config.ts";
import { createServices, useServices } from "../../lib/services.ts";
import { runSample, type SampleRun, sampleContent, sampleDays } from "../../localstack/commands/sample.ts";
import { startDynamoDb } from "../../localstack/embedded/dynamodb/start.ts";
import { createTableIfAbsent } from "../../localstack/embedded/dynamodb/table.ts";
import { readSettings } from "../../localstack/embedded/settings.ts";
import { startStandIns } from "../../localstack/embedded/standins.ts";
import { startRedditStandIn } from "../../localstack/standins/reddit/server.ts";
import { call } from "../support/cloud.ts";
import { dump } from "../support/dump.ts";

const today = "2026-03-02";
/** Four of the sixteen: the second to last is the one that fails; a period lies between the first and the last. */
const days = ["2026-01-21", "2026-02-13", "2026-02-19", "2026-02-27"];
const portfolios = ["stocks_quality", "stocks_consensus", "options_quality", "options_consensus"];

const open: (() => unknown)[] = [];
let services: ReturnType<typeof createServices>;
let makeSample: () => Promise<SampleRun[]>;
let first: SampleRun[];

beforeAll(async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "sample-"));
  open.push(() => rmSync(dataDir, { recursive: true }));
  const settings = readSettings(dataDir, { DATA_DIR: dataDir });
  const started = [startDynamoDb(), startStandIns(settings), startRedditStandIn({ content: sampleContent })] as const;
  const [database, standIns, reddit] = await Promise.all(started);
  open.push(database.close, standIns.close, reddit.close);
  const variables = {
    ...settings.variables,
    ...standIns.variables,
    REDDIT_BASE_URL: reddit.url,
    REDDIT_AUTH_URL: `${reddit.url}/api/v1/access_token`,
    DYNAMODB_ENDPOINT: database.endpoint,
    LOG_LEVEL: "SILENT",
  };
  const config = readConfig(variables);
  await createTableIfAbsent(database.endpoint, config.environment.TABLE_NAME);
  makeSample = async () => {
    const runs: SampleRun[] = [];
    await runSample(variables, today, (run) => runs.push(run), days);
    services = createServices(config);
    useServices(services);
    return runs;
  };
  first = await makeSample();
}, 60_000);
afterAll(async () => {
  for (const close of open.reverse()) await close();
});

type Row = Record<string, unknown>;
const rowsOf = async (file: string, query: Record<string, string> = {}, params = {}): Promise<Row[]> =>
  (await call(`api/${file}`, { query, params })).body.data;
const different = (rows: Row[], field: string) => [...new Set(rows.map((row) => row[field]))].toSorted();

describe("the sample", () => {
  it("runs on sixteen trading days of six weeks, the last one the day before today", () => {
    const all = sampleDays(today);
    expect(all).toHaveLength(16);
    expect([all[0], all.at(-1)]).toEqual(["2026-01-13", "2026-02-27"]);
    expect(all).toEqual(expect.arrayContaining(days));
  });

  it("has a failed run among the completed ones", () => {
    expect(first.map(({ day, status }) => `${day} ${status}`)).toEqual([
      "2026-01-21 completed",
      "2026-02-13 completed",
      "2026-02-19 failed",
      "2026-02-27 completed",
    ]);
  });

  it("has signals of both types and several tickers, which know what is new and lead to their comments", async () => {
    const signals = await rowsOf("list-signals");
    expect(signals.length).toBeGreaterThanOrEqual(10);
    expect(different(signals, "signal_type")).toEqual(["consensus", "quality"]);
    expect(different(signals, "ticker").length).toBeGreaterThanOrEqual(4);
    expect(different(signals, "is_emergence")).toEqual([false, true]);
    for (const { id, comment_count } of signals) {
      const comments = await call("api/list-signal-comments", { params: { id: String(id) }, query: { limit: "1" } });
      expect(comments.body.meta.total).toBe(comment_count);
    }
  });

  it.each(portfolios)("gives %s positions open and closed and periods active and completed", async (portfolio_id) => {
    expect(different(await rowsOf("list-positions", { portfolio_id }), "status")).toEqual(["closed", "open"]);
    expect(different(await rowsOf("list-evaluation-periods", { portfolio_id }), "status")).toEqual([
      "active",
      "completed",
    ]);
  });

  it("has exits for four reasons and more, resolved predictions, authors of varied trust, and prices", async () => {
    const closed = await rowsOf("list-positions", { status: "closed", limit: "100" });
    const exits = closed.flatMap(({ position_exits }) => position_exits as Row[]);
    expect(different(exits, "exit_reason")).toEqual([
      "expiration",
      "stop_loss",
      "take_profit",
      "time_stop",
      "trailing_stop",
    ]);
    expect(await rowsOf("list-predictions", { status: "resolved" })).not.toEqual([]);
    expect(different(await rowsOf("list-authors"), "trust_score").length).toBeGreaterThan(5);
    expect(await rowsOf("get-prices", {}, { ticker: "GME" })).toHaveLength(9);
  });

  it("is dated by its own days, whenever it is made", async () => {
    expect(different(await rowsOf("list-portfolios"), "created_at")).toEqual(["2026-01-21T15:30:00.000Z"]);
  });

  it("leaves the same table when it is made again", async () => {
    const before = await dump(services.store, "scenario", []);
    expect(await makeSample()).toEqual(first);
    expect(before.length).toBeGreaterThan(5_000);
    expect(await dump(services.store, "scenario", [])).toEqual(before);
  });
});
