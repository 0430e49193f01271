import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { marketTimeHeader } from "../../../lib/providers/http.ts";
import { defaultFirstDay, scenarioMarketTime } from "../../scenario/calendar.ts";
import { scenarioContent } from "../../scenario/content.ts";
import { asIs, commentForest, type Encode, escaped, listing, postThing, type StandInContent } from "./wire.ts";

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

export interface RedditStandInOptions {
  /** A free one if absent or 0. */
  port?: number;
  subreddit?: string;
  /** The market time of requests that name none. */
  defaultTime?: Date;
  /** What is there at a market time; the scenario's subreddit if absent. Nothing later is ever served. */
  content?: (marketTime: Date) => StandInContent;
  /** Answers in place of the stand-in, or lets the request hang. */
  faults?: (request: StandInRequest) => ScriptedAnswer | "hang" | undefined;
}

type Answer = { status: number; headers?: Record<string, string>; body: unknown };

const tokenSeconds = 3600;
const windowSeconds = 600;
const requestsPerWindow = 600;

/** Reddit's OAuth API over HTTP on this machine, as of the market time that each request names. */
export async function startRedditStandIn(
  options: RedditStandInOptions = {},
): Promise<{ url: string; close(): Promise<void> }> {
  const subreddit = options.subreddit ?? "wallstreetbets";
  const defaultTime = options.defaultTime ?? scenarioMarketTime(defaultFirstDay, 0);
  const contentAt = options.content ?? scenarioContent;
  const tokens = new Set<string>();
  let received = 0;

  function answer(request: StandInRequest): Answer {
    if (request.path === "/api/v1/access_token") return grantToken(request, tokens);
    const token = /^bearer (.+)$/i.exec(request.headers.authorization ?? "")?.[1];
    if (token === undefined || !tokens.has(token)) {
      const headers = { "www-authenticate": 'Bearer realm="reddit", error="invalid_token"' };
      return { status: 401, headers, body: { message: "Unauthorized", error: 401 } };
    }
    const named = request.headers[marketTimeHeader];
    const marketTime = typeof named === "string" ? new Date(named) : defaultTime;
    if (Number.isNaN(marketTime.getTime())) return { status: 400, body: { message: "Bad Request", error: 400 } };
    const body = page(request, notLater(contentAt(marketTime), marketTime), subreddit);
    return body === undefined ? { status: 404, body: { message: "Not Found", error: 404 } } : { status: 200, body };
  }

  const server = createServer((incoming, response) => {
    void respond(incoming, response).catch(() => response.destroy());
  });

  async function respond(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const number = ++received;
    const url = new URL(incoming.url ?? "/", "http://stand-in");
    const request: StandInRequest = {
      method: incoming.method ?? "GET",
      path: url.pathname.replace(/(?:\.json)?\/?$/, ""),
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
    const { status, headers, body } = answer(request);
    response.writeHead(status, { "content-type": "application/json; charset=UTF-8", ...rateLimit(number), ...headers });
    response.end(JSON.stringify(body));
  }

  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** Any named client gets a token: the stand-in has no accounts. Reddit answers a wrong grant with 200 and an error. */
function grantToken(request: StandInRequest, tokens: Set<string>): Answer {
  const basic = /^basic (.+)$/i.exec(request.headers.authorization ?? "")?.[1] ?? "";
  const [client, secret] = Buffer.from(basic, "base64").toString().split(":");
  if (request.method !== "POST" || !client || !secret) {
    return { status: 401, body: { message: "Unauthorized", error: 401 } };
  }
  if (new URLSearchParams(request.body).get("grant_type") !== "client_credentials") {
    return { status: 200, body: { error: "unsupported_grant_type" } };
  }
  const token = `stand-in-token-${request.number}`;
  tokens.add(token);
  return { status: 200, body: { access_token: token, token_type: "bearer", expires_in: tokenSeconds, scope: "*" } };
}

function page(request: StandInRequest, content: StandInContent, subreddit: string): unknown {
  const encode = request.query.get("raw_json") === "1" ? asIs : escaped;
  const limit = (most: number) => Math.max(1, Math.min(most, Number(request.query.get("limit")) || most));
  if (request.path === `/r/${subreddit}/hot`) {
    return listing(content.posts.slice(0, limit(100)).map((post) => postThing(post, subreddit, encode)));
  }
  if (request.path === "/api/morechildren") {
    const form = new URLSearchParams([...request.query, ...new URLSearchParams(request.body)]);
    const postId = (form.get("link_id") ?? "").replace(/^t3_/, "");
    const wanted = (form.get("children") ?? "").split(",").slice(0, 100);
    const things = forest(content, postId, encode).flat(wanted);
    return { json: { errors: [], data: { things } } };
  }
  const postId = /^(?:\/r\/\w+)?\/comments\/(\w+)/.exec(request.path)?.[1];
  const post = content.posts.find(({ id }) => id === postId);
  if (!post) return undefined;
  const tree = forest(content, post.id, encode).tree(limit(500));
  return [listing([postThing(post, subreddit, encode)]), listing(tree)];
}

function forest(content: StandInContent, postId: string, encode: Encode) {
  const comments = content.comments.filter((comment) => comment.postId === postId);
  return commentForest(postId, comments, encode);
}

function notLater({ posts, comments }: StandInContent, marketTime: Date): StandInContent {
  const isThere = ({ createdAt }: { createdAt: Date | null }) => createdAt === null || createdAt <= marketTime;
  return { posts: posts.filter(isThere), comments: comments.filter(isThere) };
}

function rateLimit(number: number): Record<string, string> {
  const used = number % requestsPerWindow;
  return {
    "x-ratelimit-used": String(used),
    "x-ratelimit-remaining": `${requestsPerWindow - used}.0`,
    "x-ratelimit-reset": String(windowSeconds - Math.floor(process.uptime() % windowSeconds)),
  };
}
