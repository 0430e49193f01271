/** A document that was found, not read. */
export interface DocumentFile {
  /** From the document root, with `/` between its segments. */
  path: string;
  bytes: number;
}

/** The folder of documents that runs ask: a directory or a bucket. Neither answers with anything outside its root. */
export interface DocumentSource {
  /**
   * What ends in `.md` below `folder` (`""` for the root), at any depth, in no order; undefined where there is no such folder.
   * Throws `DocumentsUnavailable`, which may pass, and `BadConfiguration`, which does not.
   */
  list(folder: string): Promise<DocumentFile[] | undefined>;
  /** The document; undefined where it cannot be read. Throws `DocumentsUnavailable` where it may be later. */
  read(path: string): Promise<Uint8Array | undefined>;
}

/** Whether a path means the same on a disk, which normalises it, and in a bucket, which does not. */
export function isPlainPath(path: string): boolean {
  return !/[\\\0]/.test(path) && path.split("/").every((segment) => !["", ".", ".."].includes(segment));
}

export function isMarkdown(path: string): boolean {
  return path.endsWith(".md");
}
