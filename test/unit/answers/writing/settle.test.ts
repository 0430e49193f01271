import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { knownFigures, unsupportedFigures } from "../../../../lib/answers/research/figures.ts";
import { citationsOf } from "../../../../lib/answers/writing/citations.ts";
import { adviceOn, bestDraft, problemsOf } from "../../../../lib/answers/writing/coverage.ts";
import { evidenceOf } from "../../../../lib/answers/writing/evidence.ts";
import { cleanDraft, settleAnswer, statementsToCheck } from "../../../../lib/answers/writing/settle.ts";
import { statementsOf } from "../../../../lib/answers/writing/statements.ts";

const excerpt = (number: number, source_name: string, quote: string) => ({
  ref_id: `ref_${number}`,
  source_name,
  path: `documents/${source_name}.md`,
  quote,
  partial_answer: quote,
  source_chunk_ids: [`documents/${source_name}.md#1`],
});
const excerpts = [
  excerpt(1, "Munich", "Munich plans 500 charging points by 2030."),
  excerpt(2, "Oslo", "Oslo will invest EUR 3 million in trams."),
];
const evidence = evidenceOf(excerpts, null);
const sources = { considered: ["Munich", "Oslo", "Paris"], silent: ["Paris"], unread: [] };
const footer =
  "\n\n---\n\n**Sources considered:** Munich, Oslo, Paris\n\n**Sources in which nothing was found:** Paris";
const good = "Munich plans 500 charging points [ref_1].\n\nOslo invests €3 million in trams [ref_2].";
const settled = (draft: string) => settleAnswer(draft, evidence, sources);
const body = (draft: string) => settled(draft).answer.replace(footer, "");

describe("the statements of an answer", () => {
  const texts = (answer: string) => statementsOf(answer).map(({ text, refs }) => [text, ...refs]);

  it("are its sentences, with the citations that follow them", () => {
    expect(texts("Munich has trams [ref_1]. Oslo has buses. [ref_2][ref_3] Paris has\nbikes [ref_4]")).toEqual([
      ["Munich has trams.", "ref_1"],
      ["Oslo has buses.", "ref_2", "ref_3"],
      ["Paris has\nbikes", "ref_4"],
    ]);
  });

  it("do not end after abbreviations, within numbers and quotations, or before small letters", () => {
    expect(texts("It has approx. 5.5 km, i.e. less (Fig. 3). It says “We build. We grow.” [ref_1]")).toEqual([
      ["It has approx. 5.5 km, i.e. less (Fig. 3)."],
      ["It says “We build. We grow.”", "ref_1"],
    ]);
  });

  it("end in Chinese and Japanese without a space", () => {
    expect(texts("東京は走る。[ref_1]大阪も走る！")).toEqual([["東京は走る。", "ref_1"], ["大阪も走る！"]]);
  });

  it("in bold are headings only where they are no sentence", () => {
    const answer = "**Trams of Oslo**\n\n**Oslo has trams.**\n\n**Oslo**: trams";
    expect(statementsOf(answer).map(({ isHeading }) => isHeading)).toEqual([true, false, false]);
  });

  it("are also items, headings, rows and lines of code; markup alone is none", () => {
    const answer =
      "# Trams\n- One [ref_1]\n  goes on\n2. Two\n\n| City | Trams |\n|---|---:|\n| Oslo | 3 |\n\n---\n```\ncode\n```\n**Bold**";
    expect(statementsOf(answer).map(({ text, isHeading }) => [text, isHeading])).toEqual([
      ["# Trams", true],
      ["One\n  goes on", false],
      ["Two", false],
      ["| City | Trams |", true],
      ["| Oslo | 3 |", false],
      ["code", false],
      ["**Bold**", true],
    ]);
  });
});

