import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { call } from "../support/cloud.ts";
import { folderWith } from "../support/folders.ts";
import { beginnings, startReplay } from "../support/replay.ts";
import { settled } from "../support/waiting.ts";
import { marketArchiveFiles } from "../support/wire/market-archive.ts";
import { jsonLines, redditArchives } from "../support/wire/reddit-archive.ts";

/** In New York two in the afternoon, and eleven in the morning of the day after. */
const [opening, dayAfter] = ["2021-01-27T19:00:00.000Z", "2021-01-28T16:00:00.000Z"];

/** Twelve comments for GME, and the prices of a made-up company under its symbol. */
async function madeUpArchives() {
  const files = Object.entries(marketArchiveFiles).map(([name, text]) => [name, text.replaceAll("OTTR", "GME")]);
  const comments = { "comments.jsonl": jsonLines(redditArchives.commentStream) };
  const folder = await folderWith({ ...Object.fromEntries(files), ...comments });
  return { comments: join(folder, "comments.jsonl"), prices: folder };
}

it("a replay of made-up archives buys at the last price of its time and sells where the next day's bar touched the stop", async () => {
  const replay = await startReplay(await madeUpArchives(), opening);
  onTestFinished(() => replay.close());
  const runAt = async (instant: string) => {
    const services = replay.moveTo(instant);
    const { run_id } = (await call("api/start-analysis")).body.data;
    const run = await settled(services, run_id);
    const answer = await call("api/get-position", { params: { id: "2021-01-27.GME.consensus.stocks_consensus" } });
    return { status: run?.status, position: answer.body.data };
  };
  replay.moveTo(opening);
  for (const [key, value] of Object.entries({ consensus_min_comments: 8, consensus_min_users: 5 })) {
    expect(await call("api/set-config", { params: { key }, body: { value } })).toMatchObject({ status: 200 });
  }

  expect(await runAt(opening)).toMatchObject({
    status: "completed",
    // The bar that began at 10:00 is the last before two o'clock.
    position: { status: "open", entry_price: 54, shares: 69, position_size: 3_726, position_exits: [] },
  });
  expect(await runAt(dayAfter)).toMatchObject({
    status: "completed",
    position: {
      status: "closed",
      exit_reason: "stop_loss",
      shares_remaining: 0,
      // A tenth below 54; the first bar of the day went down to 43. 69 times 5.40 are lost.
      position_exits: [{ exit_price: 48.6, exit_reason: "stop_loss", shares_exited: 69, realized_pnl: -372.6 }],
    },
  });
  // No cent is lost or found.
  expect(await beginnings()).toEqual([10_000_000, 10_000_000, 10_000_000, 10_000_000]);
}, 120_000);
