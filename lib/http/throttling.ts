import { AppError } from "../runtime/errors.ts";

/** How many requests the whole stage takes. */
export interface Throttling {
  perSecond: number;
  /** After a pause. */
  atOnce: number;
}

/** The limits for so many requests a second; twice as many may come at once. Throws `BadConfiguration`. */
export function throttlingOf(rateLimit: string): Throttling {
  if (!/^[1-9]\d{0,4}$/.test(rateLimit)) {
    const problem = `RATE_LIMIT must be a whole number from 1 to 99999, not "${rateLimit}".`;
    throw new AppError("BadConfiguration", "CONFIGURATION_ERROR", problem);
  }
  return { perSecond: Number(rateLimit), atOnce: 2 * Number(rateLimit) };
}
