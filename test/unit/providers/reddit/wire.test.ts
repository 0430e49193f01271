import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { ScriptedAnswer, StandInRequest } from "../../../../localstack/standins/json-server.ts";
import { describeRecorded, recordings, unrecordedFields } from "../../../support/recorded.ts";
import { redditClient } from "../../../support/reddit-client.ts";
import * as madeUp from "../../../support/wire/reddit.ts";

const marketTime = new Date("2026-03-02T15:30:00Z");
const { comment, granted, jsonAnswer, moreChildren, moreStub } = madeUp;

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function setup(answer: (request: StandInRequest) => ScriptedAnswer, subreddit = "wallstreetbets") {
  const client = await redditClient(answer, { subreddit });
  open.push(client.server);
  return client;
}

/** Plays the token first, then the other answers, the last one again and again. */
async function play([token, ...others]: readonly ScriptedAnswer[], subreddit?: string) {
  let played = 0;
  return setup((request) => {
    const answer = request.path.endsWith("access_token") ? token : others[Math.min(played++, others.length - 1)];
    if (!answer) throw new Error(`there is no answer to ${request.path}`);
    return answer;
  }, subreddit);
}

const listHot = { limit: 10, marketTime };

/** How each of Reddit's short answers is taken. `answersOf` has a token's answer first. */
function shortAnswers(names: Names, answersOf: (name: string) => ScriptedAnswer[]) {
  it.each(names.tokens)("takes the token of %s", async (name) => {
    const empty = jsonAnswer(madeUp.listing([]));
    const { reddit, requests } = await play([...answersOf(name), empty]);
    await expect(reddit.listHotPosts(listHot)).resolves.toEqual([]);
    expect(requests[1]?.headers.authorization).toMatch(/^Bearer (?:REDACTED|made-up-token)$/);
  });

  it.each(names.refusedCredentials)("takes %s for refused credentials and does not retry", async (name, message) => {
    const { reddit, requests } = await play(answersOf(name));
    await expect(reddit.listHotPosts(listHot)).rejects.toMatchObject({ name: "RedditRefused", message });
    expect(requests).toHaveLength(1);
  });

  it("leaves a throttled token request to the workflow (JSON body, no Retry-After)", async () => {
    const { reddit, requests } = await play(answersOf(names.throttledToken));
    await expect(reddit.listHotPosts(listHot)).rejects.toMatchObject({ name: "RedditUnavailable", retryable: true });
    expect(requests).toHaveLength(1);
  });

  it("reads the 4 seconds that a throttled call asks for (HTML body)", async () => {
    const { reddit, requests } = await play(answersOf(names.throttled));
    await expect(reddit.listHotPosts(listHot)).rejects.toMatchObject({
      name: "RedditUnavailable",
      retryAfterSeconds: 4,
    });
    expect(requests).toHaveLength(2);
  });

  it("takes one new token after a 401, then gives up", async () => {
    const { reddit, requests } = await play(answersOf(names.invalidToken));
    await expect(reddit.listHotPosts(listHot)).rejects.toMatchObject({ name: "RedditRefused" });
    expect(requests.map(({ path }) => path.endsWith("access_token"))).toEqual([true, false, true, false]);
  });

  it.each(names.refused)("does not retry %s", async (name) => {
    const { reddit, requests } = await play(answersOf(name));
    await expect(reddit.listHotPosts(listHot)).rejects.toMatchObject({
      name: "RedditRefused",
      code: "REDDIT_API_ERROR",
    });
    expect(requests).toHaveLength(2);
  });

  it.each(names.unavailable)("leaves %s to the workflow after one call", async (name) => {
    const { reddit, requests } = await play(answersOf(name));
    await expect(reddit.listHotPosts(listHot)).rejects.toMatchObject({
      name: "RedditUnavailable",
      code: "REDDIT_API_ERROR",
    });
    expect(requests).toHaveLength(2);
  });
}

interface Names {
  tokens: string[];
  refusedCredentials: [name: string, message: string][];
  throttledToken: string;
  throttled: string;
  invalidToken: string;
  refused: string[];
  unavailable: string[];
}

