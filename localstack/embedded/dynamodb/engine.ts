/** `dynoxide` is one binary over SQLite and exists for Linux; `dynalite` is JavaScript and runs everywhere. */
export type DynamoDbEngine = "dynoxide" | "dynalite";

export interface DynamoDb {
  endpoint: string;
  engine: DynamoDbEngine;
  /** The processes it runs in, where that is not this one. */
  pids?: number[];
  close(): Promise<void>;
}
