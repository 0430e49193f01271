import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { type MachineSource, machineArn } from "./machine.ts";

const folder = new URL("../../../workflows/", import.meta.url);
const ending = ".asl.yml";

/** The state machines of all workflow files, each under the name it has on stage `local`. */
export function readWorkflows(): MachineSource[] {
  return workflows().map((workflow) => ({
    name: machineName(workflow),
    definition: parse(readFileSync(new URL(workflow + ending, folder), "utf8"), { merge: true, maxAliasCount: -1 }),
  }));
}

/** Where functions find them: `ANALYSIS_STATE_MACHINE_ARN` for `analysis.asl.yml`. */
export function machineVariables(): Record<string, string> {
  return Object.fromEntries(
    workflows().map((workflow) => [`${workflow.toUpperCase()}_STATE_MACHINE_ARN`, machineArn(machineName(workflow))]),
  );
}

function workflows(): string[] {
  const files = readdirSync(folder).filter((file) => file.endsWith(ending));
  return files.map((file) => file.slice(0, -ending.length));
}

export const machineName = (workflow: string) => `wsb-signals-local-${workflow}`;
