import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import type { Run } from "../../lib/analysis/run.ts";
import type { Services } from "../../lib/services.ts";
import { predictionSchema } from "../../lib/trading/predictions/record.ts";
import type { StandInRequest } from "../../localstack/standins/json-server.ts";
import { bulk, comment, post } from "../support/content.ts";
import { marketOf } from "../support/market.ts";
import { echoedAnnotation } from "../support/model.ts";
import { startCloudWithProviders, tokenFileFor } from "../support/providers.ts";
import { phaseSummary, predictionOf, totalOf } from "../support/stored.ts";
import { completedRun } from "../support/waiting.ts";

let stage: Awaited<ReturnType<typeof startCloudWithProviders>>;
let realm = 0;
/** The symbols whose chains were asked for, in this order. */
let asked: string[] = [];
/** How often the state was entered. */
let entries = 0;

beforeAll(async () => {
  stage = await startCloudWithProviders({
    around: (state, handler, input) => {
      if (state === "createPredictions") entries++;
      return handler(input);
    },
  });
});
afterAll(() => stage.close());

type ChainFault = (symbol: string) => { status: number; body?: string } | undefined;

/** A realm of its own whose subreddit holds these comments, of which the model says what they say themselves. */
function begin(bodies: Record<string, string>, fault: ChainFault = () => undefined, settings = {}): Services {
  const comments = Object.entries(bodies).map(([id, body]) => comment(id, "p1", body));
  realm++;
  const services = stage.begin(`predictions-${realm}`, { posts: [post("p1")], comments }, settings);
  stage.scene.openAiFaults = echoedAnnotation;
  stage.scene.market = marketOf({ GME: 20, AMD: 100 });
  asked = [];
  entries = 0;
  stage.scene.schwabFaults = ({ path, query }: StandInRequest) => {
    if (!path.endsWith("/chains")) return undefined;
    const symbol = query.get("symbol") ?? "";
    asked.push(symbol);
    return fault(symbol);
  };
  return services;
}

const summaryOf = (services: Services, run: Run) => phaseSummary(services, run, "CreatePredictions");
/** The warnings of this phase, without their times. */
const warningsOf = (run: Run) =>
  (run.warnings ?? [])
    .filter(({ type }) => type === "schwab_prediction_unavailable" || type === "prediction_strike_unavailable")
    .map(({ type, ticker, phase, context }) => ({ type, ticker, phase, context }));

const noStrike = (ticker: string, expirations_checked: string[]) => ({
  type: "prediction_strike_unavailable",
  ticker,
  phase: 3,
  context: { ticker, expirations_checked },
});
const noBroker = (ticker: string, attempts: number) => ({
  type: "schwab_prediction_unavailable",
  ticker,
  phase: 3,
  context: { ticker, attempts },
});
const withoutContract = {
  contract_symbol: null,
  strike_price: null,
  expiration_date: null,
  entry_premium: null,
  contracts: null,
  contracts_remaining: null,
  peak_premium: null,
  is_correct: null,
};

