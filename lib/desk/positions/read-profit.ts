import type { MarketMoment } from "../../realm/moment.ts";
import { readMoment } from "../../realm/moment.ts";
import { round } from "../../runtime/money.ts";
import { lastOpening } from "../../trading/market/price-age.ts";
import { readPaperWorth } from "../../trading/positions/paper-worth.ts";
import type { DeskServices } from "../services.ts";
import { type Book, readBook } from "./book.ts";
import { readEquityAtOpen } from "./equity.ts";
import { type Profit, periodStarts, profitOf } from "./profit.ts";
import { readPaperPositions } from "./read-positions.ts";
import { unrealizedCents } from "./value.ts";

type Reading = Pick<DeskServices, "store" | "config" | "clock">;

/** `GET /api/v1/pnl`: of what the orders made, or of the four paper portfolios together, after their trading costs. */
export async function readProfit(services: Reading, book: "desk" | "paper"): Promise<Profit> {
  const moment = await readMoment(services);
  return book === "desk"
    ? deskProfit(services, moment, await readBook(services, moment.settings))
    : paperProfit(services, moment);
}

/** The desk's, of a book that was read. A day whose opening nobody saw begins where the last one before it did. */
export async function deskProfit(
  services: Pick<DeskServices, "store">,
  { marketTime, now, settings }: MarketMoment,
  { positions, cashCents, equityCents }: Book,
): Promise<Profit> {
  const startingCents = round(settings.desk_starting_equity_usd * 100, 0);
  const { day, week, month } = periodStarts(lastOpening(marketTime));
  const [dayCents, weekCents, monthCents] = await Promise.all(
    [day, week, month].map(async (start) => (await readEquityAtOpen(services, start)) ?? startingCents),
  );
  return profitOf({
    ...{ startingCents, cashCents, equityCents, now },
    ...{ dayCents: dayCents ?? 0, weekCents: weekCents ?? 0, monthCents: monthCents ?? 0 },
    unrealizedCents: positions.reduce((sum, position) => sum + unrealizedCents(position), 0),
  });
}

async function paperProfit(services: Reading, { marketTime, now }: MarketMoment): Promise<Profit> {
  const { day, week, month } = periodStarts(lastOpening(marketTime));
  const [worth, open] = await Promise.all([
    readPaperWorth(services, [day, week, month]),
    readPaperPositions(services, { status: "open" }),
  ]);
  const [dayCents = 0, weekCents = 0, monthCents = 0] = worth.beforeCents;
  const unrealized = open.reduce((sum, { unrealized_pnl }) => sum + round(unrealized_pnl * 100, 0), 0);
  return profitOf({ ...worth, dayCents, weekCents, monthCents, unrealizedCents: unrealized, now });
}
