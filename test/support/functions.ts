import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import type { FunctionSettings } from "../../functions/packaging/framework.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** What the parts of serverless.yml say of each function, by its key. */
export function readFunctions(): Record<string, FunctionSettings> {
  const parts = globSync("functions/*/functions.yml", { cwd: root });
  return Object.assign({}, ...parts.map((part) => parse(readFileSync(join(root, part), "utf8"))));
}
