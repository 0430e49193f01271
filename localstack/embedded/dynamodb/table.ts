import { readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DynamoDBClient,
  ResourceInUseException,
} from "@aws-sdk/client-dynamodb";
import { parse } from "yaml";

/** The table as it is deployed, under `name`, without what an embedded DynamoDB has no use for. */
export function tableDefinition(name: string): CreateTableCommandInput {
  const { Resources } = parse(readFileSync(new URL("../../../lib/store/table.yml", import.meta.url), "utf8"));
  const { AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, BillingMode } = Resources.Table.Properties;
  return { TableName: name, AttributeDefinitions, KeySchema, GlobalSecondaryIndexes, BillingMode };
}

/** Creates the table and waits until it serves; one that is there already stays as it is. */
export async function createTableIfAbsent(endpoint: string, name: string): Promise<void> {
  const client = new DynamoDBClient({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
  try {
    const created = await client.send(new CreateTableCommand(tableDefinition(name)));
    let status = created.TableDescription?.TableStatus;
    while (status !== "ACTIVE") {
      await setTimeout(10);
      status = (await client.send(new DescribeTableCommand({ TableName: name }))).Table?.TableStatus;
    }
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  } finally {
    client.destroy();
  }
}
