import { describe, expect, it } from "vitest";
import { matchLexicon } from "../../../localstack/standins/annotator/lexicon-match.ts";
import { tokenise } from "../../../localstack/standins/annotator/tokens.ts";

const lexicon = new Map([
  ["not selling", 2],
  ["great", 1],
]);

function factors(text: string): [string, number][] {
  return matchLexicon(tokenise(text), lexicon).map(({ entry, factor }) => [entry, factor]);
}

describe("a lexicon's entries in a text", () => {
  it("are turned round, though not wholly, by a word that negates", () => {
    expect(factors("this is not great")).toEqual([["great", -0.6]]);
  });

  it("negate nothing else by a negation of their own", () => {
    expect(factors("not selling a great stock")).toEqual([
      ["not selling", 1],
      ["great", 1],
    ]);
  });

  it("are no longer negated after a pause", () => {
    expect(factors("not now. great stock")).toEqual([["great", 1]]);
  });
});
