import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ApiClient } from "../../client.ts";
import { Complaint } from "../complaint.ts";
import { ask } from "./ask.ts";
import { bodyOf, judge } from "./judge.ts";
import { type Question, readExamination } from "./questions.ts";
import { describeResult, isBroken, type Result, summarize } from "./report.ts";

/** As many runs as a deployment works on at once. */
const atOnce = 2;

/**
 * Asks a running deployment the questions of a directory and prints what its answers are worth, file by file and together.
 * True where every run had an answer, every quote occurs in its document and every figure in a quote.
 */
export async function evaluateAnswers(
  api: ApiClient,
  directory: string,
  limit: number,
  print: (text: string) => void,
): Promise<boolean> {
  const { files, documents } = await readExamination(directory);
  await api.call("GET", "/api/v1/health/ready").catch(() => {
    throw new Complaint(`Nobody answers at ${api.baseUrl}: start a deployment that reads ${documents} first.`);
  });
  const all: Result[] = [];
  for (const { name, questions } of files) {
    const asked = questions.slice(0, Math.max(0, limit - all.length));
    if (asked.length === 0) continue;
    const results = await askAll(api, asked, documents, print);
    all.push(...results);
    print(`${summarize(name, results)}\n`);
  }
  print(summarize("all files", all));
  return all.length > 0 && !all.some(isBroken);
}

async function askAll(
  api: ApiClient,
  questions: readonly Question[],
  documents: string,
  print: (text: string) => void,
): Promise<Result[]> {
  const waiting = questions.entries();
  const results: Result[] = [];
  const work = async () => {
    // Both take the next one of the same iterator.
    for (const [index, question] of waiting) {
      const result = await examine(api, question, documents);
      print(describeResult(result));
      results[index] = result;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return results;
}

async function examine(api: ApiClient, question: Question, documents: string): Promise<Result> {
  const asked = await ask(api, question.text);
  if (!asked.answer) return { question, asked, judgement: null };
  const { content, excerpts } = asked.answer;
  const body = bodyOf(content, question.text);
  return { question, asked, judgement: judge(body, excerpts, (path) => documentOf(documents, path)) };
}

/** A path begins with the name of the folder, or with the one that stands for any: `documents/Munich.md`. */
function documentOf(documents: string, path: string): string | undefined {
  try {
    return readFileSync(join(documents, path.slice(path.indexOf("/") + 1)), "utf8");
  } catch {
    return undefined;
  }
}
