import { spawn } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Imports } from "../../functions/packaging/bundle.ts";
import type { Calls } from "../../functions/packaging/calls.ts";
import type { Template } from "../../functions/packaging/framework.ts";
import { readContracts } from "../../localstack/commands/openapi.ts";
import type { DeployedContract } from "../../localstack/front/endpoints.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

export interface Packaged {
  stage: string;
  template: Template;
  /** Path of the template on disk. */
  file: string;
  /** Bytes of each function's code, by its key. */
  sizes: Record<string, number>;
  /** What each function's code can call, by its key. */
  calls: Record<string, Calls>;
  /** What each function's code imports on demand, by its key. */
  imports: Record<string, Imports>;
  contracts: DeployedContract[];
  /** The files of `functions/` that hold a handler. */
  handlers: string[];
}

/** The framework keeps its state in one folder, whatever the stage, and removes it at the end: one stage at a time. */
let packaging: Promise<unknown> = Promise.resolve();

/** Packages a stage as a deployment would, without credentials and network. Throws with what the framework said. */
export function packageStage(stage: string): Promise<Packaged> {
  const packaged = packaging.then(() => packageNow(stage));
  packaging = packaged.catch(() => undefined);
  return packaged;
}

async function packageNow(stage: string): Promise<Packaged> {
  const directory = join(root, ".build", stage, "package");
  await run(["package", "--stage", stage, "--package", directory]);
  const file = join(directory, "cloudformation-template-update-stack.json");
  return {
    stage,
    file,
    template: JSON.parse(readFileSync(file, "utf8")),
    sizes: JSON.parse(readFileSync(join(root, ".build", stage, "sizes.json"), "utf8")),
    calls: JSON.parse(readFileSync(join(root, ".build", stage, "calls.json"), "utf8")),
    imports: JSON.parse(readFileSync(join(root, ".build", stage, "imports.json"), "utf8")),
    contracts: await readContracts(root),
    handlers: globSync("functions/!(packaging)/**/*.ts", { cwd: root }),
  };
}

function run(args: string[]): Promise<void> {
  const binary = createRequire(import.meta.url).resolve("serverless/bin/serverless.js");
  const { PATH, HOME } = process.env;
  // No credentials, no profile, no region of whoever runs this.
  const env = { PATH, HOME, CORS_ALLOWED_ORIGINS: "https://desk.example.com,https://www.example.com" };
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [binary, ...args], { cwd: root, env });
    let said = "";
    for (const output of [child.stdout, child.stderr]) {
      output.on("data", (chunk) => {
        said += chunk;
      });
    }
    child.once("error", reject);
    child.once("exit", (code) => (code === 0 ? resolve() : reject(new Error(said.trim()))));
  });
}
