import { counterActions } from "../../store/counters.ts";
import { decideAnew } from "../../store/decide-anew.ts";
import type { Position } from "../positions/record.ts";
import {
  closingCounts,
  createExits,
  readPortfolio,
  readPosition,
  savePortfolio,
  savePosition,
} from "../positions/stored.ts";
import { checkPosition, type ObservedMarket } from "./check.ts";
import type { Monitoring } from "./pass.ts";
import { reviewWarnings } from "./reviews.ts";

/** Whether it is open and was not looked at at this market time already, by an earlier try or another run. */
export function isDue({ now }: Monitoring, { status, last_checked_at }: Position): boolean {
  return status === "open" && last_checked_at < now;
}

/** One position's check in one transaction; where somebody else wrote meanwhile, it is decided anew. */
export async function check(
  monitoring: Monitoring,
  id: string,
  observe: (position: Position) => ObservedMarket,
): Promise<void> {
  const { context, configuration: settings, now, today } = monitoring;
  const { services, runId, log } = context;
  const { keys } = services.store;
  monitoring.stopIfLate();
  const exits = await decideAnew(services, async () => {
    const before = await readPosition(services, id);
    if (!isDue(monitoring, before)) return [];
    const holding = { portfolio: await readPortfolio(services, before.portfolio_id), position: before };
    const after = checkPosition(holding, observe(before), { runId, now, today, settings });
    if (after === null) return [];
    const { portfolio, position, records } = after;
    const written = await context.commit(
      [
        savePosition(keys, position),
        savePortfolio(keys, portfolio),
        ...createExits(keys, records),
        ...counterActions(keys, [closingCounts(before, position)]),
        ...reviewWarnings(monitoring, [position]),
      ],
      records.length > 0 ? { add: { exits_recorded: records.length } } : undefined,
    );
    return written.applied ? records : undefined;
  });
  for (const { id: exitId, exit_reason, exit_price } of exits)
    log.info("exit recorded", { exitId, exit_reason, exit_price });
}
