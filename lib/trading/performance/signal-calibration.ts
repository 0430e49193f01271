import * as z from "zod";
import { signalRange } from "../../analysis/signals/list.ts";
import { signalSchema } from "../../analysis/signals/signal.ts";
import { readMarketTime } from "../../realm/market-time.ts";
import type { RunServices } from "../../runs/services.ts";
import { addDays, utcDay } from "../../runtime/dates.ts";
import { portfolioNames } from "../positions/accounts.ts";
import { readClosedPositions } from "../positions/closed.ts";
import { calibration, calibrationFiguresSchema } from "./calibration.ts";

/** `GET /signals/calibration`. */
export const calibrationSchema = calibrationFiguresSchema
  .extend({ from: z.iso.date(), to: z.iso.date() })
  .meta({ id: "Calibration" });

const judgedSchema = signalSchema.pick({ id: true, signal_type: true, prediction: true, confidence: true });

/**
 * What became of the signals of the last `days` UTC days up to the market's today, by their confidence: as `calibration`
 * says, from the closed positions of the four portfolios.
 */
export async function signalCalibration(
  services: Pick<RunServices, "store" | "config" | "clock">,
  days: number,
): Promise<z.infer<typeof calibrationSchema>> {
  const { store } = services;
  const to = utcDay(await readMarketTime(services));
  const from = addDays(to, 1 - days);
  // In New York's evening a signal is already of the next UTC day.
  const closing = { from: addDays(from, -1), to };
  const [signals, ...closed] = await Promise.all([
    store.queryAll(signalRange(store, { from, to }), judgedSchema),
    ...portfolioNames.map((portfolio) => readClosedPositions(services, portfolio, closing)),
  ]);
  return { from, to, ...calibration(signals, closed.flat()) };
}
