import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { freePort } from "../ports.ts";
import { engineClient } from "./client.ts";
import type { DynamoDb, DynamoDbEngine, EnginePorts } from "./engine.ts";
import { createDynamoDbFront, openDynamoDbFront } from "./front.ts";
import { listening } from "./listening.ts";

/**
 * Starts an embedded DynamoDB: in memory without `dataDir`, otherwise on disk below it.
 * Without `engine` it takes dynoxide where its package installed and dynalite elsewhere.
 */
export async function startDynamoDb(
  options: { dataDir?: string; port?: number; engine?: DynamoDbEngine } = {},
): Promise<DynamoDb> {
  if (options.dataDir) mkdirSync(options.dataDir, { recursive: true });
  const binary = options.engine === "dynalite" ? undefined : dynoxideBinary();
  if (binary) return startDynoxide(binary, options);
  if (options.engine === "dynoxide") throw new Error("The dynoxide binary is not installed.");
  // Loaded only here: it costs a quarter of a second that most machines need not pay.
  const { startDynalite } = await import("./dynalite.ts");
  return startDynalite(options);
}

function dynoxideBinary(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve(`@dynoxide/${process.platform}-${process.arch}/dynoxide`);
  } catch {
    return undefined;
  }
}

/**
 * The binary does not notice when its parent is killed, so a shell stands between: however this process ends, the system
 * closes the pipe that the shell reads, and the shell ends the binary. The outputs are the binary's alone and close with it.
 */
const untilParentEnds = 'exec 3<&0; "$0" "$@" </dev/null 3<&- & exec >/dev/null 2>&1; read -r line <&3; kill $!; wait';

async function startDynoxide(binary: string, options: { dataDir?: string; port?: number }): Promise<DynamoDb> {
  const { dataDir } = options;
  const writer = await startEngine(binary, dataDir);
  // An engine does one thing at a time, and a long transaction takes a tenth of a second. A second one on the same file
  // reads meanwhile: SQLite shows it what is committed.
  const reader = dataDir === undefined ? undefined : await startEngine(binary, dataDir);
  const ports = { writer: writer.port, reader: reader?.port ?? writer.port };
  const front = await openDynamoDbFront({ ...clientsOf(ports), port: options.port ?? 0 });
  const engines = reader ? [reader, writer] : [writer];
  return {
    endpoint: front.endpoint,
    answer: front.answer,
    engine: "dynoxide",
    ports,
    pids: engines.map(({ pid }) => pid),
    close: async () => {
      await front.close();
      for (const engine of engines) await engine.close();
    },
  };
}

/** A front before engines that run already; each is as good as another, and nothing is kept in it. */
export function frontOf(ports: EnginePorts) {
  return createDynamoDbFront(clientsOf(ports));
}

function clientsOf({ writer, reader }: EnginePorts) {
  return { client: engineClient(writer), reader: engineClient(reader) };
}

async function startEngine(binary: string, dataDir: string | undefined) {
  const port = await freePort();
  const storage = dataDir ? ["--db-path", join(dataDir, "dynamodb.sqlite")] : [];
  const child = spawn("/bin/sh", ["-c", untilParentEnds, binary, "serve", "--port", String(port), ...storage], {
    stdio: ["pipe", "pipe", "pipe"],
    // A process group of its own: Ctrl-C must not end the database before those who still write to it.
    detached: true,
  });
  await listening(child, "The embedded DynamoDB");
  return {
    port,
    pid: child.pid ?? 0,
    close: async () => {
      if (child.exitCode !== null) return;
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.stdin?.end();
      await ended;
    },
  };
}
