import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type DynamoDbLocalInstallation, installDynamoDbLocal, makeOnce, run } from "./dynamodb-local.ts";
import { cacheFolder, type Tools } from "./tools.ts";

const version = "4.14.0";
const requirements = [
  // The last version that starts without an account's token.
  `localstack==${version}`,
  `localstack-core[runtime]==${version}`,
  // It imports a private module of it that 5.9 no longer has.
  "cbor2<5.9",
  // It gives its certificate extensions in a way that 25.2 no longer has.
  "pyOpenSSL<25.2",
];

const here = fileURLToPath(new URL("./lambda", import.meta.url));
const node = fileURLToPath(new URL("../../node_modules/.bin/node", import.meta.url));
const longestStartMs = 90_000;

export interface LocalStackInstallation {
  python: string;
  dynamoDb: DynamoDbLocalInstallation;
}

/** Takes LocalStack from PyPI and its DynamoDB from Maven Central, once: later calls find them in the cache. */
export async function installLocalStack(tools: Tools): Promise<LocalStackInstallation> {
  const dynamoDb = await installDynamoDbLocal(tools);
  const digest = createHash("sha256")
    .update(JSON.stringify([tools.python, requirements]))
    .digest("hex")
    .slice(0, 12);
  const environment = makeOnce(join(cacheFolder(`localstack-${version}`), digest), (target) => {
    run(tools.python, ["-m", "venv", target]);
    run(join(target, "bin/python"), ["-m", "pip", "install", "--quiet", ...requirements]);
  });
  return { python: join(environment, "bin/python"), dynamoDb };
}

export interface LocalStackOptions {
  tools: Tools;
  /** An empty one, for its files and those of its functions. */
  folder: string;
  port: number;
  /** For its DynamoDB. */
  dynamoDbPort: number;
  /** What every function finds in its environment beside what its template says. */
  functionEnvironment: Record<string, string>;
}

/** On 127.0.0.1. Ends, with its DynamoDB and its functions, by `close` or with this process however that ends. */
export async function startLocalStack(
  installation: LocalStackInstallation,
  options: LocalStackOptions,
): Promise<{ endpoint: string; logFile: string; close(): Promise<void> }> {
  const { folder, port } = options;
  const { logFile, logs } = layOut(folder, options.tools, installation.dynamoDb);
  const log = openSync(logFile, "a");
  const child = spawn(installation.python, [join(here, "launch.py")], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      TMPDIR: join(folder, "tmp"),
      FILESYSTEM_ROOT: folder,
      // Else it takes a container it may run in for its own, and the folders of the machine for its.
      OVERRIDE_IN_DOCKER: "0",
      PYTHONPATH: here,
      PYTHONDONTWRITEBYTECODE: "1",
      GATEWAY_LISTEN: `127.0.0.1:${port}`,
      LOCALSTACK_HOST: `127.0.0.1:${port}`,
      // Its usual server needs a package that it does not ask for, and a certificate that it would download.
      GATEWAY_SERVER: "hypercorn",
      SKIP_SSL_CERT_DOWNLOAD: "1",
      // No name server, no telemetry.
      DNS_ADDRESS: "0",
      DISABLE_EVENTS: "1",
      DYNAMODB_LOCAL_PORT: String(options.dynamoDbPort),
      DYNAMODB_IN_MEMORY: "1",
      // A function that nobody calls for so long ends: together they would need many gigabytes.
      LAMBDA_KEEPALIVE_MS: "20000",
      LAMBDA_RUNTIME_EXECUTOR: "node",
      FUNCTION_NODE: node,
      FUNCTION_BOOTSTRAP: join(here, "bootstrap.ts"),
      FUNCTION_LOGS: logs,
      FUNCTION_ENVIRONMENT: JSON.stringify(options.functionEnvironment),
    },
    stdio: ["pipe", log, log],
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const endpoint = `http://127.0.0.1:${port}`;
  const until = performance.now() + longestStartMs;
  while (!(await isReady(endpoint))) {
    if (child.exitCode === null && performance.now() < until) {
      await pause(200);
      continue;
    }
    child.kill("SIGKILL");
    throw new Error(`LocalStack did not start: ${readFileSync(logFile, "utf8").slice(-4_000)}`);
  }
  return {
    endpoint,
    logFile,
    close: async () => {
      child.stdin?.end();
      await ended;
    },
  };
}

/** The folders LocalStack expects, with what it would otherwise download: a Java, and DynamoDB for it. */
function layOut(folder: string, { javaHome }: Tools, dynamoDb: DynamoDbLocalInstallation) {
  const programs = join(folder, "var/lib/localstack/lib");
  const java = join(programs, "java/21/bin");
  const database = join(programs, "dynamodb-local/2");
  const logs = join(folder, "logs");
  for (const each of [java, database, logs, join(folder, "tmp")]) mkdirSync(each, { recursive: true });
  const { classesFolder, libFolder, mainClass } = dynamoDb;
  // Called with options for an archive of LocalStack's own, which is not there: what follows its name is for the server.
  const script = `#!/bin/sh
while [ "$1" != -jar ]; do shift; done
shift 2
exec '${join(javaHome, "bin/java")}' -Xmx512m -Djava.library.path='${libFolder}' \\
  -cp '${[classesFolder, join(libFolder, "*")].join(delimiter)}' ${mainClass} "$@"
`;
  writeFileSync(join(java, "java"), script);
  chmodSync(join(java, "java"), 0o755);
  writeFileSync(join(database, "DynamoDBLocal.jar"), "");
  return { logFile: join(folder, "localstack.log"), logs };
}

async function isReady(endpoint: string): Promise<boolean> {
  const answer = await fetch(`${endpoint}/_localstack/init/ready`).catch(() => undefined);
  const said = (await answer?.json().catch(() => undefined)) as { completed?: boolean } | undefined;
  return said?.completed === true;
}