/** Each depth is one more than the parent's. */
function wrongDepths(comments: readonly { id: string; parentId: string | null; depth: number }[]) {
  const depthOf = new Map(comments.map(({ id, depth }) => [id, depth]));
  return comments.filter(({ parentId, depth }) => depth !== (parentId ? (depthOf.get(parentId) ?? -9) + 1 : 0));
}

describe("answers in Reddit's form", () => {
  const answers: Record<string, ScriptedAnswer[]> = {
    "a granted login": [granted],
    "an app that may not log in": [madeUp.tokenRefusals.unauthorizedClient],
    "a bad token request": [madeUp.tokenRefusals.badRequest],
    "a throttled token request": [madeUp.tokenRefusals.throttled],
    ...Object.fromEntries(Object.entries(madeUp.failures).map(([name, failure]) => [name, [granted, failure]])),
  };
  shortAnswers(
    {
      tokens: ["a granted login"],
      refusedCredentials: [
        ["an app that may not log in", "Reddit refused the credentials: unauthorized_client"],
        ["a bad token request", "Reddit refused the credentials: HTTP 400"],
      ],
      throttledToken: "a throttled token request",
      throttled: "throttled",
      invalidToken: "invalidToken",
      refused: ["forbidden", "notFound"],
      unavailable: ["broken", "badGateway", "unavailable", "cutShort"],
    },
    (name) => answers[name] ?? [],
  );

  it("reads the hot listing: the posts and the stickied ones above them, no more than asked for", async () => {
    const posts = [
      madeUp.post("rules", { stickied: true, score: 70 }),
      madeUp.post("daily", { stickied: true, num_comments: 433, created_utc: 1_600_000_100 }),
      ...["p1", "p2", "p3"].map((id) => madeUp.post(id)),
    ];
    const { reddit, requests } = await play([granted, jsonAnswer(madeUp.listing(posts))], "madeup");
    const read = await reddit.listHotPosts({ limit: 5, marketTime });
    expect(requests[1]?.path).toBe("/r/madeup/hot");
    expect(read.map(({ id }) => id)).toEqual(["rules", "daily", "p1", "p2", "p3"]);
    expect(read[1]).toEqual({
      id: "daily",
      title: "Post daily",
      selftext: "Some text",
      author: "quiet_otter",
      upvotes: 11,
      totalComments: 433,
      createdAt: new Date("2020-09-13T12:28:20Z"),
      permalink: "/r/madeup/comments/daily/a_post/",
      url: null,
      galleryUrls: [],
    });
    await expect(reddit.listHotPosts({ limit: 3, marketTime })).resolves.toHaveLength(3);
  });

  // Nine comments are shown; c5 and x1 … x3 lie behind stubs, as does what "continue this thread" stands for.
  const tree = madeUp.thread([
    comment("c1", "t3_p1", { score: 1136 }, [
      comment("c2", "t1_c1", {}, [comment("c3", "t1_c2", {}, [moreStub("t1_c3", [])]), moreStub("t1_c2", ["c5"])]),
      comment("c4", "t1_c1", { author: null, body: "[deleted]" }),
    ]),
    comment("d1", "t3_p1", {}, [comment("d2", "t1_d1"), comment("d3", "t1_d1", {}, [comment("d4", "t1_d3")])]),
    comment("e1", "t3_p1", { score: -142 }),
    moreStub("t3_p1", ["x1", "x2"], 3),
  ]);
  const behind: Record<string, unknown[]> = {
    c5: [comment("c5", "t1_c2")],
    "x1,x2": [comment("x1", "t3_p1"), comment("x3", "t1_x1"), comment("x2", "t3_p1", { score: 9 })],
  };
  const playTree = () =>
    setup((request) => {
      if (request.path.endsWith("access_token")) return granted;
      if (request.path !== "/api/morechildren") return jsonAnswer(tree);
      const children = new URLSearchParams(request.body).get("children") ?? "";
      return jsonAnswer(moreChildren(behind[children] ?? []));
    });
  const fetchTree = { postId: "p1", limit: 1000, marketTime };

  it("reads a tree of comments and leaves its stubs alone", async () => {
    const { reddit, requests } = await playTree();
    const comments = await reddit.fetchComments({ ...fetchTree, moreLimit: 0 });
    expect(requests).toHaveLength(2);
    expect(comments.map(({ id, parentId, depth }) => [id, parentId, depth])).toEqual([
      ["c1", null, 0],
      ["c2", "c1", 1],
      ["c3", "c2", 2],
      ["c4", "c1", 1],
      ["d1", null, 0],
      ["d2", "d1", 1],
      ["d3", "d1", 1],
      ["d4", "d3", 2],
      ["e1", null, 0],
    ]);
    expect(comments[0]).toEqual({
      id: "c1",
      postId: "p1",
      parentId: null,
      author: "loud_heron",
      body: "Comment c1",
      score: 1136,
      createdAt: new Date("2020-09-13T12:43:20Z"),
      depth: 0,
    });
    expect(comments[3]).toMatchObject({ author: "[deleted]", body: "[deleted]" });
  });

  it("fills the stubs that name children; 'continue this thread' stays closed", async () => {
    const { reddit, requests, log } = await playTree();
    const comments = await reddit.fetchComments({ ...fetchTree, moreLimit: 32 });
    expect(requests.filter(({ path }) => path === "/api/morechildren")).toHaveLength(2);
    const added = comments.slice(9).map(({ id, depth, score }) => [id, depth, score]);
    expect(added.toSorted()).toEqual([
      ["c5", 2, 3],
      ["x1", 0, 3],
      ["x2", 0, 9],
      ["x3", 1, 3],
    ]);
    expect(wrongDepths(comments)).toEqual([]);
    expect(log.lines.filter(({ level }) => level === "warn")).toEqual([]);
  });
});

