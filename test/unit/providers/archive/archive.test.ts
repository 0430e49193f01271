import { readFileSync } from "node:fs";
import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { checkArchive, createArchive } from "../../../../lib/providers/archive/archive.ts";
import { type Archive, parseArchive } from "../../../../lib/providers/archive/rows.ts";
import { commentsAsOf, hotPosts } from "../../../../lib/providers/archive/view.ts";
import { describeRecorded, recordings, unrecordedFields } from "../../../support/recorded.ts";
import { recordedLog } from "../../../support/recorded-log.ts";
import { jsonLines as lines, redditArchives } from "../../../support/wire/reddit-archive.ts";

const asOf = new Date("2021-01-27T19:00:00Z");
const now = asOf.getTime() / 1000;
const hour = 3600;

let own: string;
beforeAll(async () => {
  own = await mkdtemp(join(tmpdir(), "archive-"));
});
afterAll(() => rm(own, { recursive: true }));
afterEach(() => {
  vi.unstubAllEnvs();
});

const archiveOf = (...rows: object[]) => parseArchive(lines(rows));
const post = (id: string, more: object = {}) => ({ kind: "t3", id, title: `Post ${id}`, ...more });
const comment = (id: string, link: string | null, more: object = {}) => ({
  kind: "t1",
  id,
  link_id: link === null ? null : `t3_${link}`,
  body: `Comment ${id}`,
  ...more,
});
const hotIds = (archive: Archive, limit = 10) => hotPosts(archive, asOf, limit).map(({ id }) => id);
const commentIds = (archive: Archive, postId: string) => commentsAsOf(archive, postId, asOf, 1000).map(({ id }) => id);

