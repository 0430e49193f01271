import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export interface Received {
  headers: IncomingHttpHeaders;
  /** As it came, byte by byte. */
  body: string;
}

/** A webhook's receiver on this machine; `answer` says with which status it takes its nth request, counted from 0. */
export async function startReceiver(answer: (nth: number, received: Received) => number | "hang" = () => 200) {
  const received: Received[] = [];
  const scene = { answer };
  const server = createServer(async (request, response) => {
    const one = { headers: request.headers, body: await text(request) };
    const status = scene.answer(received.push(one) - 1, one);
    if (status !== "hang") response.writeHead(status).end("thank you");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/canary-path`,
    received,
    /** The bodies' content, in the order in which they came. */
    events: () => received.map(({ body }) => JSON.parse(body) as Record<string, unknown>),
    /** Tells from now on how to answer. */
    scene,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
