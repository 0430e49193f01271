import { round } from "../runtime/money.ts";

/** Stored cents as the dollars that are shown: 499500 is 4995. */
export function dollars(cents: number): number {
  return round(cents / 100, 2);
}
