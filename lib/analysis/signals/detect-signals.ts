import type { Configuration } from "../../configuration/keys.ts";
import type { PhaseResult } from "../../runs/phases/phase.ts";
import { chunked } from "../../runtime/chunked.ts";
import { addDays, iso } from "../../runtime/dates.ts";
import { type Action, put, update } from "../../store/actions.ts";
import { ifAbsent } from "../../store/expressions.ts";
import { readAnnotatedComments } from "../comments/annotated.ts";
import type { StoredComment } from "../comments/comment.ts";
import type { PhaseContext } from "../run.ts";
import { dayOfRun } from "../run.ts";
import type { AnalysisServices } from "../services.ts";
import { detectEmergence } from "./emergence.ts";
import { type FiredSignal, signalsOfTicker, type TickerMention } from "./rules.ts";
import { type Signal, signalId, signalSchema } from "./signal.ts";

type Context = PhaseContext<{ posts: string[] }, AnalysisServices>;

/** Tickers whose earlier mentions are counted side by side. */
const countsInFlight = 10;

/**
 * DetectSignals: groups all annotated comments of the run by ticker, new and known alike, and writes the signals that
 * fire: one per ticker, type and day, a later run of the day replacing its values (spec pipeline 7).
 */
export async function detectSignals(context: Context): Promise<PhaseResult> {
  const { run, configuration, log } = context;
  const signalDate = dayOfRun(run);
  const annotated = await readAnnotatedComments(context, context.input.posts);
  const mentions = mentionsByTicker(annotated.map(({ comment }) => comment));
  let fired = 0;
  for (const tickers of chunked([...mentions.keys()].toSorted(), countsInFlight)) {
    const priors = await Promise.all(tickers.map((ticker) => countPrior(context, ticker, signalDate, configuration)));
    for (const [index, ticker] of tickers.entries()) {
      const ofTicker = mentions.get(ticker) ?? [];
      const priorMentions = priors[index] ?? 0;
      const emergence = detectEmergence({ signalDate, priorMentions, mentions: ofTicker }, configuration);
      const signals = signalsOfTicker(ticker, ofTicker, configuration);
      if (emergence.is_emergence && signals.length === 0) {
        log.info("a ticker emerges without a signal", { ticker, mentions: ofTicker.length, prior: priorMentions });
      }
      for (const signal of signals) await storeSignal(context, { ...signal, ...emergence, signal_date: signalDate });
      fired += signals.length;
    }
  }
  return {
    summary: { tickers: mentions.size, signals: fired },
    runChanges: { set: { signals_created: fired } },
    counts: { SignalsCreated: fired },
  };
}

function mentionsByTicker(comments: readonly StoredComment[]): Map<string, TickerMention[]> {
  const groups = new Map<string, TickerMention[]>();
  for (const comment of comments) {
    for (const { ticker, sentiment } of comment.ticker_sentiments) {
      groups.set(ticker, [...(groups.get(ticker) ?? []), { ...comment, sentiment }]);
    }
  }
  return groups;
}

/** Counted from the immutable daily records: a comment seen again later still counts on its own day [G3]. */
async function countPrior({ services }: Context, ticker: string, signalDate: string, configuration: Configuration) {
  const from = addDays(signalDate, -configuration.emergence_window_days);
  const { pk } = services.store.keys.mention(ticker, "", "");
  const counted = await services.store.count({ pk, from: `${from}#`, to: `${addDays(signalDate, -1)}#~` });
  return counted.total;
}

type DatedSignal = FiredSignal & Pick<Signal, "is_emergence" | "prior_7d_mentions" | "signal_date">;

async function storeSignal({ services, runId, marketTime, commit }: Context, fired: DatedSignal): Promise<void> {
  const { keys } = services.store;
  const id = signalId(fired);
  const calculated = { ...fired, analysis_run_id: runId };
  const existing = await services.store.get(keys.signal(id), signalSchema);
  // Written by an earlier try of this very phase: the same comments give the same values.
  if (existing?.analysis_run_id === runId) return;
  const index = keys.signalIndex({ ...fired, id });
  if (existing) {
    await commit([update(keys.signal(id), { set: { ...calculated, ...index, updated_at: iso(marketTime) } })]);
    return;
  }
  const created = { id, ...calculated, position_opened: false, created_at: iso(marketTime), updated_at: null };
  const counters: Action[] = ["SIGNALS", `SIGNALS#ticker=${fired.ticker}`, `SIGNALS#type=${fired.signal_type}`].map(
    (list) => update(keys.counter(list), { add: { total: 1 } }),
  );
  await commit([put({ ...keys.signal(id), ...index, ...created }, ifAbsent()), ...counters]);
}
