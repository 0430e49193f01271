import * as z from "zod";
import { readMoment } from "../../realm/moment.ts";
import type { DeskServices } from "../services.ts";
import { readEngine } from "./heartbeat.ts";

/** `GET /api/v1/config` (spec orders 8.2). */
export const deskConfigSchema = z
  .object({
    symbols: z.array(z.string()),
    autonomous_enabled: z.boolean(),
    manual_enabled: z.boolean(),
    bot_manager_enabled: z.boolean(),
    recurring_enabled: z.boolean(),
    max_position_size_pct: z.number(),
    max_daily_loss_pct: z.number(),
    max_drawdown_pct: z.number(),
  })
  .meta({ id: "DeskConfig" });

/** What is shown as long as no engine trades. */
const disconnected = {
  symbols: [],
  ...{ autonomous_enabled: false, manual_enabled: false, bot_manager_enabled: false, recurring_enabled: false },
  ...{ max_position_size_pct: 0.25, max_daily_loss_pct: 0.03, max_drawdown_pct: 0.1 },
};

/** What the desk trades and within which limits, nothing of it secret. What it takes needs no switch, but signals. */
export async function readDeskConfig(
  services: Pick<DeskServices, "store" | "clock" | "config">,
): Promise<z.infer<typeof deskConfigSchema>> {
  const [{ isConnected }, { settings }] = await Promise.all([readEngine(services), readMoment(services)]);
  if (!isConnected) return disconnected;
  return {
    symbols: settings.desk_symbols,
    // Whether signals become orders by themselves; a person may make one of any.
    autonomous_enabled: settings.signal_order_min_confidence !== "off",
    ...{ manual_enabled: true, bot_manager_enabled: true, recurring_enabled: true },
    max_position_size_pct: settings.order_position_limit_pct,
    max_daily_loss_pct: settings.breaker_daily_loss_pct,
    max_drawdown_pct: settings.breaker_drawdown_pct,
  };
}
