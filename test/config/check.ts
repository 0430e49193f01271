import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { packageStage } from "../package/packaged.ts";
import { templateRules } from "../package/template-rules.ts";
import { readWorkflows, workflowProblems } from "../package/workflow-rules.ts";
import { checkEnvExample } from "./checks/env-example.ts";
import { root } from "./checks/files.ts";
import { checkHandlers } from "./checks/handlers.ts";
import { checkImports } from "./checks/imports.ts";

const document = "lib/http/openapi.json";

/** With `--write` what is derived from the sources is written anew before it is compared. */
const { write } = parseArgs({ options: { write: { type: "boolean" } } }).values;

/** `npm run check`: everything that can be said about the project without running it. One line per check. */
const checks: Record<string, () => Promise<string[]>> = {
  types: () => program("tsc", []),
  // Named one by one: of the whole folder it would read what the other checks are just writing.
  "lint and format": () => program("biome", ["check", "functions", "lib", "localstack", "test", "package.json"]),
  "import rules": () => checkImports(write),
  "short handlers": async () => checkHandlers(),
  "example of settings": async () => checkEnvExample(),
  "dead code": () => program("knip", ["--config", "test/config/knip.json", "--no-progress"]),
  "document by redocly": () =>
    script(import.meta.resolve("@redocly/cli/bin/cli.js"), ["lint", "--extends=recommended-strict", document]),
  "document by spectral": () =>
    script(import.meta.resolve("@stoplight/spectral-cli"), [
      "lint",
      document,
      "--ruleset=test/config/spectral.yml",
      "--fail-severity=hint",
    ]),
  workflows: async () => readWorkflows().flatMap(workflowProblems),
  "template for AWS": () => checkTemplate("prod"),
  "template for LocalStack": () => checkTemplate("localstack"),
};

const startedAt = performance.now();
const failures = await Promise.all(
  Object.entries(checks).map(async ([name, check]) => {
    const began = performance.now();
    const problems = await check().catch((error: Error) => [error.message]);
    console.log(`${problems.length === 0 ? "✓" : "✗"} ${name.padEnd(24)} ${seconds(began)}`);
    return problems.map((problem) => `${name}: ${problem}`);
  }),
);
console.log(`  ${"all".padEnd(24)} ${seconds(startedAt)}`);
if (failures.flat().length > 0) {
  console.error(`\n${failures.flat().join("\n")}`);
  process.exitCode = 1;
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}

/** A program of node_modules. */
function program(name: string, args: string[]): Promise<string[]> {
  return run(join(root, "node_modules/.bin", name), args);
}

/** A program that is named by its file's URL, so that the check of dead code sees its package used. */
function script(url: string, args: string[]): Promise<string[]> {
  return run(process.execPath, [fileURLToPath(url), ...args]);
}

/** What a program says is the problem when it fails. */
function run(file: string, args: string[]): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd: root,
      // Nothing of this is told to anybody, and no newer version is looked for.
      env: { ...process.env, NO_COLOR: "1", REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" },
    });
    let said = "";
    for (const output of [child.stdout, child.stderr]) {
      output.on("data", (chunk) => {
        said += chunk;
      });
    }
    child.once("error", reject);
    child.once("close", (code) => resolve(code === 0 ? [] : [said.trim()]));
  });
}

async function checkTemplate(stage: string): Promise<string[]> {
  const packaged = await packageStage(stage);
  return Object.entries(templateRules).flatMap(([rule, problems]) =>
    problems(packaged).map((problem) => `${rule}: ${problem}`),
  );
}
