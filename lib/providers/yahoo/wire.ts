import * as z from "zod";
import { newYorkDay } from "../../runtime/dates.ts";
import { round } from "../../runtime/money.ts";
import type { DailyBar } from "../market/market.ts";
import { isSplitForCertain, type Split, scaled, sharesSince } from "../market/splits.ts";

const prices = z.array(z.number().nullable()).catch([]);
const splitEvent = z.object({
  date: z.number(),
  numerator: z.number().positive(),
  denominator: z.number().positive(),
});

const chartOfSymbol = z.object({
  timestamp: z.array(z.number()).catch([]),
  indicators: z.object({
    quote: z.array(z.object({ open: prices, high: prices, low: prices, close: prices })).min(1),
  }),
  events: z
    .object({ splits: z.record(z.string(), z.unknown()).optional() })
    .optional()
    .catch(undefined),
});
type Chart = z.infer<typeof chartOfSymbol>;

const problem = z.object({ code: z.string().catch(""), description: z.string().catch("") });
const chartAnswer = z.object({
  chart: z.object({ result: z.array(chartOfSymbol).nullish(), error: problem.nullish() }),
});
/** Of whichever of its services. */
const refusal = z.record(z.string(), z.object({ error: problem }));

/** No such symbol, or nothing traded in the window: an answer and no fault. */
const nothingThere = /not found|no data found|doesn't exist/i;

/** The project's symbol as Yahoo writes it: `BRK.B` → `BRK-B`. */
export function toYahooSymbol(symbol: string): string {
  return symbol.replace(".", "-");
}

/**
 * The daily bars of a v8 chart answer, oldest first, as they were traded on their day: not adjusted for dividends
 * (`close`, not `adjclose`), and put back to before the splits of the answer, by which Yahoo adjusts all earlier days.
 * Days without a whole row are left out; a split on such a day counts from the next one. Empty where Yahoo says that
 * there is nothing; null where the answer is no chart, or mixes prices from before and after a split.
 */
export function readChart(answer: unknown): DailyBar[] | null {
  const parsed = chartAnswer.safeParse(answer);
  if (!parsed.success) return null;
  const { result, error } = parsed.data.chart;
  const chart = result?.[0];
  if (chart === undefined) return error && isNothingThere(error) ? [] : null;

  const adjusted = readRows(chart);
  const splits = readSplits(chart.events?.splits ?? {}, adjusted);
  if (splits.some((split) => !isAdjustedFor(split, adjusted))) return null;
  return adjusted.map((bar) => {
    const { date, open, high, low, close } = scaled(bar, sharesSince(bar.date, splits));
    const ofDay = splits.filter((each) => each.date === date);
    const split = ofDay.reduce((shares, { ratio }) => shares * ratio, 1);
    const doubt = ofDay.some(({ isDoubtful }) => isDoubtful) && { isSplitDoubtful: true as const };
    return { date, open: price(open), high: price(high), low: price(low), close: price(close), split, ...doubt };
  });
}

/** Whether an answer is Yahoo's own that there is no such symbol: a page of somebody in between says nothing. */
export function saysNothingThere(answer: unknown): boolean {
  const refused = refusal.safeParse(answer);
  return refused.success && Object.values(refused.data).some(({ error }) => isNothingThere(error));
}

function isNothingThere({ code, description }: z.infer<typeof problem>): boolean {
  return nothingThere.test(`${code} ${description}`);
}

type Row = Omit<DailyBar, "split" | "isSplitDoubtful">;

/** The whole rows, oldest first, as Yahoo adjusts them. */
function readRows({ timestamp, indicators }: Chart): Row[] {
  const [quote] = indicators.quote;
  const rows = new Map<string, Row>();
  for (const [index, seconds] of timestamp.entries()) {
    const row = [quote?.open[index], quote?.high[index], quote?.low[index], quote?.close[index]];
    const [open, high, low, close] = row.map(positive);
    if (open === undefined || high === undefined || low === undefined || close === undefined) continue;
    const date = dayOf(seconds);
    rows.set(date, { date, open, high, low, close });
  }
  return [...rows.values()].sort((a, b) => (a.date < b.date ? -1 : 1));
}

/** By the day of trading from which on they count. */
function readSplits(events: Record<string, unknown>, bars: readonly { date: string }[]): Split[] {
  return Object.values(events).flatMap((event) => {
    const split = splitEvent.safeParse(event).data;
    if (!split) return [];
    const day = dayOf(split.date);
    const date = bars.find((bar) => bar.date >= day)?.date ?? day;
    const { numerator, denominator } = split;
    const doubt = !isSplitForCertain(numerator, denominator) && { isDoubtful: true as const };
    return { date, ratio: numerator / denominator, ...doubt };
  });
}

/** A ratio nearer to 1 may be no more than what the market made of a night. */
const smallestTellingRatio = 2;

/** Whether the prices go on over a split as an adjusted series does, instead of jumping by its ratio. */
function isAdjustedFor({ date, ratio }: Split, bars: readonly Row[]): boolean {
  const before = bars.findLast((bar) => bar.date < date);
  const first = bars.find((bar) => bar.date >= date);
  if (!before || !first || Math.max(ratio, 1 / ratio) < smallestTellingRatio) return true;
  const night = Math.log(first.open / before.close);
  return Math.abs(night) < Math.abs(night + Math.log(ratio));
}

function positive(value: number | null | undefined): number | undefined {
  return typeof value === "number" && value > 0 ? value : undefined;
}

/** Yahoo sends single-precision numbers: 129.0399932861328 was 129.04. */
function price(value: number): number {
  return round(value, 4);
}

/** A daily bar is stamped with its session's first second. */
function dayOf(seconds: number): string {
  return newYorkDay(new Date(seconds * 1000));
}
