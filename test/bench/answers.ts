import { mkdirSync, writeFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { AnswerStatus } from "../../lib/answers/view.ts";
import { type LocalStack, startLocalStack, temporaryFolder } from "../support/stack.ts";
import { aligned, atMost, percentile, ratioAtMost, type Section } from "./report.ts";

const starts = 60;
const polls = 300;
/** As many and as long as the reports of cities that questions are asked about. */
const reports = 36;
const paragraphsEach = 800;
const latencyMs = 800;
/** Batches that are researched at once (workflows/answer.asl.yml). */
const workers = 4;

/** Starts, polls beside small and large artifacts, and runs over many documents with a quick and a slow model. */
export async function answers(): Promise<Section> {
  const folder = temporaryFolder();
  const documents = join(folder.path, "documents");
  writeReports(documents);
  try {
    const quick = await overReports(join(folder.path, "quick"), documents, 0);
    const slow = await overReports(join(folder.path, "slow"), documents, latencyMs);
    const { began, small, large } = await startsAndPolls(join(folder.path, "polls"));
    return {
      rows: [
        { what: "POST /api/v1/runs", samples: began },
        { what: "status poll, 1 MB of artifacts", samples: small },
        { what: "status poll, 50 MB of artifacts", samples: large },
      ],
      lines: aligned([
        [`${reports} reports`, "calls", "seconds", "ideal"],
        ["model at 0 ms", String(quick.calls), quick.seconds.toFixed(1), "–"],
        [`model at ${latencyMs} ms`, String(slow.calls), slow.seconds.toFixed(1), slow.ideal.toFixed(1)],
      ]),
      judgements: [
        atMost("budget", "POST /api/v1/runs p95", percentile(began, 0.95), 1_000, " ms"),
        ratioAtMost("status poll, 50 MB of artifacts to 1 MB", large, small, 1.1),
        atMost("budget", `a run over ${reports} reports at 0 ms`, quick.seconds, 20, " s"),
        atMost("aim", `a run over ${reports} reports at ${latencyMs} ms to the ideal`, slow.seconds / slow.ideal, 1.15),
      ],
    };
  } finally {
    folder.remove();
  }
}

/** Sentences of which some are about the question, so that each report has something to say. */
function writeReports(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (let report = 0; report < reports; report++) {
    const paragraphs = Array.from({ length: paragraphsEach }, (_, number) =>
      number % 40 === 0
        ? `City ${report} plans ${number + 10} charging points for electric buses in district ${number}.`
        : `The council of city ${report} met in room ${number} and spoke at length of gardens, roofs, bridges and of the weather of that week, ${"as it had done before ".repeat(8)}.`,
    );
    writeFileSync(join(folder, `city-${report}.md`), `# City ${report}\n\n${paragraphs.join("\n\n")}\n`);
  }
}

const question = "How many charging points for electric buses do the cities plan?";

async function overReports(
  dataDir: string,
  documents: string,
  openaiLatencyMs: number,
): Promise<{ calls: number; seconds: number; ideal: number }> {
  mkdirSync(dataDir, { recursive: true });
  const stack = await startLocalStack(dataDir, {
    DOCUMENTS_DIR: documents,
    OPENAI_STAND_IN_LATENCY_MS: String(openaiLatencyMs),
  });
  try {
    const run = await start(stack);
    const startedAt = performance.now();
    await over(stack, run);
    const seconds = (performance.now() - startedAt) / 1_000;
    const calls = await callsOf(dataDir, run);
    // The researcher's calls go side by side; those of the orchestrator, the writer and the checker follow one another.
    const ideal = ((Math.ceil(calls.researcher / workers) + calls.others) * openaiLatencyMs) / 1_000;
    return { calls: calls.researcher + calls.others, seconds, ideal };
  } finally {
    await stack.end();
  }
}

/** Of the model, by who was asked. */
async function callsOf(dataDir: string, runId: string): Promise<{ researcher: number; others: number }> {
  const found = await readdir(join(dataDir, "output", runId, "work/found"));
  // Written after the run has ended.
  for (;;) {
    const log = JSON.parse(await readFile(join(dataDir, "output", runId, "run.json"), "utf8"));
    if (log.status !== "started") return { researcher: found.length, others: log.llm_usage.calls - found.length };
    await pause(20);
  }
}

/** Over the documents that the project comes with. */
async function startsAndPolls(dataDir: string) {
  mkdirSync(dataDir, { recursive: true });
  const stack = await startLocalStack(dataDir);
  try {
    const [small, large] = [await start(stack), await start(stack)];
    await over(stack, small);
    await over(stack, large);
    fill(dataDir, small, 1);
    fill(dataDir, large, 50);
    const samples: [number[], number[]] = [[], []];
    for (let turn = 0; turn < polls; turn++) {
      samples[0].push(await timed(() => status(stack, small)));
      samples[1].push(await timed(() => status(stack, large)));
    }
    const began: number[] = [];
    for (let turn = 0; turn < starts; turn++) began.push(await timed(() => start(stack)));
    return { began, small: samples[0], large: samples[1] };
  } finally {
    await stack.end();
  }
}

function fill(dataDir: string, runId: string, megabytes: number): void {
  writeFileSync(join(dataDir, "output", runId, "sql-results-full.json"), "x".repeat(megabytes * 1_000_000));
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

async function start(stack: LocalStack): Promise<string> {
  const { status: code, body } = await stack.api.call("POST", "/api/v1/runs", { body: { question } });
  if (code !== 202) throw new Error(`POST /api/v1/runs answered ${code}`);
  return (body as { run_id: string }).run_id;
}

async function status(stack: LocalStack, runId: string): Promise<AnswerStatus> {
  return (await stack.api.call("GET", `/api/v1/runs/${runId}/status`)).body as AnswerStatus;
}

async function over(stack: LocalStack, runId: string): Promise<void> {
  for (;;) {
    const { status: now, error } = await status(stack, runId);
    if (now === "completed" || now === "completed_with_gaps") return;
    if (now === "failed" || now === "stopped") throw new Error(`the run ${now}: ${error?.message}`);
    await pause(50);
  }
}
