import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { lastTradingDay, newYorkInstant, sessionEnd } from "../../../lib/calendar/trading-days.ts";
import type { Split } from "../../../lib/providers/market/splits.ts";
import { addDays, newYorkDay } from "../../../lib/runtime/dates.ts";
import { AppError } from "../../../lib/runtime/errors.ts";
import type { HistoryBar, HistoryCandle, MarketHistory, RecordedChain } from "./history.ts";

type Row = Partial<Record<string, string>>;

const candleMs = 5 * 60_000;
/** `…chains_GME_2021-01-27.json`, with anything between the symbol and the day. */
const chainFile = /chains_([A-Z.$]+)_(?:.*_)?(\d{4}-\d{2}-\d{2})\.json$/;

/**
 * Real prices from a directory: `daily.csv` (symbol, date, open, high, low, close, volume) and, where there are any,
 * `intraday_5min.csv` (symbol, time in New York, …), `splits.csv` (symbol, date, ratio: new shares for an old one) and
 * recorded option chains. All prices are as traded on their day. Throws `BadConfiguration`.
 */
export async function readMarketArchive(directory: string): Promise<MarketHistory> {
  const { files, bars } = await readDaily(directory);
  const candles = files.includes("intraday_5min.csv")
    ? readCandles(rowsOf(await readFile(join(directory, "intraday_5min.csv"), "utf8")))
    : new Map<string, HistoryCandle[]>();
  const splits = files.includes("splits.csv")
    ? readSplits(directory, rowsOf(await readFile(join(directory, "splits.csv"), "utf8")))
    : new Map<string, Split[]>();
  const chains = await readChains(directory, files);

  return {
    has: (symbol) => bars.has(symbol),
    lastDay: lastDayOf(bars),
    bars: (symbol, from, to) => (bars.get(symbol) ?? []).filter(({ date }) => date >= from && date <= to),
    candles: (symbol, day) => candles.get(`${symbol} ${day}`) ?? wholeDay(bars.get(symbol), day),
    splits: (symbol) => splits.get(symbol) ?? [],
    recordedChain: (symbol, marketTime) => {
      const chain = chains.get(`${symbol} ${newYorkDay(marketTime)}`);
      return chain && chain.recordedAt <= marketTime.getTime() ? chain.answer : undefined;
    },
  };
}

/** The last trading day that `daily.csv` in a directory has a price of. Throws `BadConfiguration`. */
export async function lastDayOfArchive(directory: string): Promise<string> {
  return lastDayOf((await readDaily(directory)).bars);
}

function lastDayOf(bars: ReadonlyMap<string, readonly HistoryBar[]>): string {
  const days = [...bars.values()].flatMap((known) => known.at(-1)?.date ?? []);
  return lastTradingDay(days.toSorted().at(-1) ?? "");
}

async function readDaily(directory: string): Promise<{ files: string[]; bars: Map<string, HistoryBar[]> }> {
  const files = await readdir(directory).catch((error: unknown) => {
    throw unusable(directory, "cannot be read", error);
  });
  if (!files.includes("daily.csv")) throw unusable(directory, "holds no daily.csv");
  const bars = readBars(rowsOf(await readFile(join(directory, "daily.csv"), "utf8")));
  if (bars.size === 0) throw unusable(directory, "has no readable row in daily.csv");
  return { files, bars };
}

function readBars(rows: Row[]): Map<string, HistoryBar[]> {
  const bySymbol = new Map<string, Map<string, HistoryBar>>();
  for (const row of rows) {
    const { symbol = "", date = "" } = row;
    const [close, volume] = [number(row.close), number(row.volume)];
    // Weekends and holidays are filled with the price of the day before; that nothing was traded gives them away.
    if (symbol === "" || !/^\d{4}-\d{2}-\d{2}$/.test(date) || close === null || volume === null) continue;
    const known = bySymbol.get(symbol) ?? new Map<string, HistoryBar>();
    bySymbol.set(symbol, known);
    known.set(date, { date, open: number(row.open), high: number(row.high), low: number(row.low), close, volume });
  }
  const inOrder = ([symbol, known]: [string, Map<string, HistoryBar>]) =>
    [symbol, [...known.values()].sort((a, b) => (a.date < b.date ? -1 : 1))] as const;
  return new Map([...bySymbol].map(inOrder));
}

