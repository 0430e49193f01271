import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSymbols } from "../../lib/providers/symbols.ts";
import { startOpenAiStandIn } from "../../localstack/standins/openai/server.ts";
import { type Cloud, call, startCloud } from "../support/cloud.ts";
import { settled } from "../support/waiting.ts";

const folder = resolve(process.env.SHARED_DATA ?? "../shared/data", "reddit");
const stream = resolve(folder, "wsb_comment_stream_2021-01_authors_scores.jsonl");
const threaded = resolve(folder, "wsb_gme_2021-01-18_2021-02-02_threaded.jsonl");
const absent = !existsSync(stream) || !existsSync(threaded);

let cloud: Cloud;
let openai: { url: string; close(): Promise<void> };

describe.skipIf(absent)(absent ? "real archives (need ../shared/data)" : "real archives", () => {
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
    const { run_id } = (await call("api/start-analysis")).body.data;
    const run = await settled(cloud.services, run_id);
    const spokeOfGme = await store.count({ pk: store.keys.mention("GME", "", "").pk });
    return { run, spokeOfGme: spokeOfGme.total };
  }

  it("comments with author, score and time are analysed, and the crowd speaks of GME", async () => {
    const { run, spokeOfGme } = await analyze("stream", stream);
    expect(run).toMatchObject({ status: "completed", error_message: null, comments_failed: 0 });
    expect(run?.comments_analyzed).toBeGreaterThanOrEqual(100);
    expect(spokeOfGme).toBeGreaterThanOrEqual(5);
  });

  it("threads without author, score and time, with orphans and deleted bodies, are analysed", async () => {
    const { run, spokeOfGme } = await analyze("threaded", threaded);
    expect(run).toMatchObject({ status: "completed", error_message: null, comments_failed: 0 });
    expect(run?.comments_analyzed).toBeGreaterThanOrEqual(400);
    expect(spokeOfGme).toBeGreaterThanOrEqual(5);
  });
});
