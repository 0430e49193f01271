import type { PhaseContext } from "../../analysis/run.ts";
import { dayOfRun, runSchema } from "../../analysis/run.ts";
import type { PhaseResult } from "../../runs/phase.ts";
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
import { type Decision, type Desk, decideLeg } from "./decide-leg.ts";
import { hasOpened, isPending, isShort, type Leg, legsOf, qualifiedSignals } from "./legs.ts";
import { askOffers } from "./offers.ts";
import type { SignalOutcome } from "./signal-outcome.ts";
import { readOutcome, readOutcomesOf, readSignalsOf, saveOutcome } from "./stored-outcomes.ts";

type Context = PhaseContext<unknown, TradingServices>;

/**
 * OpenPositions: decides both legs of the day's qualified signals that this run has not decided and no run has opened,
 * one after the other, each with one transaction (spec pipeline 8). Outside market hours all are skipped.
 */
export async function openPositions(context: Context): Promise<PhaseResult> {
  const { services, run, runId, marketTime, log } = context;
  const { configuration } = context;
  const day = dayOfRun(run);
  const signals = qualifiedSignals(await readSignalsOf(services, day), configuration.signal_min_confidence);
  const outcomes = await readOutcomesOf(services, day);
  const legs = signals.flatMap(legsOf);
  const pending = legs.filter((leg) => isPending(outcomes.get(leg.id), runId));
  // Decided ones of this very run count too: the warning must not depend on where an earlier try was interrupted.
  const tradable = legs.filter((leg) => !isShort(leg) && !hasOpened(outcomes.get(leg.id)));
  const marketIsOpen = tradable.length === 0 || (await isMarketOpen(services, marketTime, log));

  const wanted = marketIsOpen ? pending.filter((leg) => !isShort(leg)) : [];
  const offers = await askOffers(context, wanted, configuration);
  const desk = { context, configuration, marketIsOpen, offers };
  for (const leg of pending) await settle(context, desk, leg);

  return {
    ...(await results(context, day, signals.length)),
    actions: marketIsOpen ? [] : [closedWarning(context, tradable)],
  };
}

/** Told from the table alone, so that a repeated call says the same. */
async function results({ services, runId }: Context, day: string, qualified: number): Promise<PhaseResult> {
  const { store } = services;
  const outcomes = [...(await readOutcomesOf(services, day)).values()].filter(({ run_id }) => run_id === runId);
  const opened = outcomes.filter(hasOpened).length;
  const run = await store.get(store.keys.run(runId), runSchema);
  return {
    summary: { qualified, opened, skipped: outcomes.length - opened },
    runChanges: { set: { positions_opened: run?.positions_recorded ?? 0 } },
    counts: { PositionsOpened: run?.positions_recorded ?? 0 },
  };
}

async function settle(context: Context, desk: Desk, leg: Leg): Promise<void> {
  const { services, runId, commit, log } = context;
  await decideAnew(services, async () => {
    const before = await readOutcome(services, leg);
    if (!isPending(before, runId)) return true;
    const decision = await decideLeg(desk, leg);
    const isOpened = decision.outcome === "opened";
    const actions = [saveOutcome(services.store.keys, before, outcomeOf(context, leg, decision))];
    actions.push(...(isOpened ? openingActions(context, leg, decision) : shortfallWarnings(context, leg, decision)));
    const written = await commit(actions, isOpened ? { add: { positions_recorded: 1 } } : undefined);
    if (written.applied) log.info("leg decided", { leg: leg.id, ...outcomeOf(context, leg, decision) });
    return written.applied || undefined;
  });
}

type Opened = Extract<Decision, { outcome: "opened" }>;
type Skipped = Extract<Decision, { outcome: "skipped" }>;

function outcomeOf({ runId, marketTime }: Context, leg: Leg, decision: Decision): SignalOutcome {
  return {
    signal_id: leg.signal.id,
    portfolio_id: leg.portfolioId,
    outcome: decision.outcome,
    skip_reason: decision.outcome === "skipped" ? decision.skip_reason : null,
    position_id: decision.outcome === "opened" ? decision.position.id : null,
    run_id: runId,
    evaluated_at: iso(marketTime),
  };
}

/** Everything a new position changes, and the one it replaced (spec data-model A40, A41). */
function openingActions({ services }: Context, leg: Leg, { portfolio, position, replaced }: Opened): Action[] {
  const { keys } = services.store;
  const closing = replaced ? closingCounts(replaced.before, replaced.after) : {};
  return [
    savePortfolio(keys, portfolio),
    createPosition(keys, position),
    ...(replaced ? [savePosition(keys, replaced.after), ...createExits(keys, [replaced.exit])] : []),
    ...counterActions(keys, [openingCounts(position), closing]),
    update(keys.signal(leg.signal.id), { set: { position_opened: true } }),
  ];
}

function shortfallWarnings(context: Context, { signal, portfolioId }: Leg, { shortfall }: Skipped): Action[] {
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

function closedWarning(context: Context, legs: readonly Leg[]): Action {
  const signals_affected = new Set(legs.map((leg) => leg.signal.id)).size;
  return context.warning({
    type: "market_hours_skipped",
    subject: "market",
    message: `The market is closed; qualified signals that opened nothing: ${signals_affected}.`,
    ticker: null,
    context: { signals_affected },
  });
}
