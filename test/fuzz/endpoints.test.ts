import { glob } from "node:fs/promises";
import { resolve } from "node:path";
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from "aws-lambda";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { handler as authorize } from "../../functions/api/authorize.ts";
import { errorCodes, statusOf } from "../../lib/http/envelope.ts";
import committed from "../../lib/http/openapi.json" with { type: "json" };
import { openRealm } from "../../lib/realm/state.ts";
import type { Services } from "../../lib/services.ts";
import { put, update } from "../../lib/store/actions.ts";
import { call } from "../support/cloud.ts";
import { dump } from "../support/dump.ts";
import { marketOf } from "../support/market.ts";
import { startCloudWithProviders } from "../support/providers.ts";
import { prediction } from "../support/trading.ts";
import { optionOf, seedPositions, seedPredictions, stockOf } from "../support/trading-seeds.ts";

/** More cases on demand: FUZZ_CASES=10000. */
const cases = Number(process.env.FUZZ_CASES ?? 80);
const timeout = 20_000 + cases * 100;

interface Handler {
  (event: APIGatewayProxyEvent, context: Context): Promise<APIGatewayProxyResult>;
  contract?: { method: string; path: string };
}

interface Parameter {
  name: string;
  in: string;
  schema: { enum?: string[]; type?: string; format?: string; pattern?: string; minimum?: number; maximum?: number };
}
interface Operation {
  parameters?: Parameter[];
  responses: Record<string, { content?: Record<string, { schema: object }> }>;
}
const operations = Object.entries(committed.paths as unknown as Record<string, Record<string, Operation>>).flatMap(
  ([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      method,
      path,
      operation,
    })),
);

let providers: Awaited<ReturnType<typeof startCloudWithProviders>>;
let services: Services;
let handlers: Map<string, Handler>;
const held = [stockOf(), optionOf({ ticker: "AMC" })];
const followed = prediction({ id: "c1.GME", comment_id: "c1", contract_symbol: "GME   260320C00150000" });
/** What paths may ask for. */
const known: string[] = [
  ...["2026-03-02.GME.quality", "2026-03-01.AMC.consensus", "stocks_quality", "options_consensus", "GME", "^GSPC"],
  ...["quality_min_users", "confidence_weight_volume", "phase", "ape", followed.id, ...held.map(({ id }) => id)],
];
const template = { name: "t", symbol: "GME", strategy_name: "straddle", schedule_type: "weekly" };
/** What some endpoint takes as a body. */
const bodies = [
  { reason: "enough", quantity_pct: 0.5 },
  { reason: "all of it" },
  { override_result: "correct" },
  { override_result: "excluded" },
  { value: 3 },
  { value: 0.3, also: { confidence_weight_alignment: 0.2 } },
  template,
  { quantity: 2, status: "paused" },
  { question: "What limits losses?", markdown_path: "documents" },
];

beforeAll(async () => {
  providers = await startCloudWithProviders({ loseEvents: true, around: () => new Promise(() => {}) });
  services = providers.begin("fuzz", undefined);
  // Every position has a price, so that none of the documented 503 is asked for.
  providers.scene.market = marketOf({ GME: 148, AMC: 9, "^GSPC": 6_000 });
  handlers = new Map();
  for await (const file of glob("functions/!(packaging|phases|events|socket)/*.ts")) {
    const { handler } = (await import(/* @vite-ignore */ resolve(file))) as { handler: Handler };
    if (handler.contract) handlers.set(`${handler.contract.method} ${handler.contract.path}`, handler);
  }
  await seed();
});
afterAll(() => providers.close());

/** Everything the realm holds but daily bars, which reading may add. */
const contents = async () =>
  (await dump(services.store, "fuzz", [])).filter((item) => !item.includes('"pk":"#PRICES#'));