/** By symbol, oldest first. Throws where a row cannot be read: without its split everything held over it would be wrong. */
function readSplits(directory: string, rows: Row[]): Map<string, Split[]> {
  const bySymbol = new Map<string, Split[]>();
  for (const row of rows) {
    const { symbol = "", date = "", ratio } = row;
    const shares = number(ratio);
    if (symbol === "" || !/^\d{4}-\d{2}-\d{2}$/.test(date) || shares === null || shares <= 0) {
      const shown = Object.values(row).join(",");
      throw unusable(directory, `has a row in splits.csv that is no symbol, date, ratio: ${shown}`);
    }
    bySymbol.set(symbol, [...(bySymbol.get(symbol) ?? []), { date, ratio: wholeRatio(shares) }]);
  }
  for (const known of bySymbol.values()) known.sort((a, b) => (a.date < b.date ? -1 : 1));
  return bySymbol;
}

/** One for three is written as 0.3333: the reciprocal of a whole number, not of 3.0003. */
function wholeRatio(ratio: number): number {
  const reciprocal = Math.round(1 / ratio);
  return ratio < 1 && Math.abs(1 / ratio - reciprocal) < reciprocal / 1000 ? 1 / reciprocal : ratio;
}

/** By symbol and day. */
function readCandles(rows: Row[]): Map<string, HistoryCandle[]> {
  const found = new Map<string, HistoryCandle[]>();
  const midnights = new Map<string, number>();
  for (const row of rows) {
    const [, day = "", hours, minutes] = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}):(\d{2})/.exec(row.time ?? "") ?? [];
    const [open, high, low, close] = [number(row.open), number(row.high), number(row.low), number(row.close)];
    if (day === "" || open === null || high === null || low === null || close === null) continue;
    const midnight = midnights.get(day) ?? newYorkInstant(day, "00:00").getTime();
    midnights.set(day, midnight);
    const timestamp = new Date(midnight + (Number(hours) * 60 + Number(minutes)) * 60_000);
    const key = `${row.symbol} ${day}`;
    const known = found.get(key) ?? [];
    found.set(key, known);
    known.push({ open, high, low, close, volume: number(row.volume) ?? 0, timestamp });
  }
  for (const known of found.values()) known.sort((a, b) => a.timestamp.getTime() - b.timestamp.getTime());
  return found;
}

/**
 * A day of which only the bar is known, as one candle at its end, so that stops below its low are not missed. Whoever
 * bought on that day paid its open, so all of it came after.
 */
function wholeDay(bars: readonly HistoryBar[] | undefined, day: string): HistoryCandle[] {
  const bar = bars?.find(({ date }) => date === day);
  if (!bar || bar.open === null || bar.high === null || bar.low === null) return [];
  const { open, high, low, close, volume } = bar;
  const timestamp = new Date(sessionEnd(day).getTime() - candleMs);
  return [{ open, high, low, close, volume, timestamp }];
}

/** By symbol and day, with the time of their latest quote: before it they are not known. */
async function readChains(directory: string, files: string[]) {
  const chains = new Map<string, { recordedAt: number; answer: RecordedChain }>();
  for (const file of files) {
    const [, symbol, day] = chainFile.exec(file) ?? [];
    if (symbol === undefined || day === undefined) continue;
    const text = await readFile(join(directory, file), "utf8");
    const quotedAt = [...text.matchAll(/"quoteTimeInLong":(\d+)/g)].map(([, milliseconds]) => Number(milliseconds));
    const recordedAt = quotedAt.reduce((latest, at) => Math.max(latest, at), newYorkInstant(day, "09:30").getTime());
    // One that was saved on a later day shows the prices of this one all the same.
    const lastMoment = newYorkInstant(addDays(day, 1), "00:00").getTime() - 1;
    chains.set(`${symbol} ${day}`, {
      recordedAt: Math.min(recordedAt, lastMoment),
      answer: JSON.parse(text) as RecordedChain,
    });
  }
  return chains;
}

/** Lines by their headings. */
function rowsOf(text: string): Row[] {
  const columns = (headings: string[]) => headings.map((heading) => heading.toLowerCase());
  return parse(text, {
    columns,
    bom: true,
    trim: true,
    record_delimiter: ["\r\n", "\n"],
    relax_quotes: true,
    relax_column_count: true,
  });
}

function number(text: string | undefined): number | null {
  const value = text === undefined || text === "" ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : null;
}

function unusable(directory: string, problem: string, cause?: unknown): AppError {
  return new AppError("BadConfiguration", "CONFIGURATION_ERROR", `MARKET_ARCHIVE: ${directory} ${problem}`, { cause });
}
