import { chunked } from "../../runtime/chunked.ts";
import type { OpenedSplit } from "../market/bars.ts";
import { confirmedSplits } from "../market/confirmed-splits.ts";
import type { LivePrices } from "../market/quotes.ts";
import type { Monitoring } from "./pass.ts";

/** Tickers that the source of daily prices is asked for at once. */
const tickersInFlight = 5;

/** What was not looked at since when, ISO-8601 UTC. */
interface Unseen {
  ticker: string;
  since: string;
}

/** The splits by ticker. */
export interface KnownSplits {
  /** Oldest first; a ticker of which nobody says is absent. */
  known: ReadonlyMap<string, OpenedSplit[]>;
  /** Tickers whose prices tell of a split that the source does not name. */
  contradicted: ReadonlySet<string>;
}

/** The splits since the earliest of the tickers' last checks, held against the prices of their shares. */
export async function readSplits(
  monitoring: Monitoring,
  unseen: readonly Unseen[],
  shares: LivePrices,
): Promise<KnownSplits> {
  const { services, marketTime } = monitoring.context;
  const known = new Map<string, OpenedSplit[]>();
  const contradicted = new Set<string>();
  for (const few of chunked([...Map.groupBy(unseen, ({ ticker }) => ticker)], tickersInFlight)) {
    monitoring.stopIfLate();
    await Promise.all(
      few.map(async ([ticker, ofTicker]) => {
        const since = ofTicker.map((each) => each.since).toSorted()[0] ?? monitoring.now;
        const price = shares.get(ticker)?.price;
        const { splits, isContradicted } = await confirmedSplits(services, ticker, since, price, marketTime);
        if (splits) known.set(ticker, splits);
        if (isContradicted) contradicted.add(ticker);
      }),
    );
  }
  return { known, contradicted };
}

/** Says that nothing is decided about a ticker's positions, because nobody knows on which scale they are. */
export function unknownSplits({ context }: Monitoring, ticker: string) {
  const message = `Nobody says whether ${ticker} was split; its positions are checked by the next run.`;
  return context.warning({ type: "splits_unknown", subject: ticker, message, ticker, context: { ticker } });
}
