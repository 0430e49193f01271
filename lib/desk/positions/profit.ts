import * as z from "zod";
import { isTradingDay, lastTradingDay, tradingDayFrom } from "../../calendar/trading-days.ts";
import { addDays, newYorkDay } from "../../runtime/dates.ts";
import { dollars, round } from "../../runtime/money.ts";

/** `GET /api/v1/pnl`: gains in dollars, each with the fraction of what it is measured from. */
export const profitSchema = z
  .object({
    daily_pnl: z.number(),
    daily_pnl_pct: z.number().describe("A fraction, as all of these: 0.03 is 3 %."),
    weekly_pnl: z.number(),
    weekly_pnl_pct: z.number(),
    monthly_pnl: z.number(),
    monthly_pnl_pct: z.number(),
    total_pnl: z.number(),
    total_pnl_pct: z.number(),
    unrealized_pnl: z.number(),
    realized_pnl: z.number(),
    portfolio_value: z.number(),
    cash: z.number(),
    buying_power: z.number(),
    timestamp: z.iso.datetime(),
  })
  .meta({ id: "ProfitAndLoss" });
export type Profit = z.infer<typeof profitSchema>;

/** The trading days that a gain of the day, the week and the month begins on. */
export function periodStarts(openedAt: Date): { day: string; week: string; month: string } {
  const day = lastTradingDay(newYorkDay(openedAt));
  const weekday = (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
  return { day, week: firstFrom(addDays(day, -weekday)), month: firstFrom(`${day.slice(0, 8)}01`) };
}

function firstFrom(day: string): string {
  return isTradingDay(day) ? day : tradingDayFrom(day, 0);
}

/** Money in cents. */
export interface ProfitFacts {
  startingCents: number;
  cashCents: number;
  equityCents: number;
  unrealizedCents: number;
  /** What the account was worth when the day, the week and the month began. */
  dayCents: number;
  weekCents: number;
  monthCents: number;
  now: string;
}

/** What was gained since each of its beginnings. Realised and unrealised gains together are the total, to the cent. */
export function profitOf(facts: ProfitFacts): Profit {
  const { equityCents: equity, startingCents, unrealizedCents, cashCents } = facts;
  const since = (cents: number) => dollars(equity - cents);
  const share = (cents: number) => (cents === 0 ? 0 : round((equity - cents) / cents, 6));
  return {
    daily_pnl: since(facts.dayCents),
    daily_pnl_pct: share(facts.dayCents),
    weekly_pnl: since(facts.weekCents),
    weekly_pnl_pct: share(facts.weekCents),
    monthly_pnl: since(facts.monthCents),
    monthly_pnl_pct: share(facts.monthCents),
    total_pnl: since(startingCents),
    total_pnl_pct: share(startingCents),
    unrealized_pnl: dollars(unrealizedCents),
    realized_pnl: dollars(equity - startingCents - unrealizedCents),
    portfolio_value: dollars(equity),
    cash: dollars(cashCents),
    buying_power: dollars(Math.max(0, cashCents)),
    timestamp: facts.now,
  };
}
