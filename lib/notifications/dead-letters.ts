import * as z from "zod";
import { iso } from "../runtime/dates.ts";
import { AppError } from "../runtime/errors.ts";
import { remove } from "../store/actions.ts";
import { messageOf } from "./message.ts";
import { type DeadLetter, deadLetterSchema } from "./record.ts";
import type { NotificationServices } from "./services.ts";
import { readDeadLetter } from "./stored.ts";

/** An event that the webhook did not get, as a client reads it. */
export const deadLetterViewSchema = deadLetterSchema
  .extend({ at: z.iso.datetime(), given_up_at: z.iso.datetime() })
  .meta({ id: "DeadLetter" });

export const deadLettersMetaSchema = z
  .object({
    next_after: z.number().int().nullable().describe("Ask with this `after` for more; null where these are the last."),
  })
  .meta({ id: "DeadLettersMeta" });

export const sentAgainSchema = z.object({ id: z.number().int(), sent_at: z.iso.datetime() }).meta({ id: "SentAgain" });

/** Events that could not be sent, after the one with the number `after`, the oldest first. They are kept for 30 days. */
export async function listDeadLetters(
  { store }: Pick<NotificationServices, "store">,
  { after, limit }: { after: number; limit: number },
): Promise<{ data: DeadLetter[]; meta: z.infer<typeof deadLettersMetaSchema> }> {
  const { pk, sk: from } = store.keys.deadLetter(after + 1);
  const { items, last } = await store.query({ pk, from, limit }, deadLetterSchema);
  return { data: items, meta: { next_after: last ? Number(last.sk) : null } };
}

/**
 * Sends one of them again, once and now; it is none any more when the receiver has taken it. Throws `NOT_FOUND`,
 * `CONFIGURATION_ERROR` where there is no webhook, and `WEBHOOK_FAILED`.
 */
export async function sendDeadLetter(
  services: NotificationServices,
  id: string,
): Promise<z.infer<typeof sentAgainSchema>> {
  const { store, clock, config } = services;
  // Events are numbered from 1.
  const letter = /^[1-9]\d{0,15}$/.test(id) ? await readDeadLetter(store, Number(id)) : undefined;
  if (!letter) throw new AppError("NotFound", "NOT_FOUND", `There is no dead letter ${id}.`);
  const webhook = await services.webhook();
  if (!webhook) throw new AppError("BadConfiguration", "CONFIGURATION_ERROR", "WEBHOOK_URL is not set.");
  await webhook.send(messageOf(config.environment.REALM, letter), 1);
  await store.transact([remove(store.keys.deadLetter(letter.id))]);
  return { id: letter.id, sent_at: iso(clock.now()) };
}
