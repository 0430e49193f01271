import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";

/** How long the table is given for one answer. */
export const storePatienceMs = 3_000;

/**
 * The document client. Its own retries are the store's only retry layer for single calls (spec reliability 3.4):
 * three attempts, one second to connect, three to answer.
 */
export function createStoreClient(endpoint: string | undefined): DynamoDBDocumentClient {
  const client = new DynamoDBClient({
    maxAttempts: 3,
    // Without the last one the SDK only logs that a request takes too long, and waits on.
    requestHandler: { connectionTimeout: 1_000, requestTimeout: storePatienceMs, throwOnRequestTimeout: true },
    ...(endpoint && {
      endpoint,
      region: "us-east-1",
      credentials: { accessKeyId: "local", secretAccessKey: "local" },
    }),
  });
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}
