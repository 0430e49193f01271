import { type Run, runSchema } from "../../lib/analysis/run.ts";
import { type Signal, signalId } from "../../lib/analysis/signals/signal.ts";
import { addDays } from "../../lib/runtime/dates.ts";
import { systemIds } from "../../lib/runtime/ids.ts";
import type { Services } from "../../lib/services.ts";

const firstTime = Date.parse("2026-03-02T15:30:00Z");

/** Writes completed runs straight into the table, and answers their ids. */
export async function storeRuns({ store }: Services, count: number): Promise<string[]> {
  const ids = systemIds();
  const runs = Array.from({ length: count }, (_, index) => completedRun(ids.ulid(firstTime + index * 60_000), index));
  await store.putMany([
    ...runs.map((run) => ({ ...store.keys.run(run.id), ...store.keys.runIndex(run), ...run })),
    { ...store.keys.counter("RUNS"), total: count },
  ]);
  return runs.map((run) => run.id);
}

function completedRun(id: string, index: number): Run {
  const startedAt = new Date(firstTime + index * 60_000).toISOString();
  return runSchema.parse({
    id,
    status: "completed",
    attempt: 1,
    current_phase: 4,
    current_phase_label: "Signal Detection",
    progress_current: 4,
    progress_total: 7,
    started_at: startedAt,
    attempt_started_at: startedAt,
    completed_at: startedAt,
    error_message: null,
    error_code: null,
    signals_created: 6,
    positions_opened: null,
    exits_triggered: null,
    analysis_incomplete_reason: null,
    warnings: null,
    market_time: startedAt,
    trading_day: startedAt.slice(0, 10),
  });
}

/** Writes one signal of each type per ticker and day, with the totals of the lists that show them. */
export async function storeSignals({ store }: Services, tickers: readonly string[], days: number): Promise<void> {
  const types = ["quality", "consensus"] as const;
  const counters = new Map<string, number>();
  const count = (list: string) => counters.set(list, (counters.get(list) ?? 0) + 1);
  for (const ticker of tickers) {
    const signals = Array.from({ length: days }, (_, day) => types.map((type) => signal(ticker, type, day))).flat();
    await store.putMany(
      signals.map((each) => ({ ...store.keys.signal(each.id), ...store.keys.signalIndex(each), ...each })),
    );
    for (const { signal_type } of signals) {
      for (const list of ["SIGNALS", `SIGNALS#ticker=${ticker}`, `SIGNALS#type=${signal_type}`]) count(list);
    }
  }
  await store.putMany([...counters].map(([list, total]) => ({ ...store.keys.counter(list), total })));
}

function signal(ticker: string, signalType: Signal["signal_type"], day: number): Signal {
  const facts = { ticker, signal_type: signalType, signal_date: addDays("2026-03-02", -day) };
  const at = `${facts.signal_date}T15:30:00.000Z`;
  return {
    ...facts,
    id: signalId(facts),
    prediction: "bullish",
    confidence: 0.5 + ((day * 37 + ticker.charCodeAt(0)) % 500) / 1000,
    comment_count: 20,
    sentiment_score: 0.8,
    has_reasoning: true,
    is_emergence: false,
    prior_7d_mentions: 30,
    distinct_users: 20,
    position_opened: false,
    comment_ids: Array.from({ length: 20 }, (_, index) => `c${day}x${index}`),
    analysis_run_id: "01ARZ3NDEKTSV4RRFFQ69G5FAV",
    created_at: at,
    updated_at: null,
  };
}
