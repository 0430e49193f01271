import type { Document } from "../../lib/answers/documents/chunk.ts";
import { type DocumentLimits, findDocuments, readDocuments } from "../../lib/answers/documents/load.ts";
import type { SkippedDocument } from "../../lib/answers/documents/record.ts";
import type { DocumentSource } from "../../lib/providers/documents/source.ts";

/** A folder found and read, all at once. */
export async function loadDocuments(source: DocumentSource, markdownPath: string, limits: DocumentLimits) {
  const found = await findDocuments(source, markdownPath, limits);
  const documents: Document[] = [];
  const skipped: SkippedDocument[] = [...found.skipped];
  for await (const each of readDocuments(source, found, limits)) {
    if ("text" in each) documents.push(each);
    else skipped.push(each);
  }
  return { documents, skipped };
}
