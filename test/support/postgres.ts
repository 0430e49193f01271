import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chownSync, globSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, describe, it } from "vitest";
import { freePort } from "../../localstack/embedded/ports.ts";

export interface Postgres {
  /** As its superuser, or as the named role, whose password is its name. */
  url(role?: string): string;
  /** Runs these statements, as the superuser where no other role is named, and answers the rows of the last. */
  run(statements: string, role?: string): Promise<Record<string, unknown>[]>;
}

/** Tests on a PostgreSQL of their own, from Debian's packages. Where it is not installed, one says so for all. */
export function describePostgres(title: string, tests: (postgres: Postgres) => void): void {
  const bin = findPrograms();
  describe(title, () => {
    if (bin === undefined) {
      return it("needs PostgreSQL", ({ skip }) => skip("not installed: apt-get install postgresql"));
    }
    const server = { port: 0, stop: async () => {} };
    const url = (role = "owner") => `postgres://${role}:${role}@127.0.0.1:${server.port}/postgres`;
    beforeAll(async () => {
      Object.assign(server, await start(bin));
    });
    afterAll(() => server.stop());
    tests({
      url,
      async run(statements, role) {
        const client = new Client({ connectionString: url(role) });
        await client.connect();
        try {
          const results = await client.query(statements);
          return (Array.isArray(results) ? results.at(-1) : results)?.rows ?? [];
        } finally {
          await client.end();
        }
      },
    });
  });
}

/** The folder of the newest version's programs. */
function findPrograms(): string | undefined {
  const versions = globSync("/usr/lib/postgresql/*/bin").toSorted((a, b) => versionIn(a) - versionIn(b));
  return versions.at(-1);
}

function versionIn(path: string): number {
  return Number(/\d+/.exec(path)?.[0]);
}

/** PostgreSQL refuses to run as root; its package brings a user of its own. */
function unprivileged(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const idOf = (flag: string) => Number(spawnSync("id", [flag, "postgres"], { encoding: "utf8" }).stdout);
  return { uid: idOf("-u"), gid: idOf("-g") };
}

async function start(bin: string): Promise<{ port: number; stop: () => Promise<void> }> {
  const user = unprivileged();
  const folder = mkdtempSync(join(tmpdir(), "wsb-postgres-"));
  const [data, password] = [join(folder, "data"), join(folder, "password")];
  mkdirSync(data);
  writeFileSync(password, "owner");
  for (const path of [folder, data, password]) chownSync(path, user.uid ?? -1, user.gid ?? -1);
  const made = spawnSync(
    join(bin, "initdb"),
    ["-D", data, "-U", "owner", "--auth=scram-sha-256", `--pwfile=${password}`, "--encoding=UTF8", "--no-sync"],
    { ...user, cwd: folder, encoding: "utf8" },
  );
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`);
  const port = await freePort();
  const settings = [`port=${port}`, "listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off"];
  const server = spawn(join(bin, "postgres"), ["-D", data, ...settings.flatMap((setting) => ["-c", setting])], {
    ...user,
    cwd: folder,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ended = new Promise<void>((resolve) => server.once("close", () => resolve()));
  await ready(server);
  return {
    port,
    async stop() {
      // Its fast shutdown, which waits for nobody.
      server.kill("SIGINT");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Until it says that it is. Throws what it said where it ended before. */
function ready(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = "";
    server.stderr?.on("data", (chunk: Buffer) => {
      said += chunk;
      if (said.includes("ready to accept connections")) resolve();
    });
    server.once("close", () => reject(new Error(`PostgreSQL did not start: ${said}`)));
  });
}
