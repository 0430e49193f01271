import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { DeleteTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactGetCommand,
  TransactWriteCommand,
} from "@aws-sdk/lib-dynamodb";
import { afterEach, describe, expect, it } from "vitest";
import { startDynamoDb } from "../../../localstack/embedded/dynamodb/start.ts";
import { createTableIfAbsent, tableDefinition } from "../../../localstack/embedded/dynamodb/table.ts";
import { type Engine, engines } from "../../support/engines.ts";

const TableName = "wsb-signals";
const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "dynamodb-"));
  open.push(() => rmSync(path, { recursive: true }));
  return path;
}

async function database({ start }: Engine, dataDir?: string) {
  const running = await start(dataDir);
  open.push(() => running.close());
  await createTableIfAbsent(running.endpoint, TableName);
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const raw = new DynamoDBClient({ endpoint: running.endpoint, region: "us-east-1", credentials, maxAttempts: 1 });
  open.push(() => raw.destroy());
  // DynamoDB Local is one for all tests.
  if (!dataDir) open.push(() => raw.send(new DeleteTableCommand({ TableName })));
  const client = DynamoDBDocumentClient.from(raw);
  const get = async (pk: string) => (await client.send(new GetCommand({ TableName, Key: { pk, sk: "s" } }))).Item;
  const put = (pk: string, n: number) => client.send(new PutCommand({ TableName, Item: { pk, sk: "s", n } }));
  const transact = (TransactItems: object[], ClientRequestToken?: string) =>
    client.send(new TransactWriteCommand({ TransactItems, ...(ClientRequestToken && { ClientRequestToken }) }));
  return { running, client, get, put, transact };
}

const creation = (pk: string, n: number) => ({
  Put: {
    TableName,
    Item: { pk, sk: "s", n },
    ConditionExpression: "attribute_not_exists(pk)",
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  },
});
const sum = (pk: string, n: number) => ({
  Update: { TableName, Key: { pk, sk: "s" }, UpdateExpression: "ADD n :n", ExpressionAttributeValues: { ":n": n } },
});
const check = (pk: string, ConditionExpression: string) => ({
  ConditionCheck: { TableName, Key: { pk, sk: "s" }, ConditionExpression },
});

describe.each(engines)("a transaction on $name", (engine) => {
  const { missing } = engine;
  describe.skipIf(missing)(missing ?? "running", () => {
    it("writes all of its items, and a check leaves nothing behind", async () => {
      const { transact, get } = await database(engine);
      await transact([creation("a", 1), sum("b", 5), check("c", "attribute_not_exists(pk)")]);
      expect(await get("a")).toMatchObject({ n: 1 });
      expect(await get("b")).toMatchObject({ n: 5 });
      expect(await get("c")).toBeUndefined();
    });

    it("writes nothing when one condition fails, and says which by its place", async () => {
      const { transact, get, put } = await database(engine);
      await put("a", 1);
      await put("b", 1);
      await expect(transact([creation("new", 1), creation("a", 2), sum("b", 5)])).rejects.toMatchObject({
        name: "TransactionCanceledException",
        CancellationReasons: [{ Code: "None" }, { Code: "ConditionalCheckFailed" }, { Code: "None" }],
      });
      expect(await get("new")).toBeUndefined();
      expect(await get("b")).toMatchObject({ n: 1 });
    });

    it("refuses two operations on one item", async () => {
      const { transact } = await database(engine);
      await expect(transact([creation("a", 1), sum("a", 1)])).rejects.toMatchObject({ name: "ValidationException" });
    });

    it("takes effect once for one request token, and refuses the token for another request", async () => {
      const { transact, get } = await database(engine);
      await transact([sum("a", 5)], "token-1");
      await transact([sum("a", 5)], "token-1");
      expect(await get("a")).toMatchObject({ n: 5 });
      await expect(transact([sum("a", 6)], "token-1")).rejects.toMatchObject({
        name: "IdempotentParameterMismatchException",
      });
    });

    it("is alone: of fifty that want the same item one gets it", async () => {
      const { transact, get } = await database(engine);
      const tries = Array.from({ length: 50 }, (_, n) => transact([creation("lock", n), sum("winners", 1)]));
      const results = await Promise.allSettled(tries);
      expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
      expect(await get("winners")).toMatchObject({ n: 1 });
    });

    it("reads several items of one moment", async () => {
      const { client, put } = await database(engine);
      await put("a", 1);
      const keys = ["a", "missing"].map((pk) => ({ Get: { TableName, Key: { pk, sk: "s" } } }));
      const { Responses } = await client.send(new TransactGetCommand({ TransactItems: keys }));
      expect(Responses?.map(({ Item }) => Item?.n)).toEqual([1, undefined]);
    });

    it.skipIf(engine.name === "DynamoDB Local")("is kept between starts", async () => {
      const dataDir = folder();
      const first = await database(engine, dataDir);
      await first.transact([creation("a", 1)]);
      await first.running.close();
      const second = await database(engine, dataDir);
      expect(await second.get("a")).toMatchObject({ n: 1 });
    });
  });
});

