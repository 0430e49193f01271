import { lastTradingDay, sessionEnd } from "../../calendar/trading-days.ts";
import type { MarketMoment } from "../../realm/moment.ts";
import { iso } from "../../runtime/dates.ts";
import { update } from "../../store/actions.ts";
import { type Report, transactReporting } from "../../store/events.ts";
import type { OpenedSplit } from "../../trading/market/bars.ts";
import { quotedSplits } from "../../trading/market/confirmed-splits.ts";
import { lastOpening } from "../../trading/market/price-age.ts";
import { readSettlement } from "../../trading/market/stored-bars.ts";
import { countClose } from "../breaker/count-close.ts";
import type { DeskServices } from "../services.ts";
import { type DeskPosition, isOpen } from "./record.ts";
import { expiredBy, settlePosition } from "./settle-position.ts";
import { splitPosition, splitProblem } from "./split-position.ts";
import { bookReports, savePosition } from "./stored.ts";

/** A position after what happened to it without a trade, and the money that it moved. */
interface Adjusted {
  position: DeskPosition;
  flow_cents: number;
}

/**
 * The position on the scale of today's prices: its splits since it was looked at last are found and booked, and contracts that
 * have expired are settled, before anything is decided. Undefined where nobody says what happened, where it cannot be booked
 * for certain and a person has to look, or where the position was written meanwhile: then a price of today says nothing
 * about it.
 */
export async function adjustPosition(
  services: DeskServices,
  position: DeskPosition,
  moment: MarketMoment,
): Promise<DeskPosition | undefined> {
  if (position.review_reason !== null) return undefined;
  const { marketTime } = moment;
  const expired = expiredBy(position, marketTime);
  if (expired !== undefined) return settle(services, position, expired, moment);
  if (iso(lastOpening(marketTime)) <= position.checked_at) return position;
  const { splits } = await quotedSplits(services, position.underlying, position.checked_at, marketTime);
  if (!splits) return unknown(services, position, "nobody says whether a stock was split");
  return save(services, position, bookSplits(position, splits), moment.now, moment);
}

/** Settles what expired on a day, by the close of that day and after the splits until then, and goes on from there. */
async function settle(
  services: DeskServices,
  position: DeskPosition,
  day: string,
  moment: MarketMoment,
): Promise<DeskPosition | undefined> {
  const { underlying: ticker, checked_at: since } = position;
  const settlement = await readSettlement(services, { ticker, since, day }, moment.marketTime);
  if (!settlement) return unknown(services, position, "nobody says yet what an expired contract is worth");
  const split = bookSplits(position, settlement.splits);
  const settled = "problem" in split ? split : settledAfter(split, day, settlement.close);
  // Splits after the day are looked for from its end on.
  const ended = sessionEnd(lastTradingDay(day)).getTime();
  const checkedAt = iso(new Date(Math.max(ended, Date.parse(since))));
  const saved = await save(services, position, settled, checkedAt, moment);
  return saved && isOpen(saved) ? adjustPosition(services, saved, moment) : saved;
}

function settledAfter({ position, flow_cents }: Adjusted, day: string, close: number): Adjusted {
  const settled = settlePosition(position, day, close);
  return { position: settled.position, flow_cents: flow_cents + settled.flow_cents };
}

/** The position after these splits, or why one of them cannot be booked for certain. */
function bookSplits(position: DeskPosition, splits: readonly OpenedSplit[]): Adjusted | { problem: string } {
  const problem = splits.map((split) => splitProblem(position, split)).find((found) => found !== null);
  if (problem) return { problem };
  return splits.reduce<Adjusted>(
    (before, split) => {
      const after = splitPosition(before.position, split);
      return { position: after.position, flow_cents: before.flow_cents + after.flow_cents };
    },
    { position, flow_cents: 0 },
  );
}

function unknown({ log }: DeskServices, { position_id }: DeskPosition, what: string): undefined {
  log.warn(what, { positionId: position_id });
  return undefined;
}

/** Undefined where it was written meanwhile, or where a person has to look, which is stored and told. */
async function save(
  services: DeskServices,
  before: DeskPosition,
  adjusted: Adjusted | { problem: string },
  checked_at: string,
  moment: MarketMoment,
): Promise<DeskPosition | undefined> {
  const { keys } = services.store;
  const problem = "problem" in adjusted ? adjusted.problem : null;
  const { position, flow_cents } = "problem" in adjusted ? { position: before, flow_cents: 0 } : adjusted;
  const after: DeskPosition = {
    ...position,
    ...{ review_reason: problem, checked_at, version: before.version + 1, last_updated: iso(services.clock.now()) },
    closed_at: isOpen(position) ? null : moment.now,
  };
  const realized = after.realized_cents - before.realized_cents;
  const hasChanged = after.quantity !== before.quantity || flow_cents !== 0 || realized !== 0;
  const booked = { positions: [after], flow_cents, realized_cents: realized };
  const counted = hasChanged ? await countClose(services, booked, moment) : {};
  const account = { flows_cents: flow_cents, realized_cents: realized, [`realized_${before.source}_cents`]: realized };
  const written = await transactReporting(
    services,
    [
      ...savePosition(keys, before, after),
      ...(hasChanged ? [update(keys.deskAccount(), { add: account })] : []),
      ...(counted.actions ?? []),
    ],
    [
      ...(hasChanged ? bookReports(before, booked) : []),
      ...(problem === null ? [] : [alertOf(before, problem)]),
      ...(counted.reports ?? []),
    ],
  );
  return written.applied && problem === null ? after : undefined;
}

function alertOf({ position_id }: DeskPosition, problem: string): Report {
  const data = { level: "warning", message: `${position_id} needs review: ${problem}`, source: "positions" };
  return { channel: "alerts", type: "alert", subject_id: position_id, data };
}
