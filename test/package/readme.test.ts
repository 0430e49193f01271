import { existsSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

const root = new URL("../..", import.meta.url);
const readme = readFileSync(new URL("README.md", root), "utf8");
const { scripts } = JSON.parse(readFileSync(new URL("package.json", root), "utf8")) as {
  scripts: Record<string, string>;
};

it("every npm command of the README exists", () => {
  const named = [...readme.matchAll(/npm run ([a-z:-]+)/g)].map((match) => match[1] ?? "");
  expect(named.length).toBeGreaterThan(8);
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});

it("every file of the project that the README names exists", () => {
  const named = [...readme.matchAll(/`((?:localstack|test|lib|functions|workflows)\/[\w./-]*)`/g)].map(
    (match) => match[1] ?? "",
  );
  expect(named.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
});
