import { describe, expect, it } from "vitest";
import { defaultConfiguration, readConfiguration } from "../../../lib/configuration/keys.ts";

const defaults = defaultConfiguration();

/** The 33 keys that must be stored; the thirty-fourth, `system_start_date`, comes with the first completed run. */
const required = {
  phase: "paper_trading",
  quality_min_users: 2,
  quality_min_confidence: 0.6,
  consensus_min_comments: 30,
  consensus_min_users: 8,
  consensus_min_alignment: 0.7,
  confidence_weight_volume: 0.25,
  confidence_weight_alignment: 0.25,
  confidence_weight_ai_confidence: 0.3,
  confidence_weight_author_trust: 0.2,
  trust_weight_quality: 0.4,
  trust_weight_accuracy: 0.5,
  trust_weight_tenure: 0.1,
  trust_default_accuracy: 0.5,
  trust_tenure_saturation_days: 30,
  accuracy_ema_weight: 0.3,
  stock_stop_loss_pct: -0.1,
  stock_take_profit_pct: 0.15,
  stock_trailing_stop_pct: 0.07,
  stock_breakeven_trigger_pct: 0.05,
  stock_breakeven_min_days: 5,
  stock_time_stop_base_days: 5,
  stock_time_stop_base_min_gain: 0.05,
  stock_time_stop_extended_days: 7,
  stock_time_stop_max_days: 10,
  stock_take_profit_exit_pct: 0.5,
  option_stop_loss_pct: -0.5,
  option_take_profit_pct: 1,
  option_trailing_stop_pct: 0.3,
  option_time_stop_days: 10,
  option_expiration_protection_dte: 2,
  option_take_profit_exit_pct: 0.5,
  signal_min_confidence: 0.5,
};
const optional = {
  stocks_long_only: true,
  max_open_positions: 10,
  replacement_min_confidence_delta: 0.1,
  replacement_protect_gain_pct: 0.05,
  sizing_base_divisor: 20,
  sizing_tiers: [
    [0.5, 0.5],
    [0.6, 0.75],
    [0.75, 1],
  ],
  sizing_option_pct: 0.02,
  sizing_min_pct: 0.02,
  sizing_max_pct: 0.15,
  prediction_notional: 2000,
  commission_stock_usd: 0,
  commission_option_usd: 0.65,
  slippage_stock_pct: 0.0005,
  slippage_option_pct: 0.01,
  strike_dte_min: 14,
  strike_dte_max: 21,
  strike_dte_target: 17,
  strike_delta_target: 0.3,
  strike_delta_min: 0.15,
  strike_delta_max: 0.5,
  emergence_prior_max: 3,
  emergence_min_mentions: 13,
  emergence_min_users: 8,
  emergence_window_days: 7,
  priority_weights: [0.4, 0.3, 0.3],
  posts_limit: 10,
  comments_per_post: 1000,
  more_comments_limit: 0,
  selected_per_post: 50,
  llm_batch_size: 5,
  llm_monthly_warning_usd: 60,
  desk_starting_equity_usd: 100_000,
  desk_symbols: ["SPY", "QQQ", "IWM"],
  order_mode: "auto",
  signal_order_min_confidence: "off",
  order_approval_drift_pct: 0.02,
  order_fill_seconds: 300,
  bot_stop_loss_pct: -2,
  bot_profit_levels: [
    [0.5, 0.3],
    [1, 0.5],
    [2, 0.2],
  ],
  bot_roll_mode: "atm_adjust",
  bot_roll_days: 7,
  bot_roll_to_days: [21, 30, 60],
  bot_roll_strike_move_usd: 10,
  bot_roll_require_credit: false,
  order_queue_capacity: 1000,
  order_max_contracts: 100,
  order_max_shares: 100_000,
  order_position_limit_pct: 0.25,
  order_exposure_limit_pct: 1,
  order_daily_loss_limit_pct: 0.03,
  order_risk_per_trade_pct: 0.02,
  order_value_max_usd: 50_000,
  order_value_warning_usd: 100,
  order_price_max_age_seconds: 5,
  order_duplicate_seconds: 1,
  order_min_volume: 100,
  order_max_open_positions: 5,
  orders_per_day: 10,
  order_spacing_seconds: 60,
  breaker_daily_loss_pct: 0.03,
  breaker_drawdown_pct: 0.1,
  breaker_consecutive_losses: 5,
  breaker_position_limit_pct: 0.25,
  breaker_cooldown_minutes: 30,
  breaker_require_human_reset: true,
  breaker_sentiment: false,
  breaker_sentiment_score: -0.8,
  breaker_sentiment_days: 3,
  answer_files_max: 200,
  answer_file_bytes_max: 5_000_000,
  answer_chunk_tokens: 12_000,
  answer_chunk_overlap_tokens: 500,
  answer_batch_tokens: 40_000,
  answer_sql_rounds: 2,
  answer_sql_rows_max: 10_000,
  answer_sql_tokens_max: 100_000,
  answer_decisions_max: 4,
  answer_writer_attempts: 2,
  answer_context_tokens: 400_000,
  answer_context_reserve_tokens: 20_000,
  answer_budget_usd: 2,
  answer_retention_days: "off",
};

