import { afterEach, describe, expect, it } from "vitest";
import type { RedditSettings } from "../../../../lib/providers/reddit/client.ts";
import type { ScriptedAnswer, StandInRequest } from "../../../../localstack/standins/json-server.ts";
import { redditClient } from "../../../support/reddit-client.ts";

const secret = "canary-secret-4711";
const marketTime = new Date("2026-03-02T15:30:00Z");
const listHot = { limit: 10, marketTime };
const fetchAll = { postId: "abc", limit: 100, moreLimit: 0, marketTime };
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

/** A client against a real server on this machine, on a clock that only its own waits move. */
async function setup(
  script: (request: StandInRequest) => ScriptedAnswer | "hang" | undefined,
  settings: Partial<RedditSettings> = {},
  limits?: { answerBytes: number },
) {
  const client = await redditClient(script, { clientSecret: secret, ...settings }, limits);
  open.push(client.server);
  const paths = () => client.requests.map(({ path }) => path);
  return { ...client, paths };
}

const isToken = ({ path }: StandInRequest) => path === "/api/v1/access_token";
const json = (body: unknown, status = 200, headers: Record<string, string> = {}): ScriptedAnswer => ({
  status,
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(body),
});
const listing = (children: unknown[]) => ({ kind: "Listing", data: { children } });
const post = (data: object) => ({ kind: "t3", data });
const comment = (data: object) => ({ kind: "t1", data: { body: "text", parent_id: "t3_abc", ...data } });
const tree = (children: unknown[]) => json([listing([]), listing(children)]);
/** Tokens from the stand-in, this for everything else. */
const always = (answer: ScriptedAnswer | "hang") => (request: StandInRequest) =>
  isToken(request) ? undefined : answer;

describe("credentials and tokens", () => {
  it.each([
    ["REDDIT_CLIENT_ID", { clientId: "" }],
    ["REDDIT_CLIENT_SECRET", { clientSecret: "  " }],
    ["REDDIT_USER_AGENT", { userAgent: "" }],
  ])("names %s when it is empty", async (name, settings) => {
    await expect(setup(() => undefined, settings)).rejects.toMatchObject({
      name: "BadConfiguration",
      code: "CONFIGURATION_ERROR",
      message: expect.stringContaining(name),
    });
  });

  it("logs in with the client's credentials and the user agent", async () => {
    const { reddit, requests } = await setup(() => undefined);
    await reddit.listHotPosts(listHot);
    const basic = Buffer.from(`client:${secret}`).toString("base64");
    expect(requests[0]?.headers).toMatchObject({ authorization: `Basic ${basic}`, "user-agent": "node:test:1.0" });
    expect(requests[0]?.body).toBe("grant_type=client_credentials");
    expect(requests[1]?.headers).toMatchObject({
      authorization: "Bearer stand-in-token-1",
      "user-agent": "node:test:1.0",
    });
  });

  it("asks for one token for parallel and later calls, and for a new one in the last minute of its hour", async () => {
    const { reddit, paths, time } = await setup(() => undefined);
    await Promise.all([reddit.listHotPosts(listHot), reddit.listHotPosts(listHot), reddit.listHotPosts(listHot)]);
    time.now += 3_539_000;
    await reddit.listHotPosts(listHot);
    const tokens = () => paths().filter((path) => path === "/api/v1/access_token").length;
    expect(tokens()).toBe(1);
    time.now += 1_000;
    await reddit.listHotPosts(listHot);
    expect(tokens()).toBe(2);
  });

  it("takes one new token after a 401 and repeats the call once", async () => {
    const { reddit, paths } = await setup((request) => (request.number === 2 ? json({ error: 401 }, 401) : undefined));
    await expect(reddit.listHotPosts(listHot)).resolves.toHaveLength(10);
    expect(paths()).toEqual([
      "/api/v1/access_token",
      "/r/wallstreetbets/hot",
      "/api/v1/access_token",
      "/r/wallstreetbets/hot",
    ]);
  });

  it("gives up after the second 401", async () => {
    const { reddit, requests } = await setup(always(json({ error: 401 }, 401)));
    await expect(reddit.listHotPosts(listHot)).rejects.toMatchObject({ name: "RedditRefused", retryable: false });
    expect(requests).toHaveLength(4);
  });

  it("keeps secrets out of the log and of errors", async () => {
    const { reddit, log } = await setup(always({ status: 500, body: "" }));
    const error = await reddit.listHotPosts(listHot).catch((thrown: Error) => thrown);
    const words = JSON.stringify(log.lines) + String(error) + JSON.stringify(error);
    expect(words).not.toContain(secret);
    expect(words).not.toContain(Buffer.from(`client:${secret}`).toString("base64"));
    expect(words).not.toContain("stand-in-token");
  });
});

