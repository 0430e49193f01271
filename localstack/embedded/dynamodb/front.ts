import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";
import { close, listen } from "../../servers.ts";
import {
  type Answer,
  type engineClient,
  failure,
  OperationError,
  refusal,
  type WireAnswer,
  type WireRequest,
} from "./client.ts";
import { problemOf, type Shapes, type TableShape, tablesOf } from "./limits.ts";

const target = "DynamoDB_20120810.";
const reads = new Set(["GetItem", "BatchGetItem", "Query"]);

/** One call, with the shapes of the tables it speaks of. */
export interface Operation {
  operation: string;
  // biome-ignore lint/suspicious/noExplicitAny: a body as it came; whoever handles an operation knows its form
  input: any;
  shapes: Shapes;
  passThrough: () => Promise<WireAnswer>;
}

interface FrontOptions {
  client: ReturnType<typeof engineClient>;
  /** Is asked in its place by those who only read. */
  reader?: ReturnType<typeof engineClient>;
  handle?: (operation: Operation) => Promise<WireAnswer>;
}

/**
 * Stands before an embedded engine and refuses what AWS refuses and the engine would take. `handle` answers in the
 * engine's place where it is not to be asked unchanged.
 */
export function createDynamoDbFront(options: FrontOptions): { answer: Answer; close(): void } {
  const { client, reader = client, handle = ({ passThrough }) => passThrough() } = options;
  const shapeOf = createShapes(client.call);

  async function answer(request: WireRequest): Promise<WireAnswer> {
    const operation = String(request.headers["x-amz-target"] ?? "").replace(target, "");
    const input = objectIn(request.body);
    const shapes: Shapes = new Map();
    for (const table of tablesOf(operation, input)) {
      const shape = await shapeOf(table);
      if (shape) shapes.set(table, shape);
    }
    const problem = problemOf(operation, input, shapes);
    if (problem) throw refusal(problem.type, problem.message, problem.more);
    const passThrough = () => (reads.has(operation) ? reader : client).forward(request);
    return handle({ operation, input, shapes, passThrough });
  }

  return {
    answer: (request) =>
      answer(request).catch((error: unknown) =>
        error instanceof OperationError ? error.answer : failure(500, "InternalServerError", String(error)),
      ),
    close: () => {
      client.close();
      reader.close();
    },
  };
}

/** The same on a port, for those who are not in this thread. */
export async function openDynamoDbFront(
  options: FrontOptions & { port: number },
): Promise<{ endpoint: string; answer: Answer; close(): Promise<void> }> {
  const front = createDynamoDbFront(options);
  const server = createServer(async (request, response) => {
    const body = await buffer(request).catch(() => undefined);
    // Who hung up in the middle of a request waits for no answer.
    if (body === undefined) return;
    const answer = await front.answer({ headers: request.headers, body });
    response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  server.keepAliveTimeout = 60_000;
  const port = await listen(server, options.port);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    answer: front.answer,
    close: async () => {
      await close(server);
      front.close();
    },
  };
}

/** Not left to the engines: `null` ends one of them. Throws an `OperationError`. */
function objectIn(body: Buffer): object {
  try {
    const content: unknown = JSON.parse(body.toString() || "{}");
    if (typeof content === "object" && content !== null) return content;
  } catch {}
  throw refusal("SerializationException", "The body is no JSON object.");
}

/** What a table's keys are is asked once; the embedded tables do not change. */
function createShapes(call: ReturnType<typeof engineClient>["call"]) {
  const known = new Map<string, TableShape>();
  return async (table: string): Promise<TableShape | undefined> => {
    const remembered = known.get(table);
    if (remembered) return remembered;
    try {
      const { Table } = await call("DescribeTable", { TableName: table });
      const { KeySchema, GlobalSecondaryIndexes } = Table as Description;
      const shape = {
        key: KeySchema.map(({ AttributeName }) => AttributeName),
        indexes: new Map(
          (GlobalSecondaryIndexes ?? []).map((index) => [
            index.IndexName,
            index.KeySchema.map(({ AttributeName }) => AttributeName),
          ]),
        ),
      };
      known.set(table, shape);
      return shape;
    } catch (error) {
      // A table that is not there: the engine says so itself.
      if (error instanceof OperationError) return undefined;
      throw error;
    }
  };
}

interface Description {
  KeySchema: { AttributeName: string }[];
  GlobalSecondaryIndexes?: { IndexName: string; KeySchema: { AttributeName: string }[] }[];
}
