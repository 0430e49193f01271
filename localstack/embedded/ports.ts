import { createServer } from "node:http";
import { close, listen } from "../servers.ts";

/** A port nobody listens on at this moment, on 127.0.0.1, and nobody on the next one, which is the feed's. */
export async function freePort(): Promise<number> {
  for (;;) {
    const [server, next] = [createServer(), createServer()];
    const port = await listen(server);
    const isFree = await listen(next, port + 1).then(
      () => true,
      () => false,
    );
    await close(server);
    if (!isFree) continue;
    await close(next);
    return port;
  }
}
