import { describe, expect, it } from "vitest";
import {
  bodyOf,
  type Excerpt,
  figuresOf,
  foundAt,
  judge,
  sentencesOf,
} from "../../../../../../localstack/commands/evaluation/answers/judge.ts";

const lisbon = "Lisbon emits 2,450,000 tonnes of carbon dioxide.\nThe city plans   1.5 million trees by 2030.";
const files: Record<string, string> = { "documents/lisbon.md": lisbon };
const textOf = (path: string) => files[path];
const excerpts: Excerpt[] = [
  { ref_id: "ref_1", path: "documents/lisbon.md", quote: "Lisbon emits 2,450,000 tonnes of carbon dioxide." },
  { ref_id: "ref_2", path: "documents/lisbon.md", quote: "The city plans 1.5 million trees by 2030." },
];

describe("the judge of an answer", () => {
  it("is content with sentences that their quotes carry, however thousands are separated", () => {
    const answer =
      "Lisbon emits 2450000 tonnes of carbon dioxide. [ref_1]\n- The city plans 1.5 million trees [ref_2].";
    expect(judge(answer, excerpts, textOf)).toEqual({
      sentences: 2,
      unsupported: [],
      unknown: [],
      quotes: 2,
      respaced: 1,
      strays: [],
      figures: 2,
      unfounded: [],
    });
  });

  it.each<[what: string, sentence: string, unfounded: string[]]>([
    ["cites nothing", "Lisbon emits 2,450,000 tonnes.", ["2450000"]],
    ["has a figure of its own", "Lisbon emits 2,500,000 tonnes of carbon dioxide [ref_1].", ["2500000"]],
    ["has but a part of a figure", "Lisbon emits 450,000 tonnes of carbon dioxide [ref_1].", ["450000"]],
    ["speaks of something else", "Oslo electrifies every ferry and bus of Lisbon [ref_1].", []],
  ])("does not find carried what %s", (_what, sentence, unfounded) => {
    expect(judge(sentence, excerpts, textOf)).toMatchObject({ sentences: 1, unsupported: [sentence], unfounded });
  });

  it("finds a figure founded where another quote of the answer has it, but not the sentence carried by its own", () => {
    const answer = "By 2030 Lisbon emits carbon dioxide [ref_1]. The city plans 1.5 million trees [ref_2].";
    const { unsupported, unfounded } = judge(answer, excerpts, textOf);
    expect(unsupported).toEqual(["By 2030 Lisbon emits carbon dioxide [ref_1]."]);
    expect(unfounded).toEqual([]);
  });

  it("lets sentence and citations be more than one", () => {
    const answer = "Lisbon emits carbon dioxide and plans 1.5 million trees [ref_1] [ref_2].";
    expect(judge(answer, excerpts, textOf).unsupported).toEqual([]);
  });

  it("names citations of nothing, once each", () => {
    expect(judge("Lisbon emits carbon [ref_3]. So it does [ref_3].", excerpts, textOf).unknown).toEqual(["ref_3"]);
  });

  it("names quotes that their document does not have, and those of a document that is not there", () => {
    const strange: Excerpt[] = [
      { ref_id: "ref_1", path: "documents/lisbon.md", quote: "Lisbon emits 2,450,001 tonnes" },
      { ref_id: "ref_2", path: "documents/oslo.md", quote: "Lisbon emits" },
    ];
    expect(judge("", strange, textOf).strays).toEqual(["ref_1 of documents/lisbon.md", "ref_2 of documents/oslo.md"]);
  });

  it("asks no citation of an answer that has nothing to cite, but no figure either", () => {
    const judgement = judge("No grounded evidence was found. It may be 7.", [], textOf);
    expect(judgement).toMatchObject({ sentences: 0, unsupported: [], quotes: 0, figures: 1, unfounded: ["7"] });
  });
});

describe("what is judged of an answer", () => {
  it("is neither the question above it nor the sources below it", () => {
    const content = "# Question\nWhy 3?\n\nBecause [ref_1].\n\n---\n\n**Sources considered:** oslo 2030\n";
    expect(bodyOf(content, "Why 3?").trim()).toBe("Because [ref_1].");
  });

  it("is all of an answer without them, also below a rule of its own", () => {
    expect(bodyOf("One.\n\n---\n\nTwo.", "Why?")).toBe("One.\n\n---\n\nTwo.");
  });

  it("are sentences with the citations before or after their full stop", () => {
    const answer = [
      "# A heading",
      "1. First, e.g. this [ref_1]. Second.[ref_2] [ref_3] Third at 0.5 % [ref_4]",
      "---",
      "> “Fourth!” **Fifth** [ref_5]?",
      "[ref_6]",
    ].join("\n");
    expect(sentencesOf(answer)).toEqual([
      "First, e.g. this [ref_1].",
      "Second.[ref_2] [ref_3]",
      "Third at 0.5 % [ref_4]",
      "“Fourth!”",
      "**Fifth** [ref_5]?",
    ]);
  });

  it("are figures without the numbers of citations", () => {
    expect(figuresOf("In 2030 it is 1,234,567.8 or 12 000, 5, 6 of -0.5 % [ref_77].")).toEqual([
      "2030",
      "1234567.8",
      "12000",
      "5",
      "6",
      "0.5",
    ]);
  });
});

describe("the passages found among the first references", () => {
  const passages = [
    { path: "lisbon.md", text: "plans 1.5 million\ntrees" },
    { path: "oslo.md", text: "Lisbon emits" },
  ];

  it.each([
    [1, 0],
    [2, 1],
    [20, 1],
  ])("of %i are %i", (k, found) => {
    expect(foundAt(k, passages, excerpts)).toBe(found);
  });

  it("are found too where the quote is but a part of the passage", () => {
    expect(foundAt(5, [{ path: "documents/lisbon.md", text: `${lisbon} And more.` }], excerpts)).toBe(1);
  });
});
