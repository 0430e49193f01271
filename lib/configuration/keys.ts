import * as z from "zod";
import { AppError } from "../runtime/errors.ts";
import { round } from "../runtime/money.ts";
import { answerKeys } from "./answer-keys.ts";
import { deskKeys } from "./desk-keys.ts";
import { anyCount, boolean, jsonOf, loss, number, optional, required, share, whole } from "./readers.ts";

/** Every key of the configuration with its default and the reader of its stored text (spec data-model 4). */
export const configurationKeys = {
  // Absent until the first completed run writes its day.
  system_start_date: { initial: undefined, schema: z.iso.date().nullable(), isRequired: false },
  phase: required("paper_trading", z.enum(["paper_trading", "real_trading"])),

  quality_min_users: required("2", whole(1, anyCount)),
  quality_min_confidence: required("0.6", share),
  consensus_min_comments: required("30", whole(1, anyCount)),
  consensus_min_users: required("8", whole(1, anyCount)),
  consensus_min_alignment: required("0.7", number(0.5, 1)),

  confidence_weight_volume: required("0.25", share),
  confidence_weight_alignment: required("0.25", share),
  confidence_weight_ai_confidence: required("0.30", share),
  confidence_weight_author_trust: required("0.20", share),

  trust_weight_quality: required("0.40", share),
  trust_weight_accuracy: required("0.50", share),
  trust_weight_tenure: required("0.10", share),
  trust_default_accuracy: required("0.50", share),
  trust_tenure_saturation_days: required("30", number(1, anyCount)),
  accuracy_ema_weight: required("0.30", share),

  stock_stop_loss_pct: required("-0.10", loss),
  stock_take_profit_pct: required("0.15", number(0, 100)),
  stock_trailing_stop_pct: required("0.07", share),
  stock_breakeven_trigger_pct: required("0.05", number(0, 100)),
  stock_breakeven_min_days: required("5", whole(0, anyCount)),
  stock_time_stop_base_days: required("5", whole(0, anyCount)),
  stock_time_stop_base_min_gain: required("0.05", number(-1, 100)),
  stock_time_stop_extended_days: required("7", whole(0, anyCount)),
  stock_time_stop_max_days: required("10", whole(0, anyCount)),
  stock_take_profit_exit_pct: required("0.50", share),

  option_stop_loss_pct: required("-0.50", loss),
  option_take_profit_pct: required("1.00", number(0, 100)),
  option_trailing_stop_pct: required("0.30", share),
  option_time_stop_days: required("10", whole(0, anyCount)),
  option_expiration_protection_dte: required("2", whole(0, anyCount)),
  option_take_profit_exit_pct: required("0.50", share),

  signal_min_confidence: required("0.50", share),

  stocks_long_only: optional("true", boolean),
  // Bounded by what one transaction holds: a warning for every option of two portfolios while the broker is down.
  max_open_positions: optional("10", whole(0, 45)),
  replacement_min_confidence_delta: optional("0.1", share),
  replacement_protect_gain_pct: optional("0.05", number(0, 100)),
  sizing_base_divisor: optional("20", number(1, anyCount)),
  sizing_tiers: optional(
    "[[0.50,0.50],[0.60,0.75],[0.75,1.00]]",
    jsonOf(
      z
        .array(z.tuple([z.number().min(0).max(1), z.number().min(0).max(1)]))
        .min(1)
        .max(20),
    ),
  ),
  sizing_option_pct: optional("0.02", share),
  sizing_min_pct: optional("0.02", share),
  sizing_max_pct: optional("0.15", share),
  prediction_notional: optional("2000", number(0, anyCount)),
  // What the honest figures take off: dollars a share trade and a contract, and a fraction of the price.
  commission_stock_usd: optional("0", number(0, anyCount)),
  commission_option_usd: optional("0.65", number(0, anyCount)),
  slippage_stock_pct: optional("0.0005", share),
  slippage_option_pct: optional("0.01", share),
  strike_dte_min: optional("14", whole(0, anyCount)),
  strike_dte_max: optional("21", whole(0, anyCount)),
  strike_dte_target: optional("17", whole(0, anyCount)),
  strike_delta_target: optional("0.30", share),
  strike_delta_min: optional("0.15", share),
  strike_delta_max: optional("0.50", share),
  emergence_prior_max: optional("3", whole(0, anyCount)),
  emergence_min_mentions: optional("13", whole(0, anyCount)),
  emergence_min_users: optional("8", whole(0, anyCount)),
  emergence_window_days: optional("7", whole(1, 365)),
  priority_weights: optional(
    "[0.4,0.3,0.3]",
    jsonOf(z.tuple([z.number().min(0).max(1), z.number().min(0).max(1), z.number().min(0).max(1)])),
  ),
  // Bounded by what one transaction holds: a post takes one action, an answered comment up to seventeen.
  posts_limit: optional("10", whole(1, 50)),
  comments_per_post: optional("1000", whole(1, anyCount)),
  // Calls for "more comments" of one post; each counts against Reddit's 60 a minute.
  more_comments_limit: optional("0", whole(0, 5)),
  selected_per_post: optional("50", whole(1, anyCount)),
  llm_batch_size: optional("5", whole(1, 5)),
  llm_monthly_warning_usd: optional("60", number(0, anyCount)),

  ...deskKeys,
  ...answerKeys,
} satisfies Record<string, { initial: string | undefined; schema: z.ZodType; isRequired: boolean }>;

