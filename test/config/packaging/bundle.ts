import { createWriteStream, mkdirSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { build, type Plugin } from "esbuild";
import type { Serverless } from "./plugin.ts";

/** Which clients of providers a function carries. */
type Clients = "prices" | "broker" | "all";
/** Key and path, without ending, of one function, and what it speaks to. */
type Entry = readonly [key: string, path: string, clients: Clients];

/** What `lib/services.ts` loads on demand, for those who carry not all of it. Daily prices ask for no credential. */
const carried: Record<Exclude<Clients, "all">, RegExp> = {
  prices: /\/yahoo\.ts$/,
  broker: /\/(yahoo|schwab|schwab-auth|token-vault|secrets)\.ts$/,
};

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
    ([key, fn]) => [key, fn.handler.replace(/\.\w+$/, ""), clientsOf(fn)] as const,
  );
  const kinds = ["prices", "broker", "all"] as const;
  await Promise.all(kinds.map((clients) => bundle(serverless.serviceDir, outdir, entries, clients)));
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

/** Who may read a secret speaks to those it opens; nobody else needs their clients. */
function clientsOf(fn: { iamRoleStatements?: unknown }): Clients {
  const permissions = JSON.stringify(fn.iamRoleStatements ?? []);
  if (permissions.includes("BrokerSecret")) return "broker";
  return permissions.includes("ProviderSecret") ? "all" : "prices";
}

async function bundle(serviceDir: string, outdir: string, entries: readonly Entry[], clients: Clients): Promise<void> {
  const paths = entries.filter((entry) => entry[2] === clients).map(([, path]) => path);
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
    plugins: [leaveOutWhatIsLoadedOnDemand(clients)],
  });
}

/**
 * On demand the SDK loads ways to credentials that Lambda, which has them in the environment, never goes; and our code
 * loads the clients of the providers.
 */
function leaveOutWhatIsLoadedOnDemand(clients: Clients): Plugin {
  return {
    name: "leave-out-what-is-loaded-on-demand",
    setup: ({ onResolve }) => {
      onResolve({ filter: /./ }, ({ kind, importer, path }) => {
        const ours = !importer.includes("node_modules");
        const isCarried = ours && (clients === "all" || carried[clients].test(path) || !path.startsWith("."));
        return kind === "dynamic-import" && !isCarried ? { path, external: true } : undefined;
      });
    },
  };
}
