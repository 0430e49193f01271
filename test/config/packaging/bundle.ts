import { createWriteStream, mkdirSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { build, type Plugin } from "esbuild";
import type { Serverless } from "./plugin.ts";

/** Key and path, without ending, of one function, and whether it speaks to providers. */
type Entry = readonly [key: string, path: string, providers: boolean];

/** The zip writer the framework itself uses. */
const { ZipFile } = createRequire(createRequire(import.meta.url).resolve("serverless/package.json"))("yazl");

/** The same code gives the same archive, so that an unchanged function is not deployed again. */
const fixedTime = new Date("2020-01-01T00:00:00Z");

/**
 * Makes one minified CommonJS file of each function, the AWS SDK included, and one archive of each file.
 * Names of classes are not kept: errors carry literal names. `sizes.json` says how large each became.
 */
export async function bundleFunctions(serverless: Pick<Serverless, "serviceDir" | "service">): Promise<void> {
  const { functions, provider } = serverless.service;
  const outdir = join(serverless.serviceDir, ".build", provider.stage);
  const entries = Object.entries(functions).map(
    ([key, fn]) => [key, fn.handler.replace(/\.\w+$/, ""), mayReadCredentials(fn)] as const,
  );
  await Promise.all([true, false].map((providers) => bundle(serverless.serviceDir, outdir, entries, providers)));
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

/** Who may read the providers' credentials speaks to them; nobody else needs their clients. */
function mayReadCredentials(fn: { iamRoleStatements?: unknown }): boolean {
  return JSON.stringify(fn.iamRoleStatements ?? []).includes("secretsmanager:GetSecretValue");
}

async function bundle(
  serviceDir: string,
  outdir: string,
  entries: readonly Entry[],
  providers: boolean,
): Promise<void> {
  const paths = entries.filter((entry) => entry[2] === providers).map(([, path]) => path);
  await build({
    absWorkingDir: serviceDir,
    entryPoints: Object.fromEntries(paths.map((path) => [path, `${path}.ts`])),
    outdir,
    bundle: true,
    platform: "node",
    target: "node22",
    format: "cjs",
    // The modules and not the CommonJS of the SDK: only of those can unused parts be left out.
    mainFields: ["module", "main"],
    minify: true,
    legalComments: "none",
    logLevel: "error",
    plugins: [leaveOutWhatIsLoadedOnDemand(providers)],
  });
}

/**
 * On demand the SDK loads ways to credentials that Lambda, which has them in the environment, never goes; and our code
 * loads the clients of the providers.
 */
function leaveOutWhatIsLoadedOnDemand(providers: boolean): Plugin {
  return {
    name: "leave-out-what-is-loaded-on-demand",
    setup: ({ onResolve }) => {
      onResolve({ filter: /./ }, ({ kind, importer, path }) => {
        const ours = !importer.includes("node_modules");
        return kind === "dynamic-import" && !(ours && providers) ? { path, external: true } : undefined;
      });
    },
  };
}
