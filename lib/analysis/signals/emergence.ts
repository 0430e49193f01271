import type { Configuration } from "../../configuration/keys.ts";
import { daysBetween } from "../../runtime/dates.ts";
import { distinctUsers } from "./rules.ts";
import type { Signal } from "./signal.ts";

export type EmergenceSettings = Pick<
  Configuration,
  | "system_start_date"
  | "emergence_prior_max"
  | "emergence_min_mentions"
  | "emergence_min_users"
  | "emergence_window_days"
>;

export interface EmergenceInput {
  /** UTC day, YYYY-MM-DD. */
  signalDate: string;
  /** Mentions in the days of the window before `signalDate`, counted from the daily records. */
  priorMentions: number;
  /** The mentions of this run, neutral ones included. */
  mentions: readonly { author: string }[];
}

/**
 * Whether a ticker that was hardly spoken of is now spoken of by many (spec pipeline 7.4). Null while fewer days than
 * the window (7) have passed since the system's start day, and while there is no start day yet: nobody can say that
 * a ticker is new before there was time to hear of it.
 */
export function detectEmergence(
  input: EmergenceInput,
  settings: EmergenceSettings,
): Pick<Signal, "is_emergence" | "prior_7d_mentions"> {
  return {
    is_emergence: isWarmingUp(input.signalDate, settings)
      ? null
      : input.priorMentions < settings.emergence_prior_max &&
        input.mentions.length >= settings.emergence_min_mentions &&
        distinctUsers(input.mentions) >= settings.emergence_min_users,
    prior_7d_mentions: input.priorMentions,
  };
}

function isWarmingUp(signalDate: string, settings: EmergenceSettings): boolean {
  if (settings.system_start_date === null) return true;
  return daysBetween(settings.system_start_date, signalDate) < settings.emergence_window_days;
}
