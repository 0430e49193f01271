import { listSignalComments, signalRange } from "../../analysis/signals/list.ts";
import { type Signal, signalSchema } from "../../analysis/signals/signal.ts";
import type { MarketMoment } from "../../realm/moment.ts";
import { addDays, utcDay } from "../../runtime/dates.ts";
import type { Breaker } from "./record.ts";
import { type Reading, sentimentTrip } from "./sentiment.ts";
import type { BreakerServices } from "./stored.ts";
import { tripBreaker } from "./trip.ts";

/** How far back days in a row are looked for, and how many comments of a signal are read. */
const daysBack = 45;
const commentsRead = 100;

/**
 * Looks at the signals of the day, where the settings ask for it, and halts trading for what they say. What was known when
 * trading last began again is no reason any more.
 */
export async function observeSentiment(
  services: BreakerServices,
  { marketTime, settings }: MarketMoment,
  breaker: Breaker,
): Promise<Breaker> {
  if (!settings.breaker_sentiment || breaker.state !== "closed") return breaker;
  const day = utcDay(marketTime);
  const range = signalRange(services.store, { from: addDays(day, -daysBack), to: day });
  const signals = await services.store.queryAll({ ...range, descending: true }, signalSchema);
  const isNew = ({ updated_at, created_at }: Signal) => (updated_at ?? created_at) > (breaker.closed_since ?? "");
  const ofToday = signals.filter((signal) => signal.signal_date === day && isNew(signal));
  const readings = await Promise.all(ofToday.map((signal) => readingOf(services, signal, signals)));
  const trip = sentimentTrip(readings, settings);
  return trip ? tripBreaker(services, trip) : breaker;
}

async function readingOf(services: BreakerServices, signal: Signal, all: readonly Signal[]): Promise<Reading> {
  const { ticker: symbol, sentiment_score: score, confidence, signal_date } = signal;
  const before = all.filter((other) => other.ticker === symbol && other.signal_date < signal_date);
  // Both rules may find a ticker on the same day, with one score.
  const byDay = new Map(before.map((other) => [other.signal_date, other.sentiment_score]));
  const { data } = await listSignalComments(services, signal.id, { limit: commentsRead, offset: 0 });
  return { symbol, score, confidence, earlier: [...byDay.values()], texts: data.map(({ body }) => body) };
}
