import { setTimeout as pause } from "node:timers/promises";
import * as z from "zod";
import { type RunStatus, runStatusSchema } from "../../lib/analysis/run-view.ts";
import { signalCommentSchema, signalItemSchema } from "../../lib/analysis/signals/view.ts";
import { systemStatusSchema } from "../../lib/system/status.ts";
import { evaluationPeriodViewSchema } from "../../lib/trading/evaluation/view.ts";
import { portfolioViewSchema } from "../../lib/trading/positions/portfolio-view.ts";
import { positionViewSchema } from "../../lib/trading/positions/view.ts";
import { predictionViewSchema } from "../../lib/trading/predictions/view.ts";
import { readVariables } from "../embedded/settings.ts";
import { askEvery, readGets, waitUntilReady } from "./canary.ts";
import { type ApiClient, connect, expectData } from "./client.ts";
import { smokeAnswer } from "./smoke/answer-run.ts";

/**
 * `npm run smoke`: one run on a running deployment, watched from outside; with `SMOKE_RUN=false` no run, only every GET
 * of its document, as the end of a deployment. Exit code 1 where the contract is broken. With arguments it drives an answer
 * run instead, see `smoke/answer-run.ts`.
 */
const pollMs = Number(process.env.SMOKE_POLL_MS ?? 250);
const longestMs = Number(process.env.SMOKE_LIMIT_MS ?? 10 * 60_000);
const expectSignals = process.env.SMOKE_EXPECT_SIGNALS !== "false";

const args = process.argv.slice(2);
if (args.length > 0) process.exitCode = await smokeAnswer(args, readVariables(process.cwd()), console.log);
else await smokeAnalysis();

async function smokeAnalysis(): Promise<void> {
  try {
    const api = connect();
    await (process.env.SMOKE_RUN === "false" ? canary(api) : smoke(api));
    console.log("smoke: the contract holds");
  } catch (error) {
    console.error(`smoke: ${error instanceof Error ? error.message : error}`);
    process.exit(1);
  }
}

/** Starts nothing and leaves nothing behind: whether each function answers with the role it was given. */
async function canary(api: ApiClient): Promise<void> {
  await waitUntilReady(api);
  await checkKey(api);
  const gets = await readGets(api);
  const isKnown = api.hasKey || isOpenStage(api);
  const asked = isKnown ? gets : gets.filter(({ open }) => open);
  const { unset } = await askEvery(api, asked);
  console.log(`smoke: ${asked.length} of ${gets.length} GET operations answered`);
  for (const sentence of unset) console.log(`smoke: not set up yet: ${sentence}`);
  if (!isKnown) console.log("smoke: API_KEY is not set, so those that need a key were not asked");
}

/** Without a key nobody gets in. */
async function checkKey(api: ApiClient): Promise<void> {
  if (isOpenStage(api)) {
    console.log("smoke: LocalStack checks no keys, so its stage is open: the check of the 401 is skipped");
    return;
  }
  const noKey = await fetch(`${api.baseUrl}/runs`);
  check(noKey.status === 401, `a request without a key got ${noKey.status} instead of 401`);
}

/** Told by an address that only LocalStack has, so that no switch can spare another stage the check. */
function isOpenStage({ baseUrl }: ApiClient): boolean {
  return new URL(baseUrl).pathname.startsWith("/_aws/execute-api/");
}

async function smoke(api: ApiClient): Promise<void> {
  const ready = await api.call("GET", "/api/v1/health/ready");
  check(ready.status === 200, `not ready: ${ready.status}`);
  await checkKey(api);

  const key = { "Idempotency-Key": `smoke-${process.pid}-${performance.timeOrigin}` };
  const started = await api.call("POST", "/analyze", { headers: key });
  const { run_id } = expectData(started, 202, z.object({ run_id: z.string() }), "POST /analyze");
  const repeated = await api.call("POST", "/analyze", { headers: key });
  const again = expectData(repeated, 202, z.object({ run_id: z.string() }), "POST /analyze, repeated");
  check(again.run_id === run_id, "the same Idempotency-Key started another run");

  const run = await follow(api, run_id);
  console.log(
    `smoke: run ${run_id} ${run.status} with ${run.signals_created} signals, warnings ${run.warnings?.length ?? 0}`,
  );
  check(run.status === "completed", `the run ended ${run.status}: ${run.error_code} ${run.error_message}`);
  check(run.completed_at !== null && run.error_message === null, "a completed run has an end and no error");
  await checkSignals(api, run.signals_created ?? 0);
  await checkTrading(api, run);
}

