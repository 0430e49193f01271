import * as z from "zod";

/** As long as a folder's name may be. */
const longest = 256;

/**
 * Why a folder cannot be asked for (spec answer-runs 5.2), or undefined for one that can: it must name a place below the
 * document root, and the same one on a disk, which normalises `..`, and in a bucket, which does not.
 */
export function markdownPathProblem(path: string): string | undefined {
  if (path.length === 0) return "must not be empty";
  if (path.length > longest) return `must have at most ${longest} characters`;
  if (path.includes("\0")) return "must not contain a NUL";
  if (!path.isWellFormed()) return "must be well-formed Unicode";
  if (path.includes("\\")) return "must not contain a backslash";
  if (path.startsWith("/")) return "must be relative to the document root";
  if (/^[a-z][a-z0-9+.-]*:/i.test(path)) return "must not name a drive or a scheme";
  const segments = path.split("/");
  if (segments.includes("")) return "must not contain an empty segment";
  if (segments.includes("..") || segments.includes(".")) return "must not contain the segments . and ..";
  return undefined;
}

/** A folder below the document root, as a request names it. */
export const markdownPathSchema = z.string().superRefine((path, context) => {
  const problem = markdownPathProblem(path);
  if (problem !== undefined) context.addIssue({ code: "custom", message: `markdown_path ${problem}` });
});
