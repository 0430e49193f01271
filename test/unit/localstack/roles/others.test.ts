import { describe, expect, it } from "vitest";
import { answerRole } from "../../../../localstack/standins/openai/roles/answer-role.ts";
import { checkSupport } from "../../../../localstack/standins/openai/roles/checker.ts";
import { decide } from "../../../../localstack/standins/openai/roles/orchestrator.ts";

describe("the orchestrator of the stand-in", () => {
  const decided = (given: Partial<Parameters<typeof decide>[0]>) =>
    decide({ question: "Why?", sql_is_on: false, evidence: { excerpts: [], results: [] }, earlier: [], ...given });

  it("has the database asked once more where nothing was found, and only then", () => {
    expect(decided({ sql_is_on: true })).toMatchObject({ action: "run_sql", follow_up_question: "Why?" });
    expect(decided({ sql_is_on: true, earlier: [{ action: "run_sql" }] })).toMatchObject({ action: "write" });
    expect(decided({ sql_is_on: true, evidence: { excerpts: [{}], results: [] } })).toMatchObject({ action: "write" });
    const rows = { excerpts: [], results: [{ rows: [[1]] }] };
    expect(decided({ sql_is_on: true, evidence: rows })).toMatchObject({ action: "write" });
  });

  it("writes what there is, also where that is nothing", () => {
    expect(decided({})).toMatchObject({ action: "write", follow_up_question: null });
  });
});

describe("the checker of the stand-in", () => {
  const supported = (sentence: string, ...quotes: string[]) =>
    checkSupport({ sentences: [{ index: 7, sentence, quotes }] }).sentences;

  it("supports a sentence whose words and figures its quotes have", () => {
    expect(supported("Munich has 90 trams.", "The city of Munich owns 90 trams today.")).toEqual([
      { index: 7, supported: true },
    ]);
    expect(supported("Munich has 90 trams and 4 buses.", "Munich: 90 trams.", "There are 4 buses.")).toEqual([
      { index: 7, supported: true },
    ]);
  });

  it.each([
    ["another figure", "Munich has 91 trams.", "The city of Munich owns 90 trams today."],
    ["other words", "Munich sells its bridges to Oslo.", "The city of Munich owns 90 trams today."],
    ["no quote", "Munich has trams."],
  ])("does not support one with %s", (_, sentence, ...quotes) => {
    expect(supported(sentence, ...quotes)).toEqual([{ index: 7, supported: false }]);
  });
});

describe("a role of the stand-in", () => {
  const data = { question: "Why?", sql_is_on: false, evidence: { excerpts: [], results: [] }, earlier: [] };

  it("is told by the form of the reply, and answers the data block at the end of the message", () => {
    const message = `Decide.\n\n<<<DATA\n${JSON.stringify(data)}\nDATA>>>`;
    expect(answerRole("orchestrator", message)).toMatchObject({ action: "write" });
    expect(answerRole("comment_annotation", message)).toBeUndefined();
    expect(answerRole(undefined, message)).toBeUndefined();
    expect(answerRole("orchestrator", "Decide.")).toBeUndefined();
    expect(answerRole("orchestrator", "<<<DATA\n{}\nDATA>>>")).toBeUndefined();
  });
});
