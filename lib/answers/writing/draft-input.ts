import * as z from "zod";

/** What the states of a draft are handed: its number, from 1. */
export const draftInput = z.object({ draft: z.number().int().min(1) });
export type DraftInput = z.infer<typeof draftInput>;
