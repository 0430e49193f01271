import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./files.ts";

/** The most lines of a handler's file, imports and blank ones included. More is logic, which belongs into a room. */
const mostLines = 25;

/** The handlers are short. */
export function checkHandlers(): string[] {
  const files = globSync("functions/!(packaging)/**/*.ts", { cwd: root });
  return files.flatMap((file) => lengthProblems(file, readFileSync(join(root, file), "utf8")));
}

export function lengthProblems(file: string, text: string): string[] {
  const { length } = text.trimEnd().split("\n");
  return length <= mostLines ? [] : [`${file} has ${length} lines, and ${mostLines} are the limit`];
}
