import type { Environment } from "../../runtime/config.ts";
import type { Tracer } from "../../runtime/tracer.ts";
import { createDirectory } from "./directory.ts";
import type { DocumentSource } from "./source.ts";

/** The documents that the environment names. The SDK is loaded for a bucket alone. */
export async function openDocuments(
  { DOCUMENTS_DIR }: Pick<Environment, "DOCUMENTS_DIR">,
  tools: { tracer: Tracer },
): Promise<DocumentSource> {
  const location = /^s3:\/\/(.+)$/.exec(DOCUMENTS_DIR)?.[1];
  if (location === undefined) return createDirectory(DOCUMENTS_DIR);
  return (await import("./bucket.ts")).createBucket(location, tools);
}
