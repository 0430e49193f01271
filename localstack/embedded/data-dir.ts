import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { newApiKey } from "../commands/api-keys.ts";
import { startTimeOf } from "./processes.ts";
import { StartProblem } from "./start-problem.ts";

/** Makes the directory this process's own until `release`. Throws `StartProblem` while another stack lives in it. */
export function claimDataDir(dataDir: string): { release(): void } {
  const file = join(dataDir, "lock");
  try {
    mkdirSync(join(dataDir, "logs"), { recursive: true });
  } catch (error) {
    throw new StartProblem(`DATA_DIR ${dataDir} cannot be used: ${(error as Error).message}.`);
  }
  const owner = existsSync(file) ? readFileSync(file, "utf8").trim() : "";
  if (owner && owner !== identity(process.pid) && isAlive(owner)) {
    throw new StartProblem(`DATA_DIR ${dataDir} is in use by another running stack (process ${owner.split(" ")[0]}).`);
  }
  rmSync(file, { force: true });
  try {
    const handle = openSync(file, "wx");
    writeSync(handle, identity(process.pid));
    closeSync(handle);
  } catch {
    throw new StartProblem(`DATA_DIR ${dataDir} was taken by another stack at this moment.`);
  }
  return { release: () => rmSync(file, { force: true }) };
}

/** Process ids are used again, above all in containers; with its start time one is unique. */
function identity(pid: number): string {
  return `${pid} ${startTimeOf(pid)}`;
}

function isAlive(owner: string): boolean {
  const pid = Number(owner.split(" ")[0]);
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  return identity(pid) === owner;
}

/** The key that was made at the first start of this directory, readable by its owner only. */
export function keptApiKey(dataDir: string): string {
  const file = join(dataDir, "api-key");
  if (existsSync(file)) return readFileSync(file, "utf8").trim();
  const key = newApiKey();
  writeFileSync(file, `${key}\n`, { mode: 0o600 });
  return key;
}