describe("rows with holes", () => {
  it("reads a full post and a full comment", () => {
    const archive = archiveOf(
      post("p1", {
        author: "ape",
        created_utc: now - hour,
        score: 7,
        num_comments: 900,
        body: "S&amp;P",
        permalink: "https://www.reddit.com/r/wallstreetbets/comments/p1/post_p1/",
      }),
      comment("c1", "p1", { author: "bear", created_utc: now, score: -2, parent_id: "t3_p1" }),
    );
    expect(hotPosts(archive, asOf, 10)).toEqual([
      {
        id: "p1",
        title: "Post p1",
        selftext: "S&P",
        author: "ape",
        upvotes: 7,
        totalComments: 1,
        createdAt: new Date("2021-01-27T18:00:00Z"),
        permalink: "/r/wallstreetbets/comments/p1/post_p1/",
        url: null,
        galleryUrls: [],
      },
    ]);
    expect(commentsAsOf(archive, "p1", asOf, 10)).toEqual([
      {
        id: "c1",
        postId: "p1",
        parentId: null,
        author: "bear",
        body: "Comment c1",
        score: -2,
        createdAt: asOf,
        depth: 0,
      },
    ]);
  });

  it("fills what is missing: deleted author, no score, the post's time", () => {
    const archive = archiveOf(post("p1", { created_utc: now - hour, author: null }), comment("c1", "p1"));
    expect(commentsAsOf(archive, "p1", asOf, 10)[0]).toMatchObject({
      author: "[deleted]",
      score: 0,
      createdAt: new Date("2021-01-27T18:00:00Z"),
    });
  });

  it("takes a permalink to a picture for the link of the post", () => {
    const archive = archiveOf(post("p1", { permalink: "https://i.redd.it/abc.jpg" }), post("p2", { permalink: "" }));
    const [first, second] = hotPosts(archive, asOf, 10);
    expect(first).toMatchObject({ url: "https://i.redd.it/abc.jpg", permalink: "/comments/p1/" });
    expect(second).toMatchObject({ url: null, permalink: "/comments/p2/" });
  });

  it("makes a missing post from link_id and the permalink of a visible comment", () => {
    const permalink = "/r/wallstreetbets/comments/p9/gme_is_fine/c1/";
    const archive = archiveOf(
      comment("c0", "p9", { created_utc: now + 1, permalink: "/r/wallstreetbets/comments/p9/told_tomorrow/c0/" }),
      comment("c1", "p9", { created_utc: now, permalink }),
    );
    expect(hotPosts(archive, asOf, 10)).toEqual([
      expect.objectContaining({
        id: "p9",
        title: "gme is fine",
        author: "[deleted]",
        createdAt: null,
        permalink: "/r/wallstreetbets/comments/p9/gme_is_fine/",
        totalComments: 1,
      }),
    ]);
  });

  it("puts orphans without link_id under one post, but follows a parent that is a post", () => {
    const archive = archiveOf(
      comment("c1", null, { parent_id: "t1_gone" }),
      comment("c2", null),
      comment("c3", null, { parent_id: "t3_p1" }),
    );
    expect(commentIds(archive, "orphans")).toEqual(["c1", "c2"]);
    expect(commentIds(archive, "p1")).toEqual(["c3"]);
    expect(hotPosts(archive, asOf, 1)[0]).toMatchObject({ id: "orphans", totalComments: 2 });
  });

  it("numbers the comments of a post that has their bodies only", () => {
    const archive = archiveOf(post("p1", { created_utc: now - hour, comment_bodies: ["first", "second"] }));
    expect(commentsAsOf(archive, "p1", asOf, 10)).toEqual([
      expect.objectContaining({ id: "p1_1", body: "first", parentId: null, author: "[deleted]" }),
      expect.objectContaining({ id: "p1_2", body: "second", createdAt: new Date("2021-01-27T18:00:00Z") }),
    ]);
  });

  it("counts depth from the parents, also through missing ones and circles", () => {
    const archive = archiveOf(
      comment("c3", "p1", { parent_id: "t1_c2" }),
      comment("c1", "p1", { parent_id: "t3_p1" }),
      comment("c2", "p1", { parent_id: "t1_c1" }),
      comment("c4", "p1", { parent_id: "t1_gone" }),
      comment("c5", "p1", { parent_id: "t1_c4" }),
      comment("x1", "p1", { parent_id: "t1_x2" }),
      comment("x2", "p1", { parent_id: "t1_x1" }),
    );
    const depths = commentsAsOf(archive, "p1", asOf, 10).map(({ id, depth }) => [id, depth]);
    expect(Object.fromEntries(depths)).toMatchObject({ c1: 0, c2: 1, c3: 2, c4: 1, c5: 2 });
    expect(depths).toHaveLength(7);
  });

  it("takes each id once, in its earliest form", () => {
    const archive = archiveOf(
      comment("c1", "p1", { created_utc: now, body: "edited" }),
      comment("c1", "p1", { created_utc: now - hour, body: "as written" }),
      comment("c1", "p1", { body: "undated" }),
    );
    expect(commentsAsOf(archive, "p1", asOf, 10).map(({ body }) => body)).toEqual(["as written"]);
  });

  it("counts lines that are no row and reads the rest", () => {
    const bad = ['{"id": "c2"', "null", '"x"', lines([{ kind: "t5", id: "x" }]), lines([{ kind: "t1", id: "c3" }])];
    const worse = [{ ...comment("c4", "p1"), created_utc: "yesterday" }, comment("a/b#c", "p1")];
    const archive = parseArchive(`\uFEFF${lines([comment("c1", "p1")])}\r\n\n${[...bad, lines(worse)].join("\n")}`);
    expect(archive).toMatchObject({ comments: 1, posts: 0, malformed: 7 });
  });

  it.each<[string, object, object]>([
    ["a score with a fraction", { score: 1.5 }, { score: 2 }],
    ["a score as text", { score: "12" }, { score: 12 }],
    ["a score nobody can have", { score: 1e300 }, { score: 0 }],
    ["a time as text", { created_utc: "1611770400" }, { createdAt: new Date("2021-01-27T18:00:00Z") }],
    ["a time in words", { created_utc: "2021-01-27T18:00:00Z" }, { createdAt: new Date("2021-01-27T18:00:00Z") }],
    ["a kind in words", { kind: "Comment" }, { id: "c1" }],
    ["no kind", { kind: null }, { id: "c1" }],
    ["a number for an author", { author: 420 }, { author: "420" }],
    ["a blank author", { author: " " }, { author: "[deleted]" }],
    ["an object for an author", { author: { name: "ape" } }, { author: "[deleted]" }],
    ["a number for a text", { body: 69 }, { body: "69" }],
  ])("reads a comment with %s", (_, odd, read) => {
    const archive = archiveOf(post("p1"), comment("c1", "p1", odd));
    expect(archive).toMatchObject({ posts: 1, comments: 1, malformed: 0 });
    expect(commentsAsOf(archive, "p1", asOf, 10)).toEqual([expect.objectContaining(read)]);
  });

  it("takes numbers for ids, and a parent without a prefix for a comment unless it is the post", () => {
    const archive = archiveOf(
      post("p1", { id: 1 }),
      comment("c1", null, { id: 2, link_id: 1, parent_id: 1 }),
      comment("c2", null, { id: 3, link_id: 1, parent_id: 2 }),
    );
    expect(commentsAsOf(archive, "1", asOf, 10)).toEqual([
      expect.objectContaining({ id: "2", parentId: null, depth: 0 }),
      expect.objectContaining({ id: "3", parentId: "2", depth: 1 }),
    ]);
  });

  it("takes a row without a kind for a post where it has a title or answers nothing", () => {
    const archive = archiveOf(
      { id: "a", title: "Titled", link_id: "t3_a" },
      { id: "b", body: "answers nothing" },
      { id: "c", parent_id: "t3_a", body: "answers the post" },
      { id: "d" },
    );
    expect(archive).toMatchObject({ posts: 2, comments: 1, malformed: 1 });
  });

  it.each([
    ["milliseconds", 1611770400000],
    ["microseconds", 1611770400000000],
    ["a negative number", -5],
    ["a day", "2021-01-27"],
    ["a truth", true],
  ])("counts a row whose time is %s as unreadable", (_, created_utc) => {
    const archive = archiveOf(post("p1"), comment("c1", "p1", { created_utc }));
    expect(archive).toMatchObject({ posts: 1, comments: 0, malformed: 1 });
  });

  it("reads the words for what is missing that Python writes, and leaves them in texts", () => {
    const archive = parseArchive(
      '{"id": "c1", "kind": "t1", "link_id": "t3_p1", "body": "NaN, said he", "score": NaN}',
    );
    expect(commentsAsOf(archive, "p1", asOf, 10)).toEqual([
      expect.objectContaining({ body: "NaN, said he", score: 0 }),
    ]);
  });

  it("keeps the most discussed comments with their parents where there are more than asked for", () => {
    const archive = archiveOf(
      comment("c1", "p1", { score: 50 }),
      comment("c2", "p1", { score: 1 }),
      comment("c3", "p1", { score: 9, parent_id: "t1_c2" }),
      comment("c4", "p1", { score: 3, parent_id: "t1_c3" }),
    );
    const kept = commentsAsOf(archive, "p1", asOf, 2).map(({ id }) => id);
    expect(kept.sort()).toEqual(["c2", "c3"]);
  });
});

