import type { Server } from "node:http";
import { join } from "node:path";
// @ts-expect-error: the package has no types
import dynaliteModule from "dynalite";
import { close, listen } from "../../servers.ts";
import { engineClient } from "./client.ts";
import { createTransactions } from "./dynalite-transactions.ts";
import type { DynamoDb } from "./engine.ts";
import { openDynamoDbFront } from "./front.ts";

const dynalite: (options: Record<string, unknown>) => Server = dynaliteModule;

/** dynalite with the two operations it lacks: TransactWriteItems and TransactGetItems. */
export async function startDynalite(options: { dataDir?: string; port?: number }): Promise<DynamoDb> {
  const inner = dynalite({
    createTableMs: 0,
    deleteTableMs: 0,
    ...(options.dataDir && { path: join(options.dataDir, "dynalite") }),
  });
  const client = engineClient(await listen(inner));
  const transactions = createTransactions(client.call, options.dataDir);
  await transactions.recover();
  const front = await openDynamoDbFront({ client, port: options.port ?? 0, handle: transactions.handle });
  return {
    endpoint: front.endpoint,
    answer: front.answer,
    engine: "dynalite",
    close: async () => {
      await front.close();
      await close(inner);
    },
  };
}
