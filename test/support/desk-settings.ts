/** Settings by which orders of any size follow each other at once. */
export const unlimited = {
  ...{ order_spacing_seconds: 0, orders_per_day: 1_000_000, order_max_open_positions: 1_000_000 },
  ...{ order_position_limit_pct: 100, order_exposure_limit_pct: 100, order_risk_per_trade_pct: 1 },
  ...{ breaker_daily_loss_pct: 1, breaker_drawdown_pct: 1, breaker_position_limit_pct: 100 },
  ...{ breaker_consecutive_losses: 1_000_000 },
  ...{ order_value_max_usd: 1_000_000_000, order_duplicate_seconds: 0, commission_option_usd: 0 },
};
