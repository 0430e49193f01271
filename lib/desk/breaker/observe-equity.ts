import { isDeepStrictEqual } from "node:util";
import type { MarketMoment } from "../../realm/moment.ts";
import { iso, newYorkDay } from "../../runtime/dates.ts";
import { round } from "../../runtime/money.ts";
import { decideAnew } from "../../store/decide-anew.ts";
import { lastOpening } from "../../trading/market/price-age.ts";
import { type Book, readBook } from "../positions/book.ts";
import { keepEquityAtOpen, readEquityAtOpen } from "../positions/equity.ts";
import { readAccount } from "../positions/stored.ts";
import { marketValueCents } from "../positions/value.ts";
import type { DeskServices } from "../services.ts";
import type { Breaker } from "./record.ts";
import { newBreaker, observed, type Reading, tripOf } from "./rules.ts";
import { findBreaker, saveBreaker } from "./stored.ts";

type ObservingServices = Pick<DeskServices, "store" | "clock" | "sleep" | "ids" | "log">;

/**
 * Looks at the account, and answers the breaker as it is then. The first look of a realm stores it, closed: before it nobody
 * knows whether trading is safe. What else holds while trading is halted is logged, and changes nothing.
 */
export async function observeEquity(services: ObservingServices, moment: MarketMoment): Promise<Breaker> {
  return decideAnew(services, async () => {
    const before = await findBreaker(services);
    const book = await readSteadyBook(services, moment);
    if (!book) return undefined;
    const reading = await readingOf(services, before, book, moment);
    const changed = observed(before ?? newBreaker(), reading, moment.settings);
    logFurther(services, before, changed.breaker, moment);
    if (before && isDeepStrictEqual(changed.breaker, before)) return before;
    return saveBreaker(services, before, changed);
  });
}

/**
 * Positions and money of one moment; undefined where a fill came between. With the money of before it and the positions of
 * after it there would be a peak that never was, and a drawdown from it.
 */
async function readSteadyBook(services: ObservingServices, { settings }: MarketMoment): Promise<Book | undefined> {
  const before = await readAccount(services);
  const book = await readBook(services, settings);
  return isDeepStrictEqual(await readAccount(services), before) ? book : undefined;
}

async function readingOf(
  services: ObservingServices,
  before: Breaker | undefined,
  { positions, equityCents }: Book,
  { marketTime, now, settings }: MarketMoment,
): Promise<Reading> {
  const day = newYorkDay(lastOpening(marketTime));
  const largest = Math.max(0, ...positions.map((position) => Math.abs(marketValueCents(position))));
  return {
    equityCents,
    startingCents: round(settings.desk_starting_equity_usd * 100, 0),
    largestPositionPct: equityCents > 0 ? largest / equityCents : 0,
    day,
    openingCents:
      before?.watched?.day === day
        ? before.watched.day_start_cents
        : await equityAtOpen(services, { day, equityCents, now }),
    now: iso(services.clock.now()),
    marketTime: now,
  };
}

/** What the gains of the day are reckoned from, whoever saw the day begin first. */
async function equityAtOpen(
  services: ObservingServices,
  { day, equityCents, now }: { day: string; equityCents: number; now: string },
): Promise<number> {
  await keepEquityAtOpen(services, day, equityCents, now);
  return (await readEquityAtOpen(services, day)) ?? equityCents;
}

function logFurther(
  { log }: ObservingServices,
  before: Breaker | undefined,
  { watched, losing_closes, trip_reason }: Breaker,
  { settings }: MarketMoment,
): void {
  if (before?.state !== "open" || !watched) return;
  const further = tripOf(watched, { losing_closes, before: before.watched }, settings);
  if (further && further.reason !== trip_reason)
    log.info("trading is halted, and there is another reason", { ...further });
}