interface Recording {
  request: { method: string; uri: string; body: string | null };
  response: { status: { code: number }; headers: Record<string, string>; body: unknown };
}

/** Sends what was recorded; the transport's own headers belong to the transport of the recording. */
function answerOf({ response }: Recording): ScriptedAnswer {
  const transport = /^(?:content-length|transfer-encoding|connection|date|server)$/;
  const headers = Object.fromEntries(Object.entries(response.headers).filter(([name]) => !transport.test(name)));
  const body = typeof response.body === "string" ? response.body : JSON.stringify(response.body);
  return { status: response.status.code, headers, body };
}

describeRecorded("recorded answers of Reddit", ["wire/reddit"], () => {
  // Their shape is told in the SOURCES.md beside them.
  const folder = join(recordings, "wire/reddit");
  const read = (file: string): unknown => JSON.parse(readFileSync(join(folder, file), "utf8"));
  const cassette = (file: string) => read(file) as Recording[];
  const answersOf = (file: string) => cassette(file).map(answerOf);

  shortAnswers(
    {
      tokens: ["oauth_token_client_credentials.json", "oauth_token_password_grant.json"],
      refusedCredentials: [
        ["oauth_token_bad_password_200_with_error.json", "Reddit refused the credentials: unauthorized_client"],
        ["oauth_token_invalid_refresh_400.json", "Reddit refused the credentials: HTTP 400"],
      ],
      throttledToken: "error_429_on_token_no_retry_after.json",
      throttled: "error_429_with_retry_after.json",
      invalidToken: "error_401_invalid_token.json",
      refused: ["error_403_forbidden.json", "error_403_with_ratelimit_headers.json", "error_404.json"],
      unavailable: ["error_500.json", "error_502.json", "error_503_then_retry.json", "error_200_bad_json.json"],
    },
    answersOf,
  );

  it("have every field of the made-up ones", () => {
    const [, tree, more] = cassette("comments_tree_with_more_and_morechildren.json");
    const replies = [comment("c2", "t1_c1"), moreStub("t1_c1", ["c3"])];
    const madeUpTree = madeUp.thread([comment("c1", "t3_p1", {}, replies)]);
    expect(unrecordedFields(madeUpTree, tree?.response.body)).toEqual([]);
    expect(unrecordedFields(moreChildren([comment("c1", "t3_p1")]), more?.response.body)).toEqual([]);
  });

  it("reads the hot listing: 100 posts and the two stickied ones above them", async () => {
    const { reddit, requests } = await play(answersOf("listing_hot.json"), "askreddit");
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
    const { reddit } = await play(answersOf("comments_small.json"));
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
    const [token, tree, ...others] = cassette("comments_tree_with_more_and_morechildren.json");
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
    expect(wrongDepths(comments)).toEqual([]);
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