describe("failures", () => {
  it.each<[string, ScriptedAnswer]>([
    ["429 without Retry-After as JSON", json({ message: "Too Many Requests", error: 429 }, 429)],
    ["500", { status: 500 }],
    ["503 with an HTML page", { status: 503, body: "<html>busy</html>" }],
    ["a redirect to the login page", { status: 302, headers: { location: "https://www.reddit.com/login" } }],
    ["an HTML page with status 200", { status: 200, body: "<!doctype html><title>Log in</title>" }],
    ["JSON cut short", { status: 200, body: '{"kind": "Listing", "data": {"children": [' }],
  ])("throws RedditUnavailable at %s after one call, for the workflow to retry", async (_, answer) => {
    const { reddit, requests, waits } = await setup(always(answer));
    await expect(reddit.listHotPosts(listHot)).rejects.toMatchObject({
      name: "RedditUnavailable",
      code: "REDDIT_API_ERROR",
      retryable: true,
    });
    expect(waits).toEqual([]);
    expect(requests).toHaveLength(2);
  });

  it("says how long Retry-After asks to wait", async () => {
    const { reddit, waits } = await setup(always({ status: 429, headers: { "retry-after": "120" } }));
    await expect(reddit.listHotPosts(listHot)).rejects.toMatchObject({
      name: "RedditUnavailable",
      retryAfterSeconds: 120,
    });
    expect(waits).toEqual([]);
  });

  it.each([400, 403, 404, 451])("does not retry HTTP %i", async (status) => {
    const { reddit, requests } = await setup(always(json({ error: status }, status)));
    await expect(reddit.fetchComments(fetchAll)).rejects.toMatchObject({
      name: "RedditRefused",
      code: "REDDIT_API_ERROR",
      message: `Reddit refused /comments/abc: HTTP ${status}`,
    });
    expect(requests).toHaveLength(2);
  });

  it("takes a hanging server for unavailable", async () => {
    const { reddit, requests } = await setup(always("hang"), { timeoutMs: 60 });
    await expect(reddit.listHotPosts(listHot)).rejects.toMatchObject({ name: "RedditUnavailable" });
    expect(requests).toHaveLength(2);
  });

  it("takes a refused connection for unavailable", async () => {
    const { reddit } = await setup(() => undefined, { baseUrl: "http://127.0.0.1:1" });
    await expect(reddit.listHotPosts(listHot)).rejects.toMatchObject({ name: "RedditUnavailable" });
  });

  it("takes an answer above the size limit for unavailable", async () => {
    const { reddit } = await setup(always(json(listing([]), 200, { padding: "x" })), {}, { answerBytes: 20 });
    await expect(reddit.listHotPosts(listHot)).rejects.toMatchObject({
      name: "RedditUnavailable",
      message: expect.stringContaining("larger than 20 bytes"),
    });
  });

  it.each([[{ error: "x" }], [[]], [null], [{ kind: "Listing", data: {} }]])(
    "takes %j for no listing",
    async (body) => {
      const { reddit } = await setup(always(json(body)));
      await expect(reddit.listHotPosts(listHot)).rejects.toMatchObject({ name: "RedditUnavailable" });
      await expect(reddit.fetchComments(fetchAll)).rejects.toMatchObject({ name: "RedditUnavailable" });
    },
  );

  it("never puts a strange post id into an address", async () => {
    const { reddit, requests } = await setup(() => undefined);
    await expect(reddit.fetchComments({ ...fetchAll, postId: "../me?x=" })).rejects.toMatchObject({
      name: "RedditRefused",
    });
    expect(requests).toEqual([]);
  });
});

