import { createWriteStream, mkdirSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { build } from "esbuild";
import type { Serverless } from "./plugin.ts";

/** The zip writer the framework itself uses. */
const { ZipFile } = createRequire(createRequire(import.meta.url).resolve("serverless/package.json"))("yazl");

/** The same code gives the same archive, so that an unchanged function is not deployed again. */
const fixedTime = new Date("2020-01-01T00:00:00Z");

/**
 * Makes one minified CommonJS file of each function, the AWS SDK included, and one archive of each file.
 * Names of classes are not kept: errors carry literal names. `sizes.json` says how large each became.
 */
export async function bundleFunctions(serverless: Serverless): Promise<void> {
  const { functions, provider } = serverless.service;
  const outdir = join(serverless.serviceDir, ".build", provider.stage);
  const entries = Object.entries(functions).map(([key, { handler }]) => [key, handler.replace(/\.\w+$/, "")] as const);
  await build({
    absWorkingDir: serverless.serviceDir,
    entryPoints: Object.fromEntries(entries.map(([, path]) => [path, `${path}.ts`])),
    outdir,
    bundle: true,
    platform: "node",
    target: "node22",
    format: "cjs",
    minify: true,
    legalComments: "none",
    logLevel: "error",
  });
  mkdirSync(join(outdir, "zip"), { recursive: true });
  const sizes: Record<string, number> = {};
  await Promise.all(
    entries.map(async ([key, path]) => {
      const file = join(outdir, `${path}.js`);
      const artifact = join(outdir, "zip", `${key}.zip`);
      const zip = new ZipFile();
      zip.addFile(file, `${path}.js`, { mtime: fixedTime, mode: 0o100644 });
      zip.end();
      await pipeline(zip.outputStream, createWriteStream(artifact));
      sizes[key] = statSync(file).size;
      const fn = functions[key];
      if (fn) fn.package = { ...fn.package, artifact };
    }),
  );
  writeFileSync(join(outdir, "sizes.json"), `${JSON.stringify(sizes, null, 2)}\n`);
}
