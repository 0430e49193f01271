import * as z from "zod";
import { anyCount, boolean, jsonOf, number, optional, share, whole } from "./readers.ts";

/** What the desk lets through and what it refuses (spec orders 3.5). Nothing of it is read by an analysis. */
export const deskKeys = {
  // Money put in and taken out changes this, so that what was gained stays what was gained.
  desk_starting_equity_usd: optional("100000", number(0, 1_000_000_000)),
  // What the desk is shown to trade; an order of anything else is taken too.
  desk_symbols: optional('["SPY","QQQ","IWM"]', jsonOf(z.array(z.string().regex(/^[A-Z.]{1,10}$/)).max(100))),
  // Whether orders that no person made wait for one.
  order_mode: optional("auto", z.enum(["auto", "semi_auto"])),
  // From which score on a signal becomes an order by itself.
  signal_order_min_confidence: optional("off", z.union([z.literal("off"), share])),
  order_approval_drift_pct: optional("0.02", share),
  // How long an order is worked before what is left of it is given up; its machine ends after fifteen minutes.
  order_fill_seconds: optional("300", whole(1, 600)),
  // Of what a position cost: where the bot closes all of it, and where it takes which part of it.
  bot_stop_loss_pct: optional("-2", number(-100, 0)),
  bot_profit_levels: optional(
    "[[0.5,0.3],[1,0.5],[2,0.2]]",
    jsonOf(z.array(z.tuple([z.number().positive().max(1_000), z.number().min(0).max(1)])).max(20)),
  ),
  // How the bot chooses the strikes of what it rolls, and with how many days left it does.
  bot_roll_mode: optional("atm_adjust", z.enum(["off", "same_strikes", "atm_adjust", "delta_maintain"])),
  bot_roll_days: optional("7", whole(1, 365)),
  // The fewest days that what is rolled may have then, those it should have, and the most.
  bot_roll_to_days: optional(
    "[21,30,60]",
    jsonOf(
      z
        .tuple([z.int().min(1).max(1_000), z.int().max(1_000), z.int().max(1_000)])
        .refine(([from, target, to]) => from <= target && target <= to, "must be in ascending order"),
    ),
  ),
  bot_roll_strike_move_usd: optional("10", number(0, anyCount)),
  bot_roll_require_credit: optional("false", boolean),
  order_queue_capacity: optional("1000", whole(1, 1000)),
  order_max_contracts: optional("100", whole(1, anyCount)),
  order_max_shares: optional("100000", whole(1, anyCount)),
  order_position_limit_pct: optional("0.25", number(0, 100)),
  order_exposure_limit_pct: optional("1", number(0, 100)),
  order_daily_loss_limit_pct: optional("0.03", share),
  order_risk_per_trade_pct: optional("0.02", share),
  order_value_max_usd: optional("50000", number(0, 1_000_000_000)),
  order_value_warning_usd: optional("100", number(0, anyCount)),
  // How long ago the market may have been asked for the price; how old a quote itself may be is price-age's rule.
  order_price_max_age_seconds: optional("5", whole(1, 3_600)),
  order_duplicate_seconds: optional("1", whole(0, 3_600)),
  order_min_volume: optional("100", whole(0, anyCount)),
  order_max_open_positions: optional("5", whole(0, anyCount)),
  orders_per_day: optional("10", whole(0, anyCount)),
  // An order whose turn comes sooner after another waits; it is not refused.
  order_spacing_seconds: optional("60", whole(0, 86_400)),

  // When all trading is halted (spec orders 8.3). A limit of 0 would halt it for nothing.
  breaker_daily_loss_pct: optional("0.03", number(0.001, 1)),
  breaker_drawdown_pct: optional("0.1", number(0.001, 1)),
  breaker_consecutive_losses: optional("5", whole(1, anyCount)),
  breaker_position_limit_pct: optional("0.25", number(0.001, 100)),
  breaker_cooldown_minutes: optional("30", whole(0, 10_080)),
  breaker_require_human_reset: optional("true", boolean),
  // Whether what the analyses found of the day may halt it too; how bad a score must be, and how many days in a row.
  breaker_sentiment: optional("false", boolean),
  breaker_sentiment_score: optional("-0.8", number(-1, 0)),
  breaker_sentiment_days: optional("3", whole(2, 30)),
};
