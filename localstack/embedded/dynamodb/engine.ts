import type { Answer } from "./client.ts";

/** `dynoxide` is one binary over SQLite and exists for Linux; `dynalite` is JavaScript and runs everywhere. */
export type DynamoDbEngine = "dynoxide" | "dynalite";

/** Where dynoxide's processes listen, which have no front of their own. */
export interface EnginePorts {
  writer: number;
  reader: number;
}

export interface DynamoDb {
  endpoint: string;
  /** Its front, for those in this thread, who need no connection to it. */
  answer: Answer;
  engine: DynamoDbEngine;
  ports?: EnginePorts;
  /** The processes it runs in, where that is not this one. */
  pids?: number[];
  close(): Promise<void>;
}
