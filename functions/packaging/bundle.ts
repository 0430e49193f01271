import { createWriteStream, mkdirSync, realpathSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, posix, relative } from "node:path";
import { pipeline } from "node:stream/promises";
import { build, type Metafile, type Plugin } from "esbuild";
import { type Calls, readCalls, servicesFile } from "./calls.ts";
import type { Serverless } from "./framework.ts";

interface Entry {
  /** In serverless.yml. */
  key: string;
  /** Without ending. */
  path: string;
  calls: Calls;
}

/** What a bundle's own code imports on demand, as paths from the project's root. */
export interface Imports {
  carried: string[];
  /** With the file that imports it. */
  leftOut: { file: string; importer: string }[];
}

/** An archive in the place of Reddit is named when deploying, or there is none; its client is a quarter of a megabyte. */
export const archiveClient = /^lib\/providers\/archive[./]/;

/** The zip writer the framework itself uses. */
const { ZipFile } = createRequire(createRequire(import.meta.url).resolve("serverless/package.json"))("yazl");

/** The same code gives the same archive: the framework compares them, and deploys nothing where nothing has changed. */
const fixedTime = new Date("2020-01-01T00:00:00Z");

/**
 * Makes one minified CommonJS file of each function, the AWS SDK included, and one archive of each file.
 * Names of classes are not kept: errors carry literal names. `sizes.json` says how large each became, `calls.json` what
 * each can call, `imports.json` what each imports on demand.
 */
export async function bundleFunctions(serverless: Pick<Serverless, "serviceDir" | "service">): Promise<void> {
  const { functions, provider } = serverless.service;
  // The bundler names files by their real paths.
  const root = realpathSync(serverless.serviceDir);
  const outdir = join(root, ".build", provider.stage);
  const pathOf = (fn: { handler: string }) => fn.handler.replace(/\.\w+$/, "");
  const calls = await readCalls(root, Object.values(functions).map(pathOf));
  const entries = Object.entries(functions).map(([key, fn]): Entry => {
    const ofFunction = calls.get(pathOf(fn));
    if (!ofFunction) throw new Error(`${fn.handler} was not bundled`);
    return { key, path: pathOf(fn), calls: ofFunction };
  });
  const noArchive = !provider.environment?.REDDIT_ARCHIVE;
  const carriedBy = ({ calls: { loads } }: Entry) => loads.filter((file) => !(noArchive && archiveClient.test(file)));
  // Those that carry the same clients share one build.
  const builds = Map.groupBy(entries, (entry) => carriedBy(entry).join());
  const imports = await Promise.all(
    [...builds.values()].map((alike) => bundle(root, outdir, alike, alike[0] ? carriedBy(alike[0]) : [])),
  );
  // The framework's own folder: archives that lie elsewhere it uploads, but does not compare with those that are deployed.
  const archives = join(serverless.serviceDir, ".serverless");
  mkdirSync(archives, { recursive: true });
  const sizes: Record<string, number> = {};
  await Promise.all(
    entries.map(async ({ key, path }) => {
      const file = join(outdir, `${path}.js`);
      const artifact = join(archives, `${key}.zip`);
      const zip = new ZipFile();
      zip.addFile(file, `${path}.js`, { mtime: fixedTime, mode: 0o100644 });
      zip.end();
      await pipeline(zip.outputStream, createWriteStream(artifact));
      sizes[key] = statSync(file).size;
      const fn = functions[key];
      if (fn) fn.package = { ...fn.package, artifact };
    }),
  );
  const called = Object.fromEntries(entries.map((entry) => [entry.key, entry.calls]));
  writeFileSync(join(outdir, "sizes.json"), `${JSON.stringify(sizes, null, 2)}\n`);
  writeFileSync(join(outdir, "calls.json"), `${JSON.stringify(called, null, 2)}\n`);
  writeFileSync(join(outdir, "imports.json"), `${JSON.stringify(Object.assign({}, ...imports), null, 2)}\n`);
}

/** Writes the bundles of functions that carry the same files, and answers what each of them imports on demand. */
async function bundle(
  root: string,
  outdir: string,
  entries: readonly Entry[],
  loads: readonly string[],
): Promise<Record<string, Imports>> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: Object.fromEntries(entries.map(({ path }) => [path, `${path}.ts`])),
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
    metafile: true,
    plugins: [leaveOutWhatIsNotCalled(root, loads)],
  });
  const of = (path: string) => importsOf(metafile, posix.join(relative(root, outdir), `${path}.js`));
  return Object.fromEntries(entries.map(({ key, path }) => [key, of(path)]));
}

function importsOf({ inputs, outputs }: Metafile, output: string): Imports {
  const ours = Object.keys(outputs[output]?.inputs ?? {}).filter((file) => !file.includes("node_modules"));
  const onDemand = ours.flatMap((importer) =>
    (inputs[importer]?.imports ?? [])
      .filter(({ kind }) => kind === "dynamic-import")
      .map(({ path, external }) => ({ path, external, importer })),
  );
  const kept = onDemand.filter(({ external }) => !external).map(({ path }) => path);
  const leftOut = onDemand.filter(({ external }) => external);
  return {
    carried: [...new Set(kept)].toSorted(),
    leftOut: leftOut.map(({ path, importer }) => ({ file: posix.join(posix.dirname(importer), path), importer })),
  };
}

/**
 * On demand the SDK loads ways to credentials that Lambda, which has them in the environment, never goes; and
 * `lib/services.ts` loads the clients of all providers, of which a function carries those it calls.
 */
export function leaveOutWhatIsNotCalled(root: string, loads: readonly string[]): Plugin {
  const services = join(root, servicesFile);
  const carries = (resolveDir: string, path: string) => loads.includes(relative(root, join(resolveDir, path)));
  return {
    name: "leave-out-what-is-not-called",
    setup: ({ onResolve }) => {
      onResolve({ filter: /./ }, ({ kind, importer, resolveDir, path }) => {
        const isCarried = importer === services ? carries(resolveDir, path) : !importer.includes("node_modules");
        return kind === "dynamic-import" && !isCarried ? { path, external: true } : undefined;
      });
    },
  };
}
