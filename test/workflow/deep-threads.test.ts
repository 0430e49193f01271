import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createSymbols } from "../../lib/providers/symbols/universe.ts";
import { startOpenAiStandIn } from "../../localstack/standins/openai/server.ts";
import { type Cloud, call, startCloud } from "../support/cloud.ts";
import { temporaryFolder } from "../support/stack.ts";
import { settled } from "../support/waiting.ts";

const replies = 150;
const folder = temporaryFolder();
let cloud: Cloud;
let openai: { url: string; close(): Promise<void> };

beforeAll(async () => {
  openai = await startOpenAiStandIn({ universe: await createSymbols({ files: [] }).load() });
  cloud = await startCloud({
    settings: { OPENAI_BASE_URL: openai.url, OPENAI_API_KEY: "key", OPENAI_STAND_IN: "true" },
  });
});
afterAll(async () => {
  await cloud?.close();
  await openai?.close();
  folder.remove();
});

/** A post under which each comment answers the one before, all of them as long and wide as can be. */
function deepThread(): string {
  const row = (id: string, kind: "t1" | "t3", parent: string | null, score = 1) =>
    JSON.stringify({
      ...{ id, kind, parent_id: parent, link_id: "post", author: `author_${id}`, score, title: "A deep thread" },
      ...{ created_utc: Date.parse("2026-03-02T14:00:00Z") / 1_000, body: `GME ${"€".repeat(9_990)}` },
    });
  const comments = Array.from({ length: replies }, (_, n) =>
    row(`c${n}`, "t1", n === 0 ? "t3_post" : `t1_c${n - 1}`, n),
  );
  return [row("post", "t3", null), ...comments].join("\n");
}

it("a thread of 150 long replies to replies fits into the table, and its run completes", async () => {
  const archive = join(folder.path, "deep.jsonl");
  writeFileSync(archive, deepThread());
  cloud.enter("deep", { REDDIT_ARCHIVE: archive, MARKET_CLOCK: "2026-03-02T19:00:00Z" });
  const { run_id } = (await call("api/start-analysis")).body.data;
  const run = await settled(cloud.services, run_id);
  expect(run).toMatchObject({ status: "completed", error_message: null, comments_failed: 0 });
  expect(run?.comments_analyzed).toBe(50);
});
