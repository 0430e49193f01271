import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { BackendLog } from "./backend-log.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const parentWatch = new URL("./parent-watch.ts", import.meta.url).href;
const serverless = createRequire(import.meta.url).resolve("serverless/bin/serverless.js");

export interface OfflineServer {
  /** Resolves when it listens. */
  ready: Promise<void>;
  /** Resolves when it ends, which by itself it should not. */
  ended: Promise<void>;
  /** What the functions are to find in their environment; to be said before the first call. */
  tell(variables: Record<string, string>): void;
  close(): Promise<void>;
}

/**
 * Serves serverless.yml: REST on `httpPort`, the Lambda API on `lambdaPort`, schedules. A process of its own, because
 * functions write to `process.env` and the console; it ends with this one.
 */
export function startOfflineServer(options: { httpPort: number; lambdaPort: number; log: BackendLog }): OfflineServer {
  const ports = ["--httpPort", String(options.httpPort), "--lambdaPort", String(options.lambdaPort)];
  const child = spawn(
    process.execPath,
    ["--import", parentWatch, serverless, "offline", "--stage", "local", "--noSponsor", ...ports],
    {
      cwd: root,
      env: { ...process.env, FORCE_COLOR: "0" },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      // A process group of its own: Ctrl-C reaches this process only, which then ends its children in order.
      detached: true,
    },
  );
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const ready = new Promise<void>((resolve, reject) => {
    const said: string[] = [];
    const hear = (line: string) => {
      if (line.includes("Server ready:")) resolve();
      if (said.length < 200) said.push(line);
    };
    for (const output of [child.stdout, child.stderr]) if (output) options.log.listen(output, hear);
    child.once("error", reject);
    child.once("exit", () => reject(new Error(`The local server ended: ${firstError(said)}`)));
  });
  // Whoever waits hears of it; nobody may be waiting yet.
  ready.catch(() => {});
  return {
    ready,
    ended,
    tell: (variables) => void child.send(variables),
    close: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

function firstError(lines: string[]): string {
  return lines.find((line) => /error|cannot|not found/i.test(line))?.trim() ?? "it gave no reason; see logs/server.log";
}
