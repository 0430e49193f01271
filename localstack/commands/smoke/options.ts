import { parseArgs } from "node:util";
import { answerStatuses } from "../../../lib/answers/run.ts";

export type AnswerStatusName = (typeof answerStatuses)[number];

export const terminalStatuses = answerStatuses.filter((status) => status !== "queued" && status !== "running");

/** What was typed cannot be understood. */
export class WrongUsage extends Error {}

export const usage = `Usage: npm run smoke
       npm run smoke -- --question TEXT [--base-url URL] [--api-key KEY] [--run-id ID] [--markdown-path FOLDER]
         [--enable-sql] [--log-llm-payload] [--poll-interval-seconds 3] [--max-wait-seconds 1200]
         [--request-timeout-seconds 30] [--accepted-terminal-statuses completed,completed_with_gaps]
         [--artifacts-dir output/api_smoke_tests]
Without anything an analysis run; with --question an answer run.`;

export interface AnswerSmokeOptions {
  /** Undefined: as the other commands, BASE_URL or http://127.0.0.1:3000. */
  baseUrl: string | undefined;
  /** Undefined: API_KEY, or the local stack's. */
  apiKey: string | undefined;
  /** The body of the POST. */
  request: {
    question: string;
    run_id?: string;
    markdown_path?: string;
    enable_sql?: true;
    log_llm_payload?: true;
  };
  pollMs: number;
  longestMs: number;
  timeoutMs: number;
  accepted: AnswerStatusName[];
  artifactsDir: string;
}

/** Throws `WrongUsage` with a sentence. */
export function readAnswerOptions(args: readonly string[]): AnswerSmokeOptions {
  const values = parsed(args);
  const question = values.question?.trim();
  if (!question) throw new WrongUsage("--question is missing.");
  return {
    baseUrl: url(values["base-url"]),
    apiKey: filled("--api-key", values["api-key"]),
    request: {
      question,
      ...(values["run-id"] !== undefined && { run_id: values["run-id"] }),
      ...(values["markdown-path"] !== undefined && { markdown_path: values["markdown-path"] }),
      ...(values["enable-sql"] && { enable_sql: true }),
      ...(values["log-llm-payload"] && { log_llm_payload: true }),
    },
    pollMs: milliseconds("--poll-interval-seconds", values["poll-interval-seconds"]),
    longestMs: milliseconds("--max-wait-seconds", values["max-wait-seconds"]),
    timeoutMs: milliseconds("--request-timeout-seconds", values["request-timeout-seconds"]),
    accepted: values["accepted-terminal-statuses"].split(",").map(terminalStatus),
    artifactsDir: values["artifacts-dir"],
  };
}

function parsed(args: readonly string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean", default: false } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        "base-url": text,
        question: text,
        "api-key": text,
        "run-id": text,
        "markdown-path": text,
        "enable-sql": flag,
        "log-llm-payload": flag,
        "poll-interval-seconds": { ...text, default: "3" },
        "max-wait-seconds": { ...text, default: "1200" },
        "request-timeout-seconds": { ...text, default: "30" },
        "accepted-terminal-statuses": { ...text, default: "completed,completed_with_gaps" },
        "artifacts-dir": { ...text, default: "output/api_smoke_tests" },
      },
    }).values;
  } catch {
    // Its sentence repeats what was typed, which may be a key.
    throw new WrongUsage("An option is not known or lacks its value.");
  }
}

function url(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (URL.canParse(text) && /^https?:/.test(text)) return text;
  throw new WrongUsage("--base-url must be an address such as http://127.0.0.1:3000.");
}

function filled(name: string, text: string | undefined): string | undefined {
  if (text === "") throw new WrongUsage(`${name} is empty.`);
  return text;
}

function milliseconds(name: string, text: string): number {
  const seconds = Number(text);
  // Longer than a timer can be set to.
  if (seconds > 0 && seconds <= 2_000_000) return seconds * 1_000;
  throw new WrongUsage(`${name} must be a number of seconds above 0.`);
}

function terminalStatus(text: string): AnswerStatusName {
  const status = terminalStatuses.find((each) => each === text.trim());
  if (status) return status;
  throw new WrongUsage(`--accepted-terminal-statuses are of ${terminalStatuses.join(", ")}.`);
}
