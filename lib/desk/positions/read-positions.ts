import * as z from "zod";
import { readMoment } from "../../realm/moment.ts";
import { AppError } from "../../runtime/errors.ts";
import { round } from "../../runtime/money.ts";
import { findShown, listPositions } from "../../trading/positions/list.ts";
import type { PositionView } from "../../trading/positions/view.ts";
import { originSchema } from "../orders/record.ts";
import { symbolSchema } from "../orders/request.ts";
import type { DeskServices } from "../services.ts";
import { deskPositionSchema, isOpen } from "./record.ts";
import { findDeskPosition, readOpenPositions } from "./stored.ts";
import { type BookPosition, bookPositionSchema, deskPositionView, paperPositionView } from "./view.ts";

type Reading = Pick<DeskServices, "store" | "config" | "clock">;

/** A number in a query, in decimal digits. */
const amount = z
  .string()
  .regex(/^-?\d{1,12}(\.\d{1,4})?$/, "must be a number")
  .transform(Number)
  .pipe(z.number())
  .meta({ type: "number", pattern: undefined })
  .optional();

/** The filters of `GET /api/v1/positions` (spec orders 5.5 and 12). */
export const bookFilters = {
  source: z.enum([...originSchema.options, "all"]).optional(),
  symbol: z.string().min(1).max(40).optional().describe("The symbol or the underlying, exactly but for its case."),
  min_pnl: amount.describe("Least unrealised gain, dollars."),
  max_pnl: amount.describe("Greatest unrealised gain, dollars."),
  book: z.enum(["desk", "paper"]).optional(),
  portfolio_id: z.string().max(50).optional(),
  status: z.enum(["open", "closed"]).default("open"),
};
type BookFilters = z.output<z.ZodObject<typeof bookFilters>>;

export const bookListSchema = z
  .object({
    positions: bookPositionSchema.array(),
    count: z.number().int().describe("Of this page."),
    total: z.number().int(),
    total_value: z.number().describe("Of all that match."),
    total_unrealized_pnl: z.number().describe("Of all that match."),
  })
  .meta({ id: "BookPositionList" });

/** The positions of both books, or of one; the sums are of all that match, and not of the page alone. */
export async function listBookPositions(
  services: Reading,
  filters: BookFilters,
  { limit, offset }: { limit: number; offset: number },
): Promise<z.infer<typeof bookListSchema>> {
  const all = (await readBooks(services, filters)).filter((position) => isWanted(position, filters));
  const sum = (of: (position: BookPosition) => number) =>
    round(
      all.reduce((total, position) => total + of(position), 0),
      2,
    );
  const positions = all.slice(offset, offset + limit);
  return {
    positions,
    count: positions.length,
    total: all.length,
    total_value: sum(({ market_value }) => market_value),
    total_unrealized_pnl: sum(({ unrealized_pnl }) => unrealized_pnl),
  };
}

async function readBooks(
  services: Reading,
  { book, status, portfolio_id }: Pick<BookFilters, "book" | "status" | "portfolio_id">,
): Promise<BookPosition[]> {
  const isOfDesk = book !== "paper" && portfolio_id === undefined;
  const [desk, paper] = await Promise.all([
    isOfDesk ? readDeskPositions(services, status) : [],
    book === "desk" ? [] : readPaperPositions(services, { status, portfolio_id }),
  ]);
  return [...desk, ...paper];
}

/** The newest first. */
async function readDeskPositions(services: Reading, status: BookFilters["status"]): Promise<BookPosition[]> {
  const { store } = services;
  const { today } = await readMoment(services);
  const { gsi1pk: pk = "" } = store.keys.deskPositionIndex("");
  const found =
    status === "open"
      ? (await readOpenPositions(services)).toReversed()
      : await store.queryAll({ index: "gsi1", pk, descending: true }, deskPositionSchema);
  return found
    .filter((position) => isOpen(position) === (status === "open"))
    .map((position) => deskPositionView(position, today));
}

