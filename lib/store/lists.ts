import * as z from "zod";
import { readCursor, writeCursor } from "./cursors.ts";
import type { Range } from "./ranges.ts";
import type { Store } from "./table.ts";

/** What a client may ask of a list: by position, or from where an earlier page ended. */
export interface PageRequest {
  limit: number;
  offset: number;
  cursor?: string | undefined;
  /** Who asks: a cursor is good for its own key only. */
  apiKeyId: string;
}

export interface ListPage<T> {
  items: T[];
  total: number;
  /** The total is what was found within the read limit; there may be more. */
  totalIsAtLeast: boolean;
  nextCursor: string | null;
}

/** A list: the range that holds it in its order, and the counter item with its total where one is kept. */
export interface List {
  range: Range;
  counter?: string;
}

/** Reads beyond which a combination of filters is not counted to its end (DESIGN section 5). */
const maxCountReads = 5_000;
/** A position further on than this is not reached; the cursor goes there. */
const maxPassedOver = 100_000;
const counterSchema = z.object({ total: z.number().int() });

/**
 * One page of a list with its total. The cost does not grow with the table: an index bounds the range, a counter gives
 * the total; only an offset reads what it passes over, up to the read limit.
 */
export async function readPage<T>(
  store: Store,
  list: List,
  page: PageRequest,
  schema: z.ZodType<T>,
): Promise<ListPage<T>> {
  const listId = JSON.stringify([list.range, page.apiKeyId]);
  const startAfter = page.cursor === undefined ? undefined : await readCursor(store, listId, page.cursor);
  const counting = totalOf(store, list);
  if (page.offset > 0 && startAfter === undefined) {
    const { total, complete } = await counting;
    // Nothing has to be passed over to see that a position lies beyond the end.
    if (complete && page.offset >= total) return { items: [], total, totalIsAtLeast: false, nextCursor: null };
  }
  const [items, total] = await Promise.all([collect(store, list.range, { ...page, startAfter }, schema), counting]);
  const nextCursor = items.next ? await writeCursor(store, listId, items.next) : null;
  return { items: items.items, total: total.total, totalIsAtLeast: !total.complete, nextCursor };
}

async function totalOf(store: Store, list: List): Promise<{ total: number; complete: boolean }> {
  if (list.counter === undefined) return store.count(list.range, maxCountReads);
  const counter = await store.get(store.keys.counter(list.counter), counterSchema);
  return { total: counter?.total ?? 0, complete: true };
}

interface Window {
  limit: number;
  offset: number;
  startAfter: Record<string, unknown> | undefined;
}

async function collect<T>(store: Store, range: Range, window: Window, schema: z.ZodType<T>) {
  const placed = z.object({ pk: z.string(), sk: z.string() }).loose();
  const found: Record<string, unknown>[] = [];
  // One more than asked for tells whether another page follows.
  const wanted = window.offset + window.limit + 1;
  let startAfter = window.startAfter;
  let read = 0;
  do {
    const limit = range.filter ? 200 : Math.min(wanted - found.length, 1_000);
    const answer = await store.query({ ...range, limit, startAfter }, placed);
    found.push(...answer.items);
    read += answer.read;
    startAfter = answer.last;
  } while (startAfter !== undefined && found.length < wanted && read < maxCountReads + Math.min(wanted, maxPassedOver));
  const shown = found.slice(window.offset, window.offset + window.limit);
  // A filter may use up the read limit before the page is full; the next page then goes on where the reading ended.
  const isFull = found.length > window.offset + window.limit;
  const last = isFull ? shown.at(-1) : startAfter;
  return { items: store.decodeAll(shown, schema), next: last && keyIn(range, last) };
}

/** The key a query starts after: the item's own key and, on an index, its place there. */
function keyIn(range: Range, item: Record<string, unknown>): Record<string, string> {
  const names = range.index ? ["pk", "sk", `${range.index}pk`, `${range.index}sk`] : ["pk", "sk"];
  return Object.fromEntries(names.map((name) => [name, String(item[name])]));
}
