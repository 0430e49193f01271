/** A split, forward or reverse: from the opening of `date` (New York) on there are `ratio` new shares for an old one. */
export interface Split {
  date: string;
  ratio: number;
  /** The source calls it a split, but by its ratio it may be a spin-off (`isSplitForCertain`). */
  isDoubtful?: true;
}

/** Of the lesser side in lowest terms: stock dividends of 5 % (21:20) are the finest splits that are usual. */
const greatestLesserSide = 20;

/**
 * Whether so many new shares for so many old ones can be nothing but a split. Yahoo names a spin-off like one, by what
 * its share was worth: 1281:1000. A side of 1 tells of a split whatever the other one is, as where a person has given
 * the ratio as one number.
 */
export function isSplitForCertain(newShares: number, oldShares: number): boolean {
  if (newShares === 1 || oldShares === 1) return true;
  if (!Number.isInteger(newShares) || !Number.isInteger(oldShares)) return false;
  return Math.min(newShares, oldShares) / greatestDivisor(newShares, oldShares) <= greatestLesserSide;
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

/** New shares for a share as it was traded on `day`, by the splits after that day. */
export function sharesSince(day: string, splits: readonly Split[]): number {
  return splits.reduce((shares, { date, ratio }) => (date > day ? shares * ratio : shares), 1);
}

interface Prices {
  open: number;
  high: number;
  low: number;
  close: number;
}

/** Prices times `factor`: the scale of traded prices times the splits that came later, or back. */
export function scaled<T extends Prices>(bar: T, factor: number): T {
  if (factor === 1) return bar;
  const { open, high, low, close } = bar;
  return {
    ...bar,
    open: scaledPrice(open, factor),
    high: scaledPrice(high, factor),
    low: scaledPrice(low, factor),
    close: scaledPrice(close, factor),
  };
}

/** Seven digits, which is what a source of single precision knows of a price; the multiplied rest is noise. */
export function scaledPrice(price: number, factor: number): number {
  return factor === 1 ? price : Number((price * factor).toPrecision(7));
}