describe("a mention with a direction", () => {
  it("becomes a call or a put by what is said of the ticker, whatever the comment says on the whole", async () => {
    const services = begin({
      a1: "GME bullish, AMD bearish, KO neutral; overall neutral",
      a2: "GME bearish; overall bullish",
    });
    const run = await completedRun(services);
    // Of the limits' days, 03-16 to 03-23, only Friday 03-20 expires: 18 days. Calls on GME at 20 have there the
    // deltas … 0.3780 at 20.34 for 0.23, 0.1934 at 20.85 …: 0.0780 and 0.1066 from 0.30. 2000 / 23 is 86.96.
    expect(await predictionOf(services, "a1.GME")).toMatchObject({
      comment_id: "a1",
      ticker: "GME",
      author: "author_a1",
      analysis_run_id: run.id,
      sentiment: "bullish",
      option_type: "call",
      contract_symbol: "GME   260320C00020340",
      strike_price: 20.34,
      expiration_date: "2026-03-20",
      entry_premium: 0.23,
      entry_date: "2026-03-02",
      created_at: "2026-03-02T15:30:00.000Z",
      contracts: 86,
      contracts_remaining: 86,
      peak_premium: 0.23,
      trailing_stop_active: false,
      status: "tracking",
      expired_reason: null,
      // 86 at 0.24 and 1 %, 0.2424, cost $2,084.64 instead of $1,978.00; the commission is 86 × $0.65.
      entry_fill: { bid: 0.22, ask: 0.24, net_price: 0.2424, commission_cents: 5590, cost_cents: 16_254 },
    });
    // −0.2132 at 19.36 for 0.11 and −0.4025 at 19.84: 0.0868 and 0.1025 away. 2000 / 11 is 181.8.
    expect(await predictionOf(services, "a2.GME")).toMatchObject({
      sentiment: "bearish",
      option_type: "put",
      contract_symbol: "GME   260320P00019360",
      entry_premium: 0.11,
      contracts: 181,
      entry_fill: { bid: 0.1, ask: 0.12 },
    });
    // −0.1847 at 96.36 and −0.3654 at 98.77 for 1.15: 0.1153 and 0.0654 away. 2000 / 115 is 17.4.
    expect(await predictionOf(services, "a1.AMD")).toMatchObject({
      option_type: "put",
      strike_price: 98.77,
      entry_premium: 1.15,
      contracts: 17,
      entry_fill: { bid: 1.13, ask: 1.17 },
    });
    expect(await predictionOf(services, "a1.KO")).toBeUndefined();
    expect(await summaryOf(services, run)).toEqual({ tickers: 2, created: 3, expired: 0 });
    expect(warningsOf(run)).toEqual([]);
    expect(asked.toSorted()).toEqual(["AMD", "GME"]);
  });

  it("is listed by run, author, ticker and among those to be followed, and counted", async () => {
    const services = begin({ a1: "GME bullish, AMD bullish", a2: "GME bearish", a3: "BTC bullish" });
    const run = await completedRun(services);
    const { store } = services;
    const listed = async (index: "gsi1" | "gsi2" | "gsi3" | "gsi4", list: string) => {
      const range = { pk: `predictions-${realm}#PREDICTIONS${list}`, index };
      return (await store.queryAll(range, predictionSchema)).map(({ id }) => id).toSorted();
    };
    expect(await listed("gsi1", "")).toEqual(["a1.AMD", "a1.GME", "a2.GME", "a3.BTC"]);
    expect(await listed("gsi2", "#ticker=GME")).toEqual(["a1.GME", "a2.GME"]);
    expect(await listed("gsi3", "#author=author_a1")).toEqual(["a1.AMD", "a1.GME"]);
    expect(await listed("gsi4", `#run=${run.id}`)).toEqual(["a1.AMD", "a1.GME", "a2.GME", "a3.BTC"]);
    const { pk } = store.keys.tracked("", "");
    const tracked = await store.queryAll({ pk }, z.object({ prediction_id: z.string() }));
    expect(tracked.map(({ prediction_id }) => prediction_id)).toEqual(["a1.AMD", "a1.GME", "a2.GME"]);
    const lists = ["", "#author=author_a1", "#ticker=GME", `#analysis_run_id=${run.id}`, "#status=tracking"];
    const totals = await Promise.all(lists.map((list) => totalOf(services, `PREDICTIONS${list}`)));
    expect(totals).toEqual([4, 2, 2, 4, 3]);
    expect(await totalOf(services, "PREDICTIONS#status=expired")).toBe(1);
  });

  it("that has its prediction keeps it in later runs, and no chain is asked for it", async () => {
    const services = begin({ a1: "GME bullish", a2: "AMD bullish" });
    const first = await completedRun(services);
    const before = await predictionOf(services, "a1.GME");
    stage.scene.market = marketOf({ GME: 40, AMD: 100 });
    stage.scene.content?.comments.push(comment("a3", "p1", "AMD bearish"));
    asked = [];
    const second = await completedRun(services);
    expect(asked).toEqual(["AMD"]);
    expect(await summaryOf(services, second)).toEqual({ tickers: 2, created: 1, expired: 0 });
    const { analysis_run_id, contract_symbol, entry_premium, created_at } = before ?? {};
    expect(await predictionOf(services, "a1.GME")).toMatchObject({
      analysis_run_id,
      contract_symbol,
      entry_premium,
      created_at,
    });
    expect(analysis_run_id).toBe(first.id);
    expect((await predictionOf(services, "a3.AMD"))?.analysis_run_id).toBe(second.id);
    expect(await totalOf(services, "PREDICTIONS")).toBe(3);
  });

  it("is one of seventy of the same ticker: all are stored, of one chain", async () => {
    const services = begin({});
    stage.scene.content = bulk(2, 35, (n) => `GME ${n % 2 === 0 ? "bullish" : "bearish"}, number ${n}`);
    const run = await completedRun(services);
    expect(await summaryOf(services, run)).toEqual({ tickers: 1, created: 70, expired: 0 });
    expect(asked).toEqual(["GME"]);
    const { pk } = services.store.keys.tracked("", "");
    expect(await services.store.count({ pk })).toEqual({ total: 70, complete: true });
    expect(await totalOf(services, "PREDICTIONS#ticker=GME")).toBe(70);
    expect(await totalOf(services, "PREDICTIONS#author=author_c1x34")).toBe(1);
  });
});