describe("what is hot", () => {
  it("counts comments of the last 24 hours, then all visible ones, then prefers the newer post and the smaller id", () => {
    const old = { created_utc: now - 25 * hour };
    const fresh = { created_utc: now - 23 * hour };
    const archive = archiveOf(
      post("b", old),
      comment("b1", "b", fresh),
      post("a", old),
      comment("a1", "a", fresh),
      post("newer", fresh),
      comment("n1", "newer", fresh),
      post("hot", old),
      comment("h1", "hot", old),
      comment("h2", "hot", fresh),
      post("hotter", old),
      comment("r1", "hotter", fresh),
      comment("r2", "hotter", fresh),
    );
    expect(hotIds(archive)).toEqual(["hotter", "hot", "newer", "a", "b"]);
    expect(hotIds(archive, 2)).toEqual(["hotter", "hot"]);
  });

  it("leaves out what nobody has begun or spoken in for 24 hours, however short the list", () => {
    const old = { created_utc: now - 25 * hour };
    const archive = archiveOf(
      post("silent", old),
      comment("s1", "silent", old),
      post("begun", { created_utc: now - 23 * hour }),
      post("spoken", old),
      comment("p1", "spoken", { created_utc: now - 23 * hour }),
      comment("m1", "made", old),
      post("undated"),
      comment("u1", "undated", old),
    );
    expect(hotIds(archive)).toEqual(["spoken", "begun"]);
  });

  it("counts undated comments as recent", () => {
    const archive = archiveOf(
      comment("c1", "dated", { created_utc: now }),
      comment("c2", "undated"),
      comment("c3", "undated"),
    );
    expect(hotIds(archive)).toEqual(["undated", "dated"]);
  });
});

