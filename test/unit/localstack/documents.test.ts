import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { configurationKeys } from "../../../lib/configuration/keys.ts";
import { readExamination } from "../../../localstack/commands/evaluation/answers/questions.ts";

const folder = join(import.meta.dirname, "../../../localstack/scenario/documents");
const sentences = readdirSync(folder)
  .toSorted()
  .flatMap((name) => readFileSync(join(folder, name), "utf8").split("\n"))
  .filter((line) => line !== "" && !line.startsWith("#"));
const keyed = sentences.flatMap((sentence) =>
  [...sentence.matchAll(/`([a-z_]+)`/g)].map(([, key]) => ({ key: String(key), sentence })),
);

/** What a text states: its words, and its numbers, of which percentages are fractions. */
function stated(text: string): (string | number)[] {
  const numbers = [...text.matchAll(/(\d[\d,]*(?:\.\d+)?)( %)?/g)].map(([, digits = "", percent]) => {
    const number = Number(digits.replaceAll(",", ""));
    return Number((percent ? number / 100 : number).toFixed(6));
  });
  return [...numbers, ...(text.match(/[a-z]+/gi) ?? [])];
}

describe("the documents that come with the project", () => {
  it("name settings that there are, each beside its default", () => {
    expect(keyed.length).toBeGreaterThan(80);
    const wrong = keyed.filter(({ key, sentence }) => {
      const initial = (configurationKeys as Record<string, { initial: string | undefined }>)[key]?.initial;
      return initial === undefined || !stated(initial).every((each) => stated(sentence).includes(each));
    });
    expect(wrong).toEqual([]);
  });

  it("have the passages that the questions about them name", async () => {
    const { files, documents } = await readExamination(join(folder, ".."));
    const passages = files.flatMap(({ questions }) => questions.flatMap((question) => question.passages));
    expect(documents).toBe(folder);
    expect(passages.length).toBeGreaterThan(10);
    expect(passages.filter(({ path, text }) => !readFileSync(join(folder, path), "utf8").includes(text))).toEqual([]);
  });
});
