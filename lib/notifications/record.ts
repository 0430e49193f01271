import * as z from "zod";
import { eventSchema } from "../store/events.ts";

/** How far events have been sent, and what the next one waits for. */
export const sendingSchema = z.object({
  /** The last event that is done with. */
  after: z.number().int(),
  /** Goes of the next one that failed. */
  failures: z.number().int(),
  not_before: z.string().nullable(),
});
export type Sending = z.infer<typeof sendingSchema>;

/** An event that could not be sent. */
export const deadLetterSchema = eventSchema.extend({
  given_up_at: z.string(),
  problem: z.string(),
});
export type DeadLetter = z.infer<typeof deadLetterSchema>;
