import { describe, expect, it } from "vitest";
import { write } from "../../../../localstack/standins/openai/roles/writer.ts";

const excerpt = (number: number, source_name: string, partial_answer: string) => ({
  ref_id: `ref_${number}`,
  source_name,
  partial_answer,
});
const answer = (
  excerpts: ReturnType<typeof excerpt>[],
  results: { columns: string[]; rows: (string | number | null)[][] }[] = [],
  question = "How many trams are there?",
) => write({ question, evidence: { excerpts, results } }).answer;

describe("the writer of the stand-in", () => {
  it("says what each source says, every sentence with its citation", () => {
    expect(
      answer([
        excerpt(1, "Munich", "Munich has 90 trams. They are blue."),
        excerpt(2, "Oslo", "Oslo has trams in every district"),
      ]),
    ).toBe("- Munich has 90 trams. [ref_1] They are blue. [ref_1]\n\n- Oslo has trams in every district [ref_2]");
  });

  it("shows rows as a table, in the words of its columns, and not how they were found", () => {
    const results = [
      {
        columns: ["author", "net_gain"],
        rows: [
          ["ape|1", 3],
          ["dfv", null],
        ],
      },
    ];
    const text = answer([], results);
    expect(text).toBe("| author | net gain |\n| --- | --- |\n| ape\\|1 | 3 |\n| dfv | – |");
    expect(answer([], [{ columns: ["error"], rows: [["no such table"]] }])).not.toContain("no such table");
  });

  it("says that nothing was found, without a citation, where nothing was", () => {
    expect(answer([])).toBe("No grounded evidence was found for this question.");
    expect(answer([], [{ columns: ["author"], rows: [] }])).toBe("No grounded evidence was found for this question.");
  });

  it("cites every source at least once where there is no room for all that they say", () => {
    const long = (words: string) => `${words} ${"very ".repeat(900)}long.`;
    const many = [1, 2, 3, 4, 5, 6].map((number) => excerpt(number, number < 6 ? "Munich" : "Oslo", long("Trams are")));
    const text = answer([...many, excerpt(7, "Paris", "Paris is short.")]);
    expect(text.length).toBeLessThan(20_100);
    for (const ref of ["[ref_1]", "[ref_6]", "[ref_7]"]) expect(text).toContain(ref);
    expect(text.match(/\[ref_\d\]/g)?.length).toBeLessThan(7);
  });
});
