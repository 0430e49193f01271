import { createRequire } from "node:module";
import { startDynamoDb } from "../../localstack/embedded/dynamodb/start.ts";

/** A DynamoDB that the store's tests run on. */
export interface Engine {
  name: "dynoxide" | "dynalite" | "DynamoDB Local";
  /** Why it cannot run here, for the test's name; undefined where it can. */
  missing?: string | undefined;
  start(dataDir?: string): Promise<{ endpoint: string; close(): Promise<void> }>;
}

/** A running DynamoDB Local, Amazon's own code: `npm run test:cloud` starts one and says where. */
const dynamoDbLocal = process.env.DYNAMODB_LOCAL;

export const engines: Engine[] = [
  {
    name: "dynoxide",
    missing: hasDynoxide() ? undefined : "needs the dynoxide binary",
    start: (dataDir) => startDynamoDb({ engine: "dynoxide", ...(dataDir && { dataDir }) }),
  },
  { name: "dynalite", start: (dataDir) => startDynamoDb({ engine: "dynalite", ...(dataDir && { dataDir }) }) },
  {
    name: "DynamoDB Local",
    missing: dynamoDbLocal ? undefined : "needs DYNAMODB_LOCAL=<its endpoint>; npm run test:cloud sets it",
    start: async () => ({ endpoint: dynamoDbLocal ?? "", close: async () => {} }),
  },
];

function hasDynoxide(): boolean {
  try {
    createRequire(import.meta.url).resolve(`@dynoxide/${process.platform}-${process.arch}/dynoxide`);
    return true;
  } catch {
    return false;
  }
}
