import { describe, expect, it } from "vitest";
import { smokeAnswer } from "../../../../../localstack/commands/smoke/answer-run.ts";

describe("the flags of the smoke test", () => {
  it.each<[what: string, args: string[], sentence: string]>([
    ["no question", ["--run-id", "demo_1"], "--question is missing."],
    ["a question of blanks", ["--question", "  "], "--question is missing."],
    ["a question without its text", ["--question"], "An option is not known or lacks its value."],
    ["an unknown flag", ["--question", "Why?", "--verbose"], "An option is not known or lacks its value."],
    ["an argument", ["--question", "Why?", "now"], "An option is not known or lacks its value."],
    [
      "no address",
      ["--question", "Why?", "--base-url", "localhost:3000"],
      "--base-url must be an address such as http://127.0.0.1:3000.",
    ],
    ["an empty key", ["--question", "Why?", "--api-key", ""], "--api-key is empty."],
    [
      "no pace",
      ["--question", "Why?", "--poll-interval-seconds", "0"],
      "--poll-interval-seconds must be a number of seconds above 0.",
    ],
    [
      "a wait that is no number",
      ["--question", "Why?", "--max-wait-seconds", "long"],
      "--max-wait-seconds must be a number of seconds above 0.",
    ],
    [
      "a status that is no end",
      ["--question", "Why?", "--accepted-terminal-statuses", "completed,running"],
      "--accepted-terminal-statuses are of completed, completed_with_gaps, failed, stopped.",
    ],
  ])("answers %s with its usage and 2", async (_what, args, sentence) => {
    const lines: string[] = [];
    expect(await smokeAnswer(args, {}, (line) => lines.push(line))).toBe(2);
    expect(lines[0]?.startsWith(`smoke: ${sentence}\n`)).toBe(true);
    expect(lines[0]).toContain("Usage: npm run smoke");
  });
});
