import {
  inTime,
  type LivePrice,
  type LivePrices,
  livePremiums,
  liveShares,
  type PriceServices,
} from "../market/quotes.ts";
import type { Position } from "./record.ts";

/** Of positions by their ids, for somebody who waits: a broker that takes more than seven seconds says nothing. */
export async function livePrices(
  services: PriceServices,
  positions: readonly Position[],
  marketTime: Date,
): Promise<LivePrices> {
  const nameOf = (position: Position) =>
    position.instrument_type === "stock" ? position.ticker : position.contract_symbol;
  const namesOf = (type: Position["instrument_type"]) =>
    positions.filter(({ instrument_type }) => instrument_type === type).map(nameOf);
  const [shares = [], premiums = []] = await Promise.all([
    inTime(liveShares(services, namesOf("stock"), marketTime)),
    inTime(livePremiums(services, namesOf("option"), marketTime)),
  ]);
  // No ticker looks like a contract.
  const known = new Map([...shares, ...premiums]);
  return new Map(
    positions.flatMap((position): [string, LivePrice | null][] => {
      const live = known.get(nameOf(position));
      return live === undefined ? [] : [[position.id, live]];
    }),
  );
}
