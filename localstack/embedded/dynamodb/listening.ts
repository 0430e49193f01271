import type { ChildProcess } from "node:child_process";

/** Resolves when a database says that it is listening. Throws its last words where it ends instead. */
export function listening(child: ChildProcess, what: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = "";
    const hear = (chunk: Buffer) => {
      said = (said + chunk).slice(-4_000);
      if (said.includes("listening on")) resolve();
    };
    child.stdout?.on("data", hear);
    child.stderr?.on("data", hear);
    child.once("error", reject);
    child.once("exit", () => {
      child.stdin?.destroy();
      reject(new Error(`${what} ended: ${said.trim() || "no reason given"}`));
    });
  });
}
