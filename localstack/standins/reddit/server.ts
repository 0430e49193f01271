import { scenarioContent } from "../../scenario/content.ts";
import { type JsonAnswer, type StandInOptions, type StandInRequest, startJsonServer } from "../json-server.ts";
import { asIs, commentForest, type Encode, escaped, listing, postThing, type StandInContent } from "./wire.ts";

export interface RedditStandInOptions extends StandInOptions {
  subreddit?: string;
  /** What is there at a market time; the scenario's subreddit if absent. Nothing later is ever served. */
  content?: (marketTime: Date) => StandInContent;
}

const tokenSeconds = 3600;
const windowSeconds = 600;
const requestsPerWindow = 600;

/** Reddit's OAuth API over HTTP on this machine, as of the market time that each request names. */
export async function startRedditStandIn(
  options: RedditStandInOptions = {},
): Promise<{ url: string; close(): Promise<void> }> {
  const subreddit = options.subreddit ?? "wallstreetbets";
  const contentAt = options.content ?? scenarioContent;
  const tokens = new Set<string>();

  function answer(request: StandInRequest, marketTime: Date | undefined): JsonAnswer {
    if (request.path === "/api/v1/access_token") return grantToken(request, tokens);
    const token = /^bearer (.+)$/i.exec(request.headers.authorization ?? "")?.[1];
    if (token === undefined || !tokens.has(token)) {
      const headers = { "www-authenticate": 'Bearer realm="reddit", error="invalid_token"' };
      return { status: 401, headers, body: { message: "Unauthorized", error: 401 } };
    }
    if (marketTime === undefined) return { status: 400, body: { message: "Bad Request", error: 400 } };
    const body = page(request, notLater(contentAt(marketTime), marketTime), subreddit);
    return body === undefined ? { status: 404, body: { message: "Not Found", error: 404 } } : { status: 200, body };
  }

  return startJsonServer(options, (request, marketTime) => {
    const plain = { ...request, path: request.path.replace(/(?:\.json)?\/?$/, "") };
    const answered = answer(plain, marketTime);
    return { ...answered, headers: { ...rateLimit(request.number), ...answered.headers } };
  });
}

/** Any named client gets a token: the stand-in has no accounts. Reddit answers a wrong grant with 200 and an error. */
function grantToken(request: StandInRequest, tokens: Set<string>): JsonAnswer {
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
