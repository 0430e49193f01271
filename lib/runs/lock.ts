import * as z from "zod";
import type { RunServices } from "./services.ts";

/** The attempt stands here too, so that the execution can be asked for even where the run's own item is damaged. */
const lockSchema = z.object({ run_id: z.string(), attempt: z.number().int().default(1), taken_at: z.string() });
export type Lock = z.infer<typeof lockSchema>;

/** Who holds the one lock of the realm, read strongly; undefined where nobody does. */
export async function readLock({ store }: Pick<RunServices, "store">): Promise<Lock | undefined> {
  return store.get(store.keys.lock(), lockSchema);
}
