import { chunked } from "../../runtime/chunked.ts";
import type { OpenedSplit } from "../market/bars.ts";
import { splitsSince } from "../market/stored-bars.ts";
import type { Monitoring } from "./pass.ts";

/** Tickers that the source of daily prices is asked for at once. */
const tickersInFlight = 5;

/** What was not looked at since when, ISO-8601 UTC. */
interface Unseen {
  ticker: string;
  since: string;
}

/** The splits by ticker since the earliest of their last checks, oldest first; a ticker of which no source says is absent. */
export async function readSplits(
  monitoring: Monitoring,
  unseen: readonly Unseen[],
): Promise<Map<string, OpenedSplit[]>> {
  const { services, marketTime } = monitoring.context;
  const known = new Map<string, OpenedSplit[]>();
  for (const few of chunked([...Map.groupBy(unseen, ({ ticker }) => ticker)], tickersInFlight)) {
    monitoring.stopIfLate();
    const found = await Promise.all(
      few.map(async ([ticker, ofTicker]) => {
        const since = ofTicker.map((each) => each.since).toSorted()[0] ?? monitoring.now;
        return { ticker, splits: await splitsSince(services, ticker, since, marketTime) };
      }),
    );
    for (const { ticker, splits } of found) if (splits) known.set(ticker, splits);
  }
  return known;
}

/** Says that nothing is decided about a ticker's positions, because nobody knows on which scale they are. */
export function unknownSplits({ context }: Monitoring, ticker: string) {
  const message = `Nobody says whether ${ticker} was split; its positions are checked by the next run.`;
  return context.warning({ type: "splits_unknown", subject: ticker, message, ticker, context: { ticker } });
}