describe("without a broker", () => {
  const two = { a1: "GME bullish, AMD bullish", a2: "GME bearish" };

  it.each([
    { status: 503, attempts: 4 },
    { status: 400, attempts: 1 },
  ])("for one ticker (HTTP $status) its predictions expire with one warning, and the others' do not", async (fault) => {
    const services = begin(two, (symbol) => (symbol === "GME" ? { status: fault.status, body: "{}" } : undefined));
    const run = await completedRun(services);
    const expired = { status: "expired", expired_reason: "broker_unavailable", ...withoutContract };
    expect(await predictionOf(services, "a1.GME")).toMatchObject({ ...expired, option_type: "call" });
    expect(await predictionOf(services, "a2.GME")).toMatchObject({ ...expired, option_type: "put" });
    expect(await predictionOf(services, "a1.AMD")).toMatchObject({ status: "tracking", entry_premium: 0.56 });
    expect(warningsOf(run)).toEqual([noBroker("GME", fault.attempts)]);
    expect(asked.filter((symbol) => symbol === "GME")).toHaveLength(fault.attempts);
    expect(await summaryOf(services, run)).toEqual({ tickers: 2, created: 1, expired: 2 });
  });

  it("that anybody is logged in to, all expire, each ticker with its warning, and the run completes", async () => {
    const old = tokenFileFor(new Date("2026-02-02T15:30:00Z"));
    const services = begin(two, () => undefined, { BROKER_TOKEN_FILE: old.path });
    const run = await completedRun(services);
    old.remove();
    expect(warningsOf(run)).toEqual([noBroker("AMD", 1), noBroker("GME", 1)]);
    expect(await summaryOf(services, run)).toEqual({ tickers: 2, created: 0, expired: 3 });
    expect(asked).toEqual([]);
    expect(JSON.stringify(run.warnings)).not.toContain("stand-in");
  });
});

/** One row of Schwab's chain of GME on 2026-03-20. */
function row(type: "call" | "put", strike: number, fields: Record<string, unknown>): object {
  const symbol = `GME   260320${type === "call" ? "C" : "P"}${String(strike * 1000).padStart(8, "0")}`;
  return {
    symbol,
    strikePrice: strike,
    bid: 0.5,
    ask: 0.6,
    mark: 0.55,
    delta: type === "call" ? 0.3 : -0.3,
    ...fields,
  };
}
const chainOf = (calls: object[], puts: object[]) =>
  JSON.stringify({
    symbol: "GME",
    underlyingPrice: 20,
    callExpDateMap: { "2026-03-20:18": Object.fromEntries(calls.map((each, index) => [`${index}`, [each]])) },
    putExpDateMap: { "2026-03-20:18": Object.fromEntries(puts.map((each, index) => [`${index}`, [each]])) },
  });