describe("the configuration", () => {
  it("has 33 keys that must be stored, others that may be, and a start date that is absent at first", () => {
    expect(Object.keys(required)).toHaveLength(33);
    expect(Object.keys(defaults).toSorted()).toEqual([...Object.keys(required), ...Object.keys(optional)].toSorted());
    expect(readConfiguration(defaults)).toEqual({ ...required, ...optional, system_start_date: null });
  });

  it("reads the start date once it is written", () => {
    const stored = { ...defaults, system_start_date: "2021-01-20" };
    expect(readConfiguration(stored).system_start_date).toBe("2021-01-20");
  });

  it.each(Object.keys(required))("fails loudly without %s", (key) => {
    const { [key]: _, ...stored } = defaults;
    expect(() => readConfiguration(stored)).toThrow(
      expect.objectContaining({
        name: "BadConfiguration",
        code: "CONFIGURATION_ERROR",
        message: expect.stringContaining(`${key}: is missing`),
      }),
    );
  });

  it.each(Object.entries(optional))("takes the default of %s where it is absent", (key, value) => {
    const { [key]: _, ...stored } = defaults;
    expect(readConfiguration(stored)).toMatchObject({ [key]: value });
  });

  it.each([
    ["quality_min_users", "two"],
    ["quality_min_users", ""],
    ["quality_min_users", "2.5"],
    ["quality_min_users", "0"],
    ["quality_min_confidence", "1.1"],
    ["quality_min_confidence", "NaN"],
    ["quality_min_confidence", "Infinity"],
    ["consensus_min_alignment", "0.4"],
    ["stock_stop_loss_pct", "0.10"],
    ["option_stop_loss_pct", "0x1"],
    ["phase", "testing"],
    ["system_start_date", "2021-02-30"],
    ["system_start_date", ""],
    ["stocks_long_only", "yes"],
    ["sizing_tiers", "[[0.5]]"],
    ["sizing_tiers", "[]"],
    ["priority_weights", "0.4,0.3,0.3"],
    ["priority_weights", "[0.4,0.6]"],
    ["llm_batch_size", "-5"],
  ])("refuses %s = %j by name", (key, value) => {
    expect(() => readConfiguration({ ...defaults, [key]: value })).toThrow(new RegExp(`${key}: `));
  });

  it.each([
    ["confidence_weight_volume", "0.26"],
    ["confidence_weight_author_trust", "0.1999"],
    ["trust_weight_tenure", "0.2"],
  ])("refuses weights that do not sum to 1.0: %s = %s", (key, value) => {
    expect(() => readConfiguration({ ...defaults, [key]: value })).toThrow(/must sum to 1\.0/);
  });

  it("accepts other weights that sum to 1.0 and names every problem at once", () => {
    const tuned = { confidence_weight_volume: "0.1", confidence_weight_alignment: "0.4" };
    expect(readConfiguration({ ...defaults, ...tuned })).toMatchObject({ confidence_weight_volume: 0.1 });
    expect(() => readConfiguration({ ...defaults, phase: "x", posts_limit: "x" })).toThrow(/phase: .*posts_limit: /);
  });

  it("ignores keys it does not know and white space around values", () => {
    expect(readConfiguration({ ...defaults, newer_key: "1", quality_min_users: " 3 " })).toMatchObject({
      quality_min_users: 3,
    });
  });
});
