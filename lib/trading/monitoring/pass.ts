import type { PhaseContext } from "../../analysis/run.ts";
import type { Configuration } from "../../configuration/keys.ts";
import type { TradingServices } from "../services.ts";

/** One monitoring of all instruments, at one market time. */
export interface Monitoring {
  context: PhaseContext<unknown, TradingServices>;
  configuration: Configuration;
  /** The market time, ISO-8601 UTC. */
  now: string;
  /** Its New York day. */
  today: string;
  /** Throws `PhaseUnfinished` after ten minutes; to be called between two writes. */
  stopIfLate(): void;
}
