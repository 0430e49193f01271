import { isCoin } from "../../analysis/comments/coins.ts";
import type { PhaseContext } from "../../analysis/run.ts";
import { dayOfRun, runSchema } from "../../analysis/run.ts";
import type { Signal } from "../../analysis/signals/signal.ts";
import type { PhaseResult } from "../../runs/phases/phase.ts";
import { iso } from "../../runtime/dates.ts";
import { dollars } from "../../runtime/money.ts";
import { type Action, update } from "../../store/actions.ts";
import { counterActions } from "../../store/counters.ts";
import { decideAnew } from "../../store/decide-anew.ts";
import { isMarketOpen } from "../market/hours.ts";
import {
  closingCounts,
  createExits,
  createPosition,
  openingCounts,
  savePortfolio,
  savePosition,
} from "../positions/stored.ts";
import type { TradingServices } from "../services.ts";
import { type Deciding, decideOpening, type OpeningDecision } from "./decide-opening.ts";
import { askOffers } from "./offers.ts";
import {
  hasOpened,
  inPortfolios,
  isPending,
  isTradable,
  qualifiedSignals,
  type SignalInPortfolio,
} from "./signal-in-portfolio.ts";
import type { SignalOutcome } from "./signal-outcome.ts";
import { readOutcome, readOutcomesOf, readSignalsOf, saveOutcome } from "./stored-outcomes.ts";

type Context = PhaseContext<unknown, TradingServices>;

/**
 * OpenPositions: decides on the day's qualified signals in both their portfolios, where this run has not decided and no
 * run has opened, one after the other, each with one transaction (spec pipeline 8). Outside market hours all are skipped.
 */
export async function openPositions(context: Context): Promise<PhaseResult> {
  const { services, run, runId, marketTime, log } = context;
  const { configuration } = context;
  const day = dayOfRun(run);
  const signals = qualifiedSignals(await readSignalsOf(services, day), configuration.signal_min_confidence);
  const outcomes = await readOutcomesOf(services, day);
  const pairs = signals.flatMap(inPortfolios);
  const pending = pairs.filter((pair) => isPending(outcomes.get(pair.id), runId));
  // Decided ones of this very run count too: the warning must not depend on where an earlier try was interrupted.
  const tradable = pairs.filter((pair) => isTradable(pair) && !hasOpened(outcomes.get(pair.id)));
  const marketIsOpen = tradable.length === 0 || (await isMarketOpen(services, marketTime, log));

  const wanted = marketIsOpen ? pending.filter(isTradable) : [];
  const offers = await askOffers(context, wanted, configuration);
  const deciding = { context, configuration, marketIsOpen, offers };
  for (const pair of pending) await decideAndStore(context, deciding, pair);

  // Read again: told from the table alone, a repeated call says the same.
  const decided = await readOutcomesOf(services, day);
  const unpriced = pairs.filter(({ id }) => isUnpriced(decided.get(id), runId));
  return {
    ...(await results(context, [...decided.values()], signals.length)),
    actions: [
      ...(marketIsOpen ? [] : [closedWarning(context, tradable)]),
      ...coinWarnings(context, signals),
      ...missingPriceWarnings(context, unpriced),
    ],
  };
}

async function results(
  { services, runId }: Context,
  decided: readonly SignalOutcome[],
  qualified: number,
): Promise<PhaseResult> {
  const { store } = services;
  const outcomes = decided.filter(({ run_id }) => run_id === runId);
  const opened = outcomes.filter(hasOpened).length;
  const run = await store.get(store.keys.run(runId), runSchema);
  return {
    summary: { qualified, opened, skipped: outcomes.length - opened },
    runChanges: { set: { positions_opened: run?.positions_recorded ?? 0 } },
    counts: { PositionsOpened: run?.positions_recorded ?? 0 },
  };
}

async function decideAndStore(context: Context, deciding: Deciding, pair: SignalInPortfolio): Promise<void> {
  const { services, runId, commit, log } = context;
  await decideAnew(services, async () => {
    const before = await readOutcome(services, pair);
    if (!isPending(before, runId)) return true;
    const decision = await decideOpening(deciding, pair);
    const isOpened = decision.outcome === "opened";
    const actions = [saveOutcome(services.store.keys, before, outcomeOf(context, pair, decision))];
    actions.push(...(isOpened ? openingActions(context, pair, decision) : shortfallWarnings(context, pair, decision)));
    const written = await commit(actions, isOpened ? { add: { positions_recorded: 1 } } : undefined);
    if (written.applied) log.info("signal decided", { ...outcomeOf(context, pair, decision) });
    return written.applied || undefined;
  });
}

