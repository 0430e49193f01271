import { startRedditStandIn } from "../../localstack/standins/reddit/server.ts";
import { bulk } from "../support/content.ts";
import { startLocalStack, temporaryFolder } from "../support/stack.ts";
import { atMost, type Section } from "./report.ts";
import { redditVariables, runOver, startedRun } from "./runs.ts";

const comments = 500;
const latencyMs = 800;
const tickers = ["GME", "NVDA", "AMD", "TSLA", "AAPL", "PLTR", "SOFI"];

const content = bulk(10, comments / 10, (number) => {
  const ticker = tickers[number % tickers.length];
  return `Bought ${number + 3} shares of ${ticker} because revenue grew ${number % 40}% last quarter, number ${number}.`;
});

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

/** Milliseconds of one run, by its own record, through a whole fresh stack. */
async function run(latency: number, window: number): Promise<number> {
  const folder = temporaryFolder();
  const reddit = await startRedditStandIn({ content: () => content });
  const stack = await startLocalStack(folder.path, {
    ...redditVariables(reddit.url),
    OPENAI_STAND_IN_LATENCY_MS: String(latency),
    LLM_WINDOW: String(window),
  });
  try {
    let toAnalyze = 0;
    const runId = startedRun(await stack.api.call("POST", "/analyze"));
    const ended = await runOver(stack, runId, 100, (status) => {
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
