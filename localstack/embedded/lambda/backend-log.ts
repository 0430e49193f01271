import { createWriteStream, existsSync, mkdirSync, renameSync, statSync, type WriteStream } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

/** The file is set aside as `.1` when it has grown to this; so the log never takes more than twice as much. */
const mostBytes = 20 * 1024 * 1024;

export interface BackendLog {
  /** One JSON object, as a line. */
  write(line: string): void;
  /** What code of others says on a console becomes lines of the log. */
  listen(console: Readable): void;
  close(): Promise<void>;
}

/** `logs/backend.log` below the data directory: what functions log, in JSON lines. */
export function openBackendLog(dataDir: string): BackendLog {
  const path = join(dataDir, "logs", "backend.log");
  mkdirSync(dirname(path), { recursive: true });
  let size = existsSync(path) ? statSync(path).size : 0;
  let stream: WriteStream = createWriteStream(path, { flags: "a" });

  const write = (line: string) => {
    if (size > mostBytes) {
      stream.end();
      renameSync(path, `${path}.1`);
      stream = createWriteStream(path, { flags: "a" });
      size = 0;
    }
    stream.write(`${line}\n`);
    size += Buffer.byteLength(line) + 1;
  };
  return {
    write,
    listen: (console) => {
      createInterface({ input: console }).on("line", (message) => {
        write(JSON.stringify({ level: "WARN", message, timestamp: new Date().toISOString(), service: "console" }));
      });
    },
    close: () => new Promise<void>((resolve) => stream.end(() => resolve())),
  };
}
