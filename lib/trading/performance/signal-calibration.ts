import * as z from "zod";
import { signalRange } from "../../analysis/signals/list.ts";
import { signalSchema } from "../../analysis/signals/signal.ts";
import { readMarketTime } from "../../realm/market-time.ts";
import { chunked } from "../../runtime/chunked.ts";
import { addDays, utcDay } from "../../runtime/dates.ts";
import { readBars } from "../market/stored-bars.ts";
import { portfolioNames } from "../positions/accounts.ts";
import { readClosedPositions } from "../positions/closed.ts";
import type { Position } from "../positions/record.ts";
import type { TradingServices } from "../services.ts";
import { baseRate } from "./base-rate.ts";
import { calibration, calibrationFiguresSchema } from "./calibration.ts";

/** `GET /signals/calibration`. */
export const calibrationSchema = calibrationFiguresSchema
  .extend({ from: z.iso.date(), to: z.iso.date() })
  .meta({ id: "Calibration" });

const judgedSchema = signalSchema.pick({ id: true, signal_type: true, prediction: true, confidence: true });

type CalibrationServices = Pick<TradingServices, "store" | "config" | "clock" | "dailyPrices" | "log">;

/** Days before the signals from which base rates are taken too. */
const baseRateDays = 365;
/** Tickers whose prices are asked for at a time. */
const tickersAtOnce = 5;
/** After this no more prices are asked for: an API's answer has 29 seconds. */
const longestMs = 12_000;

/**
 * What became of the signals of the last `days` UTC days up to the market's today, by their confidence: as `calibration`
 * says, from the closed positions of the four portfolios. Base rates are of the tickers' daily closes from a year before
 * the signals on; where those cannot be had, they are not known.
 */
export async function signalCalibration(
  services: CalibrationServices,
  days: number,
): Promise<z.infer<typeof calibrationSchema>> {
  const { store } = services;
  const marketTime = await readMarketTime(services);
  const to = utcDay(marketTime);
  const from = addDays(to, 1 - days);
  // In New York's evening a signal is already of the next UTC day.
  const closing = { from: addDays(from, -1), to };
  const [signals, ...perPortfolio] = await Promise.all([
    store.queryAll(signalRange(store, { from, to }), judgedSchema),
    ...portfolioNames.map((portfolio) => readClosedPositions(services, portfolio, closing)),
  ]);
  const ids = new Set(signals.map(({ id }) => id));
  const closed = perPortfolio.flat().filter(({ signal_id }) => ids.has(signal_id));
  const closes = await readCloses(services, closed, { from: addDays(from, -baseRateDays), to, marketTime });
  return { from, to, ...calibration(signals, closed, (each) => baseRate(each, closes.get(each.ticker) ?? [])) };
}

/** The closes of the positions' tickers, until the source of prices fails or takes too long. */
async function readCloses(
  services: CalibrationServices,
  positions: readonly Position[],
  range: { from: string; to: string; marketTime: Date },
): Promise<Map<string, number[]>> {
  const tickers = [...new Set(positions.map(({ ticker }) => ticker))].toSorted();
  const closes = new Map<string, number[]>();
  const end = services.clock.now().getTime() + longestMs;
  for (const some of chunked(tickers, tickersAtOnce)) {
    const read = await Promise.all(
      some.map(async (ticker) => ({ ticker, ...(await readBars(services, { ticker, ...range })) })),
    );
    for (const { ticker, bars } of read)
      closes.set(
        ticker,
        bars.flatMap(({ close }) => close ?? []),
      );
    if (read.some(({ isComplete }) => !isComplete) || services.clock.now().getTime() > end) break;
  }
  return closes;
}
