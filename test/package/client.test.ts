import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { generateApi } from "swagger-typescript-api";
import { afterAll, beforeAll, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "client-"));
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(async () => {
  const input = join(root, "lib/http/openapi.json");
  const { files } = await generateApi({ input, output: false, httpClientType: "fetch", silent: true });
  expect(files).toHaveLength(1);
  writeFileSync(join(folder, "client.ts"), files[0]?.fileContent ?? "");
  const config = {
    extends: join(root, "tsconfig.json"),
    compilerOptions: {
      lib: ["es2024", "dom", "dom.iterable"],
      typeRoots: [join(root, "node_modules/@types")],
      // The generator's own code has an enum, and hands on optional parameters as they are.
      erasableSyntaxOnly: false,
      exactOptionalPropertyTypes: false,
    },
    files: ["client.ts", "use.ts"],
    include: [],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
}, 60_000);

/** What the compiler says of the client and of a program that uses it. */
function complaints(program: string): string {
  writeFileSync(join(folder, "use.ts"), program);
  const tsc = join(root, "node_modules/.bin/tsc");
  const { stdout, stderr } = spawnSync(tsc, ["-p", folder], { cwd: folder, encoding: "utf8" });
  return stdout + stderr;
}

it("a client made from the document compiles as strictly as the project, and its answers have names", () => {
  expect(
    complaints(`
      import { Api, type ApiError, type ClosedPosition, type Meta, type PageMeta, type RunItem } from "./client.ts";

      const api = new Api<string>({ securityWorker: (key) => (key ? { headers: { "x-api-key": key } } : {}) });
      const listed: { data: RunItem[]; meta: PageMeta } = (await api.runs.listRuns({ limit: 5 })).data;
      const [run] = listed.data;
      export const opened: number | null | undefined = run?.positions_opened;
      export const cursor: string | null | undefined = listed.meta.next_cursor;

      const answer = await api.positions.closePosition("id", { reason: "enough" });
      export const closed: { data: ClosedPosition; meta: Meta } = answer.data;
      export const code: ApiError["error"]["code"] = answer.error.error.code;
    `),
  ).toBe("");
});

it("the client's compiler knows what a call needs and what it answers", () => {
  const said = complaints(`
    import { Api } from "./client.ts";
    const api = new Api();
    await api.positions.closePosition("id", {});
    export const text: string = (await api.runs.listRuns()).data.data[0].id.length;
  `);
  expect(said.match(/error TS/g)).toHaveLength(3);
  expect(said).toContain("Property 'reason' is missing in type '{}' but required in type 'CloseRequest'");
  expect(said).toContain("Object is possibly 'undefined'");
  expect(said).toContain("Type 'number' is not assignable to type 'string'");
});
