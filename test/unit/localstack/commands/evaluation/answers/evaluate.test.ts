import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { connect } from "../../../../../../localstack/commands/client.ts";
import { evaluateAnswers } from "../../../../../../localstack/commands/evaluation/answers/evaluate.ts";
import {
  type Change,
  completed,
  context,
  failed,
  output,
  startAnswersServer,
} from "../../../../../support/answers-server.ts";
import { folderWith } from "../../../../../support/folders.ts";

const question = "How are losses limited?";
const exits = "Losses are limited by a stop 10 % below the entry price.";

/** An answer with these excerpts, about the document of the examination. */
function answered(answer: string, quotes: readonly string[]): Change {
  const excerpts = quotes.map((quote, index) => ({ ref_id: `ref_${index + 1}`, path: "documents/exits.md", quote }));
  const content = `# Question\n${question}\n\n${answer}\n\n---\n\n**Sources considered:** exits 2026\n`;
  return {
    status: () => [200, completed],
    output: () => [200, { ...output, content }],
    context: () => [200, { ...context, context_bundle: { markdown: { excerpts } } }],
  };
}

async function evaluate(change: Change, questions: string, limit = Number.POSITIVE_INFINITY) {
  const folder = await folderWith({});
  await mkdir(join(folder, "questions"));
  await mkdir(join(folder, "documents"));
  await writeFile(join(folder, "questions/methods.txt"), questions);
  await writeFile(join(folder, "documents/exits.md"), `# Exits\n\n${exits}\n`);
  const server = await startAnswersServer(change);
  const printed: string[] = [];
  const api = connect({ BASE_URL: server.url, API_KEY: "a-key" });
  const holds = await evaluateAnswers(api, folder, limit, (text) => printed.push(text));
  return { holds, printed, server };
}

describe("the evaluation of answers", () => {
  it("says what an answer is worth that keeps all promises", async () => {
    const questions = `${question}\n=> exits.md: a stop 10 % below\n=> exits.md: Gains are taken`;
    const { holds, printed, server } = await evaluate(answered(`${exits} [ref_1]`, [exits]), questions);
    expect(server.bodies).toEqual([{ question }]);
    expect(printed[0]).toMatch(/^ {2}completed in \d+\.\d s, 1 of 1 sentences carried by 1 quotes: How are losses/);
    expect(printed.at(-1)?.split("\n")).toEqual([
      "all files: 1 questions, 0 without an answer, 0 answers that nothing was found",
      "  retrieval    recall at 5 50.0 % of 2, at 20 50.0 % of 2, in all 50.0 % of 2 " +
        "(1 of 1 questions name passages; in the order of the references, by source and place)",
      "  support      100.0 % of 1 of the sentences are carried by a quote they cite",
      "  quotes       100.0 % of 1 occur in the cited document",
      "  figures      100.0 % of 1 stand in a quote that their answer cites",
      "  citations    0 of what the answer does not rest on",
    ]);
    expect(holds).toBe(true);
  });

  it("says which promises an answer breaks, and that no passages are named", async () => {
    const invented = "Losses are limited by a stop 12 % below the entry price.";
    const { holds, printed } = await evaluate(
      answered(`${invented} [ref_1] It is so. [ref_2]`, ["A stop of 9 %."]),
      question,
    );
    expect(printed[0]?.split("\n").slice(1)).toEqual([
      "    quote not in its document: ref_1 of documents/exits.md",
      "    figure in no quote: 12",
      "    citation of nothing: ref_2",
      `    not carried: ${invented} [ref_1]`,
      "    not carried: It is so. [ref_2]",
    ]);
    expect(printed.at(-1)?.split("\n").slice(1)).toEqual([
      "  retrieval    not measured: the question files name no passages",
      "  support      0.0 % of 2 of the sentences are carried by a quote they cite",
      "  quotes       0.0 % of 1 occur in the cited document",
      "  figures      0.0 % of 1 stand in a quote that their answer cites",
      "  citations    1 of what the answer does not rest on",
    ]);
    expect(holds).toBe(false);
  });

  it("counts a run without an answer as broken, and one that found nothing as none", async () => {
    const lost = await evaluate({ status: () => [200, failed] }, question);
    expect(lost.printed[0]).toMatch(/^ {2}failed in \d+\.\d s \(api_key_error\): How are losses limited\?$/);
    expect(lost.printed.at(-1)).toContain("all files: 1 questions, 1 without an answer, 0 answers that nothing");
    expect(lost.holds).toBe(false);
    const nothing = await evaluate(answered("No grounded evidence was found.", []), question);
    expect(nothing.printed.at(-1)).toContain("all files: 1 questions, 0 without an answer, 1 answers that nothing");
    expect(nothing.holds).toBe(true);
  });

  it("asks as many questions as it is told", async () => {
    const { server } = await evaluate(answered(`${exits} [ref_1]`, [exits]), `${question}\nWhy?\nSince when?`, 1);
    expect(server.bodies).toEqual([{ question }]);
  });

  it("says in a sentence what the deployment answers instead of what it promised", async () => {
    const refused = evaluate({ start: () => [401, { code: "ACCESS_DENIED", message: "No." }] }, question);
    await expect(refused).rejects.toThrow('The deployment answered 401: {"code":"ACCESS_DENIED","message":"No."}');
  });

  it("says that nobody answers", async () => {
    const api = connect({ BASE_URL: "http://127.0.0.1:1", API_KEY: "a-key" });
    const folder = await folderWith({});
    for (const name of ["questions", "documents"]) await mkdir(join(folder, name));
    await expect(evaluateAnswers(api, folder, 1, () => {})).rejects.toThrow("Nobody answers at http://127.0.0.1:1");
  });
});
