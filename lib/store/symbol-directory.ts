import * as z from "zod";
import { getArtifact, putArtifact } from "./artifacts.ts";
import type { Store } from "./table.ts";

const name = "symbol-directory";

/** Two months: a directory that could not be refreshed for so long is worse than the project's own list. */
const keptMs = 60 * 86_400_000;

/** Keeps the exchanges' symbol directory files as one text. */
export async function storeDirectory(store: Store, text: string, now: Date): Promise<void> {
  await putArtifact(store, name, text, new Date(now.getTime() + keptMs));
}

/** The directory as it was last stored, undefined before the first time. */
export async function readDirectory(store: Store): Promise<string | undefined> {
  return getArtifact(store, name, z.string());
}
