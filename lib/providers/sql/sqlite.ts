import { type ExecFileException, execFile } from "node:child_process";
import { join, resolve } from "node:path";
import {
  mostBytes,
  type SqlRows,
  type SqlSource,
  schemaPatienceMs,
  sqlUnavailable,
  tookTooLong,
  tooLarge,
} from "./source.ts";
import type { Answer, Question } from "./sqlite-process.ts";

/** What JSON adds to the weight of a result, at most. */
const mostOutput = 4 * mostBytes;

/**
 * A file of SQLite. Each question has a process of its own: SQLite works inside the call, so that neither a timer nor the
 * end of a thread could stop a query that runs away, and a process can be killed.
 */
export function createSqlite(file: string): SqlSource {
  const path = resolve(file);
  return {
    async schema() {
      const answer = await ask({ path, what: "schema" }, schemaPatienceMs);
      if ("tables" in answer) return { dialect: "SQLite", tables: answer.tables };
      throw sqlUnavailable("its schema could not be read");
    },
    async check(sql) {
      const answer = await ask({ path, what: "check", sql }, schemaPatienceMs);
      return "problem" in answer ? answer : undefined;
    },
    async query(sql, { rows, timeoutMs }) {
      const startedAt = performance.now();
      const answer = await ask({ path, what: "query", sql, rows }, timeoutMs);
      if ("problem" in answer) return answer;
      if (!("columns" in answer)) throw sqlUnavailable("it did not answer the query");
      return { ...answer, elapsed_ms: Math.round(performance.now() - startedAt) } satisfies SqlRows;
    },
  };
}

/** Asks a process that is killed when the time is up. Nothing of this one's environment reaches it. */
function ask(question: Question, timeoutMs: number): Promise<Answer> {
  const program = join(import.meta.dirname, "sqlite-process.ts");
  return new Promise((resolve, reject) => {
    const child = execFile(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", "--max-old-space-size=256", program],
      { env: {}, timeout: timeoutMs, killSignal: "SIGKILL", maxBuffer: mostOutput },
      (error, stdout) => {
        const answer = error ? failure(error, timeoutMs) : (JSON.parse(stdout) as Answer);
        if ("unavailable" in answer) reject(sqlUnavailable(answer.unavailable));
        else resolve(answer);
      },
    );
    // A child that is gone before it has read its question says so by its end.
    child.stdin?.on("error", () => {});
    child.stdin?.end(JSON.stringify(question));
  });
}

/** What it means that a process has not answered. */
function failure({ code, killed }: ExecFileException, timeoutMs: number): Answer {
  if (code === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER") return tooLarge;
  if (killed) return tookTooLong(timeoutMs);
  // Only the system's own errors have a word for a code: there was no process.
  if (typeof code === "string") return { unavailable: "no process could be started" };
  return { problem: "The query needs too much memory." };
}
