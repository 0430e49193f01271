import type { Candle } from "../../providers/market/market.ts";

/** This far beyond the prices on both its sides a price was a slip: half of them, or half as much again. */
const beyond = 0.5;
/** Where others trade at such a price, they trade more than usual: more than this many times the busier neighbour's volume. */
const followedBy = 2;

/**
 * The candles, oldest first, with a price that nobody else followed: far below or far above both neighbours, in this one
 * candle, and without the volume that a real move brings. `before` and `after` are the prices known at both ends (dollars
 * per share), null where none is. A gap and a split are none, because what comes after follows them; nor is a crash that
 * many traded in. Of candles without volume the prices alone tell.
 */
export function badTicks(candles: readonly Candle[], before: number | null, after: number | null): Candle[] {
  return candles.filter((candle, index) => {
    const neighbours = [candles[index - 1] ?? pointOf(before), candles[index + 1] ?? pointOf(after)];
    if (neighbours.some((neighbour) => neighbour === undefined)) return false;
    const known = neighbours.filter((neighbour) => neighbour !== undefined);
    return isFarBeyond(candle, known) && !isFollowed(candle, known);
  });
}

type Neighbour = Pick<Candle, "low" | "high" | "volume">;

function pointOf(price: number | null): Neighbour | undefined {
  return price === null ? undefined : { low: price, high: price };
}

function isFarBeyond({ low, high }: Candle, neighbours: readonly Neighbour[]): boolean {
  return (
    neighbours.every((neighbour) => low < neighbour.low * (1 - beyond)) ||
    neighbours.every((neighbour) => high > neighbour.high * (1 + beyond))
  );
}

function isFollowed({ volume }: Candle, neighbours: readonly Neighbour[]): boolean {
  const usual = neighbours.flatMap((neighbour) => neighbour.volume ?? []);
  return volume !== undefined && usual.length > 0 && volume > Math.max(...usual) * followedBy;
}
