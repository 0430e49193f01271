import { createServer, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import type { WebSocket } from "ws";
import { close, listen } from "../../servers.ts";

/** What may wait for a client that does not read, before it is told to the sender. */
const mostWaitingBytes = 256 * 1024;
/** The longest message API Gateway sends. */
const mostBytes = 128 * 1024;

/** The other end of a connection. */
export interface Peer {
  socket: WebSocket;
  /** It has been spoken to. */
  touch(): void;
}

/**
 * API Gateway's management API, as far as messages to clients go. It asks for no signature, so it listens on this machine
 * alone and on a port of its own.
 */
export async function startManagement(
  peers: ReadonlyMap<string, Peer>,
): Promise<{ endpoint: string; close(): Promise<void> }> {
  const server = createServer(async (request, response) => {
    const [, id = ""] = /^\/ws\/(?:@|%40)connections\/([^/?]+)$/i.exec(request.url ?? "") ?? [];
    if (request.method !== "POST" || id === "") return refuse(response, 404, "NotFoundException");
    const message = await text(request);
    const peer = peers.get(decodeURIComponent(id));
    if (peer?.socket.readyState !== 1) return refuse(response, 410, "GoneException");
    if (Buffer.byteLength(message) > mostBytes) return refuse(response, 413, "PayloadTooLargeException");
    if (peer.socket.bufferedAmount > mostWaitingBytes) return refuse(response, 429, "LimitExceededException");
    peer.socket.send(message);
    peer.touch();
    response.writeHead(200).end();
  });
  const port = await listen(server);
  return { endpoint: `http://127.0.0.1:${port}/ws`, close: () => close(server) };
}

function refuse(response: ServerResponse, status: number, type: string): void {
  response.writeHead(status, { "content-type": "application/json", "x-amzn-errortype": type });
  response.end(JSON.stringify({ message: type }));
}
