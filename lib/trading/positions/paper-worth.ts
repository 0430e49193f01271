import type { TradingServices } from "../services.ts";
import { netValueCents } from "./bookkeeping.ts";
import { type Portfolio, portfolioValueSchema } from "./record.ts";
import { readPortfolios } from "./stored.ts";

/** What the four portfolios are worth together, in cents, after trading costs. */
export interface PaperWorth {
  startingCents: number;
  cashCents: number;
  equityCents: number;
  /** What they were worth at the end of the last day before each of these, in their order. */
  beforeCents: number[];
}

/** The four portfolios as one account, now and before some New York days. */
export async function readPaperWorth(
  services: Pick<TradingServices, "store" | "clock">,
  days: readonly string[],
): Promise<PaperWorth> {
  const portfolios = await readPortfolios(services);
  const sum = (of: (portfolio: Portfolio) => number) => portfolios.reduce((total, each) => total + of(each), 0);
  const before = await Promise.all(
    days.map(async (day) => {
      const values = await Promise.all(portfolios.map((portfolio) => worthBefore(services, portfolio, day)));
      return values.reduce((total, value) => total + value, 0);
    }),
  );
  return {
    startingCents: sum(({ starting_capital_cents }) => starting_capital_cents),
    cashCents: sum(({ cash_available_cents }) => cash_available_cents),
    equityCents: sum(netValueCents),
    beforeCents: before,
  };
}

async function worthBefore(
  { store }: Pick<TradingServices, "store">,
  { id, starting_capital_cents }: Portfolio,
  day: string,
): Promise<number> {
  const { pk, sk: to } = store.keys.portfolioValue(id, day);
  const { items } = await store.query({ pk, to, descending: true, limit: 2 }, portfolioValueSchema);
  return items.find(({ date }) => date < day)?.net_value_cents ?? starting_capital_cents;
}
