import * as z from "zod";

/** The ticker of `GET /prices/{ticker}`, in either case; an index begins with `^`. */
export const priceParams = z.object({
  ticker: z
    .string()
    .regex(/^\^?[A-Za-z0-9.-]{1,10}$/)
    .transform((ticker) => ticker.toUpperCase()),
});

/** One entry of `GET /prices/{ticker}` (spec api 8): dollars a share, on a New York day. */
export const closeSchema = z.object({ date: z.iso.date(), close: z.number() }).meta({ id: "DailyClose" });
export const pricesMetaSchema = z
  .object({
    ticker: z.string(),
    days: z.number().int(),
    /** All closes are on the scale of this day: those before a split are divided by its ratio. */
    split_adjusted_to: z.iso.date(),
  })
  .meta({ id: "PricesMeta" });
