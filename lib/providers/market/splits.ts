/** A split, forward or reverse: from the opening of `date` (New York) on there are `ratio` new shares for an old one. */
export interface Split {
  date: string;
  ratio: number;
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
