import { readFileSync } from "node:fs";
import { join, posix, relative } from "node:path";
import { build } from "esbuild";

/** What the code of one function, unused parts left out, can ask of the rest of the system. */
export interface Calls {
  /** Methods of the store: `get`, `queryAll` … */
  store: string[];
  /** Actions its transactions are made of: `put`, `update`, `remove`, `check`. */
  actions: string[];
  /** Whether it reads an index of the table. */
  indexes: boolean;
  /** Methods of the state machine's executions. */
  executions: string[];
  /** Methods of the store of artifacts. */
  artifacts: string[];
  /** Methods of the vault of the broker's tokens. */
  vault: string[];
  /** Clients it opens of those that `lib/services.ts` loads on demand: `reddit`, `broker` … */
  clients: string[];
  /** The files that these clients are loaded from, as paths from the project's root. */
  loads: string[];
}

/** Where clients are loaded on demand, and nowhere else. */
export const servicesFile = "lib/services.ts";

/** These define what the others call: what stands in them says nothing about who calls it. */
const definitions = /^lib\/(services\.ts$|store\/table\.ts$|providers\/)/;

/**
 * The calls of each function, by the path of its handler without ending. Read from bundles as they are deployed, but with
 * names kept, each module under its path, and without what is loaded on demand.
 */
export async function readCalls(serviceDir: string, paths: readonly string[]): Promise<Map<string, Calls>> {
  const [loadedBy, code] = await Promise.all([readClients(serviceDir), readCode(serviceDir, paths)]);
  return new Map(paths.map((path) => [path, callsIn(code.get(path) ?? "", loadedBy)]));
}

/** The bundles of these files, by their paths without ending: names kept, and without what is loaded on demand. */
async function readCode(serviceDir: string, paths: readonly string[]): Promise<Map<string, string>> {
  const { outputFiles } = await build({
    absWorkingDir: serviceDir,
    entryPoints: Object.fromEntries(paths.map((path) => [path, `${path}.ts`])),
    outdir: ".",
    write: false,
    bundle: true,
    platform: "node",
    target: "node22",
    format: "cjs",
    packages: "external",
    legalComments: "none",
    logLevel: "error",
    plugins: [
      {
        name: "leave-out-what-is-loaded-on-demand",
        setup: ({ onResolve }) => {
          onResolve({ filter: /./ }, ({ kind, path }) =>
            kind === "dynamic-import" ? { path, external: true } : undefined,
          );
        },
      },
    ],
  });
  return new Map(outputFiles.map(({ path, text }) => [relative(serviceDir, path).replace(/\.js$/, ""), text]));
}

function callsIn(bundle: string, loadedBy: ReadonlyMap<string, string[]>): Calls {
  // Before each module stands a line with its path: `// lib/runs/start.ts`.
  const [, ...parts] = bundle.split(/^\/\/ (\S+\.ts)$/m);
  const modules = parts.flatMap((path, index) => (index % 2 === 0 ? [{ path, text: parts[index + 1] ?? "" }] : []));
  const code = modules.flatMap(({ path, text }) => (definitions.test(path) ? [] : [text])).join("\n");
  const actions = modules.find(({ path }) => path === "lib/store/actions.ts")?.text ?? "";
  // A number stands behind a name where the bundler found it twice.
  const clients = found(code, new RegExp(`\\b(${[...loadedBy.keys()].join("|")})\\d*\\(`, "g"));
  return {
    store: methodsOf(code, "store"),
    actions: found(actions, /^function (put|update|remove|check)\d*\(/gm),
    indexes: /\bindex: "gsi\d"/.test(code),
    executions: methodsOf(code, "executions"),
    artifacts: methodsOf(code, "artifactStore"),
    vault: methodsOf(code, "vault"),
    clients,
    loads: [...new Set(clients.flatMap((client) => loadedBy.get(client) ?? []))].toSorted(),
  };
}

/** What is called on a value of this name, also where it was taken out of it first. */
function methodsOf(code: string, name: string): string[] {
  const called = found(code, new RegExp(`\\b${name}\\d*\\.(\\w+)\\(`, "g"));
  const takenOut = found(code, new RegExp(`\\{([^{}]*)\\} = (?:\\w+\\.)*${name}\\d*;`, "g"));
  const names = takenOut.flatMap((list) => list.split(",").map((part) => part.split(":")[0]?.trim() ?? ""));
  return [...new Set([...called, ...names])].toSorted();
}

function found(text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].map(([, name = ""]) => name))].toSorted();
}

/**
 * The files that each client of `lib/services.ts` is loaded from, those included of the clients that it awaits itself. A
 * client is a statement or a member that begins a line two spaces in, with its name: `  const reddit = …` or `  reddit: …`.
 */
export async function readClients(serviceDir: string): Promise<Map<string, string[]>> {
  const services = readFileSync(join(serviceDir, servicesFile), "utf8");
  const definitions = services.split(/^ {2}(?=\w)/m).flatMap((text) => {
    const name = /^(?:const )?(\w+)(?: =|:)/.exec(text)?.[1];
    return name ? [{ name, text, files: found(text, /\bimport\("([^"]+)"\)/g).map(pathOf) }] : [];
  });
  const names = definitions.map(({ name }) => name);
  const code = await readCode(
    serviceDir,
    definitions.flatMap(({ files }) => files.map((file) => file.replace(/\.ts$/, ""))),
  );
  const awaited = new RegExp(`\\bawait (?:\\w+\\.)*(${names.join("|")})\\d*\\(`, "g");
  const loaded = (name: string, seen: readonly string[]): string[] => {
    const own = definitions.filter((definition) => definition.name === name);
    const files = own.flatMap((definition) => definition.files);
    const texts = [...own.map(({ text }) => text), ...files.map((file) => code.get(file.replace(/\.ts$/, "")) ?? "")];
    const others = texts.flatMap((text) => found(text, awaited)).filter((other) => !seen.includes(other));
    return [...files, ...others.flatMap((other) => loaded(other, [...seen, other]))];
  };
  const clients = names.map((name) => [name, [...new Set(loaded(name, [name]))].toSorted()] as const);
  return new Map(clients.filter(([, files]) => files.length > 0));
}

/** `./providers/aws/secrets.ts` of `lib/services.ts`, from the project's root. */
function pathOf(file: string): string {
  return posix.join(posix.dirname(servicesFile), file);
}