describe("without a contract", () => {
  it("on crypto or on what has no options the prediction expires with one warning", async () => {
    const services = begin({ a1: "BTC bullish, KO bearish", a2: "BTC bearish" });
    const run = await completedRun(services);
    const expired = { status: "expired", expired_reason: "no_valid_strike", ...withoutContract };
    for (const id of ["a1.BTC", "a1.KO", "a2.BTC"]) expect(await predictionOf(services, id)).toMatchObject(expired);
    expect(warningsOf(run)).toEqual([noStrike("BTC", []), noStrike("KO", [])]);
  });

  it.each([
    { name: "a mark of 0", fields: { mark: 0 } },
    { name: "no mark and no bid", fields: { mark: null, bid: -999 } },
    { name: "a NaN as delta", fields: { delta: "NaN" } },
    { name: "-999 as delta", fields: { delta: -999 } },
    { name: "a delta above the band", fields: { delta: 0.51 } },
    { name: "a delivery of 10 shares", fields: { mini: true } },
  ])("for the bullish because of $name, these expire, and the bearish do not", async ({ fields }) => {
    const answer = chainOf([row("call", 21, fields)], [row("put", 19, {})]);
    const services = begin({ a1: "GME bullish", a2: "GME bearish" }, () => ({ status: 200, body: answer }));
    const run = await completedRun(services);
    expect(await predictionOf(services, "a1.GME")).toMatchObject({ expired_reason: "no_valid_strike" });
    expect(await predictionOf(services, "a2.GME")).toMatchObject({ expired_reason: null, strike_price: 19 });
    expect(warningsOf(run)).toEqual([noStrike("GME", ["2026-03-20"])]);
  });

  it("for one direction nobody took there is no warning", async () => {
    const answer = chainOf([], [row("put", 19, {})]);
    const run = await completedRun(begin({ a1: "GME bearish" }, () => ({ status: 200, body: answer })));
    expect(warningsOf(run)).toEqual([]);
  });

  it.each([
    { name: "empty maps", body: '{"callExpDateMap":{},"putExpDateMap":{}}', warning: noStrike("GME", []) },
    { name: "maps of null", body: '{"callExpDateMap":null,"putExpDateMap":null}', warning: noStrike("GME", []) },
    { name: "something else", body: '{"chains":[]}', warning: noBroker("GME", 4) },
    { name: "half an answer", body: '{"callExpDateMap":{"2026-03-20:18":', warning: noBroker("GME", 4) },
  ])("where the broker answers $name the run goes on", async ({ body, warning }) => {
    const services = begin({ a1: "GME bullish, AMD bullish" }, (symbol) =>
      symbol === "GME" ? { status: 200, body } : undefined,
    );
    const run = await completedRun(services);
    expect(warningsOf(run)).toEqual([warning]);
    expect(await predictionOf(services, "a1.AMD")).toMatchObject({ status: "tracking" });
  });

  it("with a bare NaN among the greeks of others the good one is found, and its unknown bid is none", async () => {
    const calls = [row("call", 22, { delta: "Infinity" }), row("call", 21, { bid: -999 })];
    const body = chainOf(calls, []).replace('"Infinity"', "NaN");
    const services = begin({ a1: "GME bullish" }, () => ({ status: 200, body }));
    await completedRun(services);
    expect(await predictionOf(services, "a1.GME")).toMatchObject({
      strike_price: 21,
      entry_premium: 0.55,
      // 2000 / 55 is 36.4. 36 at 0.60 and 1 %, 0.606, cost $2,181.60 instead of $1,980.00, and 36 × $0.65.
      entry_fill: { bid: null, ask: 0.6, net_price: 0.606, commission_cents: 2340, cost_cents: 22_500 },
    });
  });
});

it("a phase that takes longer than ten minutes is left and entered again, and asks for no chain twice", async () => {
  const services = begin({ a1: "AMC bullish, AMD bullish, BB bullish, GME bullish, KO bullish, NIO bullish" }, () => {
    if (asked.length === 3) stage.cloud.time.now = new Date("2026-03-02T15:41:00Z");
    return undefined;
  });
  const run = await completedRun(services);
  stage.cloud.time.now = new Date("2026-03-02T15:30:00Z");
  expect(asked.slice(0, 5).toSorted()).toEqual(["AMC", "AMD", "BB", "GME", "KO"]);
  expect(asked.slice(5)).toEqual(["NIO"]);
  expect(await summaryOf(services, run)).toEqual({ tickers: 6, created: 2, expired: 4 });
  expect(entries).toBe(2);
});
