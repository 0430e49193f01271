import { spawn } from "node:child_process";
import { createServer } from "node:net";

/** Runs a program to its end and answers its exit code and everything it said. It does not outlive this process. */
export function runProgram(
  program: string,
  options: readonly string[],
  environment: Record<string, string>,
): Promise<{ code: number | null; said: string }> {
  // A group of its own, so that what it starts can be ended with it.
  const child = spawn(program, options, { env: { ...process.env, ...environment }, detached: true });
  const end = () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGKILL");
  };
  process.once("exit", end);
  let said = "";
  for (const output of [child.stdout, child.stderr]) {
    output.on("data", (chunk) => {
      said += chunk;
    });
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      process.off("exit", end);
      resolve({ code, said });
    });
  });
}

/**
 * A port of 127.0.0.1 for a server that starts later. Not one of those that the system hands out to connections: one of
 * them could take it meanwhile.
 */
export async function reservedPort(): Promise<number> {
  const port = 20_000 + Math.floor(Math.random() * 10_000);
  const isFree = await new Promise<boolean>((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
  return isFree ? port : reservedPort();
}
