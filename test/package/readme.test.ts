import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readContracts } from "../../localstack/commands/openapi.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const pages = ["README.md", ...globSync(".github/*.md", { cwd: root })].map((file) => ({
  file,
  text: readFileSync(join(root, file), "utf8"),
}));
const readme = pages[0]?.text ?? "";

/** What a pattern finds in all pages, with the page's name. */
const found = (pattern: RegExp) =>
  pages.flatMap(({ file, text }) => [...text.matchAll(pattern)].map((match) => ({ file, name: match[1] ?? "" })));

describe("the pages for people", () => {
  it("name npm commands that exist", () => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: object };
    const named = found(/npm run ([a-z:-]+)/g);
    expect(named.length).toBeGreaterThan(8);
    expect(named.filter(({ name }) => !(name in scripts))).toEqual([]);
  });

  it("name files of the project that exist", () => {
    const named = found(/`((?:localstack|test|lib|functions|workflows)\/[\w./-]*)`/g);
    expect(named.filter(({ name }) => !existsSync(join(root, name)))).toEqual([]);
  });

  it("lead to each other and to files that exist", () => {
    const links = found(/\]\((?!https?:)([^)#]+)/g);
    expect(links.length).toBeGreaterThan(5);
    expect(links.filter(({ file, name }) => !existsSync(join(root, dirname(file), name)))).toEqual([]);
  });
});

it("the README's table of paths is what the contracts answer", async () => {
  const table = readme.slice(readme.indexOf("## What it answers"), readme.indexOf("## What stands in for what"));
  const cells = [...table.matchAll(/^\| (`[^|]+`) \|/gm)].map((match) => match[1] ?? "");
  const listed = cells.flatMap((cell) => {
    let method = "";
    return [...cell.matchAll(/`(?:([A-Z]+) )?(\/[^`]*)`/g)].map(([, named, path]) => {
      method = named ?? method;
      return `${method} ${path}`;
    });
  });
  const contracts = (await readContracts(root)).map(({ method, path }) => `${method} ${path}`);
  expect(listed.toSorted()).toEqual(contracts.toSorted());
});
