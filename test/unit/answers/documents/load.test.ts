import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { chunksOf } from "../../../../lib/answers/documents/chunk.ts";
import { createDirectory } from "../../../../lib/providers/documents/directory.ts";
import type { DocumentSource } from "../../../../lib/providers/documents/source.ts";
import { loadDocuments } from "../../../support/documents.ts";
import { describeRecorded, recordings } from "../../../support/recorded.ts";

const usual = { files: 200, bytes: 5_000_000 };

/** Documents in memory, in the order they were put in; null for one that cannot be read. */
function inMemory(documents: Record<string, string | Uint8Array | null>): DocumentSource {
  const bytesOf = (content: string | Uint8Array | null = null) =>
    typeof content === "string" ? new TextEncoder().encode(content) : (content ?? undefined);
  const files = Object.entries(documents).map(([path, content]) => ({ path, bytes: bytesOf(content)?.length ?? 0 }));
  return {
    list: async (folder) => {
      const below = files.filter(({ path }) => folder === "" || path.startsWith(`${folder}/`));
      return below.length > 0 ? below : undefined;
    },
    read: async (path) => bytesOf(documents[path]),
  };
}

describe("documents", () => {
  it("come sorted by path, each named as its file", async () => {
    const source = inMemory({
      "documents/b.md": "B",
      "documents/sub/a.md": "A in sub",
      "documents/a.md": "A",
      "other/c.md": "C",
    });
    await expect(loadDocuments(source, "documents", usual)).resolves.toEqual({
      documents: [
        { path: "documents/a.md", source_name: "a", text: "A" },
        { path: "documents/b.md", source_name: "b", text: "B" },
        { path: "documents/sub/a.md", source_name: "a", text: "A in sub" },
      ],
      skipped: [],
    });
  });

  it("are told of where they cannot be used: too large, over the count, unreadable, not UTF-8", async () => {
    const source = inMemory({
      "documents/1.md": "12345",
      "documents/2.md": "123456",
      "documents/3.md": null,
      "documents/4.md": new Uint8Array([0x47, 0xe4, 0x76]),
      "documents/5.md": "over",
    });
    await expect(loadDocuments(source, "documents", { files: 4, bytes: 5 })).resolves.toEqual({
      documents: [{ path: "documents/1.md", source_name: "1", text: "12345" }],
      skipped: [
        { path: "documents/2.md", problem: "is larger than 5 bytes" },
        { path: "documents/5.md", problem: "is not among the first 4 documents" },
        { path: "documents/3.md", problem: "cannot be read" },
        { path: "documents/4.md", problem: "is not UTF-8" },
      ],
    });
  });

  it("are too large also where they have grown since they were listed", async () => {
    const source = { ...inMemory({ "documents/1.md": "1" }), read: async () => new TextEncoder().encode("123456") };
    await expect(loadDocuments(source, "documents", { files: 4, bytes: 5 })).resolves.toEqual({
      documents: [],
      skipped: [{ path: "documents/1.md", problem: "is larger than 5 bytes" }],
    });
  });

  it("may lie in the root itself, which then is the folder of that name", async () => {
    const source = inMemory({ "b.md": "B", "sub/a.md": "A" });
    const paths = async (folder: string) =>
      (await loadDocuments(source, folder, usual)).documents.map(({ path }) => path);
    expect(await paths("documents")).toEqual(["documents/b.md", "documents/sub/a.md"]);
    expect(await paths("documents/sub")).toEqual(["documents/sub/a.md"]);
    expect(await paths("sub")).toEqual(["sub/a.md"]);
  });

  it("are missing where there is no such folder, which is another thing than a folder without documents", async () => {
    const empty: DocumentSource = { list: async () => [], read: async () => undefined };
    await expect(loadDocuments(empty, "documents", usual)).resolves.toEqual({ documents: [], skipped: [] });
    await expect(loadDocuments(inMemory({ "a.md": "A" }), "reports", usual)).rejects.toMatchObject({
      name: "DocumentsMissing",
      message: "There is no folder reports among the documents.",
    });
  });
});

describeRecorded("the reports of 36 cities", ["documents/city_climate"], () => {
  it("are read whole, and every chunk stands in its file", async () => {
    const folder = join(recordings, "documents/city_climate");
    const { documents, skipped } = await loadDocuments(createDirectory(folder), "documents", usual);
    expect([documents.length, skipped]).toEqual([36, []]);
    for (const document of documents) {
      const file = await readFile(join(folder, document.path.replace("documents/", "")), "utf8");
      const chunks = chunksOf(document, { chunkTokens: 12_000, overlapTokens: 2_000 });
      expect(chunks.every(({ content }) => file.includes(content))).toBe(true);
      // Nothing of these texts is without a line's end in a fifth of a chunk.
      expect(chunks.slice(0, -1).filter(({ content }) => !content.endsWith("\n"))).toEqual([]);
    }
  });
});