describe("nothing later than the market time", () => {
  const archive = archiveOf(
    post("later", { created_utc: now + 1 }),
    comment("l1", "later"),
    comment("l2", "later", { created_utc: now - hour }),
    post("there", { created_utc: now }),
    comment("t1", "there", { created_utc: now }),
    comment("t2", "there", { created_utc: now + 1 }),
    post("undated"),
    comment("u1", "undated", { created_utc: now + 1 }),
    comment("u2", "undated"),
    comment("m1", "made", { created_utc: now + 1 }),
  );

  it("hides later posts with all their comments, and threads without a visible comment", () => {
    expect(hotIds(archive).sort()).toEqual(["there", "undated"]);
    expect(commentIds(archive, "later")).toEqual([]);
    expect(commentIds(archive, "made")).toEqual([]);
  });

  it("hides later comments, also under an undated post", () => {
    expect(commentIds(archive, "there")).toEqual(["t1"]);
    expect(commentIds(archive, "undated")).toEqual(["u2"]);
  });
});

describe("the source", () => {
  it.each([
    ["a file that is not there", "missing.jsonl", "does not exist"],
    ["a folder", ".", "is not a file"],
  ])("names REDDIT_ARCHIVE for %s", async (_, name, problem) => {
    const location = join(own, name);
    const failure = { name: "BadConfiguration", message: `REDDIT_ARCHIVE: ${location} ${problem}` };
    await expect(checkArchive(location, asOf, recordedLog())).rejects.toMatchObject(failure);
    const source = createArchive({ location }, { log: recordedLog() });
    await expect(source.listHotPosts({ limit: 10, marketTime: asOf })).rejects.toMatchObject(failure);
  });

  it("refuses a file without a single row", async () => {
    const location = join(own, "prose.jsonl");
    await writeFile(location, "Dear diary,\n");
    await expect(checkArchive(location, asOf, recordedLog())).rejects.toMatchObject({
      name: "BadConfiguration",
      message: `REDDIT_ARCHIVE: ${location} holds no post and no comment in JSON lines; unreadable rows: 1`,
    });
  });

  it("says what is unreadable, and how many posts a run would find", async () => {
    const location = join(own, "odd.jsonl");
    const rows = [post("p1", { created_utc: now }), comment("c1", "p1", { created_utc: now * 1000 }), post("p2")];
    await writeFile(location, lines(rows));
    const found = { posts: 2, comments: 0, undatedComments: 0, malformed: 1, hotPosts: 2 };
    await expect(checkArchive(location, asOf, recordedLog())).resolves.toEqual(found);
    const later = new Date("2021-01-29T19:00:00Z");
    await expect(checkArchive(location, later, recordedLog())).resolves.toMatchObject({ hotPosts: 1 });
    const counted: number[] = [];
    const source = createArchive({ location }, { log: recordedLog() });
    await source.listHotPosts({ limit: 10, marketTime: asOf, leftOut: (count) => counted.push(count) });
    expect(counted).toEqual([1]);
  });

  it("reads a file once until it changes, and logs once what is undated and unreadable", async () => {
    const location = join(own, "small.jsonl");
    const log = recordedLog();
    await writeFile(location, `${lines([post("p1"), comment("c1", "p1")])}\n{\n`);
    const source = createArchive({ location }, { log });
    const request = { postId: "p1", limit: 10, moreLimit: 0, marketTime: asOf };
    await Promise.all([source.fetchComments(request), source.listHotPosts({ limit: 10, marketTime: asOf })]);
    await expect(source.fetchComments(request)).resolves.toHaveLength(1);
    const read = { level: "info", message: "archive read" };
    expect(log.lines).toEqual([{ ...read, fields: { posts: 1, comments: 1, undatedComments: 1, malformed: 1 } }]);

    await writeFile(location, lines([post("p1"), comment("c1", "p1"), comment("c2", "p1")]));
    await utimes(location, 1_000, 1_000);
    await expect(source.fetchComments(request)).resolves.toHaveLength(2);
    expect(log.lines).toHaveLength(2);
  });

  it("reads an object of S3", async () => {
    const paths: string[] = [];
    const server = createServer((request, response) => {
      paths.push(request.url?.split("?")[0] ?? "");
      if (request.url?.startsWith("/archives/there.jsonl")) return response.end(lines([post("p1")]));
      response.writeHead(404, { "content-type": "application/xml" });
      return response.end("<Error><Code>NoSuchKey</Code></Error>");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    vi.stubEnv("AWS_ENDPOINT_URL_S3", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    vi.stubEnv("AWS_REGION", "us-east-1");
    vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "test");
    try {
      await expect(checkArchive("s3://archives/there.jsonl", asOf, recordedLog())).resolves.toMatchObject({ posts: 1 });
      await expect(checkArchive("s3://archives/gone.jsonl", asOf, recordedLog())).rejects.toMatchObject({
        name: "BadConfiguration",
        message: "REDDIT_ARCHIVE: s3://archives/gone.jsonl cannot be read (NoSuchKey)",
      });
      expect(paths).toContain("/archives/there.jsonl");
    } finally {
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
    }
  });
});

/** What an archive shows in the middle of its times does not change with what comes later. */
function expectNothingLater(rows: readonly { created_utc: number | null }[]): void {
  const times = rows
    .map((row) => row.created_utc)
    .filter((time) => typeof time === "number")
    .sort((a, b) => a - b);
  const middle = times[Math.floor(times.length / 2)] ?? 0;
  const scrambled = rows.map((row, index) =>
    typeof row.created_utc === "number" && row.created_utc > middle
      ? {
          ...row,
          title: `scrambled ${index}`,
          body: "scrambled",
          author: "scrambled",
          score: 1e6 - index,
          permalink: `/r/wallstreetbets/comments/x/scrambled_${index}/`,
          created_utc: row.created_utc + (index % 7) * 1_000,
        }
      : row,
  );
  const view = (some: readonly object[]) => {
    const archive = parseArchive(lines(some));
    const marketTime = new Date(middle * 1000);
    const posts = hotPosts(archive, marketTime, 10_000);
    return posts.map((one) => [one, commentsAsOf(archive, one.id, marketTime, 1_000)]);
  };
  const seen = view(rows);
  expect(seen.length).toBeGreaterThan(0);
  expect(view(scrambled)).toEqual(seen);
}

/** An archive with the processor's time that its reading took, whatever else this machine does meanwhile. */
function timed(content: string) {
  const begun = process.cpuUsage();
  const archive = parseArchive(content);
  return { archive, milliseconds: process.cpuUsage(begun).user / 1_000 };
}

describe("archives with the holes that archives have", () => {
  it.each([
    ["commentStream", { posts: 0, comments: 12, undatedComments: 0 }],
    ["undatedThreads", { posts: 1, comments: 8, undatedComments: 8 }],
    ["timestampedComments", { posts: 2, comments: 6, undatedComments: 0 }],
    ["commentBodies", { posts: 2, comments: 3, undatedComments: 0 }],
    ["postsAlone", { posts: 3, comments: 0, undatedComments: 0 }],
  ] as const)("reads every row of %s", (name, counts) => {
    expect(parseArchive(lines(redditArchives[name]))).toMatchObject({ ...counts, malformed: 0 });
  });

  it("reads 17,760 rows well within half a second", () => {
    const rows = Array.from({ length: 17_760 }, (_, n) =>
      n % 37 === 0
        ? post(`p${n}`, { created_utc: now - hour, author: "ape", num_comments: 36, score: 300 })
        : comment(`c${n}`, `p${n - (n % 37)}`, {
            created_utc: now,
            author: "bear",
            score: 3,
            body: "GME &gt; AMC ".repeat(12),
          }),
    );
    const content = lines(rows);
    const { archive, milliseconds } = timed(content);
    expect(milliseconds).toBeLessThan(500);
    expect(archive).toMatchObject({ posts: 480, comments: 17_280, malformed: 0 });
  });

  it("keeps deleted bodies, orphans and every level of threads without times", () => {
    const archive = parseArchive(lines(redditArchives.undatedThreads));
    const thread = commentsAsOf(archive, "deep1", asOf, 100);
    expect(thread.map(({ id, depth, body }) => [id, depth, body]).toSorted()).toEqual([
      ["d0", 0, "I hold GME, level 0"],
      ["d1", 1, "I hold GME, level 1"],
      ["d2", 2, "[deleted]"],
      ["d3", 3, "I hold GME, level 3"],
      ["d4", 4, "I hold GME, level 4"],
      ["removed1", 0, "[removed]"],
    ]);
    expect(commentIds(archive, "orphans")).toEqual(["orphan1", "orphan2"]);
  });

  it("makes the threads of a stream of comments from the comments", () => {
    const archive = parseArchive(lines(redditArchives.commentStream));
    // 18:00 has seven of the twelve: 17:30 to 18:00, every fifth minute; the fourth of them is under "quiet1".
    const hot = hotPosts(archive, new Date("2021-01-27T18:00:00Z"), 10);
    expect(hot.map(({ id, title, totalComments, createdAt }) => [id, title, totalComments, createdAt])).toEqual([
      ["loud1", "otters of the day", 6, null],
      ["quiet1", "otters of the day", 1, null],
    ]);
    expect(hotPosts(archive, new Date("2021-01-27T17:29:59Z"), 10)).toEqual([]);
  });

  it.each(["commentStream", "timestampedComments", "commentBodies", "postsAlone"] as const)(
    "shows the same of %s when everything after the market time is scrambled",
    (name) => expectNothingLater(redditArchives[name]),
  );
});

describeRecorded("the real archives", ["reddit"], () => {
  const text = (file: string) => readFileSync(join(recordings, "reddit", file), "utf8");

  it.each([
    ["commentStream", "wsb_comment_stream_2021-01_authors_scores.jsonl"],
    ["undatedThreads", "wsb_gme_2021-01-18_2021-02-02_threaded.jsonl"],
    ["timestampedComments", "wsb_top_posts_2021-01_02_timestamped_comments.jsonl"],
    ["commentBodies", "wsb_posts_with_comment_bodies_2024.jsonl"],
    ["postsAlone", "wsb_posts_2020-2021_esbenkc.jsonl"],
  ] as const)("have every field of the made-up %s", (name, file) => {
    const recorded = text(file).trimEnd().split("\n").slice(0, 5_000);
    expect(
      unrecordedFields(
        redditArchives[name],
        recorded.map((line) => JSON.parse(line)),
      ),
    ).toEqual([]);
  });

  // Rows, threads and comments as the SOURCES.md beside the files counts them.
  it.each([
    ["wsb_gme_2021-01-18_2021-02-02_threaded.jsonl", 793, 6_999, 6_999],
    ["wsb_top_posts_2021-01_2021-03_threaded.jsonl", 3, 2_625, 0],
    ["wsb_comment_stream_2021-01_authors_scores.jsonl", 0, 1_800, 0],
    ["wsb_top_posts_2021-01_02_timestamped_comments.jsonl", 10, 2_659, 0],
    ["wsb_posts_top_comments_2021-06.jsonl", 182, 12_370, 0],
    ["wsb_posts_top_comments_2022-04.jsonl", 463, 17_297, 0],
    ["wsb_posts_with_comment_bodies_2024.jsonl", 530, 10_401, 0],
    ["wsb_posts_2020-2021_esbenkc.jsonl", 4_100, 0, 0],
    ["wsb_posts_2022-01.jsonl", 1_892, 0, 0],
    ["wsb_posts_akkerman.jsonl", 495, 0, 0],
  ])("reads every row of %s", (file, posts, comments, undatedComments) => {
    expect(parseArchive(text(file))).toMatchObject({ posts, comments, undatedComments, malformed: 0 });
  });

  it("reads 17,760 rows well within half a second", () => {
    expect(timed(text("wsb_posts_top_comments_2022-04.jsonl")).milliseconds).toBeLessThan(500);
  });

  it("keeps 983 deleted bodies, 1,521 orphans and fourteen levels of the threaded file", () => {
    const archive = parseArchive(text("wsb_gme_2021-01-18_2021-02-02_threaded.jsonl"));
    const comments = [...archive.threads.keys()].flatMap((id) => commentsAsOf(archive, id, asOf, 10_000));
    expect(comments).toHaveLength(6_999);
    expect(comments.filter(({ body }) => body === "[deleted]" || body === "[removed]")).toHaveLength(983);
    expect(comments.filter(({ parentId }) => parentId !== null)).toHaveLength(3_704);
    expect(commentsAsOf(archive, "orphans", asOf, 10_000)).toHaveLength(1_521);
    // Levels are counted from 1, depths from 0.
    expect(Math.max(...comments.filter(({ postId }) => postId !== "orphans").map(({ depth }) => depth))).toBe(13);
  });

  it("makes the 551 threads of the comment stream from their comments", () => {
    const archive = parseArchive(text("wsb_comment_stream_2021-01_authors_scores.jsonl"));
    expect(archive.threads.size).toBe(551);
    const [first, second] = hotPosts(archive, asOf, 10);
    expect(first).toMatchObject({ id: "l65p3u", totalComments: 87, createdAt: null });
    expect(second).toMatchObject({ id: "l6261q", totalComments: 48 });
    expect(hotPosts(archive, new Date("2021-01-16T15:30:00Z"), 10)).toEqual([]);
  });

  it.each([
    "wsb_comment_stream_2021-01_authors_scores.jsonl",
    "wsb_top_posts_2021-01_02_timestamped_comments.jsonl",
    "wsb_top_posts_2021-01_2021-03_threaded.jsonl",
    "wsb_posts_with_comment_bodies_2024.jsonl",
    "wsb_posts_2020-2021_esbenkc.jsonl",
  ])("shows the same of %s when everything after the market time is scrambled", (file) => {
    const rows = text(file).trimEnd().split("\n");
    expectNothingLater(rows.map((line) => JSON.parse(line) as { created_utc: number | null }));
  });
});
