import { setTimeout as pause } from "node:timers/promises";
import { startRedditStandIn } from "../../localstack/standins/reddit/server.ts";
import { post } from "../support/content.ts";
import { startLocalStack, temporaryFolder } from "../support/stack.ts";
import { atMost, percentile, type Section } from "./report.ts";
import { redditVariables, runOver, startedRun } from "./runs.ts";

const startups = 3;
const starts = 40;

/** From the start of the process to readiness, on fresh folders. */
export async function startup(): Promise<Section> {
  const samples: number[] = [];
  for (let n = 0; n < startups; n++) {
    const folder = temporaryFolder();
    const stack = await startLocalStack(folder.path);
    samples.push(stack.readyMs);
    await stack.end();
    folder.remove();
  }
  return {
    rows: [{ what: "start-up to readiness", samples }],
    judgements: [atMost("budget", "start-up, slowest", Math.max(...samples), 5_000, " ms")],
  };
}

/** `POST /analyze` on a subreddit without comments, where runs end at once. */
export async function start(): Promise<Section> {
  const folder = temporaryFolder();
  const reddit = await startRedditStandIn({ content: () => ({ posts: [post("p1")], comments: [] }) });
  const stack = await startLocalStack(folder.path, redditVariables(reddit.url));
  const samples: number[] = [];
  try {
    for (let n = 0; n < starts; n++) {
      const startedAt = performance.now();
      const answer = await stack.api.call("POST", "/analyze");
      samples.push(performance.now() - startedAt);
      await runOver(stack, startedRun(answer), 20);
      // Past the execution's own end, so that starts do not measure each other.
      await pause(20);
    }
  } finally {
    await stack.end();
    await reddit.close();
    folder.remove();
  }
  return {
    rows: [{ what: "POST /analyze, accepted", samples }],
    judgements: [
      atMost("budget", "POST /analyze p95", percentile(samples, 0.95), 1_000, " ms"),
      atMost("budget", "POST /analyze p99", percentile(samples, 0.99), 2_000, " ms"),
    ],
  };
}
