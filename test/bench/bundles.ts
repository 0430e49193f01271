import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleFunctions } from "../../functions/packaging/bundle.ts";
import type { Serverless } from "../../functions/packaging/framework.ts";
import { readFunctions } from "../support/functions.ts";
import { aligned, atMost, median, type Section } from "./report.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const stage = "bench";
const imports = 3;
const mostBytes = 750_000;
const mostBytesWithModel = 1_350_000;
const mostImportMs = 120;
/** A header that only the model's client sends. */
const signOfModelClient = /x-stainless/i;

/** Size and import time of each function, as packaged. */
export async function bundles(): Promise<Section> {
  const service = { provider: { stage }, functions: readFunctions() } as Serverless["service"];
  await bundleFunctions({ serviceDir: root, service });
  // In its archive a bundle stands alone; here it must not take the project's word that it is a module.
  writeFileSync(join(root, ".build", stage, "package.json"), '{"type":"commonjs"}');
  const measured = Object.values(service.functions).map(({ handler }) => {
    const path = handler.replace(/\.\w+$/, "");
    const file = join(root, ".build", stage, `${path}.js`);
    const code = readFileSync(file);
    const withModel = signOfModelClient.test(code.toString("latin1"));
    return { path, bytes: code.length, withModel, ms: median(Array.from({ length: imports }, () => importMs(file))) };
  });
  measured.sort((a, b) => b.bytes - a.bytes);
  const lines = measured.map(({ path, bytes, withModel, ms }) => [
    path,
    `${(bytes / 1000).toFixed(0)} KB`,
    `${ms.toFixed(0)} ms`,
    withModel ? "with the model client" : "",
  ]);
  const largest = (withModel: boolean) =>
    Math.max(0, ...measured.filter((each) => each.withModel === withModel).map(({ bytes }) => bytes / 1000));
  return {
    rows: [],
    lines: aligned([["function", "bundle", "import", ""], ...lines]),
    judgements: [
      atMost("aim", "largest bundle without the model client", largest(false), mostBytes / 1000, " KB"),
      atMost("aim", "largest bundle with it", largest(true), mostBytesWithModel / 1000, " KB"),
      atMost("aim", "slowest import", Math.max(...measured.map(({ ms }) => ms)), mostImportMs, " ms"),
    ],
  };
}

/** Milliseconds of loading a file in a fresh process. */
function importMs(file: string): number {
  const script =
    "const at = performance.now(); const { handler } = require(process.argv[1]); console.log(handler && performance.now() - at);";
  const ms = Number(execFileSync(process.execPath, ["-e", script, file], { encoding: "utf8" }));
  if (Number.isNaN(ms)) throw new Error(`${file} exports no handler`);
  return ms;
}
