import { afterEach, describe, expect, it } from "vitest";
import { createHttp } from "../../../lib/providers/calls/http.ts";
import { createReddit } from "../../../lib/providers/reddit/client.ts";
import type { RedditComment, RedditPost } from "../../../lib/providers/reddit/source.ts";
import { sleep, wallClock } from "../../../lib/runtime/clock.ts";
import { type RedditStandInOptions, startRedditStandIn } from "../../../localstack/standins/reddit/server.ts";
import { recordedLog } from "../../support/recorded-log.ts";

const firstDay = new Date("2026-03-02T15:30:00Z");
const secondDay = new Date("2026-03-03T15:30:00Z");
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function start(options: RedditStandInOptions = {}) {
  const server = await startRedditStandIn(options);
  open.push(server);
  return server.url;
}

function clientOf(url: string) {
  return createReddit(
    {
      baseUrl: url,
      authUrl: `${url}/api/v1/access_token`,
      clientId: "stand-in",
      clientSecret: "stand-in",
      userAgent: "node:test:1.0",
      subreddit: "wallstreetbets",
      standIn: true,
      timeoutMs: 5_000,
    },
    { http: createHttp(recordedLog()), clock: wallClock, sleep, log: recordedLog() },
  );
}

const basic = `Basic ${Buffer.from("client:secret").toString("base64")}`;
const login = (url: string, headers: Record<string, string>, body = "grant_type=client_credentials") =>
  fetch(`${url}/api/v1/access_token`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
    body,
  });

async function bearer(url: string): Promise<Record<string, string>> {
  const { access_token } = (await (await login(url, { authorization: basic })).json()) as { access_token: string };
  return { authorization: `Bearer ${access_token}` };
}

function postOf(id: string, more: Partial<RedditPost> = {}): RedditPost {
  return {
    id,
    title: `Post ${id}`,
    selftext: "",
    author: "ape",
    upvotes: 1,
    totalComments: 50,
    createdAt: new Date("2026-03-02T10:00:00Z"),
    permalink: `/r/wallstreetbets/comments/${id}/post/`,
    url: null,
    galleryUrls: [],
    ...more,
  };
}

function commentOf(id: string, postId: string, more: Partial<RedditComment> = {}): RedditComment {
  return {
    id,
    postId,
    parentId: null,
    author: "ape",
    body: `Comment ${id}`,
    score: 1,
    createdAt: new Date("2026-03-02T11:00:00Z"),
    depth: 0,
    ...more,
  };
}

describe("the wire format", () => {
  it("gives tokens to named clients only", async () => {
    const url = await start();
    const good = await login(url, { authorization: basic });
    expect(good.status).toBe(200);
    expect(await good.json()).toMatchObject({ token_type: "bearer", expires_in: 3600, scope: "*" });
    const nobody = await login(url, {});
    expect(nobody.status).toBe(401);
    expect(await nobody.json()).toEqual({ message: "Unauthorized", error: 401 });
    expect((await login(url, { authorization: "Basic Og==" })).status).toBe(401);
    const odd = await login(url, { authorization: basic }, "grant_type=password");
    expect([odd.status, await odd.json()]).toEqual([200, { error: "unsupported_grant_type" }]);
  });

  it("refuses everything without a token it gave, and does not know other pages", async () => {
    const url = await start();
    const bare = await fetch(`${url}/r/wallstreetbets/hot`);
    expect(bare.status).toBe(401);
    expect(bare.headers.get("www-authenticate")).toContain("invalid_token");
    expect((await fetch(`${url}/r/wallstreetbets/hot`, { headers: { authorization: "Bearer forged" } })).status).toBe(
      401,
    );
    const headers = await bearer(url);
    for (const path of ["/r/stocks/hot", "/comments/zzzzz", "/api/v1/me"]) {
      const answer = await fetch(url + path, { headers });
      expect([answer.status, await answer.json()]).toEqual([404, { message: "Not Found", error: 404 }]);
    }
  });

  it("counts requests in the rate-limit headers", async () => {
    const url = await start();
    const answer = await fetch(`${url}/r/wallstreetbets/hot`, { headers: await bearer(url) });
    expect(answer.headers.get("x-ratelimit-used")).toBe("2");
    expect(answer.headers.get("x-ratelimit-remaining")).toBe("598.0");
    expect(Number(answer.headers.get("x-ratelimit-reset"))).toBeGreaterThan(0);
  });

  it("escapes texts unless asked for raw JSON", async () => {
    const url = await start({
      content: () => ({
        posts: [postOf("p1", { title: "S&P <500>" })],
        comments: [commentOf("c1", "p1", { body: "a > b" })],
      }),
    });
    const headers = await bearer(url);
    const read = async (query: string) => (await fetch(`${url}/comments/p1.json${query}`, { headers })).text();
    expect(await read("")).toContain("S&amp;P &lt;500&gt;");
    expect(await read("")).toContain('"body":"a &gt; b"');
    expect(await read("?raw_json=1")).toContain("S&P <500>");
    expect(await read("?raw_json=1")).toContain('"body":"a > b"');
  });
});

