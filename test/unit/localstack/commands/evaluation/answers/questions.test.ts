import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { questionsOf, readExamination } from "../../../../../../localstack/commands/evaluation/answers/questions.ts";
import { folderWith } from "../../../../../support/folders.ts";
import { describeRecorded, recordings } from "../../../../../support/recorded.ts";

describe("the questions of an evaluation", () => {
  it("are the lines of a file that are no comments, with the passages below them", () => {
    const file = [
      "# Questions",
      "",
      "> **Note:** a remark",
      "Why is it so?",
      "=> a/b.md: Because: it is.",
      "=> c.md: So it was decided.\r",
      "- How long?  ",
      "2. Since when?",
    ].join("\n");
    expect(questionsOf(file)).toEqual([
      {
        text: "Why is it so?",
        passages: [
          { path: "a/b.md", text: "Because: it is." },
          { path: "c.md", text: "So it was decided." },
        ],
      },
      { text: "How long?", passages: [] },
      { text: "Since when?", passages: [] },
    ]);
  });

  it("stand in a folder beside that of the documents", async () => {
    const folder = await folderWith({ "SOURCES.md": "" });
    await mkdir(join(folder, "questions"));
    await mkdir(join(folder, "reports"));
    await writeFile(join(folder, "questions/b.txt"), "Second?");
    await writeFile(join(folder, "questions/a.txt"), "First?");
    await writeFile(join(folder, "questions/c.json"), "{}");
    expect(await readExamination(folder)).toEqual({
      files: [
        { name: "a.txt", questions: [{ text: "First?", passages: [] }] },
        { name: "b.txt", questions: [{ text: "Second?", passages: [] }] },
      ],
      documents: join(folder, "reports"),
    });
  });

  it("are refused where nobody can tell which folder holds the documents", async () => {
    const folder = await folderWith({});
    await expect(readExamination(folder)).rejects.toThrow("DIR holds a folder `questions` with .txt files");
    await expect(readExamination(join(folder, "nowhere"))).rejects.toThrow("cannot be read");
    for (const name of ["questions", "one", "two"]) await mkdir(join(folder, name));
    await expect(readExamination(folder)).rejects.toThrow("beside it one folder, of any name");
  });
});

describeRecorded("the questions about real reports", ["documents/questions"], () => {
  it("can be asked, and name no passages", async () => {
    const { files, documents } = await readExamination(join(recordings, "documents"));
    expect(documents).toBe(join(recordings, "documents/city_climate"));
    expect(files.map(({ name, questions }) => [name, questions.length])).toEqual([
      ["e2e_questions.txt", 3],
      ["retrieval_questions.txt", 2],
      ["scott_questions.txt", 18],
      ["scott_questions2.txt", 12],
    ]);
    expect(files.flatMap(({ questions }) => questions.flatMap(({ passages }) => passages))).toEqual([]);
  });
});
