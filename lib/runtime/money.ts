/**
 * The one rounding of the project: to `places` decimals, halves away from zero.
 * The nudge by one part in 10¹² undoes binary representation (1.005 is stored as 1.00499…).
 */
export function round(value: number, places: number): number {
  const factor = 10 ** places;
  const rounded = (Math.sign(value) * Math.round(Math.abs(value) * factor * (1 + 1e-12))) / factor;
  return rounded === 0 ? 0 : rounded;
}

/** Stored cents as the dollars that are shown: 499500 is 4995. */
export function dollars(cents: number): number {
  return round(cents / 100, 2);
}
