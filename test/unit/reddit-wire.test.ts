import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { ScriptedAnswer, StandInRequest } from "../../localstack/standins/json-server.ts";
import { redditClient } from "../support/reddit-client.ts";

// Real recorded answers of Reddit, read from outside the repository; their shape is told in the SOURCES.md beside them.
const folder = join(process.env.SHARED_DATA ?? "../shared/data", "wire/reddit");
const present = existsSync(folder);
const marketTime = new Date("2026-03-02T15:30:00Z");

interface Recording {
  request: { method: string; uri: string; body: string | null };
  response: { status: { code: number }; headers: Record<string, string>; body: unknown };
}

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

function read(file: string): unknown {
  return JSON.parse(readFileSync(join(folder, file), "utf8"));
}

function recordings(file: string): Recording[] {
  return read(file) as Recording[];
}

/** Sends what was recorded; the transport's own headers belong to the transport of the recording. */
function answerOf({ response }: Recording): ScriptedAnswer {
  const transport = /^(?:content-length|transfer-encoding|connection|date|server)$/;
  const headers = Object.fromEntries(Object.entries(response.headers).filter(([name]) => !transport.test(name)));
  const body = typeof response.body === "string" ? response.body : JSON.stringify(response.body);
  return { status: response.status.code, headers, body };
}

const granted: ScriptedAnswer = { status: 200, body: '{"access_token": "t", "expires_in": 3600}' };

async function setup(answer: (request: StandInRequest) => ScriptedAnswer, subreddit = "wallstreetbets") {
  const client = await redditClient(answer, { subreddit });
  open.push(client.server);
  return client;
}

/** Plays a recording: its token first, then its other answers, the last one again and again. */
async function play(file: string, subreddit?: string) {
  const [token, ...others] = recordings(file);
  let played = 0;
  return setup((request) => {
    const recording = request.path.endsWith("access_token") ? token : others[Math.min(played++, others.length - 1)];
    if (!recording) throw new Error(`${file} holds no answer to ${request.path}`);
    return answerOf(recording);
  }, subreddit);
}

const listHot = { limit: 10, marketTime };