const pageSize = 100;

/** What the analyses opened in their four portfolios, the newest first. */
export async function readPaperPositions(
  services: Reading,
  { status, portfolio_id }: { status: "open" | "closed"; portfolio_id?: string | undefined },
): Promise<BookPosition[]> {
  const found: PositionView[] = [];
  const filters = { status, portfolio_id } as Parameters<typeof listPositions>[1];
  let cursor: string | undefined;
  do {
    const page = await listPositions(services, filters, { limit: pageSize, offset: 0, cursor, apiKeyId: "desk" });
    found.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return found.map(paperPositionView);
}

function isWanted(position: BookPosition, { source, symbol, min_pnl, max_pnl }: BookFilters): boolean {
  const name = symbol?.toUpperCase();
  return (
    (source === undefined || source === "all" || position.source === source) &&
    (name === undefined || position.symbol.toUpperCase() === name || position.underlying.toUpperCase() === name) &&
    (min_pnl === undefined || position.unrealized_pnl >= min_pnl) &&
    (max_pnl === undefined || position.unrealized_pnl <= max_pnl)
  );
}

export const positionsOfSymbolSchema = z
  .object({ symbol: z.string(), positions: bookPositionSchema.array() })
  .meta({ id: "BookPositionsOfSymbol" });

/**
 * The position with this id, or the open ones in this symbol, of which there may be none. Throws `NOT_FOUND` for what is
 * neither an id nor could be a symbol.
 */
export async function readByKey(
  services: Reading,
  key: string,
): Promise<BookPosition | z.infer<typeof positionsOfSymbolSchema>> {
  const { today } = await readMoment(services);
  const ofDesk = await findDeskPosition(services, key);
  if (ofDesk) return deskPositionView(ofDesk, today);
  const paper = await findShown(services, key);
  if (paper) return paperPositionView(paper);
  const symbol = symbolSchema.safeParse(key);
  if (!symbol.success) throw new AppError("NotFound", "NOT_FOUND", "There is no such position.");
  const open = await readBooks(services, { status: "open" } as BookFilters);
  return {
    symbol: symbol.data,
    positions: open.filter((position) => isWanted(position, { symbol: key } as BookFilters)),
  };
}

export const bookSummarySchema = z
  .object({
    total_positions: z.number().int(),
    winning_positions: z.number().int(),
    losing_positions: z.number().int(),
    bot_positions: z.number().int(),
    manual_positions: z.number().int(),
    autonomous_positions: z.number().int(),
    avg_holding_days: z.number(),
    best_performer: z.string().nullable(),
    worst_performer: z.string().nullable(),
  })
  .meta({ id: "BookSummary" });

/** The open positions of a book in a few figures. One at exactly 0 neither wins nor loses. */
export async function summarizePositions(
  services: Reading,
  book: "desk" | "paper",
): Promise<z.infer<typeof bookSummarySchema>> {
  const open = await readBooks(services, { book, status: "open" });
  const count = (is: (position: BookPosition) => boolean) => open.filter(is).length;
  const ranked = open.toSorted((a, b) => b.unrealized_pnl_pct - a.unrealized_pnl_pct);
  const days = open.reduce((sum, { days_held }) => sum + days_held, 0);
  return {
    total_positions: open.length,
    winning_positions: count(({ unrealized_pnl }) => unrealized_pnl > 0),
    losing_positions: count(({ unrealized_pnl }) => unrealized_pnl < 0),
    bot_positions: count(({ source }) => source === "bot"),
    manual_positions: count(({ source }) => source === "manual"),
    autonomous_positions: count(({ source }) => source === "autonomous"),
    avg_holding_days: open.length === 0 ? 0 : round(days / open.length, 2),
    best_performer: ranked[0]?.symbol ?? null,
    worst_performer: ranked.at(-1)?.symbol ?? null,
  };
}
