import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { marketTimeHeader } from "../../lib/providers/calls/http.ts";
import { defaultFirstDay, scenarioMarketTime } from "../scenario/calendar.ts";
import { close, listen } from "../servers.ts";

/** A request as a fault script sees it. */
export interface StandInRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage["headers"];
  body: string;
  /** From 1, tokens included. */
  number: number;
}

export interface ScriptedAnswer {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

/** What a stand-in is started with, whatever it stands in for. */
export interface StandInOptions {
  /** A free one if absent or 0. */
  port?: number;
  /** The market time of requests that name none. */
  defaultTime?: Date;
  /** Answers in place of the stand-in, or lets the request hang. */
  faults?: (request: StandInRequest) => ScriptedAnswer | "hang" | undefined;
}

export interface JsonAnswer {
  status: number;
  headers?: Record<string, string>;
  body: unknown;
}

/** A JSON service on this machine. `answer` is given the market time that the request names; undefined for a bad one. */
export async function startJsonServer(
  options: StandInOptions,
  answer: (request: StandInRequest, marketTime: Date | undefined) => JsonAnswer,
): Promise<{ url: string; close(): Promise<void> }> {
  const defaultTime = options.defaultTime ?? scenarioMarketTime(defaultFirstDay, 0);
  let received = 0;

  async function respond(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const number = ++received;
    const url = new URL(incoming.url ?? "/", "http://stand-in");
    const request: StandInRequest = {
      method: incoming.method ?? "GET",
      path: url.pathname,
      query: url.searchParams,
      headers: incoming.headers,
      body: await text(incoming),
      number,
    };
    const fault = options.faults?.(request);
    if (fault === "hang") return;
    if (fault) {
      response.writeHead(fault.status, fault.headers).end(fault.body ?? "");
      return;
    }
    const named = request.headers[marketTimeHeader];
    const marketTime = typeof named === "string" ? new Date(named) : defaultTime;
    const { status, headers, body } = answer(request, Number.isNaN(marketTime.getTime()) ? undefined : marketTime);
    response.writeHead(status, { "content-type": "application/json;charset=utf-8", ...headers });
    response.end(JSON.stringify(body));
  }

  const server = createServer((incoming, response) => {
    void respond(incoming, response).catch(() => response.destroy());
  });
  const port = await listen(server, options.port);
  return { url: `http://127.0.0.1:${port}`, close: () => close(server) };
}
