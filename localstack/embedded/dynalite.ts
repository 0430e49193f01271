import { createServer, type IncomingMessage, type Server } from "node:http";
import { join } from "node:path";
// @ts-expect-error: the package has no types
import dynaliteModule from "dynalite";
import { dynaliteClient } from "./dynalite-client.ts";
import { createTransactions } from "./dynalite-transactions.ts";
import type { DynamoDb } from "./dynamodb.ts";

const dynalite: (options: Record<string, unknown>) => Server = dynaliteModule;

const target = "DynamoDB_20120810.";

/** dynalite with the two operations it lacks: TransactWriteItems and TransactGetItems. */
export async function startDynalite(options: { dataDir?: string; port?: number }): Promise<DynamoDb> {
  const inner = dynalite({
    createTableMs: 0,
    deleteTableMs: 0,
    ...(options.dataDir && { path: join(options.dataDir, "dynalite") }),
  });
  const client = dynaliteClient(await listen(inner, 0));
  const transactions = createTransactions(client.call, options.dataDir);
  await transactions.recover();

  const front = createServer(async (request, response) => {
    const body = await readBody(request);
    const operation = String(request.headers["x-amz-target"] ?? "").replace(target, "");
    const answer = await transactions
      .handle(operation, body, () => client.forward(request, body))
      .catch((error: unknown) => ({
        status: 500,
        headers: { "content-type": "application/x-amz-json-1.0" },
        body: JSON.stringify({
          __type: "com.amazonaws.dynamodb.v20120810#InternalServerError",
          message: String(error),
        }),
      }));
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  front.keepAliveTimeout = 60_000;
  const port = await listen(front, options.port ?? 0);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    engine: "dynalite",
    close: async () => {
      await close(front);
      client.close();
      await close(inner);
    },
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address ? address.port : 0);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
