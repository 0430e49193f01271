import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSymbols } from "../../lib/providers/symbols/universe.ts";
import { startOpenAiStandIn } from "../../localstack/standins/openai/server.ts";
import { type Cloud, call, startCloud } from "../support/cloud.ts";
import { folderWith } from "../support/folders.ts";
import { isRecorded, recordings } from "../support/recorded.ts";
import { settled } from "../support/waiting.ts";
import { jsonLines, redditArchives } from "../support/wire/reddit-archive.ts";

let cloud: Cloud;
let openai: { url: string; close(): Promise<void> };

/** A made-up archive as a file; its realm is named by what it holds. */
async function fileOf(holding: keyof typeof redditArchives): Promise<string> {
  return join(await folderWith({ "archive.jsonl": jsonLines(redditArchives[holding]) }), "archive.jsonl");
}

interface Analyzed {
  title: string;
  realm: string;
  file: () => Promise<string>;
  fewestAnalyzed: number;
  fewestOfGme: number;
}

const madeUp: Analyzed[] = [
  {
    title: "comments with author, score and time",
    realm: "made-up-stream",
    file: () => fileOf("commentStream"),
    fewestAnalyzed: 12,
    fewestOfGme: 12,
  },
  {
    title: "threads without author, score and time, with orphans and deleted bodies",
    realm: "made-up-threads",
    file: () => fileOf("undatedThreads"),
    fewestAnalyzed: 6,
    fewestOfGme: 5,
  },
];
const recorded: Analyzed[] = [
  {
    title: "recorded comments with author, score and time",
    realm: "stream",
    file: async () => join(recordings, "reddit/wsb_comment_stream_2021-01_authors_scores.jsonl"),
    fewestAnalyzed: 100,
    fewestOfGme: 5,
  },
  {
    title: "recorded threads without author, score and time, with orphans and deleted bodies",
    realm: "threaded",
    file: async () => join(recordings, "reddit/wsb_gme_2021-01-18_2021-02-02_threaded.jsonl"),
    fewestAnalyzed: 150,
    fewestOfGme: 5,
  },
];

describe("archives of Reddit", () => {
  beforeAll(async () => {
    openai = await startOpenAiStandIn({ universe: await createSymbols({ files: [] }).load() });
    cloud = await startCloud({
      settings: {
        OPENAI_BASE_URL: openai.url,
        OPENAI_API_KEY: "key",
        OPENAI_STAND_IN: "true",
        MARKET_CLOCK: "2021-01-27T19:00:00Z",
      },
    });
  });
  afterAll(async () => {
    await cloud?.close();
    await openai?.close();
  });

  /** One run over the archive, in a realm of its own. */
  async function analyze(realm: string, archive: string) {
    const { store } = cloud.enter(realm, { REDDIT_ARCHIVE: archive });
    // The hottest posts are enough to see that their comments are understood.
    expect(await call("api/set-config", { params: { key: "posts_limit" }, body: { value: 5 } })).toMatchObject({
      status: 200,
    });
    const { run_id } = (await call("api/start-analysis")).body.data;
    const run = await settled(cloud.services, run_id);
    const spokeOfGme = await store.count({ pk: store.keys.mention("GME", "", "").pk });
    return { run, spokeOfGme: spokeOfGme.total };
  }

  it.each(isRecorded("reddit") ? [...madeUp, ...recorded] : madeUp)(
    "$title are analysed, and the crowd speaks of GME",
    async ({ realm, file, fewestAnalyzed, fewestOfGme }) => {
      const { run, spokeOfGme } = await analyze(realm, await file());
      expect(run).toMatchObject({ status: "completed", error_message: null, comments_failed: 0 });
      expect(run?.comments_analyzed).toBeGreaterThanOrEqual(fewestAnalyzed);
      expect(spokeOfGme).toBeGreaterThanOrEqual(fewestOfGme);
    },
  );

  it("with rows that cannot be read say with the run how many there were", async () => {
    const rows = [...redditArchives.commentStream, { id: "late", kind: "t1", created_utc: 1611770400000, body: "GME" }];
    const folder = await folderWith({ "archive.jsonl": `${jsonLines(rows)}\n{"id":` });
    const { run } = await analyze("made-up-odd", join(folder, "archive.jsonl"));
    expect(run).toMatchObject({ status: "completed", comments_analyzed: 12 });
    expect(run?.warnings).toContainEqual({
      type: "reddit_unreadable",
      message: "Posts or archive rows that cannot be read and are left out: 2.",
      ticker: null,
      phase: 1,
      timestamp: expect.any(String),
      context: { unreadable: 2 },
    });
  });

  it("that begin after the run say that there is nothing to see", async () => {
    const row = { id: "new", kind: "t3", created_utc: Date.parse("2021-12-24T12:00:00Z") / 1000, title: "Merry" };
    const folder = await folderWith({ "archive.jsonl": jsonLines([row]) });
    const { run } = await analyze("made-up-new", join(folder, "archive.jsonl"));
    expect(run).toMatchObject({
      status: "completed",
      warnings: [
        {
          type: "archive_nothing_visible",
          message: "Nothing of the archive is visible at 2021-01-27T19:00:00.000Z: all of it is later.",
          context: { market_time: "2021-01-27T19:00:00.000Z" },
        },
      ],
    });
  });
});