describe.each(engines.filter(({ name }) => name !== "DynamoDB Local"))("the front of $name", (engine) => {
  describe.skipIf(engine.missing)(engine.missing ?? "running", () => {
    it("goes on where a caller hangs up in the middle of a request", async () => {
      const { running, put, get } = await database(engine);
      const caller = connect(Number(new URL(running.endpoint).port), "127.0.0.1");
      caller.write("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\nexpect: 100-continue\r\n\r\n{");
      // It has seen the head of the request once it asks for the rest.
      await once(caller, "data");
      caller.destroy();
      await put("a", 1);
      expect(await get("a")).toMatchObject({ n: 1 });
    });

    it.each(["no json", "null", '"text"', "7"])("refuses the body %s and goes on", async (body) => {
      const { running, put, get } = await database(engine);
      const headers = { "x-amz-target": "DynamoDB_20120810.GetItem" };
      const answer = await fetch(running.endpoint, { method: "POST", headers, body });
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({ __type: expect.stringMatching(/#SerializationException$/) });
      await put("a", 1);
      expect(await get("a")).toMatchObject({ n: 1 });
    });
  });
});

const dynoxide = engines.find(({ name }) => name === "dynoxide") as Engine;

describe.skipIf(dynoxide.missing)("dynoxide on disk", () => {
  it("reads what was written a moment ago, whatever wrote it", async () => {
    const { client, get, put, transact } = await database(dynoxide, folder());
    for (let n = 0; n < 100; n++) {
      await (n % 2 === 0 ? put("a", n) : transact([sum("a", 1)]));
      expect(await get("a")).toMatchObject({ n });
      const KeyConditionExpression = "pk = :a";
      const query = {
        TableName,
        KeyConditionExpression,
        ExpressionAttributeValues: { ":a": "a" },
        ConsistentRead: true,
      };
      expect((await client.send(new QueryCommand(query))).Items).toMatchObject([{ n }]);
    }
  });

  it("reads while a write takes long", async () => {
    const dataDir = folder();
    const { get, put } = await database(dynoxide, dataDir);
    await put("a", 1);
    // Whoever has begun to write makes the engine wait with what it has in hand.
    const file = new DatabaseSync(join(dataDir, "dynamodb.sqlite"));
    open.push(() => file.close());
    file.exec("BEGIN IMMEDIATE");
    let isWritten = false;
    const writing = put("a", 2).then(() => {
      isWritten = true;
    });
    for (let n = 0; n < 20; n++) expect(await get("a")).toMatchObject({ n: 1 });
    expect(isWritten).toBe(false);
    file.exec("ROLLBACK");
    await writing;
    expect(await get("a")).toMatchObject({ n: 2 });
  });

  it("leaves no process behind", async () => {
    const { pids = [], close } = await startDynamoDb({ engine: "dynoxide", dataDir: folder() });
    expect(pids).toHaveLength(2);
    await close();
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  });
});

describe("dynalite", () => {
  const dynalite = engines.find(({ name }) => name === "dynalite") as Engine;

  it("undoes at its start the transaction in whose middle it was killed", async () => {
    const dataDir = folder();
    const first = await database(dynalite, dataDir);
    await first.put("changed", 2);
    await first.put("created", 1);
    await first.running.close();
    const [pk, sk] = [{ S: "changed" }, { S: "s" }];
    const journal = [
      { kind: "Update", action: { TableName }, key: { pk, sk }, before: { pk, sk, n: { N: "1" } } },
      { kind: "Put", action: { TableName }, key: { pk: { S: "created" }, sk } },
    ];
    writeFileSync(join(dataDir, "transaction.json"), JSON.stringify(journal));
    const second = await database(dynalite, dataDir);
    expect(await second.get("changed")).toMatchObject({ n: 1 });
    expect(await second.get("created")).toBeUndefined();
  });
});

describe("the table", () => {
  it("has the key and the four indexes of lib/store/table.yml", () => {
    const { KeySchema, GlobalSecondaryIndexes } = tableDefinition("any");
    expect(KeySchema).toEqual([
      { AttributeName: "pk", KeyType: "HASH" },
      { AttributeName: "sk", KeyType: "RANGE" },
    ]);
    expect(GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName)).toEqual(["gsi1", "gsi2", "gsi3", "gsi4"]);
  });
});