describe.skipIf(!present)("recorded answers of Reddit (needs ../shared/data)", () => {
  it.each(["oauth_token_client_credentials.json", "oauth_token_password_grant.json"])(
    "takes the token of %s",
    async (file) => {
      const [token] = recordings(file);
      if (!token) throw new Error(`${file} is empty`);
      const empty = { status: 200, body: '{"kind": "Listing", "data": {"children": []}}' };
      const { reddit, requests } = await setup(({ path }) => (path.endsWith("token") ? answerOf(token) : empty));
      await expect(reddit.listHotPosts(listHot)).resolves.toEqual([]);
      expect(requests[1]?.headers.authorization).toBe("Bearer REDACTED");
    },
  );

  it.each([
    ["oauth_token_bad_password_200_with_error.json", "Reddit refused the credentials: unauthorized_client"],
    ["oauth_token_invalid_refresh_400.json", "Reddit refused the credentials: HTTP 400"],
  ])("takes %s for refused credentials and does not retry", async (file, message) => {
    const { reddit, requests } = await play(file);
    await expect(reddit.listHotPosts(listHot)).rejects.toMatchObject({ name: "RedditRefused", message });
    expect(requests).toHaveLength(1);
  });

  it("leaves a throttled token request to the workflow (JSON body, no Retry-After)", async () => {
    const { reddit, requests } = await play("error_429_on_token_no_retry_after.json");
    await expect(reddit.listHotPosts(listHot)).rejects.toMatchObject({ name: "RedditUnavailable", retryable: true });
    expect(requests).toHaveLength(1);
  });

  it("reads the 4 seconds that a throttled call asks for (HTML body)", async () => {
    const { reddit, requests } = await play("error_429_with_retry_after.json");
    await expect(reddit.listHotPosts(listHot)).rejects.toMatchObject({
      name: "RedditUnavailable",
      retryAfterSeconds: 4,
    });
    expect(requests).toHaveLength(2);
  });

  it("takes one new token after the recorded 401, then gives up", async () => {
    const { reddit, requests } = await play("error_401_invalid_token.json");
    await expect(reddit.listHotPosts(listHot)).rejects.toMatchObject({ name: "RedditRefused" });
    expect(requests.map(({ path }) => path.endsWith("access_token"))).toEqual([true, false, true, false]);
  });

  it.each(["error_403_forbidden.json", "error_403_with_ratelimit_headers.json", "error_404.json"])(
    "does not retry %s",
    async (file) => {
      const { reddit, requests } = await play(file);
      await expect(reddit.listHotPosts(listHot)).rejects.toMatchObject({
        name: "RedditRefused",
        code: "REDDIT_API_ERROR",
      });
      expect(requests).toHaveLength(2);
    },
  );

  it.each(["error_500.json", "error_502.json", "error_503_then_retry.json", "error_200_bad_json.json"])(
    "leaves %s to the workflow after one call",
    async (file) => {
      const { reddit, requests } = await play(file);
      await expect(reddit.listHotPosts(listHot)).rejects.toMatchObject({
        name: "RedditUnavailable",
        code: "REDDIT_API_ERROR",
      });
      expect(requests).toHaveLength(2);
    },
  );

  it("reads the hot listing: 100 posts and the two stickied ones above them", async () => {
    const { reddit, requests } = await play("listing_hot.json", "askreddit");
    const posts = await reddit.listHotPosts({ limit: 102, marketTime });
    expect(requests[1]?.path).toBe("/r/askreddit/hot");
    expect(posts).toHaveLength(102);
    expect(posts[0]).toMatchObject({
      id: "46c00m",
      upvotes: 1382,
      totalComments: 433,
      createdAt: new Date(1455755445_000),
      url: null,
      galleryUrls: [],
    });
    await expect(reddit.listHotPosts({ limit: 10, marketTime })).resolves.toHaveLength(10);
  });

  it("reads a thread of two comments", async () => {
    const { reddit } = await play("comments_small.json");
    const comments = await reddit.fetchComments({ postId: "2gmzqe", limit: 1000, moreLimit: 0, marketTime });
    expect(comments).toEqual([
      expect.objectContaining({
        id: "cklfmye",
        postId: "2gmzqe",
        parentId: null,
        score: 1,
        createdAt: new Date(1411005112_000),
        depth: 0,
      }),
      expect.objectContaining({ id: "cklhv0f", parentId: "cklfmye", depth: 1 }),
    ]);
  });

  /** The tree's recording answers each morechildren call by the ids it was asked for. */
  async function playTree() {
    const [token, tree, ...others] = recordings("comments_tree_with_more_and_morechildren.json");
    const idsOf = (body: string | null) => new URLSearchParams(body ?? "").get("children");
    return setup((request) => {
      if (request.path.endsWith("access_token")) return granted;
      const more = others.find(({ request: { body } }) => body !== null && idsOf(body) === idsOf(request.body));
      const recording = request.path === "/api/morechildren" ? more : tree;
      if (!token || !recording) throw new Error(`nothing was recorded for ${request.body}`);
      return answerOf(recording);
    });
  }

  it("reads a tree of 476 comments and leaves its 18 stubs alone", async () => {
    const { reddit, requests } = await playTree();
    const comments = await reddit.fetchComments({ postId: "3hahrw", limit: 2048, moreLimit: 0, marketTime });
    expect(comments).toHaveLength(476);
    expect(requests).toHaveLength(2);
    expect(comments[0]).toMatchObject({ id: "cu5pebp", score: 1136, depth: 0, parentId: null });
    expect(Math.max(...comments.map(({ depth }) => depth))).toBe(9);
    expect(comments.filter(({ author }) => author === "[deleted]")).toHaveLength(16);
    const ids = new Set(comments.map(({ id }) => id));
    expect(comments.every(({ parentId }) => parentId === null || ids.has(parentId))).toBe(true);
  });

  it("fills the tree's twelve morechildren stubs with 57 comments; the six 'continue this thread' stay closed", async () => {
    const { reddit, requests, log } = await playTree();
    const comments = await reddit.fetchComments({ postId: "3hahrw", limit: 2048, moreLimit: 32, marketTime });
    expect(comments).toHaveLength(476 + 57);
    expect(requests.filter(({ path }) => path === "/api/morechildren")).toHaveLength(12);
    expect(log.lines.filter(({ level }) => level === "warn")).toEqual([]);
    const depthOf = new Map(comments.map(({ id, depth }) => [id, depth]));
    const wrong = comments.filter(
      ({ parentId, depth }) => depth !== (parentId ? (depthOf.get(parentId) ?? -9) + 1 : 0),
    );
    expect(wrong).toEqual([]);
  });

  it("reads the thread of 199 comments with 125 stubs, and a recorded morechildren answer of 50 more", async () => {
    const thread = JSON.stringify(read("comments_thread_200_more_stubs_graw.json"));
    const more = JSON.stringify(read("morechildren_graw.json"));
    const { reddit, log } = await setup(({ path }) => {
      if (path.endsWith("access_token")) return granted;
      return { status: 200, body: path === "/api/morechildren" ? more : thread };
    });
    const request = { postId: "1cebxh", limit: 1000, marketTime };
    await expect(reddit.fetchComments({ ...request, moreLimit: 0 })).resolves.toHaveLength(199);
    const filled = await reddit.fetchComments({ ...request, moreLimit: 1 });
    expect(filled).toHaveLength(199 + 50);
    expect(filled[199]).toMatchObject({ id: "fvbhult", score: 2, depth: 0, postId: "1cebxh" });
    expect(log.lines.filter(({ level }) => level === "warn")).toEqual([]);
  });

  it("has a test for every recording", () => {
    expect(readdirSync(folder).sort()).toEqual([
      "comments_small.json",
      "comments_thread_200_more_stubs_graw.json",
      "comments_tree_with_more_and_morechildren.json",
      "error_200_bad_json.json",
      "error_401_invalid_token.json",
      "error_403_forbidden.json",
      "error_403_with_ratelimit_headers.json",
      "error_404.json",
      "error_429_on_token_no_retry_after.json",
      "error_429_with_retry_after.json",
      "error_500.json",
      "error_502.json",
      "error_503_then_retry.json",
      "listing_hot.json",
      "morechildren_graw.json",
      "oauth_token_bad_password_200_with_error.json",
      "oauth_token_client_credentials.json",
      "oauth_token_invalid_refresh_400.json",
      "oauth_token_password_grant.json",
    ]);
  });
});
