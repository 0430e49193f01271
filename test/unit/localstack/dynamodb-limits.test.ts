import { DynamoDBClient, type TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTableIfAbsent } from "../../../localstack/embedded/dynamodb/table.ts";
import { engines } from "../../support/engines.ts";
import { hostileOperations } from "../../support/hostile-operations.ts";
import { TableName } from "../../support/raw-operations.ts";

describe.each(engines)("$name answers as AWS does to", ({ missing, start }) => {
  describe.skipIf(missing)(missing ?? "hostile operations:", () => {
    let client: DynamoDBClient;
    let running: Awaited<ReturnType<typeof start>>;

    beforeAll(async () => {
      running = await start();
      await createTableIfAbsent(running.endpoint, TableName);
      const credentials = { accessKeyId: "local", secretAccessKey: "local" };
      client = new DynamoDBClient({ endpoint: running.endpoint, region: "us-east-1", credentials, maxAttempts: 1 });
    });
    afterAll(async () => {
      client?.destroy();
      await running?.close();
    });

    it.each(hostileOperations)("%s", async (_what, call, outcome) => {
      expect(
        await call(client).then(
          () => "done",
          (error: Error) => (error.name === "TransactionCanceledException" ? cancelled(error) : error.name),
        ),
      ).toEqual(outcome);
    });
  });
});

function cancelled(error: Error) {
  const { CancellationReasons } = error as TransactionCanceledException;
  return { TransactionCanceledException: CancellationReasons?.map(({ Code }) => Code) };
}
