import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import type { MachineSource } from "./machine.ts";

const folder = new URL("../../../workflows/", import.meta.url);
const ending = ".asl.yml";

/** The state machines of all workflow files, each under the name it has on stage `local`. */
export function readWorkflows(): MachineSource[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(ending))
    .map((file) => ({
      name: machineName(file.slice(0, -ending.length)),
      definition: parse(readFileSync(new URL(file, folder), "utf8"), { merge: true, maxAliasCount: -1 }),
    }));
}

export const machineName = (workflow: string) => `wsb-signals-local-${workflow}`;
