import type { MarketMoment } from "../../realm/moment.ts";
import { iso } from "../../runtime/dates.ts";
import { update } from "../../store/actions.ts";
import { transactReporting } from "../../store/events.ts";
import { quotedSplits } from "../../trading/market/confirmed-splits.ts";
import { lastOpening } from "../../trading/market/price-age.ts";
import type { DeskServices } from "../services.ts";
import { type DeskPosition, isOpen } from "./record.ts";
import { type SplitBooked, splitPosition, splitProblem } from "./split-position.ts";
import { bookReports, savePosition } from "./stored.ts";

/**
 * The position on the scale of today's prices: its splits since it was looked at last are found and booked first. Undefined
 * where nobody says whether there were any, where they cannot be booked for certain and a person has to look, or where it was
 * written meanwhile: then a price of today says nothing about it, and nothing may be decided.
 */
export async function adjustPosition(
  services: DeskServices,
  position: DeskPosition,
  { marketTime, now }: MarketMoment,
): Promise<DeskPosition | undefined> {
  if (position.review_reason !== null) return undefined;
  if (iso(lastOpening(marketTime)) <= position.checked_at) return position;
  const { splits } = await quotedSplits(services, position.underlying, position.checked_at, marketTime);
  if (!splits) {
    services.log.warn("nobody says whether a stock was split", { positionId: position.position_id });
    return undefined;
  }
  const problem = splits.map((split) => splitProblem(position, split)).find((found) => found !== null) ?? null;
  const unadjusted: SplitBooked = { position, flow_cents: 0 };
  const booked = splits.reduce((before, split) => {
    const after = splitPosition(before.position, split);
    return { position: after.position, flow_cents: before.flow_cents + after.flow_cents };
  }, unadjusted);
  const after = {
    ...(problem === null ? booked.position : position),
    ...{ review_reason: problem, checked_at: now, version: position.version + 1 },
    last_updated: iso(services.clock.now()),
  };
  const closed = isOpen(after) ? after : { ...after, closed_at: now };
  const saved = await saveAdjusted(services, position, closed, problem === null ? booked.flow_cents : 0);
  return saved && problem === null ? closed : undefined;
}

async function saveAdjusted(
  services: DeskServices,
  before: DeskPosition,
  after: DeskPosition,
  flow_cents: number,
): Promise<boolean> {
  const { keys } = services.store;
  const realized = after.realized_cents - before.realized_cents;
  const account = { flows_cents: flow_cents, realized_cents: realized, [`realized_${before.source}_cents`]: realized };
  const hasChanged = after.splits.length > before.splits.length;
  const reports = hasChanged ? bookReports(before, { positions: [after], flow_cents, realized_cents: realized }) : [];
  const warnings = after.review_reason === null ? [] : [alertOf(after)];
  const actions = [
    ...savePosition(keys, before, after),
    ...(hasChanged ? [update(keys.deskAccount(), { add: account })] : []),
  ];
  return (await transactReporting(services, actions, [...reports, ...warnings])).applied;
}

function alertOf({ position_id, review_reason }: DeskPosition) {
  const data = { level: "warning", message: `${position_id} needs review: ${review_reason}`, source: "positions" };
  return { channel: "alerts" as const, type: "alert", subject_id: position_id, data };
}
