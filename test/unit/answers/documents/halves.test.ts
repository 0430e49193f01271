import { expect, it } from "vitest";
import { halvesOf } from "../../../../lib/answers/documents/halves.ts";

function chunk(chunk_id: string, content: string) {
  return { chunk_id, path: "documents/a.md", source_name: "a", content, chunk_index: 0, chunk_count: 1 };
}

it("divides several chunks, the first half being the larger", () => {
  const [a, b, c] = ["1", "2", "3"].map((id) => chunk(id, id)) as [ReturnType<typeof chunk>, never, never];
  expect(halvesOf([a, b, c])).toEqual([[a, b], [c]]);
});

it("cuts a single chunk after the last line of its first half, and both parts keep its name", () => {
  const [[first], [second]] = halvesOf([chunk("1", "one two\nthree\nfour five six seven")]);
  expect(first).toEqual(chunk("1", "one two\nthree\n"));
  expect(second).toEqual(chunk("1", "four five six seven"));
});

it("cuts one line after a word, and one word in its middle", () => {
  const parts = (content: string) => halvesOf([chunk("1", content)]).map(([part]) => part?.content);
  expect(parts("alpha beta gamma delta")).toEqual(["alpha beta ", "gamma delta"]);
  expect(parts("abcdefgh")).toEqual(["abcd", "efgh"]);
});
