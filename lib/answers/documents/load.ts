import type { DocumentFile, DocumentSource } from "../../providers/documents/source.ts";
import { chunked } from "../../runtime/chunked.ts";
import { AppError } from "../../runtime/errors.ts";
import type { Document } from "./chunk.ts";
import type { SkippedDocument } from "./record.ts";

export interface DocumentLimits {
  /** Files at most. */
  files: number;
  /** Of one file. */
  bytes: number;
}

/** What a folder holds: the documents to read, and those that are not. */
export interface FoundDocuments {
  files: DocumentFile[];
  /** How the path of a file begins for the reader: `documents/Munich.md`, wherever the folder lies. */
  shownAs: (file: DocumentFile) => string;
  skipped: SkippedDocument[];
}

/** The folder's name where a request names none. */
const defaultMarkdownPath = "documents";

/** As many are read at a time. */
const readers = 8;

/**
 * The documents of a folder, sorted by path, and those over the limits. A root without a folder `documents` is that folder
 * itself: it may be any folder with documents. Throws `DocumentsMissing` where there is no such folder.
 */
export async function findDocuments(
  source: DocumentSource,
  markdownPath: string,
  limits: DocumentLimits,
): Promise<FoundDocuments> {
  const { all, base } = await listed(source, markdownPath);
  const shownAs = ({ path }: DocumentFile) => base + path;
  const sorted = all.sort((a, b) => (a.path < b.path ? -1 : 1));
  const [within, over] = [sorted.slice(0, limits.files), sorted.slice(limits.files)];
  const skipped = [
    ...within.filter(({ bytes }) => bytes > limits.bytes).map((file) => tooLarge(shownAs(file), limits)),
    ...over.map((file) => ({ path: shownAs(file), problem: `is not among the first ${limits.files} documents` })),
  ];
  return { files: within.filter(({ bytes }) => bytes <= limits.bytes), shownAs, skipped };
}

/** Reads what was found, in its order, a few at a time: all of them may be more than a function can hold. */
export async function* readDocuments(
  source: DocumentSource,
  { files, shownAs }: FoundDocuments,
  limits: DocumentLimits,
): AsyncGenerator<Document | SkippedDocument> {
  for (const some of chunked(files, readers)) {
    const read = some.map(async (file) => documentOf(shownAs(file), await source.read(file.path), limits));
    yield* await Promise.all(read);
  }
}

async function listed(source: DocumentSource, markdownPath: string): Promise<{ all: DocumentFile[]; base: string }> {
  const all = await source.list(markdownPath);
  if (all) return { all, base: "" };
  const [first, ...rest] = markdownPath.split("/");
  const inRoot = first === defaultMarkdownPath ? await source.list(rest.join("/")) : undefined;
  if (inRoot) return { all: inRoot, base: `${defaultMarkdownPath}/` };
  throw new AppError("DocumentsMissing", "NOT_FOUND", `There is no folder ${markdownPath} among the documents.`);
}

function documentOf(path: string, bytes: Uint8Array | undefined, limits: DocumentLimits): Document | SkippedDocument {
  if (bytes === undefined) return { path, problem: "cannot be read" };
  // It may have grown since it was listed.
  if (bytes.length > limits.bytes) return tooLarge(path, limits);
  const text = textOf(bytes);
  return text === undefined ? { path, problem: "is not UTF-8" } : { path, source_name: sourceName(path), text };
}

function tooLarge(path: string, { bytes }: DocumentLimits): SkippedDocument {
  return { path, problem: `is larger than ${bytes} bytes` };
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The file's name without its ending. */
function sourceName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1).replace(/(?<=.)\.md$/, "");
}
