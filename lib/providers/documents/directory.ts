import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { AppError } from "../../runtime/errors.ts";
import { type DocumentFile, type DocumentSource, isMarkdown, isPlainPath } from "./source.ts";

/** Codes of what is not there, is no file, or is not ours to read; anything else may pass. */
const lasting = new Set(["ENOENT", "ENOTDIR", "EISDIR", "EACCES", "EPERM", "ELOOP", "ENAMETOOLONG"]);

/**
 * Documents in a directory of this machine. Symbolic links are followed as long as they stay below the root, which may be
 * one itself; what a link shows outside is as if it were not there.
 */
export function createDirectory(directory: string): DocumentSource {
  return {
    async list(folder) {
      if (folder !== "" && !isPlainPath(folder)) return undefined;
      const root = await orUndefined(realpath(directory));
      const start = root && (await below(root, join(root, folder)));
      if (!root || !start || !(await stat(start)).isDirectory()) return undefined;
      return filesIn(root, start, folder, []);
    },
    async read(path) {
      if (!isPlainPath(path)) return undefined;
      const root = await orUndefined(realpath(directory));
      const file = root && (await below(root, join(root, path)));
      // A pipe would be waited for.
      const isFile = file && (await orUndefined(stat(file)))?.isFile();
      return file && isFile ? orUndefined(readFile(file)) : undefined;
    },
  };
}

/** The files below a place; `above` are the directories it was reached through, in which a link may lead back. */
async function filesIn(root: string, place: string, path: string, above: readonly string[]): Promise<DocumentFile[]> {
  const names = (await orUndefined(readdir(place))) ?? [];
  const here = [...above, place];
  const found: DocumentFile[] = [];
  for (const name of names.filter(isPlainPath)) {
    found.push(...(await filesAt(root, join(place, name), path === "" ? name : `${path}/${name}`, here)));
  }
  return found;
}

/** What one name of a directory stands for: a file, those of a directory, or nothing of ours. */
async function filesAt(root: string, place: string, path: string, above: readonly string[]): Promise<DocumentFile[]> {
  const target = await below(root, place);
  const facts = target && (await orUndefined(stat(target)));
  if (!target || !facts) return [];
  if (facts.isFile()) return isMarkdown(path) ? [{ path, bytes: facts.size }] : [];
  return facts.isDirectory() && !above.includes(target) ? filesIn(root, target, path, above) : [];
}

/** Where a path really leads; undefined outside the root, and where there is nothing. */
async function below(root: string, path: string): Promise<string | undefined> {
  const real = await orUndefined(realpath(path));
  const inside = real === root || real?.startsWith(root.endsWith(sep) ? root : root + sep);
  return inside ? real : undefined;
}

async function orUndefined<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (lasting.has(code)) return undefined;
    throw new AppError("DocumentsUnavailable", "INTERNAL_ERROR", `The documents cannot be read now (${code}).`, {
      retryable: true,
      cause: error,
    });
  }
}
