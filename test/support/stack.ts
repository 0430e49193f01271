import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type ApiClient, connect } from "../../localstack/commands/client.ts";
import { freePort } from "../../localstack/embedded/ports.ts";

const ownRoot = fileURLToPath(new URL("../..", import.meta.url));
const longestStartMs = 30_000;
/** How long processes that were told to end by the system, not by their parent, may take to be gone. */
const longestGoneMs = 5_000;

/** A folder of the caller's own below the system's temporary one. */
export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "wsb-stack-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export interface LocalStack {
  url: string;
  apiKey: string;
  /** With the API key of this stack. */
  api: ApiClient;
  /** From the start of the process to the first 200 of readiness. */
  readyMs: number;
  /** What it and all its processes hold in memory, in megabytes; and how many they are. Nought where there is no /proc. */
  memory(): { megabytes: number; processes: number };
  /** Ends it by this signal and answers its exit code (null after SIGKILL) and the processes it left behind. */
  end(signal?: "SIGTERM" | "SIGINT" | "SIGKILL"): Promise<{ code: number | null; left: number[] }>;
}

/**
 * `npm start` as a process of its own on a free port, where none is asked for, of this checkout or of another. Throws what it said where it does not
 * become ready.
 */
export async function startLocalStack(
  dataDir: string,
  variables: Record<string, string> = {},
  root = ownRoot,
): Promise<LocalStack> {
  const port = Number(variables.PORT ?? (await freePort()));
  const startedAt = performance.now();
  const start = spawnStart(dataDir, { PORT: String(port), ...variables }, root);
  const url = `http://127.0.0.1:${port}`;
  const waitFor = async (what: string, isThere: () => boolean | Promise<boolean>) => {
    while (!(await isThere())) {
      const isLate = performance.now() - startedAt > longestStartMs;
      if (start.child.exitCode === null && !isLate) {
        await pause(10);
        continue;
      }
      start.child.kill("SIGKILL");
      throw new Error(`The stack is not ${what}: ${start.said().stderr}`);
    }
    return performance.now() - startedAt;
  };
  const readyMs = await waitFor("ready", () => isReady(url));
  await waitFor("running", () => start.said().stdout.includes("is running"));
  const apiKey = variables.API_KEY ?? readFileSync(join(dataDir, "api-key"), "utf8").trim();
  return {
    url,
    apiKey,
    readyMs,
    api: connect({ BASE_URL: url, API_KEY: apiKey }),
    memory: () => {
      const all = [start.child.pid ?? 0, ...descendants(start.child.pid ?? 0)];
      return { megabytes: all.reduce((sum, pid) => sum + residentMb(pid), 0), processes: all.length };
    },
    async end(signal = "SIGTERM") {
      const family = descendants(start.child.pid ?? 0);
      start.child.kill(signal);
      const code = await start.ended;
      return { code, left: await stillThere(family) };
    },
  };
}

/** A start that is expected to refuse: waits for its end. */
export async function refusedStart(dataDir: string, variables: Record<string, string>) {
  const start = spawnStart(dataDir, variables);
  const code = await start.ended;
  return { code, ...start.said() };
}

function spawnStart(dataDir: string, variables: Record<string, string>, root = ownRoot) {
  const { PATH = "", HOME = "" } = process.env;
  // What npm would run, without npm between.
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: { start: string } };
  const words = scripts.start.split(" ").slice(1);
  const child = spawn(process.execPath, [...words.slice(0, -1), join(root, words.at(-1) ?? "")], {
    // Where there is no `.env`: a developer's own settings are none of a test's.
    cwd: dataDir,
    env: { PATH, HOME, DATA_DIR: dataDir, ...variables },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = { stdout: "", stderr: "" };
  hear(child, said);
  const ended = new Promise<number | null>((resolve) => child.once("close", (code) => resolve(code)));
  return { child, ended, said: () => ({ ...said }) };
}

function hear(child: ChildProcess, said: { stdout: string; stderr: string }) {
  for (const name of ["stdout", "stderr"] as const) {
    child[name]?.on("data", (chunk: Buffer) => {
      said[name] += chunk;
    });
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/api/v1/health/ready`);
    await answer.arrayBuffer();
    return answer.status === 200;
  } catch {
    return false;
  }
}

/** Children, grandchildren and so on. Only where there is /proc; elsewhere nothing can be said. */
function descendants(pid: number): number[] {
  const children = allProcesses().filter((id) => processFacts(id)?.parent === pid);
  return children.flatMap((child) => [child, ...descendants(child)]);
}

function allProcesses(): number[] {
  try {
    return readdirSync("/proc").map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

function residentMb(pid: number): number {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return Number(kilobytes ?? 0) / 1_024;
  } catch {
    return 0;
  }
}

/** State and parent from /proc/pid/stat; undefined for a process that is gone, a zombie included. */
function processFacts(pid: number): { parent: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the program's name in parentheses and may hold anything.
    const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return state === "Z" ? undefined : { parent: Number(parent) };
  } catch {
    return undefined;
  }
}

async function stillThere(pids: number[]): Promise<number[]> {
  const until = performance.now() + longestGoneMs;
  for (;;) {
    const left = pids.filter((pid) => processFacts(pid) !== undefined);
    if (left.length === 0 || performance.now() > until) return left;
    await pause(20);
  }
}