describe("a draft", () => {
  it("has no problems where every source is cited and every figure stands in its quote", () => {
    expect(problemsOf(good, evidence)).toEqual([]);
  });

  it("has those that the writer is told of", () => {
    const draft = "Munich plans 500 points [ref_1][ref_7]. It has 900 buses [ref_1]. It is 10 km [ref_1-2].";
    expect(problemsOf(draft, evidence)).toEqual([
      { kind: "malformed", items: ["[ref_1-2]"] },
      { kind: "unknown", items: ["ref_7"] },
      { kind: "source", items: ["Oslo"] },
      { kind: "figure", items: ['"It has 900 buses." (900)', '"It is 10 km." (10)'] },
    ]);
    expect(adviceOn(problemsOf("Trams run.", evidence))).toEqual([
      "Nothing is cited. Follow every factual statement by the citations that carry it. Sources with evidence: Munich; Oslo",
    ]);
  });

  it("is the best with the fewest problems, and of equal ones the later", () => {
    expect(bestDraft(["Trams run.", good, "Buses run."], evidence)).toBe(good);
    expect(bestDraft(["Trams run.", "Buses run."], evidence)).toBe("Buses run.");
  });
});

describe("the answer of a run", () => {
  it("is the draft with the sources below it", () => {
    expect(settled(good)).toEqual({ answer: good + footer, gaps: [] });
  });

  it("is without sentences with a figure of no quote, and says so", () => {
    const { answer, gaps } = settled(`${good} It has 900 trams [ref_2]. Munich has 3 million [ref_1].`);
    expect(answer).toBe(good + footer);
    expect(gaps).toEqual([
      {
        code: "UNSUPPORTED_SENTENCES",
        message: "Sentences were removed: each has a figure that stands in none of the quotes it cites.",
        details: ["It has 900 trams.", "Munich has 3 million."],
      },
    ]);
  });

  it("may quote several sentences with one citation, word for word alone", () => {
    const quote = "Munich has 20 trams. 34 groups agreed in 2020. They meet.";
    const quoted = evidenceOf([excerpt(1, "Munich", quote)], null);
    const answerOf = (draft: string) => settleAnswer(draft, quoted, sources).answer.replace(footer, "");
    expect(answerOf(`- ${quote} [ref_1]`)).toBe(`- ${quote} [ref_1]`);
    expect(answerOf(`- “${quote}” [ref_1]`)).toBe(`- “${quote}” [ref_1]`);
    expect(answerOf("Munich has got 20 trams. They meet. [ref_1]")).toBe("They meet. [ref_1]");
    expect(answerOf("Munich has 20 trams.\n\nThey meet. [ref_1]")).toBe("They meet. [ref_1]");
  });

  it("has no figure without a citation, not even one that stands in a quote", () => {
    expect(body(`${good} There are 500 of them.`)).toBe(good);
  });

  it("keeps sentences without figures that their quotes do not carry, and says so", () => {
    const { answer, gaps } = settled(`${good} Penguins glide over frozen lagoons [ref_2].`);
    expect(answer).toContain("Penguins glide");
    expect(gaps).toEqual([
      {
        code: "UNSUPPORTED_SENTENCES",
        message: "The quotes that these sentences cite do not carry them.",
        details: ["Penguins glide over frozen lagoons."],
      },
    ]);
  });

  it("takes a model's word for what the quotes carry, never for figures", () => {
    const draft = `${good} Penguins glide over frozen lagoons [ref_2]. It has 900 trams [ref_2].`;
    expect(statementsToCheck(draft, evidence).map(({ index, text }) => [index, text])).toEqual([
      [0, "Munich plans 500 charging points."],
      [1, "Oslo invests €3 million in trams."],
      [2, "Penguins glide over frozen lagoons."],
    ]);
    const verdicts = new Map([
      [0, false],
      [2, true],
      [3, true],
    ]);
    const { answer, gaps } = settleAnswer(draft, evidence, sources, verdicts);
    expect(answer).not.toContain("900");
    expect(gaps.map(({ details }) => details)).toEqual([["It has 900 trams."], ["Munich plans 500 charging points."]]);
  });

  it("takes out rows, items and headings without leaving a hole", () => {
    const draft = [
      "## Trams of 2045",
      "",
      "- 900 trams [ref_2]",
      "",
      "## Points",
      "",
      "| City | Points |",
      "|---|---|",
      "| Oslo | 77 [ref_2] |",
      "| Munich | 500 [ref_1] |",
      "",
      "Oslo invests in trams [ref_2].",
    ].join("\n");
    expect(body(draft)).toBe(
      "## Points\n\n| City | Points |\n|---|---|\n| Munich | 500 [ref_1] |\n\nOslo invests in trams [ref_2].",
    );
  });

  it("is without unknown citations; they, and sources that are not cited, are gaps", () => {
    const { answer, gaps } = settled("Munich plans 500 charging points [ref_1][ref_8], and more [ref_n].");
    expect(answer).toBe(`Munich plans 500 charging points [ref_1], and more.${footer}`);
    expect(gaps).toEqual([
      {
        code: "CITATION_COVERAGE",
        message: "The writer cited in a form that names no excerpt; those citations were removed.",
        details: ["[ref_n]"],
      },
      {
        code: "CITATION_COVERAGE",
        message: "The writer cited excerpts that there are not; those citations were removed.",
        details: ["ref_8"],
      },
      {
        code: "CITATION_COVERAGE",
        message: "The answer does not cite all sources with evidence.",
        details: ["Oslo"],
      },
    ]);
  });

  it("is without the notes of the documents, which are no fault of the writer's", () => {
    const noted = evidenceOf([excerpt(1, "Munich", "Munich has 20 trams [25] and buses.")], null);
    expect(settleAnswer("Munich has 20 trams [25] and buses [ref_1].", noted, sources)).toEqual({
      answer: `Munich has 20 trams and buses [ref_1].${footer}`,
      gaps: [],
    });
    expect(problemsOf("Munich has 20 trams [26] [ref_1].", noted)).toEqual([{ kind: "malformed", items: ["[26]"] }]);
  });

  it("is the quotes themselves where no sentence is left", () => {
    expect(body("There are 900 trams.")).toBe(
      "What the documents say:\n\n- “Munich plans 500 charging points by 2030.” [ref_1]\n\n- “Oslo will invest EUR 3 million in trams.” [ref_2]",
    );
  });

  it("says that nothing was found where there is no evidence, whatever the draft says, which is no gap", () => {
    const nothing = evidenceOf([], null);
    const answerOf = (considered: string[], unread: string[]) =>
      settleAnswer("Munich has 900 trams [ref_1].", nothing, { considered, silent: [], unread });
    expect(answerOf(["Oslo"], [])).toEqual({
      answer:
        "No grounded evidence was found for this question. None of the documents that were read says anything about it.\n\n---\n\n**Sources considered:** Oslo",
      gaps: [],
    });
    expect(answerOf([], []).answer).toBe(
      "No grounded evidence was found for this question. There was no document to read.",
    );
    expect(answerOf(["Oslo"], ["Oslo"]).answer).toContain("The documents could not be examined");
  });

  it("may take figures from rows of queries, without a citation", () => {
    const sql = {
      status: "success" as const,
      created_at: "2026-02-09T12:01:11Z",
      queries: [{ query_id: "q1", query: "SELECT 1", rationale: "" }],
      results: [
        {
          query_id: "q1",
          columns: ["author", "return_percent_30"],
          rows: [
            ["ape", 5.2],
            ["bear", -3],
          ],
          row_count: 2,
          elapsed_ms: 1,
          token_count: 10,
          truncated: false,
        },
      ],
      total_token_count: 10,
      truncation_applied: false,
      error: null,
    };
    const none = { considered: [], silent: [], unread: [] };
    const { answer, gaps } = settleAnswer(
      "| author | return percent 30 |\n|---|---|\n| ape | 5.2 |\n\nThe author ape returned 5.2 %. The author bear returned -3 %. The author bear returned 3 %. Over 45 days they were active.",
      evidenceOf([], sql),
      none,
    );
    expect(answer).toBe(
      "| author | return percent 30 |\n|---|---|\n| ape | 5.2 |\n\nThe author ape returned 5.2 %. The author bear returned -3 %.",
    );
    expect(gaps.flatMap(({ details }) => details)).toEqual([
      "The author bear returned 3 %.",
      "Over 45 days they were active.",
    ]);
  });

  it("has one list of sources, the code's own", () => {
    const lists = [
      "## Sources\n- Rome [ref_9]\n\nmore of it",
      "**Sources considered:** Rome, Berlin",
      "References:\n\n1. Rome\n2. Berlin",
      "---\n\n**Sources in which nothing was found:** Munich",
      "Sources: Rome, Berlin",
      "### References\n\n[ref_1]: https://evil.example",
    ];
    for (const list of lists) expect(settled(`${good}\n\n${list}`)).toEqual({ answer: good + footer, gaps: [] });
    expect(body(`## Sources\n\nRome\n\n## Trams\n\n${good}`)).toBe(`## Trams\n\n${good}`);
    expect(body(`${good}\n\nOslo has sources of money [ref_2].`)).toContain("sources of money");
  });

  it("shows names of files that look like markup as names", () => {
    const { answer } = settleAnswer(good, evidence, {
      considered: ["[ref_1]", "<b>", "a\nb"],
      silent: [],
      unread: ["x*"],
    });
    expect(answer).toContain("**Sources considered:** \\[ref_1\\], \\<b\\>, a b\n");
    expect(answer).toContain("**Sources that could not be examined in full:** x\\*");
  });

  it("is harmless: no images, no links, no HTML, nothing invisible, no second question", () => {
    const draft = `# Question\nWhat?\n\n![x](https://evil.example/?q=a)\u200b<img src="https://evil.example">\n\n[Oslo](https://evil.example) ${good}`;
    const answer = body(draft);
    expect(answer).not.toMatch(/evil\.example\/|\]\(|<img|\u200b|# Question/);
    expect(answer).toContain("Oslo Munich plans 500 charging points [ref_1].");
  });

  it("never has a figure that stands in no quote it cites, nor an unknown citation, and is never empty", () => {
    const word = fc.constantFrom(
      "Munich plans",
      "500",
      "charging points",
      "by 2030",
      "3 million",
      "€3m",
      "900",
      "7%",
      "1,000",
      "twelve",
      "in trams",
      "CO2",
      "[ref_1]",
      "[ref_2]",
      "[ref_3]",
      "(ref_1)",
      "[1]",
      ". ",
      ".\n\n",
      "\n- ",
      "\n1. ",
      "\n## ",
      "\n| 3 | ",
      " |\n|---|\n",
      "“",
      "\n```\n",
      "**",
      "---\n",
      "Sources: ",
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 40 }), (words) => {
        const draft = words.join(" ");
        const { answer } = settled(draft);
        const text = answer.replace(footer, "");
        const cited = citationsOf(text);
        expect(cited.filter((ref) => !["ref_1", "ref_2"].includes(ref))).toEqual([]);
        expect(text.trim()).not.toBe("");
        for (const { text: each, refs, laterRefs, isHeading } of statementsOf(text)) {
          const quotes = excerpts.filter(({ ref_id }) =>
            (isHeading ? cited : [...refs, ...laterRefs]).includes(ref_id),
          );
          expect(
            unsupportedFigures(
              each,
              quotes.map(({ quote }) => knownFigures(quote)),
            ),
          ).toEqual([]);
        }
        // Settled once is settled.
        expect(settled(answer).answer).toBe(answer);
      }),
      { numRuns: 500 },
    );
  });

  it("is cleaned once: a clean draft stays as it is", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom("a", "[ref_1]", "\n", "- ", "# ", "| a |", "|---|", "<b>", "![a](b)", "Sources:", "---"),
          { maxLength: 20 },
        ),
        (parts) => {
          const once = cleanDraft(parts.join("\n"));
          expect(cleanDraft(once)).toBe(once);
        },
      ),
    );
  });
});
