import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  citationsOf,
  malformedCitations,
  tidyCitations,
  withoutCitations,
  withoutUnknown,
} from "../../../../lib/answers/writing/citations.ts";

describe("citations", () => {
  it("are found once each, in their order", () => {
    expect(citationsOf("Trams [ref_2][ref_10]. Buses [ref_2] and ref_3.")).toEqual(["ref_2", "ref_10"]);
  });

  it.each([
    ["[ref_1, ref_2]", "[ref_1][ref_2]"],
    ["[ref_1; ref_2 and ref_3]", "[ref_1][ref_2][ref_3]"],
    ["[ref_1, 2]", "[ref_1][ref_2]"],
    ["[Ref 1]", "[ref_1]"],
    ["[ref-01]", "[ref_1]"],
    ["(ref_1)", "[ref_1]"],
    ["[^ref_1]", "[ref_1]"],
    ["【ref_1】", "[ref_1]"],
    ["[[ref_1], [ref_2]]", "[ref_1], [ref_2]"],
    ["`[ref_1]`", "[ref_1]"],
    ["[ref_1](#ref_1)", "[ref_1]"],
    ["[ref_1]", "[ref_1]"],
  ])("that can mean one thing only are written in the one form: %s", (text, expected) => {
    expect(tidyCitations(`Trams run ${text}.`)).toBe(`Trams run ${expected}.`);
  });

  it.each([
    "[ref_1-3]",
    "[ref_1–ref_3]",
    "[ref_n]",
    "[ref_0]",
    "[7]",
    "[^7]",
    "[1, 2]",
    "[source: Munich]",
    "【4†source】",
    "ref_1",
  ])("of other forms are malformed: %s", (text) =>
    expect(malformedCitations(tidyCitations(`Trams run ${text}.`))).toEqual([text]),
  );

  it.each([
    "[sic]",
    "[refurbished trams]",
    "[a reference point]",
    "f(x)[i]",
    "preference",
    "[2030](https://a.example)",
  ])("are not seen where there are none: %s", (text) => {
    expect(malformedCitations(text)).toEqual([]);
    expect(tidyCitations(text)).toBe(text);
  });

  it.each([
    ["Trams run [ref_9].", "Trams run."],
    ["Trams [ref_9] run.", "Trams run."],
    ["Trams run [ref_1][ref_9].", "Trams run [ref_1]."],
    ["Trams run [ref_9][ref_1].", "Trams run [ref_1]."],
    ["Trams run [ref_9], [ref_1] and [ref_8].", "Trams run [ref_1]."],
    ["Trams run ([ref_9]).", "Trams run."],
    ["Trams run (see [ref_9], [ref_8]).", "Trams run."],
    ["- [ref_9] Trams run.", "- Trams run."],
    ["Trams run. [ref_9]\n\nBuses run [ref_1].", "Trams run.\n\nBuses run [ref_1]."],
    ["Trams run [ref_1-3].", "Trams run."],
    ["Trams run [ref_1[ref_1-3]].", "Trams run."],
  ])("of nothing known leave clean text: %s", (text, expected) => {
    expect(withoutUnknown(text, new Set(["ref_1"]))).toBe(expected);
  });

  it("can all be taken away", () => {
    expect(withoutCitations("| Munich | 500 [ref_1] | [ref_2] |")).toBe("| Munich | 500 | |");
  });

  it("never stay where they are unknown, and always where they are known", () => {
    const piece = fc.constantFrom(
      "[ref_1]",
      "[ref_2]",
      "[ref_99]",
      "[ref_1-3]",
      "ref_7",
      "Trams run",
      ".",
      ",",
      " ",
      "\n",
      "(",
      ")",
      "[",
      "]",
      "- ",
      "\uE000",
      "\uE001",
      "1",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
        const text = pieces.join("");
        const known = new Set(["ref_1", "ref_2"]);
        const left = withoutUnknown(text, known);
        expect(citationsOf(left).filter((ref) => !known.has(ref))).toEqual([]);
        expect(citationsOf(left)).toEqual(citationsOf(text).filter((ref) => known.has(ref)));
      }),
      { numRuns: 2000 },
    );
  });
});
