import type { Executions } from "../providers/aws/executions.ts";
import type { TradingServices } from "../trading/services.ts";

/** What the desk needs beside the market: the executions of its orders. */
export interface DeskServices extends TradingServices {
  executions: Record<"order", Executions>;
}
