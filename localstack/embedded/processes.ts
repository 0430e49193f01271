import { readFileSync } from "node:fs";

/** When a process started, in clock ticks since boot; undefined where there is no /proc or no such process. */
export function startTimeOf(pid: number): string | undefined {
  return statOf(pid)[19];
}

/** Ended and not yet fetched by its parent: where the first process of a container fetches nobody, that is for ever. */
export function isDead(pid: number): boolean {
  return statOf(pid)[0] === "Z";
}

/** The id of a process's parent; undefined where there is no /proc or no such process. */
export function parentOf(pid: number): string | undefined {
  return statOf(pid)[1];
}

/** The fields of /proc/pid/stat from the third on; the second, the program's name in parentheses, may hold anything. */
function statOf(pid: number): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return [];
  }
}
