import * as z from "zod";
import { answerStatuses } from "./run.ts";

/** Ids are opaque here: what cannot be one is not found. */
export const runIdParams = z.object({ run_id: z.string().regex(/^[\x21-\x7e]{1,200}$/) });

export const answerFilters = { status: z.enum(answerStatuses).optional() };

export const referenceQuery = z.strictObject({
  ref_id: z
    .string()
    .regex(/^ref_[1-9]\d*$/, "must be of the form ref_1")
    .optional(),
  include_quote: z
    .enum(["true", "false"])
    .default("false")
    .transform((text) => text === "true"),
});