/** Polls until the end and checks every move: phases only forward, progress only up within a phase, one end. */
async function follow(api: ApiClient, runId: string): Promise<RunStatus> {
  const until = performance.now() + longestMs;
  let last: RunStatus | undefined;
  for (;;) {
    const answer = await api.call("GET", `/runs/${runId}/status`);
    const status = expectData(answer, 200, runStatusSchema, "GET /runs/{id}/status");
    if (last) checkMove(last, status);
    check(status.status !== "running" || status.warnings === null, "warnings are shown while the run is running");
    if (status.current_phase !== last?.current_phase) console.log(`smoke: phase ${status.phase} ${status.phase_label}`);
    last = status;
    if (status.status !== "running") return status;
    check(performance.now() < until, "the run does not end");
    await pause(pollMs);
  }
}

function checkMove(from: RunStatus, to: RunStatus): void {
  check(to.phase >= from.phase, `the phase went back from ${from.phase} to ${to.phase}`);
  const samePhase = to.phase === from.phase;
  check(!samePhase || to.progress_current >= from.progress_current, "the progress went back");
  check(to.progress_current <= to.progress_total, "more was done than there is to do");
}

async function checkSignals(api: ApiClient, created: number): Promise<void> {
  const signals = expectData(await api.call("GET", "/signals"), 200, z.array(signalItemSchema), "GET /signals");
  if (!expectSignals) return;
  check(signals.length > 0 && created > 0, "the run created no signals");
  for (const type of ["quality", "consensus"]) {
    check(
      signals.some((signal) => signal.signal_type === type),
      `there is no ${type} signal`,
    );
  }
  check(
    signals.some((signal) => signal.is_emergence === true),
    "there is no emergence signal",
  );
  const [first] = signals;
  const comments = await api.call("GET", `/signals/${first?.id}/comments?limit=5`);
  const shown = expectData(comments, 200, z.array(signalCommentSchema), "GET /signals/{id}/comments");
  check(shown.length > 0, "a signal has no comments");
  console.log(`smoke: ${signals.length} signals, first ${first?.id} at ${first?.confidence}`);
}

/** The four accounts, what the run opened in them, and what it holds each comment to. */
async function checkTrading(api: ApiClient, run: RunStatus): Promise<void> {
  const read = async <T>(path: string, schema: z.ZodType<T>) =>
    expectData(await api.call("GET", path), 200, schema, `GET ${path}`);
  const portfolios = await read("/portfolios", z.array(portfolioViewSchema));
  check(portfolios.length === 4, `there are ${portfolios.length} portfolios`);
  check(
    portfolios.every((portfolio) => portfolio.cash_available >= 0),
    "a portfolio owes money",
  );
  const positions = await read("/positions?limit=100", z.array(positionViewSchema));
  const predictions = await read("/predictions?limit=5", z.array(predictionViewSchema));
  const [{ open_position_count }, [period]] = await Promise.all([
    read("/status", systemStatusSchema),
    read("/evaluation-periods?portfolio_id=stocks_quality", z.array(evaluationPeriodViewSchema)),
  ]);
  check(period !== undefined, "the portfolios have no evaluation period");
  if (!expectSignals) return;
  check((run.positions_opened ?? 0) > 0 && positions.length > 0, "the run opened no positions");
  check(open_position_count > 0, "GET /status knows no open position");
  check(predictions.length > 0, "the run made no predictions");
  console.log(
    `smoke: ${run.positions_opened} positions opened, ${run.exits_triggered} exits, ${open_position_count} open`,
  );
}

function check(holds: boolean, sentence: string): asserts holds {
  if (!holds) throw new Error(sentence);
}
