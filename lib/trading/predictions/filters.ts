import * as z from "zod";
import { signalFilters } from "../../analysis/signals/view.ts";
import { predictionViewSchema } from "./view.ts";

/** The filters of `GET /predictions` (spec api 7). */
export const predictionFilters = {
  // Archives have names in any script.
  author: z
    .string()
    .regex(/^\S{1,50}$/, "must be 1–50 visible characters")
    .optional(),
  ticker: signalFilters.ticker,
  status: predictionViewSchema.shape.status.optional(),
  analysis_run_id: z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/, "must be 1–200 visible characters")
    .optional(),
};

export type PredictionFilters = z.infer<z.ZodObject<typeof predictionFilters>>;
