import { globSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../..", import.meta.url));

/** Files below a folder of the project, as paths from its root, sorted. */
export function filesIn(folder: string, ending: string): string[] {
  return globSync(`${folder}/**/*${ending}`, { cwd: root }).sort();
}