type Key = keyof typeof configurationKeys;

/** One snapshot of the configuration, under the keys as they are stored. */
export type Configuration = { [K in Key]: z.output<(typeof configurationKeys)[K]["schema"]> };

/** Keys whose values must sum to 1. */
export const weightGroups: readonly (readonly Key[])[] = [
  [
    "confidence_weight_volume",
    "confidence_weight_alignment",
    "confidence_weight_ai_confidence",
    "confidence_weight_author_trust",
  ],
  ["trust_weight_quality", "trust_weight_accuracy", "trust_weight_tenure"],
];

/** The stored text of every key at first start. `system_start_date` is not among them. */
export function defaultConfiguration(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(configurationKeys).flatMap(([key, { initial }]) => (initial === undefined ? [] : [[key, initial]])),
  );
}

/** What is wrong with some keys of a configuration. */
export interface ConfigurationProblem {
  keys: readonly string[];
  problem: string;
}

/** What stored texts say, and everything that is wrong with them. Unknown keys are ignored. */
export function examineConfiguration(stored: Readonly<Record<string, string>>): {
  read: Record<string, unknown>;
  problems: ConfigurationProblem[];
} {
  const problems: ConfigurationProblem[] = [];
  const read: Record<string, unknown> = {};
  for (const [key, { initial, isRequired }] of Object.entries(configurationKeys)) {
    const text = stored[key] ?? (isRequired ? undefined : (initial ?? null));
    const result = text === undefined ? { problem: "is missing" } : readValue(key as Key, text);
    if (result.problem === undefined) read[key] = result.value;
    else problems.push({ keys: [key], problem: result.problem });
  }
  return { read, problems: [...problems, ...weightProblems(read)] };
}

/** The value of a key that a stored text stands for, or why it stands for none; null is a text that nobody has stored. */
export function readValue(
  key: Key,
  text: string | null,
): { value: Configuration[Key]; problem?: undefined } | { problem: string } {
  const parsed = configurationKeys[key].schema.safeParse(text?.trim() ?? null);
  return parsed.success ? { value: parsed.data } : { problem: parsed.error.issues[0]?.message ?? "invalid" };
}

function weightProblems(read: Readonly<Record<string, unknown>>): ConfigurationProblem[] {
  return weightGroups.flatMap((keys) => {
    const sum = keys.reduce((total, key) => total + Number(read[key]), 0);
    return Math.abs(sum - 1) > 1e-9 ? [{ keys, problem: `must sum to 1.0 but sum to ${round(sum, 9)}` }] : [];
  });
}

/**
 * Reads the stored texts. Unknown keys are ignored: a newer version may have written them. Throws `BadConfiguration`
 * that names every missing or unreadable key, and where weights that belong together do not sum to 1.
 */
export function readConfiguration(stored: Readonly<Record<string, string>>): Configuration {
  const { read, problems } = examineConfiguration(stored);
  if (problems.length > 0) {
    const list = problems.map(({ keys, problem }) => `${keys.join(", ")}: ${problem}`).join("; ");
    throw new AppError("BadConfiguration", "CONFIGURATION_ERROR", `The configuration is not usable: ${list}.`);
  }
  return read as Configuration;
}
