import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const text = globSync("lib/store/{keys.ts,keys/*.ts}", { cwd: root })
  .map((file) => readFileSync(`${root}/${file}`, "utf8"))
  .join("\n");

/** The first words that a pattern finds, each once. */
const found = (pattern: RegExp) => [...new Set([...text.matchAll(pattern)].map((match) => match[1]))].toSorted();

it("the table of key patterns lists what the keys make, and nothing else", () => {
  const made = found(/(?:\bkey\(\s*["`]|"system#)([A-Z_]+)/g);
  const listed = found(/^ \* \|[^|]*\| (?:r|system)#([A-Z_]+)/gm);
  expect(listed).toEqual(made);
  expect(made).toContain("PREDICTION");
});
