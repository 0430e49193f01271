import { WebSocket } from "ws";
import { registerApiKey } from "../../lib/access/api-keys.ts";
import type { Services } from "../../lib/services.ts";
import { type Report, transactReporting } from "../../lib/store/events.ts";
import { startDynamoDb } from "../../localstack/embedded/dynamodb/start.ts";
import { createTableIfAbsent } from "../../localstack/embedded/dynamodb/table.ts";
import { readRoutes } from "../../localstack/embedded/lambda/api.ts";
import { invokeHere, openServices } from "../../localstack/embedded/lambda/call.ts";
import { readDeployment } from "../../localstack/embedded/lambda/functions.ts";
import { startTableStream } from "../../localstack/embedded/lambda/table-stream.ts";
import { startSocketFront } from "../../localstack/front/socket/server.ts";
import { recordedLog } from "./recorded-log.ts";
import { until } from "./waiting.ts";

const key = "0123456789abcdef0123456789abcdef-feed";

/** The feed's part of the local stack in this process: its gateway, its functions, and the table's stream. */
export async function startFeed(options: { realm?: string; loseDisconnects?: boolean; withoutStream?: boolean } = {}) {
  const database = await startDynamoDb({});
  const tableName = "wsb-feed";
  await createTableIfAbsent(database.endpoint, tableName);
  const deployment = readDeployment();
  const routes = await readRoutes(deployment);
  let stream: Awaited<ReturnType<typeof startTableStream>> | undefined;
  const front = await startSocketFront({
    host: "127.0.0.1",
    port: 0,
    // The gateway tells of an end as best it can.
    routes: options.loseDisconnects ? { ...routes, disconnect: async () => ({}) } : routes,
    onChange: (id) => stream?.publishConnection(id),
    isReady: () => true,
    log: recordedLog(),
  });
  const services: Services = openServices(
    {
      ...{ REALM: options.realm ?? "feed", TABLE_NAME: tableName },
      ...{ DYNAMODB_ENDPOINT: database.endpoint, FEED_ENDPOINT: front.endpoint, LOG_LEVEL: "SILENT" },
    },
    () => {},
    database.answer,
  );
  await registerApiKey(services, key, "feed");
  const broadcasting = [...deployment.functions.values()].filter(
    ({ key }) => key === "broadcastChanges" && !options.withoutStream,
  );
  stream = await startTableStream(services, broadcasting, invokeHere(deployment.functions));
  const clients: FeedClient[] = [];
  return {
    services,
    url: `ws://127.0.0.1:${front.port}/ws`,
    /** A client with the key, once it is greeted. */
    async connect(query = ""): Promise<FeedClient> {
      const client = openClient(`ws://127.0.0.1:${front.port}/ws${query}`, { "x-api-key": key });
      clients.push(client);
      await client.first("connected");
      return client;
    },
    /** Something happened, and nothing else of it is stored than the event. */
    async report(report: Partial<Report> = {}): Promise<void> {
      const event = { channel: "orders", type: "order_update", subject_id: "o-1", data: {}, ...report } as const;
      await transactReporting(services, [], [event]);
    },
    async close() {
      for (const { socket } of clients) socket.terminate();
      await stream?.close();
      await front.close();
      await database.close();
    },
  };
}
export type Feed = Awaited<ReturnType<typeof startFeed>>;

/** A message as it came, and when. */
export interface Received {
  type: string;
  event_id?: number;
  atMs: number;
  [field: string]: unknown;
}

/** A client of a feed, which keeps what it is sent. */
export function openClient(url: string, headers: Record<string, string> = {}) {
  const socket = new WebSocket(url, { headers });
  const received: Received[] = [];
  socket.on("error", () => {});
  socket.on("message", (data) => received.push({ ...JSON.parse(String(data)), atMs: Date.now() }));
  return {
    socket,
    received,
    say: (message: object | string) => socket.send(typeof message === "string" ? message : JSON.stringify(message)),
    /** The first message of this type. */
    first: (type: string) => until(async () => received.find((message) => message.type === type)),
    /** What it was sent of events, once it has this many. */
    events: (count: number) =>
      until(async () => {
        const events = received.filter(({ event_id }) => event_id !== undefined);
        return events.length >= count ? events : undefined;
      }),
    async ask(message: object | string): Promise<Received> {
      const before = received.length;
      this.say(message);
      return until(async () => received.slice(before).find(({ event_id }) => event_id === undefined));
    },
  };
}
export type FeedClient = ReturnType<typeof openClient>;

/** The status with which a connection is refused; 101 for one that is not. */
export function upgradeStatus(url: string, headers: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url, { headers });
    socket.on("unexpected-response", (request, { statusCode = 0 }) => {
      request.destroy();
      resolve(statusCode);
    });
    socket.on("error", () => {});
    socket.on("open", () => {
      socket.close();
      resolve(101);
    });
  });
}

export const feedKey = { "x-api-key": key };