type Opened = Extract<OpeningDecision, { outcome: "opened" }>;
type Skipped = Extract<OpeningDecision, { outcome: "skipped" }>;

function outcomeOf({ runId, marketTime }: Context, pair: SignalInPortfolio, decision: OpeningDecision): SignalOutcome {
  return {
    signal_id: pair.signal.id,
    portfolio_id: pair.portfolioId,
    outcome: decision.outcome,
    skip_reason: decision.outcome === "skipped" ? decision.skip_reason : null,
    position_id: decision.outcome === "opened" ? decision.position.id : null,
    run_id: runId,
    evaluated_at: iso(marketTime),
  };
}

/** Everything a new position changes, and the one it replaced (spec data-model A40, A41). */
function openingActions(
  { services }: Context,
  pair: SignalInPortfolio,
  { portfolio, position, replaced }: Opened,
): Action[] {
  const { keys } = services.store;
  const closing = replaced ? closingCounts(replaced.before, replaced.after) : {};
  return [
    savePortfolio(keys, portfolio),
    createPosition(keys, position),
    ...(replaced ? [savePosition(keys, replaced.after), ...createExits(keys, [replaced.exit])] : []),
    ...counterActions(keys, [openingCounts(position), closing]),
    update(keys.signal(pair.signal.id), { set: { position_opened: true } }),
  ];
}

function shortfallWarnings(
  context: Context,
  { signal, portfolioId }: SignalInPortfolio,
  { shortfall }: Skipped,
): Action[] {
  if (!shortfall) return [];
  const [needed, available] = [dollars(shortfall.neededCents), dollars(shortfall.availableCents)];
  const warning = context.warning({
    type: "insufficient_cash",
    subject: `${portfolioId}#${signal.id}`,
    message: `${portfolioId} has $${available.toFixed(2)} and needs $${needed.toFixed(2)} for ${signal.ticker}.`,
    ticker: signal.ticker,
    context: { portfolio: portfolioId, needed, available },
  });
  return [warning];
}

/** Of all the day's signals, so that it says the same on a repeated call. */
function coinWarnings(context: Context, signals: readonly Signal[]): Action[] {
  const ofCoins = signals.filter(({ ticker }) => isCoin(ticker));
  if (ofCoins.length === 0) return [];
  const tickers = [...new Set(ofCoins.map(({ ticker }) => ticker))].toSorted();
  const warning = context.warning({
    type: "cryptocurrency_not_traded",
    subject: "market",
    message: `Cryptocurrencies are not traded; qualified signals about them: ${ofCoins.length} (${tickers.join(", ")}).`,
    ticker: null,
    context: { signals_affected: ofCoins.length, tickers },
  });
  return [warning];
}

function isUnpriced(outcome: SignalOutcome | undefined, runId: string): boolean {
  return outcome?.run_id === runId && outcome.skip_reason === "price_unavailable";
}

/** Without it, a run that bought nothing of a halted stock, or while the broker was down, would look like a quiet day. */
function missingPriceWarnings(context: Context, pairs: readonly SignalInPortfolio[]): Action[] {
  if (pairs.length === 0) return [];
  const tickers = [...new Set(pairs.map(({ signal }) => signal.ticker))].toSorted();
  const signals_affected = new Set(pairs.map(({ signal }) => signal.id)).size;
  const warning = context.warning({
    type: "price_unavailable",
    subject: "signals",
    message: `Prices were missing; qualified signals that opened nothing for that reason in one or both of their portfolios: ${signals_affected} (${tickers.join(", ")}).`,
    ticker: null,
    context: { signals_affected, tickers },
  });
  return [warning];
}

function closedWarning(context: Context, pairs: readonly SignalInPortfolio[]): Action {
  const signals_affected = new Set(pairs.map((pair) => pair.signal.id)).size;
  return context.warning({
    type: "market_hours_skipped",
    subject: "market",
    message: `The market is closed; qualified signals that opened nothing: ${signals_affected}.`,
    ticker: null,
    context: { signals_affected },
  });
}
