/** `dynoxide` is one binary over SQLite and exists for Linux; `dynalite` is JavaScript and runs everywhere. */
export type DynamoDbEngine = "dynoxide" | "dynalite";

export interface DynamoDb {
  endpoint: string;
  engine: DynamoDbEngine;
  /** The process it runs in, where that is not this one. */
  pid?: number;
  close(): Promise<void>;
}
