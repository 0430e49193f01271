import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { listening } from "../../localstack/embedded/dynamodb/listening.ts";
import { freePort } from "../../localstack/embedded/ports.ts";
import { cacheFolder, type Tools } from "./tools.ts";

const version = "3.3.1";
const mainSource = fileURLToPath(new URL("./DynamoDbLocal.java", import.meta.url));

/** Amazon's own DynamoDB for one machine, as it lies in the cache. */
export interface DynamoDbLocalInstallation {
  /** Every jar it needs and, for `java.library.path`, the native libraries. */
  libFolder: string;
  /** The compiled main class. */
  classesFolder: string;
  /** Takes the arguments of DynamoDB Local's own main; serves on 127.0.0.1 only and ends with its parent process. */
  mainClass: string;
}

/** Takes DynamoDB Local from Maven Central, once: later calls find it in the cache. */
export async function installDynamoDbLocal(tools: Tools): Promise<DynamoDbLocalInstallation> {
  const folder = cacheFolder(`dynamodb-local-${version}`);
  const libFolder = makeOnce(join(folder, "lib"), (target) => {
    const pom = join(target, "pom.xml");
    writeFileSync(pom, projectObjectModel());
    const goal = ["dependency:copy-dependencies", `-DoutputDirectory=${target}`, "-DincludeScope=runtime"];
    run(tools.maven, ["--quiet", "--batch-mode", "--file", pom, ...goal], { JAVA_HOME: tools.javaHome });
    rmSync(pom);
  });
  const digest = createHash("sha256").update(readFileSync(mainSource)).digest("hex").slice(0, 12);
  const classesFolder = makeOnce(join(folder, `classes-${digest}`), (target) =>
    run(join(tools.javaHome, "bin/javac"), ["-d", target, "-cp", join(libFolder, "*"), mainSource]),
  );
  return { libFolder, classesFolder, mainClass: "DynamoDbLocal" };
}

/** In memory, on a free port of 127.0.0.1. Ends with `close`, or with this process however that ends. */
export async function startDynamoDbLocal(
  tools: Tools,
  installation: DynamoDbLocalInstallation,
): Promise<{ endpoint: string; close(): Promise<void> }> {
  const { libFolder, classesFolder, mainClass } = installation;
  const classPath = [classesFolder, join(libFolder, "*")].join(delimiter);
  const port = await freePort();
  const child = spawn(
    join(tools.javaHome, "bin/java"),
    [
      "-Xmx1g",
      `-Djava.library.path=${libFolder}`,
      ...["-cp", classPath, mainClass],
      ...["-inMemory", "-sharedDb", "-port", String(port)],
    ],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  await listening(child, "DynamoDB Local");
  return {
    endpoint: `http://127.0.0.1:${port}`,
    close: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** A folder that is there is whole: it is made beside its place and moved there at the end. */
export function makeOnce(folder: string, make: (target: string) => void): string {
  if (existsSync(folder)) return folder;
  const target = mkdtempSync(`${folder}.`);
  try {
    make(target);
    renameSync(target, folder);
  } catch (error) {
    // Another process may have been quicker; its folder is as good.
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(target, { recursive: true, force: true });
  }
  return folder;
}

export function run(program: string, options: string[], environment: Record<string, string> = {}): void {
  const { status, stdout, stderr, error } = spawnSync(program, options, {
    encoding: "utf8",
    env: { ...process.env, ...environment },
  });
  if (status !== 0) throw new Error(`${program} failed: ${error?.message ?? stdout + stderr}`);
}

function projectObjectModel(): string {
  return `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId><artifactId>dynamodb-local</artifactId><version>1</version>
  <dependencies>
    <dependency>
      <groupId>software.amazon.dynamodb</groupId><artifactId>DynamoDBLocal</artifactId><version>${version}</version>
    </dependency>
  </dependencies>
</project>
`;
}
