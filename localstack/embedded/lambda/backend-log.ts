import { createWriteStream, existsSync, renameSync, statSync, type WriteStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

/** A file is set aside as `.1` when it has grown to this; so a log never takes more than twice as much. */
const mostBytes = 20 * 1024 * 1024;

export interface BackendLog {
  /** Sorts what a process says: JSON lines are our log, the rest is the server's own chatter. */
  listen(output: Readable, onLine?: (line: string) => void): void;
  close(): Promise<void>;
}

/** `backend.log` with the functions' JSON lines, `server.log` with what the local server says, below `logs`. */
export function openBackendLog(dataDir: string): BackendLog {
  const backend = rotatingFile(join(dataDir, "logs", "backend.log"));
  const server = rotatingFile(join(dataDir, "logs", "server.log"));
  return {
    listen: (output, onLine) => {
      createInterface({ input: output }).on("line", (line) => {
        (line.startsWith("{") && isJson(line) ? backend : server).write(line);
        onLine?.(line);
      });
    },
    close: async () => {
      await Promise.all([backend.close(), server.close()]);
    },
  };
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

function rotatingFile(path: string) {
  let size = existsSync(path) ? statSync(path).size : 0;
  let stream: WriteStream = createWriteStream(path, { flags: "a" });
  return {
    write: (line: string) => {
      if (size > mostBytes) {
        stream.end();
        renameSync(path, `${path}.1`);
        stream = createWriteStream(path, { flags: "a" });
        size = 0;
      }
      stream.write(`${line}\n`);
      size += Buffer.byteLength(line) + 1;
    },
    close: () => new Promise<void>((resolve) => stream.end(() => resolve())),
  };
}
