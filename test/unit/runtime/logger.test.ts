import { describe, expect, it, vi } from "vitest";
import { createLog } from "../../../lib/runtime/logger.ts";
import { useWritten } from "../../support/written.ts";

const written = useWritten();
const lines = () => written().map((line) => JSON.parse(line));

describe("the log", () => {
  it("writes one JSON object a line, with the fields of the line and of every logger above it", () => {
    createLog("INFO").with({ stage: "test", runId: "R" }).with({ phase: "ListPosts" }).info("phase done", { posts: 3 });
    expect(lines()).toMatchObject([
      { level: "INFO", message: "phase done", stage: "test", runId: "R", phase: "ListPosts", posts: 3 },
    ]);
    expect(lines()[0]?.timestamp).toMatch(/^\d{4}-\d\d-\d\dT/);
  });

  it("hands its lines to whoever takes them, and standard output stays for people", () => {
    const taken: string[] = [];
    const log = createLog("INFO", (line) => taken.push(line));
    log.with({ runId: "R" }).error("failed", { error: new TypeError("a bug") });
    log.debug("no");
    expect(taken.map((line) => JSON.parse(line))).toMatchObject([
      { level: "ERROR", message: "failed", service: "wsb-signals", runId: "R", error: { name: "TypeError" } },
    ]);
    expect(written()).toEqual([]);
  });

  it("keeps a hostile text on its one line", () => {
    createLog("INFO").warn("odd", { text: 'a\nlevel: "ERROR"\r\n\u001b[31m<script>\u2028' });
    expect(written()).toHaveLength(1);
    for (const character of ["\n", "\r", "\u001b"]) expect(written()[0]?.trimEnd()).not.toContain(character);
    expect(lines()[0]?.level).toBe("WARN");
  });

  it("adds name, message and stack of an error, whatever was thrown", () => {
    createLog("INFO").error("failed", { error: new TypeError("a bug") });
    createLog("INFO").critical("failed", { error: "a text" });
    expect(lines()).toMatchObject([
      { level: "ERROR", error: { name: "TypeError", message: "a bug", stack: expect.anything() } },
      { level: "CRITICAL", error: { message: "a text" } },
    ]);
  });

  it("leaves out what is below its level", () => {
    const log = createLog("WARN");
    log.debug("no");
    log.info("no");
    log.warn("yes");
    expect(lines().map((line) => line.message)).toEqual(["yes"]);
  });

  it("never fails whoever speaks: neither at a field that cannot be written nor at a sink that is gone", () => {
    const unreadable = {
      get field(): string {
        throw new Error("not to be read");
      },
    };
    const log = createLog("INFO");
    expect(() => log.info("x", { nested: unreadable })).not.toThrow();
    vi.mocked(process.stdout.write).mockImplementation(() => {
      throw new Error("EPIPE");
    });
    expect(() => log.info("x")).not.toThrow();
  });
});
