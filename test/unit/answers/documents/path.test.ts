import { posix, win32 } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { markdownPathProblem, markdownPathSchema } from "../../../../lib/answers/documents/path.ts";

describe("the folder of a request", () => {
  it.each([
    "documents",
    "documents/2024/reports",
    "a",
    "..a/b..",
    ".hidden",
    "with space",
    "Ünïcode/日本",
    "a".repeat(256),
  ])("may be %s", (path) => expect(markdownPathProblem(path)).toBeUndefined());

  it.each([
    ["", "must not be empty"],
    ["a".repeat(257), "must have at most 256 characters"],
    ["a\0b", "must not contain a NUL"],
    ["a\ud800b", "must be well-formed Unicode"],
    ["a\\b", "must not contain a backslash"],
    ["..\\secrets", "must not contain a backslash"],
    ["/etc", "must be relative to the document root"],
    ["//server/share", "must be relative to the document root"],
    ["C:documents", "must not name a drive or a scheme"],
    ["c:/documents", "must not name a drive or a scheme"],
    ["s3://bucket/key", "must not name a drive or a scheme"],
    ["file:documents", "must not name a drive or a scheme"],
    ["a//b", "must not contain an empty segment"],
    ["a/", "must not contain an empty segment"],
    ["..", "must not contain the segments . and .."],
    ["a/../../b", "must not contain the segments . and .."],
    ["a/..", "must not contain the segments . and .."],
    [".", "must not contain the segments . and .."],
    ["./documents", "must not contain the segments . and .."],
  ])("may not be %j", (path, problem) => expect(markdownPathProblem(path)).toBe(problem));

  it("is refused with a sentence that names the field", () => {
    const { error } = markdownPathSchema.safeParse("../secrets");
    expect(error?.issues.map(({ message }) => message)).toEqual([
      "markdown_path must not contain the segments . and ..",
    ]);
    expect(markdownPathSchema.safeParse(false).success).toBe(false);
  });

  it("never leads out of the root, however a disk reads it", () => {
    const piece = fc.oneof(fc.constantFrom("..", ".", "", "/", "\\", "C:", "~", "%2e%2e", "a"), fc.string());
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 6 }), fc.constantFrom("/", "\\", ""), (pieces, glue) => {
        const path = pieces.join(glue);
        fc.pre(markdownPathProblem(path) === undefined);
        expect(posix.join("/srv", path).startsWith("/srv/")).toBe(true);
        expect(posix.join("/srv", path)).toBe(`/srv/${path}`);
        expect(win32.resolve("D:\\root", path).startsWith("D:\\root\\")).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});
