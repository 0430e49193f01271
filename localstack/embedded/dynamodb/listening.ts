import type { ChildProcess } from "node:child_process";

/** Resolves when a database says that it is listening. Throws its last words where it ends instead. */
export function listening(child: ChildProcess, what: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = "";
    const hear = (chunk: Buffer) => {
      said = (said + chunk).slice(-4_000);
      if (said.includes("listening on")) resolve();
    };
    let open = 2;
    const end = () => {
      if (--open > 0) return;
      child.stdin?.destroy();
      reject(new Error(`${what} ended: ${said.trim() || "no reason given"}`));
    };
    for (const output of [child.stdout, child.stderr]) output?.on("data", hear).once("close", end);
    child.once("error", reject);
  });
}
