import { type MarketMoment, readMoment } from "../../realm/moment.ts";
import { iso, newYorkDay } from "../../runtime/dates.ts";
import { transactReporting } from "../../store/events.ts";
import { isMarketOpen } from "../../trading/market/hours.ts";
import { lastOpening } from "../../trading/market/price-age.ts";
import { livePrices, marksOf, type Prices } from "../execution/prices.ts";
import { adjustPosition } from "../positions/adjust-position.ts";
import { readBook } from "../positions/book.ts";
import { keepEquityAtOpen } from "../positions/equity.ts";
import { greeksOf } from "../positions/greeks.ts";
import { deskProfit } from "../positions/read-profit.ts";
import { type DeskPosition, isOpen } from "../positions/record.ts";
import { bookReports, savePosition } from "../positions/stored.ts";
import { unitPrice } from "../positions/units.ts";
import type { DeskServices } from "../services.ts";
import { managePosition } from "./manage-position.ts";

/** What a look at the positions has come to. */
export interface Watched {
  priced: number;
  managed: number;
}

/**
 * Looks at every open position of the desk while the market is open: values it at its marks, has the bot manage those it may,
 * and keeps what the account is worth at the day's opening. What has no price now keeps its last one, and nothing is decided
 * on it. Safe to repeat, and beside itself.
 */
export async function watchPositions(services: DeskServices): Promise<Watched> {
  const moment = await readMoment(services);
  const before = await readBook(services, moment.settings);
  const day = newYorkDay(lastOpening(moment.marketTime));
  await keepEquityAtOpen(services, day, before.equityCents, moment.now);
  if (!(await isMarketOpen(services, moment.marketTime, services.log))) return { priced: 0, managed: 0 };
  const positions = await onTodaysScale(services, before.positions, moment);
  const instruments = positions.flatMap(({ legs, underlying }) => [underlying, ...legs.map(({ symbol }) => symbol)]);
  const prices = await livePrices(services, instruments, moment.marketTime);
  const watched: Watched = { priced: 0, managed: 0 };
  for (const position of positions) {
    const seen = await value(services, position, prices, moment);
    if (seen !== undefined && seen !== position) watched.priced++;
    if (seen && (await managePosition(services, seen, prices, moment))) watched.managed++;
  }
  if (watched.priced > 0) await reportProfit(services, moment);
  return watched;
}

/** Those of which today's prices say something. */
async function onTodaysScale(
  services: DeskServices,
  positions: readonly DeskPosition[],
  moment: MarketMoment,
): Promise<DeskPosition[]> {
  const adjusted: DeskPosition[] = [];
  for (const position of positions) {
    const now = await adjustPosition(services, position, moment);
    if (now && isOpen(now)) adjusted.push(now);
  }
  return adjusted;
}

/** The position as it is stored at its marks; undefined where it has no price, or was traded in meanwhile. */
async function value(
  services: DeskServices,
  position: DeskPosition,
  prices: Prices,
  moment: MarketMoment,
): Promise<DeskPosition | undefined> {
  const priced = priceNow(position, prices, moment, iso(services.clock.now()));
  return priced === undefined || priced === position ? priced : save(services, position, priced);
}

/** The position at its marks of now; the same one where nothing has changed, undefined where it has no price. */
function priceNow(
  position: DeskPosition,
  prices: Prices,
  { today }: MarketMoment,
  now: string,
): DeskPosition | undefined {
  const marks = marksOf(position.legs, prices);
  if (!marks) return undefined;
  const current_price = unitPrice(position.legs, marks);
  const times = position.legs.flatMap(({ symbol }) => prices.get(symbol)?.at ?? []);
  const price_as_of = times.toSorted()[0] ?? position.price_as_of;
  if (current_price === position.current_price && price_as_of === position.price_as_of) return position;
  const spot = prices.get(position.underlying)?.mark ?? null;
  const greeks = spot === null ? null : greeksOf(position, marks, spot, today);
  return {
    ...position,
    ...{ current_price, price_as_of, last_updated: now, version: position.version + 1 },
    greeks: greeks && { ...greeks, updated_at: now, source: "calculated" },
  };
}

/** Undefined where an order has traded in it meanwhile: the next look sees what became of it. */
async function save(
  services: DeskServices,
  before: DeskPosition,
  after: DeskPosition,
): Promise<DeskPosition | undefined> {
  const reports = bookReports(before, { positions: [after], flow_cents: 0, realized_cents: null });
  const actions = savePosition(services.store.keys, before, after);
  return (await transactReporting(services, actions, reports)).applied ? after : undefined;
}

async function reportProfit(services: DeskServices, moment: MarketMoment): Promise<void> {
  const book = await readBook(services, moment.settings);
  const { daily_pnl, total_pnl, unrealized_pnl } = await deskProfit(services, moment, book);
  const data = { daily_pnl, total_pnl, unrealized_pnl };
  await transactReporting(services, [], [{ channel: "pnl", type: "pnl_update", subject_id: "desk", data }]);
}
