import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "vitest";

/** Real answers and archives lie beside the project; a clone of it alone has none of them. */
export const recordings = process.env.SHARED_DATA ?? join(import.meta.dirname, "../../../shared/data");

/** Whether this file or folder of the recordings is at hand. */
export function isRecorded(path: string): boolean {
  return existsSync(join(recordings, path));
}

/** Tests over recordings, beside those over made-up answers. Where the recordings are absent, one says so for all. */
export function describeRecorded(title: string, paths: readonly string[], tests: () => void): void {
  const absent = paths.filter((path) => !isRecorded(path));
  describe(title, () => {
    if (absent.length === 0) tests();
    else it("needs recordings", ({ skip }) => skip(`not at hand: ../shared/data/${absent.join(", ")}`));
  });
}

/** The fields of a made-up answer that the recorded one does not have, or has of another kind. */
export function unrecordedFields(madeUp: unknown, recorded: unknown): string[] {
  const known = new Set(fieldsOf(recorded));
  return [...new Set(fieldsOf(madeUp))].filter((field) => !known.has(field));
}

/** Every field with its kind: `usage.total_tokens: number`. Entries of a list count as one. */
function fieldsOf(value: unknown, path = ""): string[] {
  if (Array.isArray(value)) return value.flatMap((entry) => fieldsOf(entry, `${path}[]`));
  if (typeof value !== "object" || value === null) return [`${path}: ${value === null ? "null" : typeof value}`];
  return Object.entries(value).flatMap(([name, entry]) => fieldsOf(entry, path === "" ? name : `${path}.${name}`));
}
