import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { newApiKey } from "../../lib/access/api-keys.ts";
import { isDead, startTimeOf } from "./processes.ts";
import { StartProblem } from "./start-problem.ts";

/** A stack that is told to end, or killed, is gone after this, its processes included. */
const longestEndMs = 5_000;

export interface Claim {
  /** Other processes work in the directory too: until they are gone it is nobody else's. */
  share(pids?: readonly number[]): void;
  release(): void;
}

/**
 * Makes the directory this process's own until `release`. Waits for a stack that is ending; throws `StartProblem` where it
 * goes on living.
 */
export async function claimDataDir(dataDir: string, waitMs = longestEndMs): Promise<Claim> {
  const file = join(dataDir, "lock");
  try {
    mkdirSync(dataDir, { recursive: true });
  } catch (error) {
    throw new StartProblem(`DATA_DIR ${dataDir} cannot be used: ${(error as Error).message}.`);
  }
  const until = performance.now() + waitMs;
  for (let holder = holderOf(file); holder !== undefined; holder = holderOf(file)) {
    if (performance.now() >= until) {
      throw new StartProblem(`DATA_DIR ${dataDir} is in use by another running stack (process ${holder}).`);
    }
    await pause(50);
  }
  rmSync(file, { force: true });
  try {
    const handle = openSync(file, "wx");
    writeSync(handle, identity(process.pid));
    closeSync(handle);
  } catch {
    throw new StartProblem(`DATA_DIR ${dataDir} was taken by another stack at this moment.`);
  }
  return {
    share: (pids = []) => appendFileSync(file, pids.map((pid) => `\n${identity(pid)}`).join("")),
    release: () => rmSync(file, { force: true }),
  };
}

/** Tells other processes on this machine where the table is, until `close`. */
export function shareEndpoint(dataDir: string, endpoint: string): { close(): Promise<void> } {
  const file = join(dataDir, "dynamodb-endpoint");
  writeFileSync(file, endpoint, { mode: 0o600 });
  return { close: async () => rmSync(file, { force: true }) };
}

/** Where the running stack of this directory has its table; undefined where none runs. */
export function endpointOfRunning(dataDir: string): string | undefined {
  const file = join(dataDir, "dynamodb-endpoint");
  if (holderOf(join(dataDir, "lock")) === undefined || !existsSync(file)) return undefined;
  return readFileSync(file, "utf8");
}

/** The first living process of another stack, one a line. */
function holderOf(file: string): string | undefined {
  const holders = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
  const holder = holders.find((each) => each !== "" && each !== identity(process.pid) && isAlive(each));
  return holder?.split(" ")[0];
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
  return identity(pid) === owner && !isDead(pid);
}

/** The key that was made at the first start of this directory, readable by its owner only. */
export function keptApiKey(dataDir: string): string {
  const file = join(dataDir, "api-key");
  if (existsSync(file)) return readFileSync(file, "utf8").trim();
  const key = newApiKey();
  writeFileSync(file, `${key}\n`, { mode: 0o600 });
  return key;
}
