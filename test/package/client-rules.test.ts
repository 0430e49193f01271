import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, describe, expect, it } from "vitest";
import { leaveOutWhatIsNotCalled } from "../../functions/packaging/bundle.ts";
import { readClients } from "../../functions/packaging/calls.ts";
import { readConfig } from "../../lib/runtime/config.ts";
import { createServices } from "../../lib/services.ts";
import { clientProblems } from "./client-rules.ts";
import type { Packaged } from "./packaged.ts";

const root = realpathSync(fileURLToPath(new URL("../..", import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), "clients-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** The services by name, of which some are clients. */
const clientsOfServices = (all: object) => all as Record<string, (argument: string) => Promise<unknown>>;
const names = Object.keys(createServices(readConfig({})));
// What only other clients use has no name among the services.
const opened = [...(await readClients(root))].flatMap(([name, files]) =>
  names.includes(name) ? [{ name, files }] : [],
);

const services = "lib/services.ts";
const [reddit, archive, yahoo] = [
  "lib/providers/reddit/client.ts",
  "lib/providers/archive/archive.ts",
  "lib/providers/yahoo/client.ts",
];
const opens = { store: [], actions: [], indexes: false, executions: [], artifacts: [], vault: [], clients: ["reddit"] };

/** One function that opens Reddit, and one that asks for prices; without an archive. */
function packaged(REDDIT_ARCHIVE = ""): Packaged {
  const lambda = { Type: "AWS::Lambda::Function", Properties: { Environment: { Variables: { REDDIT_ARCHIVE } } } };
  return {
    stage: "prod",
    template: { Resources: { ListPostsLambdaFunction: lambda }, Outputs: {} },
    file: "",
    sizes: {},
    calls: {
      listPosts: { ...opens, loads: [archive, reddit] },
      getPrices: { ...opens, loads: [yahoo] },
    },
    imports: {
      listPosts: {
        carried: [reddit],
        leftOut: [archive, yahoo].map((file) => ({ file, importer: services })),
      },
      getPrices: {
        carried: [yahoo],
        leftOut: [archive, reddit].map((file) => ({ file, importer: services })),
      },
    },
    contracts: [],
    handlers: [],
  };
}

describe("the clients of bundles", () => {
  it("are in order where each function carries those that it opens, and nobody the archive that is not named", () => {
    expect(clientProblems(packaged())).toEqual([]);
  });

  it("lack the archive where one is named", () => {
    expect(clientProblems(packaged("s3://bucket/comments.jsonl"))).toEqual([
      `listPosts can load ${archive}, which its bundle lacks`,
      `${services} imports ${archive}, which no function carries`,
    ]);
  });

  it("lack what a function opens and does not carry", () => {
    const all = packaged();
    all.calls.getPrices?.loads.push(reddit);
    expect(clientProblems(all)).toEqual([`getPrices can load ${reddit}, which its bundle lacks`]);
  });

  it("lack what another file than the services imports on demand", () => {
    const all = packaged();
    all.imports.getPrices?.leftOut.push({ file: "lib/providers/holidays.ts", importer: yahoo });
    expect(clientProblems(all)).toEqual([
      `getPrices imports lib/providers/holidays.ts in ${yahoo}, which its bundle lacks`,
    ]);
  });

  it("are told where one is loaded for nobody", () => {
    const all = packaged();
    all.imports.getPrices?.leftOut.push({ file: "lib/providers/bank.ts", importer: services });
    expect(clientProblems(all)).toEqual([`${services} imports lib/providers/bank.ts, which no function carries`]);
  });
});

describe("the clients of the services", () => {
  /** The clients of a project that consists of these files. */
  async function clientsOf(files: Record<string, string>): Promise<Record<string, string[]>> {
    const project = mkdtempSync(join(folder, "project-"));
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(join(project, dirname(file)), { recursive: true });
      writeFileSync(join(project, file), text);
    }
    return Object.fromEntries(await readClients(project));
  }

  it("are read from statements, with what they await", async () => {
    const clients = await clientsOf({
      [services]: `export function createServices() {
  const credentials = once(async () => import("./providers/aws/secrets.ts"));
  const reddit = once(async () => {
    const { open } = await import("./providers/reddit/client.ts");
    return open(await credentials());
  });
  return { reddit };
}`,
      "lib/providers/aws/secrets.ts": "export const secrets = {};",
      [reddit]: "export const open = (found) => found;",
    });
    expect(clients).toEqual({
      credentials: ["lib/providers/aws/secrets.ts"],
      reddit: ["lib/providers/aws/secrets.ts", reddit],
    });
  });

  it("are read from a list, with what the loaded files await", async () => {
    const clients = await clientsOf({
      [services]: `const providers = {
  credentials: () => import("./providers/aws/secrets.ts"),
  reddit: ({ REDDIT_ARCHIVE }) =>
    REDDIT_ARCHIVE ? import("./providers/archive/archive.ts") : import("./providers/reddit/client.ts"),
};
export const names = Object.keys(providers);`,
      "lib/providers/aws/secrets.ts": "export const open = async () => ({});",
      [archive]: "export const open = async () => [];",
      [reddit]: "export const open = async (environment, services) => [environment, await services.credentials()];",
    });
    expect(clients).toEqual({
      credentials: ["lib/providers/aws/secrets.ts"],
      reddit: [archive, "lib/providers/aws/secrets.ts", reddit],
    });
  });

  it("are found", () => {
    expect(opened.length).toBeGreaterThan(5);
  });

  it.each(opened)("$name opens from a bundle of its own files and no others", async ({ name, files }) => {
    const outfile = join(mkdtempSync(join(folder, "bundle-")), "services.cjs");
    await build({
      absWorkingDir: root,
      stdin: { contents: 'export { createServices } from "./lib/services.ts";', resolveDir: root },
      outfile,
      bundle: true,
      platform: "node",
      format: "cjs",
      plugins: [leaveOutWhatIsNotCalled(root, files)],
    });
    const bundled: { createServices: typeof createServices } = createRequire(import.meta.url)(outfile);
    for (const REDDIT_ARCHIVE of ["", "comments.jsonl"]) {
      // Nothing listens there: what asks the table fails, and says so.
      const config = readConfig({ DYNAMODB_ENDPOINT: "http://127.0.0.1:1", REDDIT_ARCHIVE });
      const failure = await clientsOfServices(bundled.createServices(config))
        [name]?.("state")
        .then(() => undefined)
        .catch((error: { code?: string }) => error);
      expect(failure?.code ?? "").not.toContain("MODULE_NOT_FOUND");
    }
  });
});
