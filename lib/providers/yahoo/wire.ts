import * as z from "zod";
import { newYorkDay } from "../../runtime/dates.ts";
import { round } from "../../runtime/money.ts";
import type { DailyBar } from "../market/market.ts";

const prices = z.array(z.number().nullable()).catch([]);
const splitEvent = z.object({
  date: z.number(),
  numerator: z.number().positive(),
  denominator: z.number().positive(),
});

const chartAnswer = z.object({
  chart: z.object({
    result: z
      .array(
        z.object({
          timestamp: z.array(z.number()).catch([]),
          indicators: z.object({
            quote: z.array(z.object({ open: prices, high: prices, low: prices, close: prices })).min(1),
          }),
          events: z
            .object({ splits: z.record(z.string(), z.unknown()).optional() })
            .optional()
            .catch(undefined),
        }),
      )
      .nullish(),
    error: z.object({ code: z.string().catch(""), description: z.string().catch("") }).nullish(),
  }),
});

/** No such symbol, or nothing traded in the window: an answer and no fault. */
const nothingThere = /not found|no data found|doesn't exist/i;

/** The project's symbol as Yahoo writes it: `BRK.B` → `BRK-B`. */
export function toYahooSymbol(symbol: string): string {
  return symbol.replace(".", "-");
}

/**
 * The daily bars of a v8 chart answer, oldest first, with the price as traded (`close`, not `adjclose`). Days without a
 * whole row are left out. Empty where Yahoo says that there is nothing; null where the answer is no chart.
 */
export function readChart(answer: unknown): DailyBar[] | null {
  const parsed = chartAnswer.safeParse(answer);
  if (!parsed.success) return null;
  const { result, error } = parsed.data.chart;
  const chart = result?.[0];
  if (chart === undefined) return error && nothingThere.test(`${error.code} ${error.description}`) ? [] : null;

  const splits = splitsByDay(Object.values(chart.events?.splits ?? {}));
  const [quote] = chart.indicators.quote;
  const bars = new Map<string, DailyBar>();
  for (const [index, seconds] of chart.timestamp.entries()) {
    const row = [quote?.open[index], quote?.high[index], quote?.low[index], quote?.close[index]];
    const [open, high, low, close] = row.map(price);
    if (open === undefined || high === undefined || low === undefined || close === undefined) continue;
    const date = dayOf(seconds);
    bars.set(date, { date, open, high, low, close, split: splits.get(date) ?? 1 });
  }
  return [...bars.values()].sort((a, b) => (a.date < b.date ? -1 : 1));
}

function splitsByDay(events: readonly unknown[]): Map<string, number> {
  const splits = events.flatMap((event) => splitEvent.safeParse(event).data ?? []);
  return new Map(splits.map(({ date, numerator, denominator }) => [dayOf(date), numerator / denominator]));
}

/** Yahoo sends single-precision numbers: 129.0399932861328 was 129.04. */
function price(value: number | null | undefined): number | undefined {
  return typeof value === "number" && value > 0 ? round(value, 4) : undefined;
}

/** A daily bar is stamped with its session's first second. */
function dayOf(seconds: number): string {
  return newYorkDay(new Date(seconds * 1000));
}
