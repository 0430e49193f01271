import type { Clock, Sleep } from "../../runtime/clock.ts";
import { isAppError } from "../../runtime/errors.ts";
import type { Log } from "../../runtime/logger.ts";
import { type Http, HttpFailure, type HttpRequest, marketTimeHeader } from "../calls/http.ts";
import { type RedditAnswer, readAnswer, refused, unavailable } from "./answer.ts";
import { createTokenCache, type RedditCredentials, requireCredentials } from "./login.ts";
import { createRateLimit } from "./rate-limit.ts";
import type { RedditSource } from "./source.ts";
import { redditId } from "./text.ts";
import { type CommentPage, joinPages, type MoreStub, readCommentTree, readListing, readMoreChildren } from "./wire.ts";

export interface RedditSettings extends RedditCredentials {
  /** `https://oauth.reddit.com`, or a stand-in's. */
  baseUrl: string;
  subreddit: string;
  /** True only where `baseUrl` is a stand-in: it is told the market time, and spared the 60 requests a minute. */
  standIn: boolean;
  /** Per call, in milliseconds. */
  timeoutMs: number;
}

export interface RedditTools {
  http: Http;
  clock: Clock;
  sleep: Sleep;
  log: Log;
}

/** Reddit takes at most this many ids in one `/api/morechildren`. */
const idsPerMoreCall = 100;

/**
 * Reddit itself (spec pipeline 2). `RedditUnavailable` (retryable): throttled, 5xx, time-out, a redirect to the login
 * page, or an answer that is not what was asked for. `RedditRefused`: bad credentials, 403, 404 and other 4xx.
 * Throws `BadConfiguration` at creation where a credential is empty.
 */
export function createReddit(settings: RedditSettings, tools: RedditTools): RedditSource {
  requireCredentials(settings);
  const limit = createRateLimit({ clock: tools.clock, sleep: tools.sleep, perMinute: !settings.standIn });

  // One call and no retry: the workflow retries the whole state, and two layers would multiply (DESIGN section 4).
  async function send(request: HttpRequest): Promise<RedditAnswer> {
    await limit.turn();
    const answer = await tools.http(request).catch((error: unknown) => {
      if (error instanceof HttpFailure) throw unavailable(error.message, { cause: error });
      throw error;
    });
    limit.heed(answer.headers);
    return readAnswer(answer, tools.clock.now());
  }

  const tokens = createTokenCache(settings, { clock: tools.clock, timeoutMs: settings.timeoutMs, send });

  async function ask(method: "GET" | "POST", path: string, marketTime: Date, form?: URLSearchParams): Promise<unknown> {
    const askWith = (token: string) =>
      send({
        method,
        url: settings.baseUrl + path,
        headers: {
          authorization: `Bearer ${token}`,
          "user-agent": settings.userAgent,
          ...(form && { "content-type": "application/x-www-form-urlencoded" }),
          ...(settings.standIn && { [marketTimeHeader]: marketTime.toISOString() }),
        },
        ...(form && { body: form.toString() }),
        timeoutMs: settings.timeoutMs,
      });
    const token = await tokens.get();
    let answer = await askWith(token);
    if (answer.status === 401) {
      tokens.forget(token);
      answer = await askWith(await tokens.get());
    }
    if (answer.status !== 200) throw refused(`Reddit refused ${path.split("?")[0]}: HTTP ${answer.status}`);
    return answer.body;
  }

  /** Opens the largest stubs first. Enrichment only: whatever goes wrong, what is loaded stays (spec pipeline 2.5). */
  async function openStubs(
    first: CommentPage,
    request: { postId: string; limit: number; moreLimit: number; marketTime: Date },
  ): Promise<{ pages: CommentPage[]; lost: number }> {
    const pages: CommentPage[] = [];
    const waiting = first.stubs.flatMap(callsOf);
    let loaded = first.comments.length;
    for (let calls = 0; calls < request.moreLimit && loaded < request.limit; calls++) {
      const stub = takeLargest(waiting);
      if (!stub) break;
      const page = await openStub(stub, request);
      if (!page) return { pages, lost: stub.count };
      pages.push(page);
      waiting.push(...page.stubs.flatMap(callsOf));
      loaded += page.comments.length;
    }
    return { pages, lost: 0 };
  }

  async function openStub(stub: MoreStub, request: { postId: string; marketTime: Date }): Promise<CommentPage | null> {
    try {
      const form = new URLSearchParams({
        api_type: "json",
        link_id: `t3_${request.postId}`,
        children: stub.children.join(","),
        sort: "top",
      });
      const answer = await ask("POST", "/api/morechildren?raw_json=1", request.marketTime, form);
      const page = readMoreChildren(answer, request.postId);
      if (page === null) throw unavailable("Reddit answered morechildren with something else");
      return page;
    } catch (error) {
      if (!isAppError(error)) throw error;
      tools.log.warn("more comments could not be loaded, continuing without them", {
        postId: request.postId,
        error: error.name,
        problem: error.message,
      });
      return null;
    }
  }

  return {
    async listHotPosts({ limit: count, marketTime, leftOut }) {
      const path = `/r/${encodeURIComponent(settings.subreddit)}/hot?limit=${count}&raw_json=1`;
      const page = readListing(await ask("GET", path, marketTime));
      if (page === null) throw unavailable("Reddit answered the listing with something else");
      if (page.skipped > 0) {
        tools.log.warn("unreadable posts left out", { skipped: page.skipped });
        leftOut?.(page.skipped);
      }
      // Reddit adds up to two stickied posts to what was asked for.
      return page.posts.slice(0, count);
    },

    async fetchComments(request) {
      if (!redditId.test(request.postId)) throw refused("a post id must be 1 to 20 letters and digits");
      const path = `/comments/${request.postId}?limit=${request.limit}&sort=top&raw_json=1`;
      const page = readCommentTree(await ask("GET", path, request.marketTime), request.postId);
      if (page === null) throw unavailable("Reddit answered the comments with something else");
      const opened = await openStubs(page, request);
      const pages = [page, ...opened.pages];
      const skipped = pages.reduce((sum, { skipped }) => sum + skipped, 0);
      if (skipped > 0) tools.log.warn("unreadable comments left out", { postId: request.postId, skipped });
      if (skipped + opened.lost > 0) request.leftOut?.(skipped + opened.lost);
      return joinPages(pages, request.limit);
    },
  };
}

/** A stub with more ids than one call takes becomes several. */
function callsOf(stub: MoreStub): MoreStub[] {
  const calls: MoreStub[] = [];
  for (let from = 0; from < stub.children.length; from += idsPerMoreCall) {
    const children = stub.children.slice(from, from + idsPerMoreCall);
    calls.push({ ...stub, count: from === 0 ? stub.count : children.length, children });
  }
  return calls;
}

function takeLargest(stubs: MoreStub[]): MoreStub | undefined {
  const largest = stubs.reduce((best, stub, index) => (stub.count > (stubs[best]?.count ?? -1) ? index : best), 0);
  return stubs.splice(largest, 1)[0];
}
