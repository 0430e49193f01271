import { readConfig } from "../../lib/runtime/config.ts";
import { createServices, type Services } from "../../lib/services.ts";
import { startDynamoDb } from "../../localstack/embedded/dynamodb/start.ts";
import { type LocalStack, startLocalStack, temporaryFolder } from "../support/stack.ts";
import { atMost, percentile, ratioAtMost, type Section } from "./report.ts";
import { storeRuns, storeSignals } from "./stored.ts";
import { storeOrders } from "./stored-orders.ts";

const realm = "bench";
const warmUps = 30;
const samples = 300;

/** `GET /runs/{id}/status` with one stored run and with ten thousand. */
export async function poll(): Promise<Section> {
  return withTwo(async (small, large) => {
    const [one = ""] = await storeRuns(small.services, 1);
    const many = await storeRuns(large.services, 10_000);
    const [few, most] = await alternately(
      () => get(small.stack, `/runs/${one}/status`),
      (turn) => get(large.stack, `/runs/${many[(turn * 7_919) % many.length]}/status`),
    );
    return {
      rows: [
        { what: "status poll, 1 stored run", samples: few },
        { what: "status poll, 10,000 stored runs", samples: most },
      ],
      judgements: [
        ratioAtMost("status poll, 10,000 runs to 1", most, few, 1.5),
        atMost("budget", "status poll p99, 10,000 runs", percentile(most, 0.99), 100, " ms"),
      ],
    };
  });
}

/** The first page of all signals and of one ticker's, with a hundred and with a hundred thousand of them. */
export async function signals(): Promise<Section> {
  return withTwo(async (small, large) => {
    // Every ticker fills a page in both, so that both answer the same number of rows.
    await storeSignals(small.services, ["AAA", "BBB"], 25);
    const tickers = Array.from({ length: 100 }, (_, index) => `${letter(index / 10)}${letter(index % 10)}A`);
    await storeSignals(large.services, tickers, 500);
    return comparePages({ "all signals": "/signals", "one ticker": "/signals?ticker=AAA" }, small, large, 50, 2);
  });
}

/** The first page of all orders, of one symbol's and of one status, with a hundred and with a hundred thousand of them. */
export async function orders(): Promise<Section> {
  return withTwo(async (small, large) => {
    await storeOrders(small.services, 100);
    await storeOrders(large.services, 100_000);
    // Less than there are of each in both, so that every page has a next one.
    const rows = 40;
    const path = `/api/v1/orders?limit=${rows}`;
    const pages = { "all orders": path, "one symbol": `${path}&symbol=GME`, "one status": `${path}&status=filled` };
    return comparePages(pages, small, large, rows, 1.3);
  });
}

/** Pages of so many rows with a hundred and with a hundred thousand stored. */
async function comparePages(
  pages: Record<string, string>,
  small: Side,
  large: Side,
  rows: number,
  limit: number,
): Promise<Section> {
  const section: Section = { rows: [], judgements: [] };
  for (const [what, path] of Object.entries(pages)) {
    const [few, most] = await alternately(
      () => get(small.stack, path, rows),
      () => get(large.stack, path, rows),
    );
    section.rows.push({ what: `first page, ${what}, 100 stored`, samples: few });
    section.rows.push({ what: `first page, ${what}, 100,000 stored`, samples: most });
    section.judgements.push(ratioAtMost(`first page, ${what}, 100,000 to 100`, most, few, limit));
  }
  return section;
}

function letter(number: number): string {
  return String.fromCharCode(65 + Math.floor(number));
}

interface Side {
  stack: LocalStack;
  services: Services;
}

/** Two stacks over databases of their own, both up at the same time, so that the machine's drift meets both alike. */
async function withTwo(measure: (small: Side, large: Side) => Promise<Section>): Promise<Section> {
  const close: (() => unknown)[] = [];
  const side = async (): Promise<Side> => {
    const folder = temporaryFolder();
    close.unshift(folder.remove);
    const database = await startDynamoDb({ dataDir: folder.path });
    close.unshift(database.close);
    const variables = { REALM: realm, DYNAMODB_ENDPOINT: database.endpoint };
    const stack = await startLocalStack(folder.path, variables);
    close.unshift(stack.end);
    return { stack, services: createServices(readConfig({ ...variables, LOG_LEVEL: "SILENT" })) };
  };
  try {
    return await measure(await side(), await side());
  } finally {
    for (const end of close) await end();
  }
}

/** Measures the two in turns, who is first changing from turn to turn. */
export async function alternately(
  one: (turn: number) => Promise<number>,
  other: (turn: number) => Promise<number>,
): Promise<[number[], number[]]> {
  const times: [number[], number[]] = [[], []];
  for (let turn = 0; turn < warmUps + samples; turn++) {
    for (const which of turn % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
      const ms = await (which === 0 ? one : other)(turn);
      if (turn >= warmUps) times[which].push(ms);
    }
  }
  return times;
}

/** Milliseconds of one GET. Throws unless it is answered with 200 and, where a number is given, so many rows. */
async function get(stack: LocalStack, path: string, rows?: number): Promise<number> {
  const startedAt = performance.now();
  const { status, body } = await stack.api.call("GET", path);
  const ms = performance.now() - startedAt;
  const { data } = body as { data?: { length?: number; count?: number } };
  const found = data?.length ?? data?.count;
  if (status !== 200 || (rows !== undefined && found !== rows)) throw new Error(`${path}: ${status}, ${found} rows`);
  return ms;
}