describe("the request limit", () => {
  it("sends at most 60 requests in a minute", async () => {
    const { reddit, waits, time } = await setup(always(json(listing([]))));
    const begun = time.now;
    // The token was the first of the 60.
    for (let call = 0; call < 59; call++) await reddit.listHotPosts(listHot);
    expect(waits).toEqual([]);
    time.now += 20_000;
    await reddit.listHotPosts(listHot);
    expect(waits).toEqual([40_000]);
    expect(time.now - begun).toBe(60_000);
  });

  it("spares a stand-in the minute's limit", async () => {
    const { reddit, waits } = await setup(always(json(listing([]))), { standIn: true });
    for (let call = 0; call < 70; call++) await reddit.listHotPosts(listHot);
    expect(waits).toEqual([]);
  });

  it("stops until the reset when Reddit says that nothing remains", async () => {
    const spent = { "x-ratelimit-remaining": "0.0", "x-ratelimit-reset": "25" };
    const { reddit, waits } = await setup((request) =>
      isToken(request) ? undefined : json(listing([]), 200, request.number === 2 ? spent : {}),
    );
    await reddit.listHotPosts(listHot);
    await reddit.listHotPosts(listHot);
    expect(waits).toEqual([25_000]);
  });

  it("asks nothing before the time that Retry-After named", async () => {
    const { reddit, waits } = await setup((request) => {
      if (isToken(request)) return undefined;
      return request.number === 2 ? { status: 429, headers: { "retry-after": "40" } } : json(listing([]));
    });
    await expect(reddit.listHotPosts(listHot)).rejects.toMatchObject({ name: "RedditUnavailable" });
    expect(await reddit.listHotPosts(listHot)).toEqual([]);
    expect(waits).toEqual([40_000]);
  });

  it("does not sleep through a reset that is more than a minute away", async () => {
    const spent = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "244" };
    const { reddit, waits, requests } = await setup(always(json(listing([]), 200, spent)));
    await reddit.listHotPosts(listHot);
    await expect(reddit.listHotPosts(listHot)).rejects.toMatchObject({
      name: "RedditUnavailable",
      retryAfterSeconds: 244,
    });
    expect(waits).toEqual([]);
    expect(requests).toHaveLength(2);
  });
});

