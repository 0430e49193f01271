import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const products = globSync("lib/store/keys/*.ts", { cwd: root })
  // What the keys of products are made with.
  .filter((file) => !/\/(key|runs)\.ts$/.test(file))
  .map((file) => ({ file, text: readFileSync(`${root}/${file}`, "utf8") }));

/** The first words that a pattern finds, each once. */
const found = (text: string, pattern: RegExp) =>
  [...new Set([...text.matchAll(pattern)].map((match) => match[1] ?? ""))].toSorted();

describe("the keys of a product", () => {
  it.each(products)("$file lists in its table what its functions make, and nothing else", ({ text }) => {
    const made = found(text, /(?:\bkey\(\s*["`]|"system#)([A-Z_]+)/g);
    const listed = found(text, /^ \* \|[^|]*\| (?:r|system)#([A-Z_]+)/gm);
    expect(listed).toEqual(made);
    expect(made.length).toBeGreaterThan(0);
  });

  it("have names that no other product has, whose keys they would replace", () => {
    const names = products.flatMap(({ text }) => found(text, /^ {2,4}(\w+): \(/gm));
    expect(names.length).toBeGreaterThan(30);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });
});