/** Some signals, positions and a prediction, a run that failed and one that is held open. */
async function seed(): Promise<void> {
  const { keys } = services.store;
  await openRealm(services);
  await seedPositions(services, held);
  await seedPredictions(services, [followed]);
  for (const [ticker, signal_type, signal_date] of [
    ["GME", "quality", "2026-03-02"],
    ["AMC", "consensus", "2026-03-01"],
  ] as const) {
    const id = `${signal_date}.${ticker}.${signal_type}`;
    const signal = { id, ticker, signal_type, signal_date, prediction: "bullish", confidence: 0.7, comment_count: 1 };
    const rest = { sentiment_score: 1, has_reasoning: true, is_emergence: null, prior_7d_mentions: null };
    const more = {
      distinct_users: 1,
      comment_ids: ["c1"],
      analysis_run_id: "R",
      created_at: "2026-03-02T15:00:00.000Z",
    };
    await services.store.transact([
      put({ ...keys.signal(id), ...keys.signalIndex(signal), ...signal, ...rest, ...more }),
      ...["SIGNALS", `SIGNALS#ticker=${ticker}`, `SIGNALS#type=${signal_type}`].map((list) =>
        update(keys.counter(list), { add: { total: 1 } }),
      ),
    ]);
  }
  const failed = (await call("api/start-analysis")).body.data.run_id;
  await call("api/stop-run", { params: { id: failed } });
  const running = (await call("api/start-analysis")).body.data.run_id;
  known.push(failed, running);
  known.push((await call("templates/create-template", { body: template })).body.data.template_id);
  for (const list of ["api/list-runs", "api/list-signals"]) {
    known.push((await call(list, { query: { limit: "1" } })).body.meta.next_cursor);
  }
}

const garbage = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom("", " ", "null", "0", "-1", "1e999", "NaN", "__proto__", "../../etc/passwd", "%00", "%E0%A4%A", "😀"),
  fc.constant("x".repeat(5_000)),
);

/** What the document promises to take, and values just beside it. */
function acceptable({ schema }: Parameter): fc.Arbitrary<string> {
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.type === "integer") {
    const { minimum = -10, maximum = 1_000 } = schema;
    return fc.integer({ min: Math.max(minimum, -1_000) - 1, max: Math.min(maximum, 200_000) + 1 }).map(String);
  }
  if (schema.format === "date") {
    const days = fc.date({ min: new Date("2026-02-20"), max: new Date("2026-03-05"), noInvalidDate: true });
    return days.map((day) => day.toISOString().slice(0, 10));
  }
  if (schema.pattern) return fc.stringMatching(new RegExp(schema.pattern));
  return fc.constantFrom(...known.filter((text) => typeof text === "string"));
}

const mostly = <T, U>(good: fc.Arbitrary<T>, bad: fc.Arbitrary<U>) =>
  fc.oneof({ arbitrary: good, weight: 4 }, { arbitrary: bad, weight: 1 });

function eventsFor(operation: Operation): fc.Arbitrary<Record<string, unknown>> {
  const parameters = operation.parameters ?? [];
  const asked = parameters.filter((parameter) => parameter.in === "query");
  const recordOf = (chosen: Parameter[], value: (parameter: Parameter) => fc.Arbitrary<string>) =>
    fc.record(Object.fromEntries(chosen.map((parameter) => [parameter.name, value(parameter).map((text) => [text])])), {
      requiredKeys: [],
    });
  const query = mostly(
    fc.oneof(
      // A cursor fits one list only, so most requests that are meant to be good have none.
      recordOf(
        asked.filter((parameter) => parameter.name !== "cursor"),
        acceptable,
      ),
      recordOf(asked, (parameter) => mostly(acceptable(parameter), garbage)),
    ),
    fc.oneof(
      fc.constant(null),
      fc.dictionary(garbage, fc.array(garbage, { maxLength: 3 }), { maxKeys: 3 }),
      fc.dictionary(fc.constantFrom("limit", "offset", "cursor", "ticker"), fc.array(garbage, { maxLength: 3 })),
    ),
  );
  const good = fc.constantFrom(...bodies.map((each) => JSON.stringify(each)));
  const body = fc.oneof(
    good,
    fc.constantFrom(null, "", "{}", "null", "[]", '{"a":1}', "{", "\ufeff{}"),
    fc.json(),
    garbage,
  );
  const headers = mostly(
    fc.record(
      {
        "content-type": mostly(fc.constant("application/json"), garbage),
        "Idempotency-Key": mostly(fc.stringMatching(/^[\x21-\x7e]{1,20}$/), garbage),
        "x-request-id": mostly(fc.uuid(), garbage),
        origin: fc.constantFrom("http://localhost:5173", "https://evil.example"),
        accept: fc.constantFrom("text/html", "application/json", "*/*"),
      },
      { requiredKeys: [] },
    ),
    fc.oneof(fc.constant(null), fc.dictionary(garbage, garbage, { maxKeys: 3 })),
  );
  const id = mostly(
    fc.nat().map((index) => known[index % known.length] ?? "gone"),
    garbage,
  );
  const variable = parameters.find((parameter) => parameter.in === "path")?.name ?? "id";
  return fc.record({
    httpMethod: fc.constant("GET"),
    path: garbage,
    pathParameters: mostly(
      id.map((value) => ({ [variable]: value })),
      fc.constantFrom(null, {}, { other: "1" }),
    ),
    multiValueQueryStringParameters: query,
    queryStringParameters: fc.constant(null),
    headers,
    multiValueHeaders: fc.constantFrom(null, {}),
    body,
    isBase64Encoded: mostly(fc.constant(false), fc.constant(true)),
    requestContext: mostly(
      fc.constant({ requestId: "fuzz", authorizer: { apiKeyId: "key-1" } }),
      fc.constantFrom({}, { authorizer: null }, { authorizer: { apiKeyId: 5 } }),
    ),
  });
}

