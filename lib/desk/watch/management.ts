import { round } from "../../runtime/money.ts";
import type { DeskPosition } from "../positions/record.ts";
import { unrealizedCents } from "../positions/value.ts";

/** What the bot does about a position now. */
export interface Management {
  action: "stop_loss" | "take_profit";
  /** Units to close; 0 where the part of a level is less than one, and the level is only marked as done. */
  units: number;
  /** The gain at which a part is taken; null for a stop. */
  level: number | null;
  details: string;
}

export interface ManagementSettings {
  bot_stop_loss_pct: number;
  bot_profit_levels: [gain: number, share: number][];
}

/**
 * What is due for a position that the bot manages (spec orders 5.3): first the stop, then the lowest level of profit that is
 * reached and not done. Gains are fractions of what its units cost; parts are of the most it ever held, rounded down, so that
 * a single contract is never closed by a part of it.
 */
export function dueManagement(position: DeskPosition, settings: ManagementSettings): Management | null {
  const { cost_cents, most_units, profit_levels_done } = position;
  const held = Math.abs(position.quantity);
  if (!position.bot_managed || held === 0 || cost_cents === 0) return null;
  const gain = round(unrealizedCents(position) / Math.abs(cost_cents), 6);
  if (gain <= settings.bot_stop_loss_pct) {
    return { action: "stop_loss", units: held, level: null, details: `Lost ${percent(-gain)} of what it cost.` };
  }
  const due = settings.bot_profit_levels
    .toSorted(([a], [b]) => a - b)
    .find(([level]) => gain >= level && !profit_levels_done.includes(level));
  if (!due) return null;
  const [level, share] = due;
  const units = Math.min(held, Math.floor(round(most_units * share, 6)));
  return { action: "take_profit", units, level, details: `Gained ${percent(gain)}; the level is ${percent(level)}.` };
}

function percent(fraction: number): string {
  return `${round(fraction * 100, 2)} %`;
}
