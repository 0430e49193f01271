import { stringify } from "csv-stringify/sync";
import * as z from "zod";
import { signalRange } from "../../analysis/signals/list.ts";
import type { Signal } from "../../analysis/signals/signal.ts";
import { inOrder } from "../../analysis/signals/view.ts";
import { readMarketTime } from "../../realm/market-time.ts";
import type { RunServices } from "../../runs/services.ts";
import { addDays, newYorkDay, utcDay } from "../../runtime/dates.ts";
import { AppError } from "../../runtime/errors.ts";
import type { Days, Range } from "../../store/ranges.ts";
import type { Store } from "../../store/table.ts";
import type { InstrumentType } from "../instruments/terms.ts";
import { signalOutcomeSchema } from "../openings/signal-outcome.ts";
import { portfolioNames, portfolioOf } from "../positions/accounts.ts";
import { closedRange } from "../positions/closed.ts";
import { type Position, positionSchema } from "../positions/record.ts";
import { readExits } from "../positions/stored.ts";
import { exportedSignalSchema, signalColumns, signalRow, tradeColumns, tradeRows } from "./rows.ts";

type ExportServices = Pick<RunServices, "store" | "config" | "clock">;
/** What an export may be at most. */
interface Limits {
  rows: number;
  bytes: number;
}

/** A file for a spreadsheet. */
interface CsvExport {
  name: string;
  csv: string;
}

const day = z.iso.date("must be a date, YYYY-MM-DD").optional();
/** The days of an export, both inclusive; without them the 365 up to the market's today. */
export const exportQuery = inOrder(z.strictObject({ date_from: day, date_to: day }));
type AskedDays = z.infer<typeof exportQuery>;

/** A Lambda answers with 6 MB at most. */
const exportLimits = { rows: 20_000, bytes: 5_000_000 };

/**
 * The trades of the positions that were closed on these New York days, in the order of closing (`tradeRows`); dollars
 * and units as the API shows them. What was sold of a position is listed when the last of it is, so that exports of
 * adjoining days have every trade once. Throws `VALIDATION_ERROR` where it would be too large.
 */
export async function exportTrades(
  services: ExportServices,
  asked: AskedDays,
  limits: Limits = exportLimits,
): Promise<CsvExport> {
  const { store } = services;
  const days = daysOf(asked, newYorkDay(await readMarketTime(services)));
  const positions: Position[] = [];
  for (const portfolio of portfolioNames) {
    positions.push(...(await readAll(store, closedRange(store, portfolio, days), positionSchema, limits)));
  }
  if (positions.reduce((sum, { exit_count }) => sum + exit_count, 0) > limits.rows) throw tooLarge(limits);
  const place = ({ exit_date, id }: Position) => `${exit_date}#${id}`;
  const ordered = positions.toSorted((a, b) => (place(a) < place(b) ? -1 : 1));
  return toFile("trades", days, await readTradeRows(store, ordered), tradeColumns, limits);
}

async function readTradeRows(store: Store, positions: readonly Position[]) {
  const exits = await readExits({ store }, positions);
  return positions.flatMap((position) => tradeRows(position, exits.get(position.id) ?? []));
}

/**
 * The signals of these UTC days by day, then confidence, both ascending, and what became of each in the portfolios of
 * its type. Throws `VALIDATION_ERROR` where it would be too large.
 */
export async function exportSignals(
  services: ExportServices,
  asked: AskedDays,
  limits: Limits = exportLimits,
): Promise<CsvExport> {
  const { store } = services;
  const days = daysOf(asked, utcDay(await readMarketTime(services)));
  const signals = await readAll(store, signalRange(store, days), exportedSignalSchema, limits);
  return toFile("signals", days, await readSignalRows(store, signals), signalColumns, limits);
}

async function readSignalRows(store: Store, signals: readonly z.infer<typeof exportedSignalSchema>[]) {
  const keyOf = ({ id, signal_type }: Pick<Signal, "id" | "signal_type">, instrument: InstrumentType) =>
    store.keys.signalOutcome(id, portfolioOf(instrument, signal_type));
  const outcomes = await store.getMany(
    signals.flatMap((signal) => [keyOf(signal, "stock"), keyOf(signal, "option")]),
    signalOutcomeSchema,
  );
  const known = new Map(outcomes.map((each) => [store.keys.signalOutcome(each.signal_id, each.portfolio_id).sk, each]));
  return signals.map((signal) =>
    signalRow(signal, known.get(keyOf(signal, "stock").sk), known.get(keyOf(signal, "option").sk)),
  );
}

function daysOf({ date_from, date_to }: AskedDays, today: string): Days {
  // A day to come is no reason to refuse: there is nothing on it.
  const to = date_to ?? (date_from !== undefined && date_from > today ? date_from : today);
  return { from: date_from ?? addDays(to, -364), to };
}

async function readAll<T>(store: Store, range: Range, schema: z.ZodType<T>, limits: Limits) {
  const items: T[] = [];
  let startAfter: Record<string, unknown> | undefined;
  do {
    const page = await store.query({ ...range, startAfter }, schema);
    items.push(...page.items);
    if (items.length > limits.rows) throw tooLarge(limits);
    startAfter = page.last;
  } while (startAfter !== undefined);
  return items;
}

function toFile(
  what: string,
  { from, to }: Days,
  rows: object[],
  columns: readonly string[],
  limits: Limits,
): CsvExport {
  const csv = stringify(rows, {
    header: true,
    columns: [...columns],
    cast: { boolean: String },
    // Notes are free text: a spreadsheet must not run them.
    escape_formulas: true,
  });
  if (Buffer.byteLength(csv) > limits.bytes) throw tooLarge(limits);
  return { name: `${what}-${from}-${to}.csv`, csv };
}

function tooLarge({ rows, bytes }: Limits): AppError {
  const problem = `would be more than ${rows} rows or ${bytes / 1e6} MB; narrow the dates`;
  return new AppError("InvalidRequest", "VALIDATION_ERROR", `The export ${problem}.`, {
    details: [{ field: "date_from", problem }],
  });
}
