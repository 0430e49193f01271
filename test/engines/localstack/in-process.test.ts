import { createServer } from "node:http";
import { GetCommand, PutCommand, TransactWriteCommand } from "@aws-sdk/lib-dynamodb";
import { afterEach, describe, expect, it } from "vitest";
import { createStoreClient } from "../../../lib/store/client.ts";
import { answerInProcess } from "../../../localstack/embedded/dynamodb/in-process.ts";
import { frontOf, startDynamoDb } from "../../../localstack/embedded/dynamodb/start.ts";
import { createTableIfAbsent } from "../../../localstack/embedded/dynamodb/table.ts";
import { close, listen } from "../../../localstack/servers.ts";
import { engines } from "../../support/engines.ts";

const TableName = "wsb-signals";
const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of open.splice(0).reverse()) await end();
});

describe.each(["dynoxide", "dynalite"] as const)("a client in the thread of %s's front", (engine) => {
  const missing = engines.find(({ name }) => name === engine)?.missing;
  describe.skipIf(missing)(missing ?? "running", () => {
    async function clients() {
      const database = await startDynamoDb({ engine });
      open.push(() => database.close());
      await createTableIfAbsent(database.endpoint, TableName);
      const [inside, outside] = [createStoreClient(database.endpoint), createStoreClient(database.endpoint)];
      answerInProcess(inside, database.answer);
      return { inside, outside };
    }

    it("reads what another one wrote over a connection, and the other way round", async () => {
      const { inside, outside } = await clients();
      const Item = { pk: "ä", sk: "s", n: 1.5, list: ["日本", null, { deep: true }] };
      await inside.send(new PutCommand({ TableName, Item }));
      const Key = { pk: "ä", sk: "s" };
      expect((await outside.send(new GetCommand({ TableName, Key }))).Item).toEqual(Item);
      await outside.send(new PutCommand({ TableName, Item: { ...Key, n: 2 } }));
      expect((await inside.send(new GetCommand({ TableName, Key }))).Item).toEqual({ ...Key, n: 2 });
    });

    it("is refused what the engine and the front refuse, in the service's words", async () => {
      const { inside } = await clients();
      const Item = { pk: "a", sk: "s" };
      const creation = { Put: { TableName, Item, ConditionExpression: "attribute_not_exists(pk)" } };
      await inside.send(new TransactWriteCommand({ TransactItems: [creation] }));
      await expect(inside.send(new TransactWriteCommand({ TransactItems: [creation] }))).rejects.toMatchObject({
        name: "TransactionCanceledException",
        CancellationReasons: [{ Code: "ConditionalCheckFailed" }],
      });
      await expect(inside.send(new PutCommand({ TableName, Item: { ...Item, gsi1pk: "" } }))).rejects.toMatchObject({
        name: "ValidationException",
        $metadata: { httpStatusCode: 400, attempts: 1 },
      });
    });
  });
});

it("an engine that does not answer is given up as a failure of the service, which clients try again", async () => {
  const silent = createServer(() => {});
  open.push(() => close(silent));
  const port = await listen(silent);
  const front = frontOf({ writer: port, reader: port });
  open.push(() => front.close());
  const answer = await front.answer({ headers: { "x-amz-target": "DynamoDB_20120810.ListTables" }, body: Buffer.of() });
  expect(answer.status).toBe(500);
  expect(JSON.parse(answer.body.toString())).toMatchObject({ message: "Error: no answer within 3000 ms" });
});
