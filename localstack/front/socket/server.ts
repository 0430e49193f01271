import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { Log } from "../../../lib/runtime/logger.ts";
import { close } from "../../servers.ts";
import { connectEvent, disconnectEvent, messageEvent, type OpenConnection } from "./event.ts";
import { type Peer, startManagement } from "./management.ts";

/** API Gateway's own limits. */
const longestSilenceMs = 10 * 60_000;
const longestMs = 2 * 3_600_000;
const mostMessageBytes = 128 * 1024;

type Call = (event: unknown) => Promise<unknown>;

export interface SocketOptions {
  host: string;
  port: number;
  /** The functions behind the routes. */
  routes: { connect: Call; message: Call; disconnect: Call };
  /** Something a connection's item may say anew has happened to it. */
  onChange: (connectionId: string) => void;
  /** Until it says yes no function is called. */
  isReady: () => boolean;
  log: Log;
}

/**
 * What API Gateway's WebSocket API does on AWS: asks `$connect` before it accepts, calls the functions of the routes, sends
 * the client what they answer, and ends who is silent or stays too long. `endpoint` is its management API.
 */
export async function startSocketFront(
  options: SocketOptions,
): Promise<{ port: number; endpoint: string; close(): Promise<void> }> {
  const { routes, onChange, isReady, log } = options;
  const peers = new Map<string, Peer>();
  const sockets = new WebSocketServer({ noServer: true, clientTracking: false, maxPayload: mostMessageBytes });
  const server = createServer((_request, response) => response.writeHead(426, { upgrade: "websocket" }).end());

  /** The answer of a function; undefined where it failed, which its route survives. */
  const ask = (route: Call, event: unknown) =>
    route(event).catch((error: unknown) => {
      log.error("a function of the feed failed", { error });
      return undefined;
    }) as Promise<{ statusCode?: number; body?: string } | undefined>;

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on("error", () => socket.destroy());
    if (!/^\/ws\/?(\?|$)/.test(request.url ?? "")) return refuse(socket, 404);
    if (!isReady()) return refuse(socket, 503);
    const connection = { id: randomBytes(12).toString("base64url"), connectedAtMs: Date.now() };
    const { statusCode = 500 } = (await ask(routes.connect, connectEvent(connection, request))) ?? {};
    if (statusCode < 200 || statusCode > 299) return refuse(socket, statusCode);
    if (socket.destroyed) return void ask(routes.disconnect, disconnectEvent(connection));
    sockets.handleUpgrade(request, socket, head, (opened) => serve(connection, opened));
  }

  function serve(connection: OpenConnection, socket: WebSocket): void {
    const { id } = connection;
    const end = setTimeout(() => socket.close(1001, "Going away"), longestMs).unref();
    const silence = setTimeout(() => socket.close(1001, "Going away"), longestSilenceMs).unref();
    const touch = () => void silence.refresh();
    let inOrder = Promise.resolve();
    peers.set(id, { socket, touch });
    onChange(id);
    socket.on("error", () => socket.terminate());
    socket.on("message", (data) => {
      touch();
      inOrder = inOrder.then(async () => {
        const answer = await ask(routes.message, messageEvent(connection, String(data)));
        if (answer?.body) socket.send(answer.body);
        onChange(id);
      });
    });
    socket.on("close", () => {
      peers.delete(id);
      clearTimeout(end);
      clearTimeout(silence);
      void inOrder.then(() => ask(routes.disconnect, disconnectEvent(connection)));
    });
  }

  server.on("upgrade", upgrade);
  const port = await listenOn(server, options);
  const management = await startManagement(peers);
  return {
    port,
    endpoint: management.endpoint,
    close: async () => {
      for (const { socket } of peers.values()) socket.terminate();
      await close(server);
      await management.close();
    },
  };
}

function listenOn(server: ReturnType<typeof createServer>, { host, port }: SocketOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === "object" && address ? address.port : port);
    });
  });
}

function refuse(socket: Duplex, status: number): void {
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
