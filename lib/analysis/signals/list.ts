import * as z from "zod";
import { readMarketTime } from "../../realm/market-time.ts";
import type { RunServices } from "../../runs/services.ts";
import { addDays, utcDay } from "../../runtime/dates.ts";
import { AppError } from "../../runtime/errors.ts";
import { filteredList } from "../../store/filtered-list.ts";
import type { Keys } from "../../store/keys.ts";
import { type List, type ListPage, type PageRequest, readPage } from "../../store/lists.ts";
import { type Days, onDays, type Range } from "../../store/ranges.ts";
import type { Store } from "../../store/table.ts";
import { commentSchema } from "../comments/comment.ts";
import { type Signal, type SignalType, signalSchema } from "./signal.ts";
import { type SignalFilters, toSignalComment } from "./view.ts";

type ListServices = Pick<RunServices, "store" | "config" | "clock">;

/** Signals by date descending, then confidence descending, with any combination of filters. */
export async function listSignals(
  { store }: ListServices,
  filters: SignalFilters | "none",
  page: PageRequest,
): Promise<ListPage<Signal>> {
  if (filters === "none") return { items: [], total: 0, totalIsAtLeast: false, nextCursor: null };
  return readPage(store, signalList(store.keys, filters), page, signalSchema);
}

function signalList(keys: Keys, { ticker, signal_type, date_from, date_to }: SignalFilters): List {
  const wanted = { ticker: ticker ?? "", signal_type: signal_type ?? "" };
  const place = keys.signalIndex({ id: "", ...wanted, signal_date: "", confidence: 0 });
  const list = filteredList(
    "SIGNALS",
    { ticker, signal_type },
    [
      { filter: "ticker", index: "gsi2", pk: place.gsi2pk },
      { filter: "signal_type", counted: "type", index: "gsi3", pk: place.gsi3pk },
    ],
    { index: "gsi1", pk: place.gsi1pk },
  );
  if (date_from === undefined && date_to === undefined) return list;
  // Days have no counter of their own. "~" sorts after everything a day is continued with.
  const days = { ...(date_from && { from: date_from }), ...(date_to && { to: `${date_to}#~` }) };
  return { range: { ...list.range, ...days } };
}

/** One signal. Throws `NOT_FOUND`. */
export async function readSignal({ store }: Pick<RunServices, "store">, id: string): Promise<Signal> {
  const { keys, get } = store;
  const signal = (await get(keys.signal(id), signalSchema)) ?? (await get(keys.formerSignal(id), signalSchema));
  if (!signal) throw new AppError("NotFound", "NOT_FOUND", "There is no such signal.");
  return signal;
}

/** The comments that a signal rests on, newest first, by position. Throws `NOT_FOUND`. */
export async function listSignalComments(
  services: Pick<RunServices, "store">,
  id: string,
  page: { limit: number; offset: number },
) {
  const { comment_ids } = await readSignal(services, id);
  const { store } = services;
  const shown = comment_ids.slice(page.offset, page.offset + page.limit);
  const comments = await store.getMany(
    shown.map((commentId) => store.keys.comment(commentId)),
    commentSchema,
  );
  const byId = new Map(comments.map((comment) => [comment.id, comment]));
  const found = shown.flatMap((commentId) => byId.get(commentId) ?? []);
  return { data: found.map(toSignalComment), meta: { total: comment_ids.length, ...page } };
}

const historySchema = z.object({
  ticker: z.string(),
  signal_date: z.string(),
  confidence: z.number(),
  signal_type: z.string(),
});

/** Confidence by day for one type: tickers to `{date, confidence}` ascending, only days with a signal (spec api 4). */
export async function signalHistory(
  services: ListServices,
  request: { signal_type: SignalType; ticker?: string | undefined; days: number },
): Promise<Record<string, { date: string; confidence: number }[]>> {
  const { store } = services;
  const today = utcDay(await readMarketTime(services));
  const filters = { ...request, date_from: addDays(today, 1 - request.days), date_to: today };
  const { range } = signalList(store.keys, filters);
  const signals = await store.queryAll({ ...range, descending: false }, historySchema);
  const history: Record<string, { date: string; confidence: number }[]> = {};
  for (const { ticker, signal_date, confidence } of signals) {
    const ofTicker = history[ticker] ?? [];
    ofTicker.push({ date: signal_date, confidence });
    history[ticker] = ofTicker;
  }
  return history;
}

/** Where the signals of these UTC days are, by day, then confidence, both ascending. */
export function signalRange({ keys }: Store, days: Days): Range {
  const { gsi1pk } = keys.signalIndex({ id: "", ticker: "", signal_type: "", signal_date: "", confidence: 0 });
  return { index: "gsi1", pk: gsi1pk, ...onDays(days) };
}
