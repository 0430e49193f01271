import type * as z from "zod";
import type { ArtifactStore } from "../../providers/artifacts/store.ts";
import { artifactKey } from "./names.ts";

export type Kept = ReturnType<typeof keptOf>;

/** The artifacts of one run: texts as they are, everything else as JSON. */
export function keptOf(artifactStore: ArtifactStore, runId: string) {
  const keyOf = (name: string) => artifactKey(runId, name);
  /** Undefined where there is none. Throws where it does not fit. */
  async function find<T>(name: string, schema: z.ZodType<T>): Promise<T | undefined> {
    const content = await artifactStore.get(keyOf(name));
    return content === undefined ? undefined : schema.parse(JSON.parse(content));
  }
  return {
    keyOf,
    find,
    text: (name: string) => artifactStore.get(keyOf(name)),
    write: (name: string, value: unknown) =>
      artifactStore.put(keyOf(name), typeof value === "string" ? value : `${JSON.stringify(value, null, 2)}\n`),
    /** What an earlier state must have left. */
    async read<T>(name: string, schema: z.ZodType<T>): Promise<T> {
      const found = await find(name, schema);
      if (found === undefined) throw new Error(`the run ${runId} has no ${name}`);
      return found;
    },
    /** The first, the second … up to the first that is absent. */
    async series<T>(nameOf: (number: number) => string, schema: z.ZodType<T>): Promise<T[]> {
      const found: T[] = [];
      for (let number = 1; ; number++) {
        const next = await find(nameOf(number), schema);
        if (next === undefined) return found;
        found.push(next);
      }
    },
  };
}
