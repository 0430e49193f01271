import { setTimeout as pause } from "node:timers/promises";
import { type AttributeValue, DynamoDBClient, QueryCommand } from "@aws-sdk/client-dynamodb";
import type { Services } from "../../../lib/services.ts";
import { readNewest } from "../../../lib/store/events.ts";
import type { LambdaFunction } from "./functions.ts";
import type { Invoke } from "./invoke.ts";
import { matches } from "./patterns.ts";

/** How long an event waits at most to be found. */
const everyMs = 100;
/** A batch of a stream is tried again when a function fails; here nobody waits for long. */
const pausesMs = [500, 2_000];

/** The most records of one batch, as in `functions.yml`. */
const batchSize = 100;

interface StreamRecord {
  dynamodb: { NewImage: Record<string, AttributeValue> };
}

/**
 * The table's stream for the functions that listen to it, as far as they do: new events, which it finds by polling, and
 * changes of connections, which `publish` tells it. One batch of a function follows the other.
 */
export async function startTableStream(
  { store, config }: Pick<Services, "store" | "config">,
  functions: Iterable<LambdaFunction>,
  invoke: Invoke,
): Promise<{ publishConnection(id: string): void; close(): Promise<void> }> {
  const { DYNAMODB_ENDPOINT: endpoint = "", TABLE_NAME: tableName } = config.environment;
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const client = new DynamoDBClient({ endpoint, region: "us-east-1", credentials });
  const listeners = [...functions]
    .filter(({ changes }) => changes.length > 0)
    .map((fn) => ({ ...fn, waiting: [] as StreamRecord[], isBusy: false }));
  const closing = new AbortController();

  async function deliver(key: string, Records: StreamRecord[]): Promise<void> {
    for (const wait of [...pausesMs, undefined]) {
      try {
        await invoke(key, { Records });
        return;
      } catch {
        if (wait === undefined || closing.signal.aborted) return;
        await pause(wait, undefined, { ref: false });
      }
    }
  }

  /** What came while a batch was under way is the next one. */
  async function drain(listener: (typeof listeners)[number]): Promise<void> {
    if (listener.isBusy) return;
    listener.isBusy = true;
    while (listener.waiting.length > 0) await deliver(listener.key, listener.waiting.splice(0, batchSize));
    listener.isBusy = false;
  }

  function publish(records: StreamRecord[]): void {
    for (const listener of listeners) {
      const meant = records.filter((record) => listener.changes.some((pattern) => matches(pattern, record)));
      listener.waiting.push(...meant);
      void drain(listener);
    }
  }

  /** The events after one, published; answers which is the last. */
  async function read(after: number): Promise<number> {
    const newest = await readNewest(store);
    if (newest <= after) return after;
    const [from, to] = [store.keys.event(after + 1), store.keys.event(newest)];
    const { Items = [], LastEvaluatedKey: last } = await client.send(
      new QueryCommand({
        TableName: tableName,
        ConsistentRead: true,
        KeyConditionExpression: "pk = :pk AND sk BETWEEN :from AND :to",
        ExpressionAttributeValues: { ":pk": { S: from.pk }, ":from": { S: from.sk }, ":to": { S: to.sk } },
      }),
    );
    publish(Items.map((NewImage) => ({ dynamodb: { NewImage } })));
    return last ? Number(last.sk?.S) : newest;
  }

  async function poll(after: number): Promise<void> {
    while (!closing.signal.aborted) {
      after = await read(after).catch(() => after);
      await pause(everyMs, undefined, { ref: false, signal: closing.signal }).catch(() => {});
    }
  }

  const polling = poll(await readNewest(store));
  return {
    publishConnection: (id) => {
      const { pk, sk } = store.keys.connection(id);
      publish([{ dynamodb: { NewImage: { pk: { S: pk }, sk: { S: sk } } } }]);
    },
    close: async () => {
      closing.abort();
      await polling;
      client.destroy();
    },
  };
}