describe("reading", () => {
  it("asks for what it needs, and tells only a stand-in the market time", async () => {
    const real = await setup(always(tree([])));
    await real.reddit.fetchComments(fetchAll);
    expect(Object.fromEntries(real.requests[1]?.query ?? [])).toEqual({ limit: "100", sort: "top", raw_json: "1" });
    expect(real.requests.every(({ headers }) => headers["x-market-time"] === undefined)).toBe(true);

    const local = await setup(always(tree([])), { standIn: true });
    await local.reddit.fetchComments(fetchAll);
    expect(local.requests[1]?.headers["x-market-time"]).toBe("2026-03-02T15:30:00.000Z");
  });

  it("skips garbage, takes each post once and never more than asked for", async () => {
    const children = [
      post({ id: "a1", title: "First", selftext: "text", author: "ape", score: 5, num_comments: 2, created_utc: 60 }),
      post({ id: "a1", title: "Again" }),
      post({ id: "no/slash" }),
      post({ title: "no id" }),
      comment({ id: "c1" }),
      null,
      7,
      { kind: "t3" },
      post({ id: "a2", author: null, score: "many", created_utc: "soon" }),
      post({ id: "a3" }),
    ];
    const { reddit, log } = await setup(always(json(listing(children))));
    const counted: number[] = [];
    const leftOut = (count: number) => counted.push(count);
    const posts = await reddit.listHotPosts({ limit: 2, marketTime, leftOut });
    expect(counted).toEqual([6]);
    expect(posts).toEqual([
      {
        id: "a1",
        title: "First",
        selftext: "text",
        author: "ape",
        upvotes: 5,
        totalComments: 2,
        createdAt: new Date(60_000),
        permalink: "",
        url: null,
        galleryUrls: [],
      },
      expect.objectContaining({ id: "a2", author: "[deleted]", upvotes: 0, createdAt: null }),
    ]);
    expect(log.lines).toContainEqual(expect.objectContaining({ level: "warn", fields: { skipped: 6 } }));
  });

  it("knows the link of a link post and the pictures of a gallery in their order", async () => {
    const gallery = {
      id: "g1",
      url: "https://www.reddit.com/gallery/g1",
      is_gallery: true,
      gallery_data: { items: [{ media_id: "m2" }, { media_id: "m1" }, { media_id: "gone" }, null] },
      media_metadata: {
        m1: { s: { u: "https://preview.redd.it/one.jpg?width=1" } },
        m2: { s: { u: "https://preview.redd.it/two.jpg?width=2" } },
      },
    };
    const link = { id: "l1", url: "https://i.redd.it/x.png", is_self: false };
    const self = { id: "s1", url: "https://www.reddit.com/r/wallstreetbets/comments/s1/", is_self: true };
    const { reddit } = await setup(always(json(listing([post(gallery), post(link), post(self)]))));
    const posts = await reddit.listHotPosts(listHot);
    expect(posts.map(({ url }) => url)).toEqual(["https://www.reddit.com/gallery/g1", "https://i.redd.it/x.png", null]);
    expect(posts[0]?.galleryUrls).toEqual([
      "https://preview.redd.it/two.jpg?width=2",
      "https://preview.redd.it/one.jpg?width=1",
    ]);
  });

  it("reads nested replies, counts depths, takes each id once and skips what is no comment", async () => {
    const replies = listing([
      comment({
        id: "c2",
        parent_id: "t1_c1",
        replies: listing([comment({ id: "c3", parent_id: "t1_c2", replies: "" })]),
      }),
      comment({ id: "c1", parent_id: "t1_c1" }),
    ]);
    const { reddit } = await setup(
      always(
        tree([
          comment({ id: "c1", author: "[deleted]", body: "[removed]", score: -4, created_utc: 90, replies }),
          comment({ id: "c4", body: null }),
          "garbage",
          { kind: "t1" },
          comment({ id: "c5", parent_id: "t1_unseen" }),
        ]),
      ),
    );
    const comments = await reddit.fetchComments(fetchAll);
    expect(comments[0]).toEqual({
      id: "c1",
      postId: "abc",
      parentId: null,
      author: "[deleted]",
      body: "[removed]",
      score: -4,
      createdAt: new Date(90_000),
      depth: 0,
    });
    expect(comments.map(({ id, parentId, depth }) => [id, parentId, depth])).toEqual([
      ["c1", null, 0],
      ["c2", "c1", 1],
      ["c3", "c2", 2],
      ["c5", "unseen", 1],
    ]);
  });

  it("cuts to the limit and keeps parents before their replies", async () => {
    const replies = listing([comment({ id: "c2", parent_id: "t1_c1" })]);
    const { reddit } = await setup(always(tree([comment({ id: "c1", replies }), comment({ id: "c3" })])));
    const comments = await reddit.fetchComments({ ...fetchAll, limit: 2 });
    expect(comments.map(({ id }) => id)).toEqual(["c1", "c2"]);
  });

  it("survives a tree of 3,000 levels", async () => {
    // Written by hand: JSON.stringify itself would not survive it.
    const opened = Array.from({ length: 3_000 }, (_, depth) => {
      const parent = depth === 0 ? "t3_abc" : `t1_c${depth - 1}`;
      const head = `{"kind":"t1","data":{"id":"c${depth}","parent_id":"${parent}","body":"x","replies":`;
      return `${head}{"kind":"Listing","data":{"children":[`;
    });
    const body = `[[],{"kind":"Listing","data":{"children":[${opened.join("")}${"]}}}}".repeat(3_000)}]}}]`;
    const { reddit } = await setup(always({ status: 200, body }));
    await expect(reddit.fetchComments({ ...fetchAll, limit: 5_000 })).resolves.toHaveLength(3_000);
  });

  it("makes hostile text storable and cuts it to Reddit's own limits", async () => {
    const { reddit } = await setup(
      always(
        tree([
          comment({ id: "c1", body: "a\0b\ud800c" }),
          comment({ id: "c2", body: `x${"😀".repeat(10_000)}` }),
          comment({ id: "c3", body: "e\u0301\u202e\u200b" }),
        ]),
      ),
    );
    const [first, second, third] = await reddit.fetchComments(fetchAll);
    expect(first?.body).toBe("ab\ufffdc");
    // 10,000 UTF-16 units would end within the 5,000th pair.
    expect(second?.body).toBe(`x${"😀".repeat(4_999)}`);
    expect(third?.body).toBe("e\u0301\u202e\u200b");
  });
});

