import { randomBytes } from "node:crypto";
import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { type DynamoDBDocumentClient, PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { check, put, remove, update } from "../../../lib/store/actions.ts";
import { getArtifact, putArtifact } from "../../../lib/store/artifacts.ts";
import { createStoreClient } from "../../../lib/store/client.ts";
import { ensureCursorSecret } from "../../../lib/store/cursors.ts";
import { ifAbsent, ifAbsentOrExpired, ifPresent, ifRunActive, ifUnchanged } from "../../../lib/store/expressions.ts";
import { keysOf } from "../../../lib/store/keys.ts";
import { readPage } from "../../../lib/store/lists.ts";
import type { Range } from "../../../lib/store/ranges.ts";
import { readDirectory, storeDirectory } from "../../../lib/store/symbol-directory.ts";
import { createStore, type Store } from "../../../lib/store/table.ts";
import { createTableIfAbsent } from "../../../localstack/embedded/dynamodb/table.ts";
import { engines } from "../../support/engines.ts";
import { recordedLog } from "../../support/recorded-log.ts";
import { recordedMetrics } from "../../support/recorded-metrics.ts";

const tableName = "store-test";
const anything = z.object({ pk: z.string(), sk: z.string() }).loose();
const numbered = z.object({ sk: z.string(), n: z.number() });

interface Call {
  command: string;
  input: Record<string, unknown>;
}

/** Stands between the store and its client: sees every call, and may answer in its place. */
type Interception = (call: Call, next: () => Promise<Record<string, unknown>>) => Promise<Record<string, unknown>>;

function intercept(client: DynamoDBDocumentClient, interception: Interception): void {
  client.middlewareStack.add(
    (next, context) => async (args) => {
      let answer: Awaited<ReturnType<typeof next>> | undefined;
      const call = { command: String(context.commandName), input: args.input as Record<string, unknown> };
      const output = await interception(call, async () => {
        answer = await next({ ...args, input: call.input as typeof args.input });
        return answer.output as unknown as Record<string, unknown>;
      });
      return { response: answer?.response, output: output as never };
    },
    { step: "initialize", name: "interception", override: true },
  );
}

function conflict(...codes: string[]): Error {
  return new TransactionCanceledException({
    message: "cancelled",
    $metadata: {},
    CancellationReasons: codes.map((Code) => ({ Code })),
  });
}

describe.each(engines)("the store on $name", ({ missing, start }) => {
  describe.skipIf(missing)(missing ?? "running", () => {
    let database: Awaited<ReturnType<typeof start>>;
    let client: DynamoDBDocumentClient;
    let store: Store;
    let log: ReturnType<typeof recordedLog>;
    let metrics: ReturnType<typeof recordedMetrics>;
    let pauses: number[];
    let calls: string[];
    let realm = 0;

    beforeAll(async () => {
      database = await start();
      await createTableIfAbsent(database.endpoint, tableName);
      client = createStoreClient(database.endpoint);
      // As the opening of a realm does.
      await ensureCursorSecret(storeOf("any"));
    });
    afterAll(async () => {
      client?.destroy();
      await database?.close();
    });
    beforeEach(() => {
      log = recordedLog();
      metrics = recordedMetrics();
      pauses = [];
      calls = [];
      store = storeOf(`realm-${realm++}`);
      intercept(client, async ({ command }, next) => {
        calls.push(command);
        return next();
      });
    });

    function storeOf(name: string): Store {
      const sleep = async (ms: number) => void pauses.push(ms);
      return createStore({ client, tableName, keys: keysOf(name), sleep, random: () => 0.5, log, metrics });
    }
    const place = (sk: string, pk = "things") => ({ pk: `${store.keys.realmState().pk}#${pk}`, sk });
    const numbers = (count: number, pk?: string) =>
      Array.from({ length: count }, (_, n) => ({ ...place(String(n).padStart(5, "0"), pk), n }));
    const raw = (item: Record<string, unknown>) => client.send(new PutCommand({ TableName: tableName, Item: item }));

    describe("get", () => {
      it("answers the item in its schema's shape, undefined where there is none", async () => {
        await store.transact([put({ ...place("a"), n: 1, more: "unknown to the schema" })]);
        expect(await store.get(place("a"), numbered)).toEqual({ sk: "a", n: 1 });
        expect(await store.get(place("b"), numbered)).toBeUndefined();
      });

      it("throws a typed error that names the damaged field of an item, not its value", async () => {
        await raw({ ...place("a"), n: "a secret" });
        const error = await store.get(place("a"), numbered).catch((thrown: unknown) => thrown);
        expect(error).toMatchObject({ name: "InvalidStoredItem", code: "DATABASE_ERROR" });
        expect(String(error)).toContain("damaged in: n.");
        expect(String(error)).not.toContain("a secret");
      });

      it("reports every failure of the client as StoreUnavailable, which may be retried", async () => {
        intercept(client, () => Promise.reject(Object.assign(new Error("boom"), { name: "InternalServerError" })));
        const unavailable = { name: "StoreUnavailable", code: "DATABASE_ERROR", retryable: true };
        await expect(store.get(place("a"), numbered)).rejects.toMatchObject(unavailable);
        await expect(store.getMany([place("a")], numbered)).rejects.toMatchObject(unavailable);
        await expect(store.query({ pk: "p" }, numbered)).rejects.toMatchObject(unavailable);
        await expect(store.count({ pk: "p" })).rejects.toMatchObject(unavailable);
        await expect(store.transact([put(place("a"))])).rejects.toMatchObject(unavailable);
        await expect(store.putMany([place("a")])).rejects.toMatchObject(unavailable);
      });
    });

    describe("getMany", () => {
      it("answers the items that exist, each once, for more keys than one call takes", async () => {
        await store.putMany(numbers(230));
        const wanted = [...numbers(230), ...numbers(230), place("99999")];
        const found = await store.getMany(wanted, numbered);
        expect(found.map((item) => item.n).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 230 }, (_, n) => n));
        expect(calls.filter((command) => command === "BatchGetItemCommand")).toHaveLength(3);
        expect(await store.getMany([], numbered)).toEqual([]);
      });

      it("leaves damaged items out and logs their keys", async () => {
        await store.putMany(numbers(3));
        await raw({ ...place("bad"), n: "x" });
        const found = await store.getMany([...numbers(3), place("bad")], numbered);
        expect(found.map((item) => item.n).toSorted()).toEqual([0, 1, 2]);
        expect(log.lines).toMatchObject([{ level: "error", fields: place("bad") }]);
      });

      it("asks again for keys that were not processed, with longer and longer pauses", async () => {
        await store.putMany(numbers(8));
        intercept(client, async (call, next) => {
          if (call.command !== "BatchGetItemCommand") return next();
          const wanted = (call.input.RequestItems as Record<string, { Keys: unknown[] }>)[tableName]?.Keys ?? [];
          const half = Math.ceil(wanted.length / 2);
          call.input = { RequestItems: { [tableName]: { Keys: wanted.slice(0, half), ConsistentRead: true } } };
          const output = await next();
          const rest = wanted.slice(half);
          return { ...output, UnprocessedKeys: rest.length > 0 ? { [tableName]: { Keys: rest } } : {} };
        });
        const found = await store.getMany(numbers(8), numbered);
        expect(found.map((item) => item.n).toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
        expect(pauses).toEqual([12.5, 25, 50]);
      });

      it("gives up on keys that are never processed", async () => {
        intercept(client, async (call, next) => {
          if (call.command !== "BatchGetItemCommand") return next();
          return { Responses: {}, UnprocessedKeys: call.input.RequestItems };
        });
        await expect(store.getMany([place("a")], numbered)).rejects.toMatchObject({ name: "StoreUnavailable" });
        expect(pauses).toHaveLength(6);
      });
    });

    describe("putMany", () => {
      it("writes more items than one call takes", async () => {
        await store.putMany(numbers(60));
        expect(calls).toEqual(["BatchWriteItemCommand", "BatchWriteItemCommand", "BatchWriteItemCommand"]);
        expect(await store.count({ pk: place("").pk })).toEqual({ total: 60, complete: true });
      });

      it("sends items again that were not processed, until all are stored", async () => {
        intercept(client, async (call, next) => {
          if (call.command !== "BatchWriteItemCommand") return next();
          const requests = (call.input.RequestItems as Record<string, unknown[]>)[tableName] ?? [];
          call.input = { RequestItems: { [tableName]: requests.slice(0, 10) } };
          const output = await next();
          const rest = requests.slice(10);
          return { ...output, UnprocessedItems: rest.length > 0 ? { [tableName]: rest } : {} };
        });
        await store.putMany(numbers(40));
        expect((await store.queryAll({ pk: place("").pk }, numbered)).map((item) => item.n)).toEqual(
          Array.from({ length: 40 }, (_, n) => n),
        );
        expect(pauses).toEqual([12.5, 25, 12.5]);
      });

      it("gives up on items that are never processed", async () => {
        intercept(client, async (call) => ({ UnprocessedItems: call.input.RequestItems }));
        await expect(store.putMany(numbers(1))).rejects.toMatchObject({ name: "StoreUnavailable" });
        expect(pauses).toEqual([12.5, 25, 50, 100, 200, 400]);
      });
    });

    describe("query", () => {
      const read = async (range: Omit<Range, "pk">) =>
        (await store.queryAll({ pk: place("").pk, ...range }, numbered)).map((item) => item.sk);
      beforeEach(() =>
        store.putMany(["a1", "a2", "b1", "b2", "c1"].map((sk, n) => ({ ...place(sk), n, kind: sk[1] }))),
      );

      it("reads a whole partition in order, and backwards", async () => {
        expect(await read({})).toEqual(["a1", "a2", "b1", "b2", "c1"]);
        expect(await read({ descending: true })).toEqual(["c1", "b2", "b1", "a2", "a1"]);
      });

      it("bounds the sort key by prefix or by inclusive ends", async () => {
        expect(await read({ prefix: "b" })).toEqual(["b1", "b2"]);
        expect(await read({ from: "a2", to: "b2" })).toEqual(["a2", "b1", "b2"]);
        expect(await read({ from: "b2" })).toEqual(["b2", "c1"]);
        expect(await read({ to: "a2" })).toEqual(["a1", "a2"]);
      });

      it("filters by an attribute; the limit and `read` count before the filter", async () => {
        expect(await read({ filter: { kind: "1" } })).toEqual(["a1", "b1", "c1"]);
        const page = await store.query({ pk: place("").pk, filter: { kind: "2" }, limit: 3 }, numbered);
        expect(page).toMatchObject({ items: [{ sk: "a2" }], read: 3, last: place("b1") });
        const rest = await store.query({ pk: place("").pk, filter: { kind: "2" }, startAfter: page.last }, numbered);
        expect(rest).toMatchObject({ items: [{ sk: "b2" }], last: undefined });
      });

      it("reads indexes, in which only items with its keys are", async () => {
        const pk = place("").pk;
        await store.putMany([
          { ...place("x"), n: 10, gsi2pk: `${pk}#i`, gsi2sk: "2" },
          { ...place("y"), n: 11, gsi2pk: `${pk}#i`, gsi2sk: "1" },
        ]);
        const items = await store.queryAll({ index: "gsi2", pk: `${pk}#i` }, numbered);
        expect(items.map((item) => item.sk)).toEqual(["y", "x"]);
      });

      it("leaves damaged items out of lists and logs them, so that one does not take the list with it", async () => {
        await raw({ ...place("b3"), n: null });
        expect(await read({ prefix: "b" })).toEqual(["b1", "b2"]);
        expect(log.lines).toMatchObject([{ level: "error", fields: { sk: "b3" } }]);
      });

      it("follows pages of one megabyte to the end, and counts over them", async () => {
        const fat = "x".repeat(300_000);
        await store.putMany(numbers(10, "fat").map((item) => ({ ...item, fat })));
        const pk = place("", "fat").pk;
        const first = await store.query({ pk }, numbered);
        expect(first.items.length).toBeLessThan(5);
        expect(first.last).toBeDefined();
        expect((await store.queryAll({ pk }, numbered)).map((item) => item.n)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        expect(await store.count({ pk })).toEqual({ total: 10, complete: true });
      });

      it("counts with a read limit and says when it stopped there", async () => {
        await store.putMany(numbers(30, "many").map((item) => ({ ...item, even: String(item.n % 2 === 0) })));
        const pk = place("", "many").pk;
        expect(await store.count({ pk }, 100)).toEqual({ total: 30, complete: true });
        expect(await store.count({ pk }, 20)).toEqual({ total: 20, complete: false });
        expect(await store.count({ pk, filter: { even: "true" } }, 20)).toEqual({ total: 10, complete: false });
        expect(await store.count({ pk, from: "00025" })).toEqual({ total: 5, complete: true });
      });
    });

    describe("transact", () => {
      it("applies puts, updates, deletions and checks together", async () => {
        await store.transact([put({ ...place("a"), n: 1, old: true }), put({ ...place("gone"), n: 2 })]);
        const outcome = await store.transact([
          put({ ...place("b"), n: 3 }),
          update(place("a"), {
            set: { name: "a", nothing: undefined, none: null },
            setIfAbsent: { n: 99, born: "today" },
            add: { total: 5 },
            remove: ["old"],
          }),
          remove(place("gone")),
          check(place("absent"), ifAbsent()),
        ]);
        expect(outcome).toEqual({ applied: true });
        const items = await store.queryAll({ pk: place("").pk }, anything);
        expect(items).toEqual([
          { ...place("a"), n: 1, name: "a", none: null, born: "today", total: 5 },
          { ...place("b"), n: 3 },
        ]);
      });

      it("does nothing for no actions", async () => {
        expect(await store.transact([])).toEqual({ applied: true });
        expect(calls).toEqual([]);
      });

      it("creates by update what is absent", async () => {
        await store.transact([update(place("counter"), { add: { total: 2 } })]);
        await store.transact([update(place("counter"), { add: { total: -5 } })]);
        expect(await store.get(place("counter"), anything)).toEqual({ ...place("counter"), total: -3 });
      });

      it("names the refused conditions, each by its index, and then changes nothing", async () => {
        await store.transact([put({ ...place("taken"), n: 1, status: "running", attempt: 2 })]);
        const outcome = await store.transact([
          put({ ...place("new"), n: 2 }),
          put({ ...place("taken"), n: 9 }, ifAbsent("locked")),
          update(place("free"), { set: { n: 1 } }, ifAbsent("fine")),
          check(place("nobody"), ifPresent("nobody there")),
          remove(place("other"), ifUnchanged("n", 5, "moved")),
          remove(place("sixth"), ifUnchanged("n", undefined, "not refused")),
        ]);
        expect(outcome).toEqual({ applied: false, refusals: ["locked", "nobody there", "moved"] });
        expect(await store.queryAll({ pk: place("").pk }, numbered)).toEqual([{ sk: "taken", n: 1 }]);
      });

      it("knows the fence: running, and in this very attempt", async () => {
        const fence = (attempt: number) => store.transact([check(place("run"), ifRunActive(attempt))]);
        const refused = { applied: false, refusals: ["run not active"] };
        expect(await fence(1)).toEqual(refused);
        await store.transact([put({ ...place("run"), status: "running", attempt: 2 })]);
        expect(await fence(1)).toEqual(refused);
        expect(await fence(2)).toEqual({ applied: true });
        await store.transact([update(place("run"), { set: { status: "failed" } }, ifRunActive(2))]);
        expect(await fence(2)).toEqual(refused);
      });

      it("replaces what has expired, and nothing that has not", async () => {
        const write = (n: number, now: number) =>
          store.transact([put({ ...place("key"), n, ttl: 1_000 }, ifAbsentOrExpired(now, "used"))]);
        expect(await write(1, 0)).toEqual({ applied: true });
        expect(await write(2, 999)).toEqual({ applied: false, refusals: ["used"] });
        expect(await write(3, 1_000)).toEqual({ applied: true });
      });

      it("takes 100 actions and refuses 101 without sending them", async () => {
        expect(await store.transact(numbers(100).map((item) => put(item)))).toEqual({ applied: true });
        const sent = calls.length;
        await expect(store.transact(numbers(101).map((item) => put(item)))).rejects.toThrow("at most 100 actions");
        expect(calls).toHaveLength(sent);
      });

      it("tries again after conflicts, and applies once", async () => {
        let left = 3;
        intercept(client, async (_call, next) => {
          if (left-- > 0) throw conflict("None", "TransactionConflict");
          return next();
        });
        const actions = [update(place("sum"), { add: { n: 1 } }), put({ ...place("a"), n: 0 })];
        expect(await store.transact(actions)).toEqual({ applied: true });
        expect(await store.get(place("sum"), numbered)).toEqual({ sk: "sum", n: 1 });
        expect(pauses).toEqual([12.5, 25, 50]);
        metrics.publish();
        expect(metrics.take()).toEqual({ StoreConflicts: 3 });
      });

      it("tries again what was throttled, and counts it as no conflict", async () => {
        let left = 2;
        intercept(client, async (_call, next) => {
          if (left-- > 0) throw conflict("ThrottlingError");
          return next();
        });
        expect(await store.transact([put({ ...place("a"), n: 0 })])).toEqual({ applied: true });
        metrics.publish();
        expect(metrics.take()).toEqual({});
      });

      it("stops trying after six conflicts", async () => {
        let tries = 0;
        intercept(client, async () => {
          tries++;
          throw conflict("TransactionConflict");
        });
        await expect(store.transact([put(place("a"))])).rejects.toMatchObject({ name: "StoreUnavailable" });
        expect(tries).toBe(7);
      });

      it("takes a refusal beside a conflict for what it is", async () => {
        intercept(client, () => Promise.reject(conflict("TransactionConflict", "ConditionalCheckFailed")));
        const actions = [put(place("a")), put(place("b"), ifAbsent("exists"))];
        expect(await store.transact(actions)).toEqual({ applied: false, refusals: ["exists"] });
        expect(pauses).toEqual([]);
      });

      it("does not try again what will never be taken", async () => {
        intercept(client, () => Promise.reject(conflict("ItemCollectionSizeLimitExceeded")));
        await expect(store.transact([put(place("a"))])).rejects.toMatchObject({ name: "StoreUnavailable" });
        expect(pauses).toEqual([]);
      });

      it("lets exactly one of fifty put the same item", async () => {
        const outcomes = await Promise.all(
          Array.from({ length: 50 }, (_, n) => store.transact([put({ ...place("lock"), n }, ifAbsent("locked"))])),
        );
        expect(outcomes.filter((outcome) => outcome.applied)).toHaveLength(1);
        const refused = outcomes.filter((outcome) => !outcome.applied);
        expect(refused).toEqual(Array.from({ length: 49 }, () => ({ applied: false, refusals: ["locked"] })));
      });

      it("loses no addition of fifty at once", async () => {
        await Promise.all(Array.from({ length: 50 }, () => store.transact([update(place("sum"), { add: { n: 1 } })])));
        expect(await store.get(place("sum"), numbered)).toEqual({ sk: "sum", n: 50 });
      });
    });

    describe("a list", () => {
      const list = () => ({ range: { pk: place("").pk } });
      const pageOf = (request: { limit?: number; offset?: number; cursor?: string; apiKeyId?: string }, of = list()) =>
        readPage(store, of, { limit: 10, offset: 0, apiKeyId: "key-1", ...request }, numbered);

      const pagesOf = async (request: { limit?: number }, of: object) => {
        const pages: Awaited<ReturnType<typeof pageOf>>[] = [];
        let cursor: string | null | undefined;
        while (cursor !== null) {
          const page = await pageOf({ ...request, ...(cursor && { cursor }) }, of as ReturnType<typeof list>);
          pages.push(page);
          cursor = page.nextCursor;
        }
        return pages;
      };
      const numbersIn = (pages: Awaited<ReturnType<typeof pagesOf>>) =>
        pages.flatMap(({ items }) => items.map((item) => item.n));

      it("is read by position, with the total, beyond the end too", async () => {
        await store.putMany(numbers(25));
        const page = await pageOf({ limit: 10, offset: 20 });
        expect(page).toMatchObject({ total: 25, totalIsAtLeast: false, nextCursor: null });
        expect(page.items.map((item) => item.n)).toEqual([20, 21, 22, 23, 24]);
        expect(await pageOf({ offset: 25 })).toMatchObject({ items: [], total: 25, nextCursor: null });
        expect(await pageOf({ offset: 4_000 })).toMatchObject({ items: [], total: 25, nextCursor: null });
      });

      it("is empty where nothing is", async () => {
        expect(await pageOf({})).toEqual({ items: [], total: 0, totalIsAtLeast: false, nextCursor: null });
      });

      it("takes its total from the counter where it has one", async () => {
        await store.putMany(numbers(3));
        await store.transact([update(store.keys.counter("THINGS"), { add: { total: 1234 } })]);
        expect(await pageOf({}, { ...list(), counter: "THINGS" } as never)).toMatchObject({ total: 1234 });
        expect(await pageOf({}, { ...list(), counter: "OTHERS" } as never)).toMatchObject({ total: 0 });
      });

      it("gives the rows at a position that lies several megabytes into the list", async () => {
        const fat = "x".repeat(300_000);
        await store.putMany(numbers(16).map((item) => ({ ...item, fat })));
        const page = await pageOf({ limit: 3, offset: 12 });
        expect(page.items.map((item) => item.n)).toEqual([12, 13, 14]);
        expect(page.nextCursor).not.toBeNull();
        expect((await pageOf({ limit: 3, offset: 13 })).nextCursor).toBeNull();
      });

      it("goes on by cursor where a rare filter used up the read limit of a page", async () => {
        await store.putMany(numbers(5_400).map((item) => ({ ...item, kind: item.n === 5_399 ? "rare" : "common" })));
        const rare = { range: { pk: place("").pk, filter: { kind: "rare" } } };
        const pages = await pagesOf({}, rare);
        expect(pages[0]).toMatchObject({ items: [], total: 0, totalIsAtLeast: true });
        expect(numbersIn(pages)).toEqual([5_399]);
        expect(pages.length).toBeLessThanOrEqual(3);
      });

      it("leaves out a damaged row, logs it, and shows the rest", async () => {
        await store.putMany(numbers(3));
        await raw({ ...place("00001"), n: "damaged" });
        expect((await pageOf({})).items.map((item) => item.n)).toEqual([0, 2]);
        expect(log.lines).toMatchObject([{ level: "error", fields: { sk: "00001" } }]);
      });

      it("paged by cursor shows every row once, an index and both directions alike", async () => {
        const pk = place("").pk;
        await store.putMany(numbers(23).map((item) => ({ ...item, gsi3pk: `${pk}#i`, gsi3sk: String(item.n % 5) })));
        for (const range of [{ pk }, { pk, descending: true }, { pk: `${pk}#i`, index: "gsi3" as const }]) {
          const seen = numbersIn(await pagesOf({ limit: 4 }, { range }));
          expect(seen).toHaveLength(23);
          expect(new Set(seen).size).toBe(23);
        }
      });

      it("paged by cursor under inserts and removals of others repeats nothing and misses nothing", async () => {
        let list = 0;
        await fc.assert(
          fc.asyncProperty(
            fc.uniqueArray(fc.integer({ min: 0, max: 999 }), { minLength: 1, maxLength: 30 }),
            fc.array(fc.array(fc.integer({ min: 0, max: 999 }), { maxLength: 4 }), { maxLength: 12 }),
            fc.integer({ min: 1, max: 7 }),
            fc.boolean(),
            async (start, inserts, limit, descending) => {
              const pk = `inserts-${list++}`;
              const item = (n: number) => ({ ...place(String(n).padStart(3, "0"), pk), n });
              await store.putMany(start.map(item));
              const range = { pk: place("", pk).pk, descending };
              const seen: number[] = [];
              let cursor: string | null = null;
              let round = 0;
              do {
                const page: Awaited<ReturnType<typeof pageOf>> = await pageOf(
                  { limit, ...(cursor && { cursor }) },
                  { range },
                );
                seen.push(...page.items.map((row) => row.n));
                cursor = page.nextCursor;
                await store.putMany([...new Set(inserts[round++] ?? [])].map(item));
              } while (cursor !== null);
              expect(new Set(seen).size).toBe(seen.length);
              expect(seen).toEqual(expect.arrayContaining(start));
            },
          ),
          { numRuns: 25 },
        );
      });
    });

    describe("a cursor", () => {
      const refused = {
        code: "VALIDATION_ERROR",
        details: [{ field: "cursor", problem: "is not one this list gave to this API key" }],
      };
      const pageOf = (cursor: string | undefined, request: { pk?: string; apiKeyId?: string; from?: Store } = {}) =>
        readPage(
          request.from ?? store,
          { range: { pk: request.pk ?? place("").pk } },
          { limit: 2, offset: 0, apiKeyId: request.apiKeyId ?? "key-1", ...(cursor !== undefined && { cursor }) },
          numbered,
        );
      const given = async () => {
        await store.putMany(numbers(5));
        return (await pageOf(undefined)).nextCursor ?? "";
      };

      it("is good for the list and the API key it was given for, and for no other", async () => {
        const cursor = await given();
        expect((await pageOf(cursor)).items.map((item) => item.n)).toEqual([2, 3]);
        await expect(pageOf(cursor, { apiKeyId: "key-2" })).rejects.toMatchObject(refused);
        await expect(pageOf(cursor, { pk: "another" })).rejects.toMatchObject(refused);
      });

      it("that was changed in any character is refused", async () => {
        const cursor = await given();
        await fc.assert(
          fc.asyncProperty(
            fc.nat(cursor.length - 1),
            fc.constantFrom("A", "z", "_", ".", "=", " ", ""),
            async (at, by) => {
              const changed = cursor.slice(0, at) + by + cursor.slice(at + 1);
              fc.pre(changed !== cursor);
              await expect(pageOf(changed)).rejects.toMatchObject(refused);
            },
          ),
          { numRuns: 60 },
        );
        for (const changed of [`${cursor}.`, `${cursor}=`, `${cursor}.x`, ` ${cursor}`]) {
          await expect(pageOf(changed)).rejects.toMatchObject(refused);
        }
      });

      it("that nobody gave is refused", async () => {
        await given();
        await fc.assert(
          fc.asyncProperty(fc.oneof(fc.string(), fc.base64String(), fc.constant("e30.e30")), async (cursor) => {
            await expect(pageOf(cursor)).rejects.toMatchObject(refused);
          }),
          { numRuns: 60 },
        );
      });

      it("is good in every process of the deployment", async () => {
        const cursor = await given();
        const sibling = createStore({
          client,
          tableName,
          keys: store.keys,
          sleep: async () => {},
          random: () => 0,
          log,
          metrics,
        });
        expect((await pageOf(cursor, { from: sibling })).items.map((item) => item.n)).toEqual([2, 3]);
      });
    });

    describe("an artifact", () => {
      const tomorrow = new Date("2026-03-03T00:00:00Z");
      const texts = z.array(z.string());

      it("larger than an item may be comes back as it was", async () => {
        const value = Array.from({ length: 1_500 }, () => randomBytes(600).toString("base64"));
        await putArtifact(store, "run-1/fetched/p1", value, tomorrow);
        const { pk } = store.keys.artifactChunk("run-1/fetched/p1", 0);
        expect((await store.queryAll({ pk }, anything)).map((chunk) => chunk.sk)).toEqual([
          "CHUNK#0000",
          "CHUNK#0001",
          "CHUNK#0002",
        ]);
        expect(await getArtifact(store, "run-1/fetched/p1", texts)).toEqual(value);
      });

      it("is replaced by a shorter one, and absent where it never was", async () => {
        await putArtifact(store, "a", [randomBytes(500_000).toString("base64")], tomorrow);
        await putArtifact(store, "a", ["short"], tomorrow);
        expect(await getArtifact(store, "a", texts)).toEqual(["short"]);
        expect(await getArtifact(store, "b", texts)).toBeUndefined();
      });

      it("expires when it is said to", async () => {
        await putArtifact(store, "a", [], tomorrow);
        expect(await store.get(store.keys.artifactChunk("a", 0), anything)).toMatchObject({ ttl: 1_772_496_000 });
        expect(await getArtifact(store, "a", texts)).toEqual([]);
      });

      it("is absent where a chunk is missing or of another writing", async () => {
        const long = () => [randomBytes(500_000).toString("base64")];
        await putArtifact(store, "a", long(), tomorrow);
        const second = await store.get(store.keys.artifactChunk("a", 1), anything);
        await store.transact([remove(store.keys.artifactChunk("a", 1))]);
        expect(await getArtifact(store, "a", texts)).toBeUndefined();
        await putArtifact(store, "a", long(), tomorrow);
        await raw({ ...second });
        expect(await getArtifact(store, "a", texts)).toBeUndefined();
      });
    });

    it("keeps the exchanges' symbol directory, the last one stored", async () => {
      expect(await readDirectory(store)).toBeUndefined();
      const directory = Array.from({ length: 20_000 }, (_, n) => `SYM${n}|${randomBytes(20).toString("hex")}`).join(
        "\n",
      );
      await storeDirectory(store, "old", new Date("2026-03-01T00:00:00Z"));
      await storeDirectory(store, directory, new Date("2026-03-02T00:00:00Z"));
      expect(await readDirectory(store)).toBe(directory);
    });

    it("leaves each realm its own items", async () => {
      const of = (name: string) =>
        createStore({ client, tableName, keys: keysOf(name), sleep: async () => {}, random: () => 0, log, metrics });
      const [a, b] = [of("realm-a"), of("realm-b")];
      await a.transact([put({ ...a.keys.lock(), run_id: "r" })]);
      expect(await b.get(b.keys.lock(), anything)).toBeUndefined();
      expect(a.keys.lock()).toEqual({ pk: "realm-a#LOCK", sk: "ANALYSIS" });
    });

    it("reads what was just written, whoever wrote it", async () => {
      await client.send(
        new UpdateCommand({
          TableName: tableName,
          Key: place("a"),
          UpdateExpression: "SET n = :n",
          ExpressionAttributeValues: { ":n": 7 },
        }),
      );
      expect(await store.get(place("a"), numbered)).toEqual({ sk: "a", n: 7 });
    });
  });
});
