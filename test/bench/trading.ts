import { readConfig } from "../../lib/runtime/config.ts";
import { createServices } from "../../lib/services.ts";
import { startDynamoDb } from "../../localstack/embedded/dynamodb/start.ts";
import { startRedditStandIn } from "../../localstack/standins/reddit/server.ts";
import { bulk } from "../support/content.ts";
import { type LocalStack, startLocalStack, temporaryFolder } from "../support/stack.ts";
import { atMost, percentile, type Section } from "./report.ts";
import { redditVariables, runOver, startedRun } from "./runs.ts";
import { storePositions, storePredictions } from "./stored-trading.ts";

const comments = 500;
const predictions = 2_000;
const openPositions = 40;
const warmUps = 20;
const samples = 200;
const tickers = ["GME", "NVDA", "AMD", "TSLA", "AAPL", "PLTR", "SOFI"];
const content = bulk(
  10,
  comments / 10,
  (number) =>
    `Bought ${number + 3} shares of ${tickers[number % tickers.length]} because revenue grew ${number % 40}%, number ${number}.`,
);

/** The full day of a busy realm: 500 new comments, 40 open positions and 2,000 tracked predictions in one run. */
export async function trading(): Promise<Section> {
  const folder = temporaryFolder();
  const database = await startDynamoDb({ dataDir: folder.path });
  const reddit = await startRedditStandIn({ content: () => content });
  const variables = { REALM: "bench", DYNAMODB_ENDPOINT: database.endpoint, ...redditVariables(reddit.url) };
  const stack = await startLocalStack(folder.path, variables);
  try {
    const services = createServices(readConfig({ ...variables, LOG_LEVEL: "SILENT" }));
    await storePositions(services);
    await storePredictions(services, predictions);
    const pages: number[] = [];
    for (let turn = 0; turn < warmUps + samples; turn++) {
      const ms = await openPage(stack);
      if (turn >= warmUps) pages.push(ms);
    }
    const ended = await runOver(stack, startedRun(await stack.api.call("POST", "/analyze")), 250);
    const took = Date.parse(ended.completed_at ?? "") - Date.parse(ended.started_at);
    return {
      rows: [
        { what: `run, ${comments} comments, ${openPositions} positions, ${predictions} predictions`, samples: [took] },
        { what: `GET /positions, ${openPositions} open`, samples: pages },
      ],
      judgements: [
        atMost("budget", "full run", took / 1_000, 60, " s"),
        atMost("budget", `GET /positions, ${openPositions} open, p95`, percentile(pages, 0.95), 100, " ms"),
      ],
    };
  } finally {
    await stack.end();
    await reddit.close();
    await database.close();
    folder.remove();
  }
}

/** Milliseconds of one page with all open positions on it. */
async function openPage(stack: LocalStack): Promise<number> {
  const startedAt = performance.now();
  const { status, body } = await stack.api.call("GET", "/positions?status=open&limit=100");
  const ms = performance.now() - startedAt;
  const found = (body as { data?: unknown[] }).data?.length;
  if (status !== 200 || found !== openPositions) throw new Error(`GET /positions: ${status}, ${found} positions`);
  return ms;
}
