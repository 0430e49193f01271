import { createHash } from "node:crypto";
import * as z from "zod";
import { iso } from "../runtime/dates.ts";
import { put, remove } from "../store/actions.ts";
import { ifPresent } from "../store/expressions.ts";
import type { LiveServices } from "./services.ts";

/** A browser connects within a moment; a ticket stands in an address, and those are written down in many places. */
const goodForMs = 60_000;

export const ticketSchema = z
  .object({
    ticket: z.string().describe("Good for one connection: `wss://…/ws?ticket=…`."),
    expires_at: z.iso.datetime(),
  })
  .meta({ id: "FeedTicket" });

const storedTicketSchema = z.object({ api_key_id: z.string(), expires_at: z.string() });

/** With what a browser, which can send no header along, connects in the name of this key. */
export async function createTicket(
  { store, clock, ids }: Pick<LiveServices, "store" | "clock" | "ids">,
  apiKeyId: string,
): Promise<z.infer<typeof ticketSchema>> {
  const ticket = ids.uuid();
  const expiresAt = new Date(clock.now().getTime() + goodForMs);
  const stored = { api_key_id: apiKeyId, expires_at: iso(expiresAt), ttl: Math.ceil(expiresAt.getTime() / 1000) };
  await store.transact([put({ ...store.keys.feedTicket(digestOf(ticket)), ...stored })]);
  return { ticket, expires_at: stored.expires_at };
}

/** Whose ticket it is, where it is one, in time and unused. It is used up by this: of two at once one gets an answer. */
export async function useTicket(
  { store, clock }: Pick<LiveServices, "store" | "clock">,
  ticket: string,
): Promise<string | undefined> {
  const key = store.keys.feedTicket(digestOf(ticket));
  const stored = await store.get(key, storedTicketSchema);
  if (!stored) return undefined;
  const used = await store.transact([remove(key, ifPresent())]);
  return used.applied && stored.expires_at > iso(clock.now()) ? stored.api_key_id : undefined;
}

/** Only digests are stored: who can read the table cannot connect with what lies there. */
function digestOf(ticket: string): string {
  return createHash("sha256").update(ticket).digest("hex");
}
