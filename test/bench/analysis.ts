import { startRedditStandIn } from "../../localstack/standins/reddit/server.ts";
import type { StandInContent } from "../../localstack/standins/reddit/wire.ts";
import { bulk, comment, post } from "../support/content.ts";
import { startLocalStack, temporaryFolder } from "../support/stack.ts";
import { atMost, type Section } from "./report.ts";
import { redditVariables, runOver, startedRun } from "./runs.ts";

const comments = 500;
const latencyMs = 800;
/** Seldom enough to take nothing from the run. */
const pollMs = 250;
const tickers = ["GME", "NVDA", "AMD", "TSLA", "AAPL", "PLTR", "SOFI"];

const body = (number: number) => {
  const ticker = tickers[number % tickers.length];
  return `Bought ${number + 3} shares of ${ticker} because revenue grew ${number % 40}% last quarter, number ${number}.`;
};
const content = bulk(10, comments / 10, body);
/** What a stack is warmed up with: loading and compiling the code is no part of the measurement. */
const otherContent: StandInContent = {
  posts: [post("w")],
  comments: Array.from({ length: 50 }, (_, index) => comment(`w${index}`, "w", body(index))),
};

/** 500 new comments in ten posts of 50, end to end; and against the time that the model alone would take. */
export async function analysis(): Promise<Section> {
  const section: Section = {
    rows: [{ what: "500 comments, 0 ms latency", samples: [await run(0, 5)] }],
    judgements: [],
  };
  for (const window of [25, 5]) {
    const took = await run(latencyMs, window);
    const ideal = (comments / window) * latencyMs;
    section.rows.push({ what: `500 comments, ${latencyMs} ms latency, window ${window}`, samples: [took] });
    section.judgements.push(
      atMost("aim", `500 comments, window ${window}, to the ideal of ${ideal / 1000} s`, took / ideal, 1.1),
    );
  }
  return section;
}

/** Milliseconds of one run, by its own record, through a whole stack of its own. */
async function run(latency: number, window: number): Promise<number> {
  const folder = temporaryFolder();
  let shown = otherContent;
  const reddit = await startRedditStandIn({ content: () => shown });
  const stack = await startLocalStack(folder.path, {
    ...redditVariables(reddit.url),
    OPENAI_STAND_IN_LATENCY_MS: String(latency),
    LLM_WINDOW: String(window),
  });
  try {
    await runOver(stack, startedRun(await stack.api.call("POST", "/analyze")), pollMs);
    shown = content;
    let toAnalyze = 0;
    const runId = startedRun(await stack.api.call("POST", "/analyze"));
    const ended = await runOver(stack, runId, pollMs, (status) => {
      if (status.phase === 3) toAnalyze = status.progress_total;
    });
    if (toAnalyze !== comments) throw new Error(`the run analysed ${toAnalyze} comments, not ${comments}`);
    return Date.parse(ended.completed_at ?? "") - Date.parse(ended.started_at);
  } finally {
    await stack.end();
    await reddit.close();
    folder.remove();
  }
}