describe("with the real client", () => {
  it("lists ten posts and reads a thread with its replies, and the rest behind stubs when asked", async () => {
    const reddit = clientOf(await start());
    const posts = await reddit.listHotPosts({ limit: 10, marketTime: firstDay });
    expect(posts).toHaveLength(10);
    const [post] = posts;
    const request = { postId: post?.id ?? "", limit: 1000, marketTime: firstDay };
    const comments = await reddit.fetchComments({ ...request, moreLimit: 0 });
    const all = await reddit.fetchComments({ ...request, moreLimit: 10 });
    expect(comments).toHaveLength((post?.totalComments ?? 0) - 3);
    expect(all).toHaveLength(post?.totalComments ?? 0);
    expect(new Set(comments.map(({ depth }) => depth)).size).toBeGreaterThan(2);
  });

  it("knows nothing later than the market time it is told, and the first day when told none", async () => {
    const url = await start();
    const reddit = clientOf(url);
    const before = await reddit.listHotPosts({ limit: 100, marketTime: firstDay });
    const after = await reddit.listHotPosts({ limit: 100, marketTime: secondDay });
    expect(before.every(({ createdAt }) => createdAt !== null && createdAt <= firstDay)).toBe(true);
    const fresh = after[0]?.id ?? "";
    expect(before.map(({ id }) => id)).not.toContain(fresh);
    await expect(
      reddit.fetchComments({ postId: fresh, limit: 10, moreLimit: 0, marketTime: firstDay }),
    ).rejects.toMatchObject({ name: "RedditRefused" });

    const untold = await fetch(`${url}/r/wallstreetbets/hot?limit=1`, { headers: await bearer(url) });
    expect(await untold.text()).toContain(`"id":"${before[0]?.id}"`);
  });

  it("serves given posts and comments, all of them, and hides what is later", async () => {
    const posts = Array.from({ length: 10 }, (_, index) => postOf(`p${index}`));
    const comments = posts.flatMap(({ id }) =>
      Array.from({ length: 50 }, (_, index) => commentOf(`${id}c${index}`, id)),
    );
    const late = commentOf("late", "p0", { createdAt: secondDay });
    const url = await start({ content: () => ({ posts, comments: [...comments, late] }) });
    const reddit = clientOf(url);
    await expect(reddit.listHotPosts({ limit: 10, marketTime: firstDay })).resolves.toEqual(posts);
    for (const { id } of posts) {
      const read = await reddit.fetchComments({ postId: id, limit: 1000, moreLimit: 0, marketTime: firstDay });
      expect(read).toHaveLength(50);
    }
  });

  it("carries links and galleries", async () => {
    const linked = postOf("p1", { url: "https://i.redd.it/a.jpg" });
    const gallery = postOf("p2", {
      url: "https://www.reddit.com/gallery/p2",
      galleryUrls: ["https://preview.redd.it/a.jpg?width=640&s=1", "https://preview.redd.it/b.jpg"],
    });
    const reddit = clientOf(await start({ content: () => ({ posts: [linked, gallery], comments: [] }) }));
    await expect(reddit.listHotPosts({ limit: 10, marketTime: firstDay })).resolves.toEqual([linked, gallery]);
  });

  it("puts what a limit leaves out behind stubs, which bring it back with its replies", async () => {
    const comments = [
      commentOf("c1", "p1", { score: 9 }),
      commentOf("c2", "p1", { score: 5, parentId: "c1", depth: 1 }),
      commentOf("c3", "p1", { score: 3 }),
      commentOf("c4", "p1", { score: 2, parentId: "c3", depth: 1 }),
    ];
    const url = await start({ content: () => ({ posts: [postOf("p1")], comments }) });
    const headers = await bearer(url);
    const answer = await fetch(`${url}/comments/p1?limit=2&raw_json=1`, { headers });
    const [, tree] = (await answer.json()) as { data: { children: { kind: string; data: object }[] } }[];
    expect(tree?.data.children.map(({ kind }) => kind)).toEqual(["t1", "more"]);
    expect(tree?.data.children[1]?.data).toEqual({
      count: 2,
      id: "c3",
      name: "t1_c3",
      parent_id: "t3_p1",
      depth: 0,
      children: ["c3"],
    });
    const more = await fetch(`${url}/api/morechildren?link_id=t3_p1&children=c3`, { headers });
    const ids = (await more.text()).match(/"name":"t1_\w+"/g);
    expect(ids).toEqual(['"name":"t1_c3"', '"name":"t1_c4"']);
  });

  it("follows a script of faults", async () => {
    const seen: string[] = [];
    const url = await start({
      faults: ({ method, path, number }) => {
        seen.push(`${number} ${method} ${path}`);
        return number === 2 ? { status: 403, body: "{}" } : undefined;
      },
    });
    const reddit = clientOf(url);
    await expect(reddit.listHotPosts({ limit: 1, marketTime: firstDay })).rejects.toMatchObject({
      name: "RedditRefused",
    });
    await expect(reddit.listHotPosts({ limit: 1, marketTime: firstDay })).resolves.toHaveLength(1);
    expect(seen).toEqual(["1 POST /api/v1/access_token", "2 GET /r/wallstreetbets/hot", "3 GET /r/wallstreetbets/hot"]);
  });
});