/** The error of an answer: in its envelope, or all that there is. */
function errorIn(body: Record<string, unknown>) {
  const { error = body, ...rest } = body;
  if (error !== body) expect(rest).toEqual({});
  // biome-ignore lint/suspicious/noExplicitAny: its members are looked at one by one
  return error as any;
}

/** The form an answer must have, whatever was asked. */
function checkForm(answer: APIGatewayProxyResult, operation: Operation): void {
  expect(answer.statusCode).toBeLessThan(500);
  expect(Object.keys(operation.responses)).toContain(String(answer.statusCode));
  if (answer.statusCode >= 400 && String(answer.headers?.["content-type"]).startsWith("text/html")) {
    expect(operation.responses[answer.statusCode]?.content).toHaveProperty(["text/html"]);
    return;
  }
  if (answer.statusCode >= 400) {
    const error = errorIn(JSON.parse(answer.body));
    expect(errorCodes).toContain(error.code);
    expect(answer.statusCode).toBe(statusOf[error.code as keyof typeof statusOf]);
    expect(typeof error.message).toBe("string");
    if (answer.statusCode === 422 && error.details !== undefined) {
      expect(error.details).toEqual(
        error.details.map(() => ({ field: expect.any(String), problem: expect.any(String) })),
      );
    }
    return;
  }
  const [type = "", { schema } = { schema: {} }] = Object.entries(operation.responses["200"]?.content ?? {})[0] ?? [];
  if (type !== "application/json") return;
  const body = JSON.parse(answer.body);
  if ("required" in schema && JSON.stringify(schema.required) === '["data","meta"]') {
    expect(body.meta).toMatchObject({ timestamp: "2026-03-02T15:30:00.000Z", version: "1.0" });
  }
}

describe("whatever is asked", () => {
  it.each(operations)(
    "$name answers in its form, never with 5xx, and a refusal changes nothing",
    async ({ name, method, operation }) => {
      const handler = handlers.get(name);
      if (!handler) throw new Error(`no handler for ${name}`);
      let before = await contents();
      await fc.assert(
        fc.asyncProperty(eventsFor(operation), async (event) => {
          const context = { awsRequestId: "fuzz", getRemainingTimeInMillis: () => 10_000 } as Context;
          const answer = await handler(structuredClone(event) as unknown as APIGatewayProxyEvent, context);
          checkForm(answer, operation);
          if (method === "get") return;
          const after = await contents();
          if (answer.statusCode >= 400) expect(after).toEqual(before);
          before = after;
        }),
        { numRuns: cases },
      );
      // Reading changes nothing, so one look at the end is enough.
      expect(await contents()).toEqual(before);
    },
    timeout,
  );

  it(
    "the authorizer answers a policy that denies, and never fails",
    async () => {
      const headers = fc.option(fc.dictionary(fc.constantFrom("X-API-Key", "authorization", "x"), garbage), {
        nil: null,
      });
      const many = fc.option(
        fc.dictionary(fc.constantFrom("X-API-Key", "Authorization"), fc.array(garbage, { maxLength: 3 })),
        { nil: undefined },
      );
      await fc.assert(
        fc.asyncProperty(headers, many, async (headers, multiValueHeaders) => {
          const methodArn = "arn:aws:execute-api:us-east-1:1:api/local/GET/runs";
          const { policyDocument } = await authorize({ methodArn, headers, multiValueHeaders } as never);
          expect(policyDocument.Statement).toMatchObject([{ Effect: "Deny" }]);
        }),
        { numRuns: cases },
      );
    },
    timeout,
  );
});
