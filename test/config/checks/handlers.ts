import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./files.ts";

/** What a handler may have beside its imports. More is logic, which belongs into a room. */
const mostLines = 25;

/** The handlers are short. */
export function checkHandlers(): string[] {
  const files = globSync("functions/!(packaging)/**/*.ts", { cwd: root });
  return files.flatMap((file) => lengthProblems(file, readFileSync(join(root, file), "utf8")));
}

export function lengthProblems(file: string, text: string): string[] {
  const lines = text
    .trimEnd()
    .replaceAll(/^import [^;]*;\n/gm, "")
    .split("\n").length;
  return lines <= mostLines ? [] : [`${file} has ${lines} lines beside its imports, and ${mostLines} are the limit`];
}
