import * as z from "zod";
import { put } from "../../store/actions.ts";
import { ifAbsent } from "../../store/expressions.ts";
import type { DeskServices } from "../services.ts";

const equitySchema = z.object({ equity_cents: z.number().int(), at: z.string() });

/** Keeps what the account is worth as a trading day begins; the first one to say so is believed. */
export async function keepEquityAtOpen(
  { store }: Pick<DeskServices, "store">,
  day: string,
  equity_cents: number,
  at: string,
): Promise<void> {
  await store.transact([put({ ...store.keys.equityAtOpen(day), equity_cents, at }, ifAbsent())]);
}

/** What it was worth at the opening of a day, or of the last one before it that is known; undefined before the first. */
export async function readEquityAtOpen(
  { store }: Pick<DeskServices, "store">,
  day: string,
): Promise<number | undefined> {
  const { pk, sk: to } = store.keys.equityAtOpen(day);
  const { items } = await store.query({ pk, to, descending: true, limit: 1 }, equitySchema);
  return items[0]?.equity_cents;
}
