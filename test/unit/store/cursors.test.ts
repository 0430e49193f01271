import { afterAll, beforeAll, expect, it } from "vitest";
import * as z from "zod";
import { createStoreClient } from "../../../lib/store/client.ts";
import { ensureCursorSecret } from "../../../lib/store/cursors.ts";
import { keysOf } from "../../../lib/store/keys.ts";
import { readPage } from "../../../lib/store/lists.ts";
import { createStore, type Store } from "../../../lib/store/table.ts";
import type { DynamoDb } from "../../../localstack/embedded/dynamodb/engine.ts";
import { startDynamoDb } from "../../../localstack/embedded/dynamodb/start.ts";
import { createTableIfAbsent } from "../../../localstack/embedded/dynamodb/table.ts";
import { recordedLog } from "../../support/recorded-log.ts";
import { recordedMetrics } from "../../support/recorded-metrics.ts";

const numbered = z.object({ sk: z.string(), n: z.number() });
let database: DynamoDb;
const called: string[] = [];

beforeAll(async () => {
  database = await startDynamoDb();
});
afterAll(() => database.close());

/** A fresh table, whose calls are noted. */
async function freshStore(tableName: string): Promise<Store> {
  await createTableIfAbsent(database.endpoint, tableName);
  const client = createStoreClient(database.endpoint);
  client.middlewareStack.add(
    (next, context) => (args) => {
      called.push(String(context.commandName));
      return next(args);
    },
    { step: "initialize" },
  );
  return createStore({
    client,
    tableName,
    keys: keysOf("live"),
    sleep: async () => {},
    random: () => 0,
    log: recordedLog(),
    metrics: recordedMetrics(),
  });
}

const pageOf = (store: Store, cursor?: string) =>
  readPage(
    store,
    { range: { pk: "rows" } },
    { limit: 1, offset: 0, apiKeyId: "key-1", ...(cursor && { cursor }) },
    numbered,
  );

it("a list of a fresh table is read without writing, because its role may only read", async () => {
  const store = await freshStore("fresh");
  called.length = 0;
  expect(await pageOf(store)).toEqual({ items: [], total: 0, totalIsAtLeast: false, nextCursor: null });
  await expect(pageOf(store, "e30.e30")).rejects.toMatchObject({ code: "VALIDATION_ERROR" });
  expect(new Set(called)).toEqual(new Set(["QueryCommand", "GetItemCommand"]));
});

it("a list goes on by the secret that was made before it, without writing", async () => {
  const store = await freshStore("filled");
  await ensureCursorSecret(store);
  await store.putMany([1, 2].map((n) => ({ pk: "rows", sk: String(n), n })));
  called.length = 0;
  const { nextCursor } = await pageOf(store);
  expect((await pageOf(store, nextCursor ?? "")).items).toEqual([{ sk: "2", n: 2 }]);
  expect(called).not.toContain("TransactWriteItemsCommand");
});

it("of any number of makers at once one secret stays", async () => {
  const store = await freshStore("raced");
  await Promise.all(Array.from({ length: 20 }, () => ensureCursorSecret(store)));
  await store.putMany([1, 2].map((n) => ({ pk: "rows", sk: String(n), n })));
  const { nextCursor } = await pageOf(store);
  await ensureCursorSecret(store);
  expect((await pageOf(store, nextCursor ?? "")).items).toEqual([{ sk: "2", n: 2 }]);
});

it("a list with more rows than a page and no secret fails, and does not say that there are no more", async () => {
  const store = await freshStore("bare");
  await store.putMany([1, 2].map((n) => ({ pk: "rows", sk: String(n), n })));
  await expect(pageOf(store)).rejects.toMatchObject({ name: "InvalidStoredItem", code: "DATABASE_ERROR" });
});