describe("more comments", () => {
  const stub = (id: string, count: number, children = [id]) => ({
    kind: "more",
    data: { id, name: `t1_${id}`, parent_id: "t3_abc", count, children },
  });
  const continued = { kind: "more", data: { id: "_", name: "t1__", parent_id: "t1_c1", count: 0, children: [] } };
  const things = (children: unknown[]) => json({ json: { errors: [], data: { things: children } } });
  const page = tree([comment({ id: "c1" }), stub("m1", 1), stub("m2", 7, ["m2", "m3"]), continued]);

  it("leaves stubs closed unless asked to open them", async () => {
    const { reddit, requests } = await setup(always(page));
    await expect(reddit.fetchComments(fetchAll)).resolves.toHaveLength(1);
    expect(requests).toHaveLength(2);
  });

  it("opens the largest first, as many as allowed, and never 'continue this thread'", async () => {
    const { reddit, requests } = await setup((request) => {
      if (isToken(request)) return undefined;
      if (request.path !== "/api/morechildren") return page;
      const children = new URLSearchParams(request.body).get("children") ?? "";
      return things(children.split(",").map((id) => comment({ id })));
    });
    const comments = await reddit.fetchComments({ ...fetchAll, moreLimit: 1 });
    expect(comments.map(({ id }) => id)).toEqual(["c1", "m2", "m3"]);
    expect(Object.fromEntries(new URLSearchParams(requests[2]?.body))).toEqual({
      api_type: "json",
      link_id: "t3_abc",
      children: "m2,m3",
      sort: "top",
    });
    const all = await reddit.fetchComments({ ...fetchAll, moreLimit: 9 });
    expect(all.map(({ id }) => id)).toEqual(["c1", "m2", "m3", "m1"]);
    expect(requests.filter(({ path }) => path === "/api/morechildren")).toHaveLength(3);
  });

  it("asks for at most 100 children in one call", async () => {
    const ids = Array.from({ length: 130 }, (_, index) => `m${index}`);
    const { reddit, requests } = await setup((request) => {
      if (isToken(request)) return undefined;
      return request.path === "/api/morechildren" ? things([]) : tree([stub("m0", 130, ids)]);
    });
    await reddit.fetchComments({ ...fetchAll, moreLimit: 5 });
    const asked = requests.slice(2).map(({ body }) => new URLSearchParams(body).get("children")?.split(",").length);
    expect(asked).toEqual([100, 30]);
  });

  it.each<[string, ScriptedAnswer]>([
    ["is refused", { status: 403 }],
    ["is unavailable", { status: 500 }],
    ["reports errors", json({ json: { errors: [["BAD", "no", "id"]], data: { things: [] } } })],
  ])("keeps what is loaded and logs a warning when a stub %s", async (_, answer) => {
    const { reddit, log } = await setup((request) => {
      if (isToken(request)) return undefined;
      return request.path === "/api/morechildren" ? answer : page;
    });
    const counted: number[] = [];
    const leftOut = (count: number) => counted.push(count);
    const comments = await reddit.fetchComments({ ...fetchAll, moreLimit: 3, leftOut });
    expect(comments.map(({ id }) => id)).toEqual(["c1"]);
    expect(counted).toEqual([7]);
    const warning = { level: "warn", message: "more comments could not be loaded, continuing without them" };
    expect(log.lines).toContainEqual(expect.objectContaining(warning));
  });
});
