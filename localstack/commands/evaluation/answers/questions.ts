import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Complaint } from "../complaint.ts";

/** Words of a document that an answer to a question should rest on. */
export interface Passage {
  /** Below the folder of documents. */
  path: string;
  text: string;
}

export interface Question {
  text: string;
  /** Empty where the file names none. */
  passages: Passage[];
}

/** What there is to ask, and the folder of the documents to ask about. */
export interface Examination {
  files: { name: string; questions: Question[] }[];
  documents: string;
}

export const layout =
  "DIR holds a folder `questions` with .txt files (a question on each line; lines that begin with # or > are comments; " +
  "`=> file.md: words of it` below a question names a passage that answers it), and beside it one folder, of any name, " +
  "with the documents that the deployment reads as DOCUMENTS_DIR.";

/** Reads the directory of an evaluation. Throws `Complaint` where it is none. */
export async function readExamination(directory: string): Promise<Examination> {
  const folders = (await entriesOf(directory)).filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const [documents, ...others] = folders.filter((name) => name !== "questions");
  if (!folders.includes("questions") || documents === undefined || others.length > 0) {
    throw new Complaint(`${directory} cannot be used. ${layout}`);
  }
  const names = (await readdir(join(directory, "questions"))).filter((name) => name.endsWith(".txt")).toSorted();
  const files = names.map(async (name) => ({
    name,
    questions: questionsOf(await readFile(join(directory, "questions", name), "utf8")),
  }));
  return { files: await Promise.all(files), documents: join(directory, documents) };
}

async function entriesOf(directory: string) {
  try {
    return await readdir(directory, { withFileTypes: true });
  } catch {
    throw new Complaint(`The directory ${directory} cannot be read.`);
  }
}

/** The questions of a file, in order, each with the passages that stand below it. */
export function questionsOf(file: string): Question[] {
  const questions: Question[] = [];
  for (const line of file.split(/\r?\n/).map((each) => each.trim())) {
    const [, path, text] = /^=> ?(\S+?): (.+)$/.exec(line) ?? [];
    if (path !== undefined && text !== undefined) questions.at(-1)?.passages.push({ path, text });
    else if (line !== "" && !/^(?:#|>)/.test(line)) {
      questions.push({ text: line.replace(/^(?:[-*]|\d+\.)\s+/, ""), passages: [] });
    }
  }
  return questions;
}
