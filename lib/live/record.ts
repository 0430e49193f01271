import * as z from "zod";
import { feedChannels } from "./channels.ts";

/** A connection as it is stored. Its client's messages change it, and nothing else does. */
export const connectionSchema = z.object({
  connection_id: z.string(),
  /** A label of the client's own. */
  client_id: z.string().nullable(),
  api_key_id: z.string(),
  connected_at: z.string(),
  implicit_all: z.boolean(),
  channels: z.enum(feedChannels).array(),
  /** The newest event when it connected: what came before is no news. */
  after: z.number().int(),
  /** How often it asked to go on after another event, which is then `after`. */
  resumes: z.number().int(),
  /** How often it has been changed. */
  version: z.number().int(),
  ttl: z.number().int(),
});
export type Connection = z.infer<typeof connectionSchema>;

/** How far a connection has been served. Whoever broadcasts writes it, and nobody else. */
export const connectionCursorSchema = z.object({
  connection_id: z.string(),
  /** The last event it was sent, or that was none of its. */
  after: z.number().int(),
  /** Which of the connection's wishes to go on elsewhere `after` has followed. */
  resumes: z.number().int(),
  greeted: z.boolean(),
  /** Until when it is left alone, in milliseconds: it took too long for a message. */
  paused_until: z.number(),
  ttl: z.number().int(),
});
export type ConnectionCursor = z.infer<typeof connectionCursorSchema>;
