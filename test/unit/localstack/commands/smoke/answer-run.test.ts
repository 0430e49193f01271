import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { smokeAnswer } from "../../../../../localstack/commands/smoke/answer-run.ts";
import {
  type Answer,
  accepted,
  type Change,
  completed,
  context,
  failed,
  fault,
  output,
  queued,
  running,
  startAnswersServer,
} from "../../../../support/answers-server.ts";
import { folderWith } from "../../../../support/folders.ts";

const key = "a-key-of-thirty-two-characters-or-more";
const question = "How are losses limited?";

async function smoke(change: Change = {}, ...more: string[]) {
  const server = await startAnswersServer(change);
  const artifacts = await folderWith({});
  const lines: string[] = [];
  const args = ["--base-url", server.url, "--question", question, "--artifacts-dir", artifacts];
  args.push("--poll-interval-seconds", "0.01", ...more);
  const code = await smokeAnswer(args, { API_KEY: key }, (line) => lines.push(line));
  const filesOf = (id: string) => (existsSync(join(artifacts, id)) ? readdirSync(join(artifacts, id)).toSorted() : []);
  const read = (id: string, name: string) =>
    JSON.parse(readFileSync(join(artifacts, id, `smoke_${name}.json`), "utf8"));
  const kept = () =>
    readdirSync(artifacts, { recursive: true, withFileTypes: true })
      .filter((each) => each.isFile())
      .map((each) => readFileSync(join(each.parentPath, each.name), "utf8"))
      .join("\n");
  return { code, lines, server, filesOf, read, kept };
}

const allFiles = [
  "smoke_context.json",
  "smoke_output.json",
  "smoke_start.json",
  "smoke_status_history.json",
  "smoke_summary.json",
];
const upToPolling = ["smoke_start.json", "smoke_status_history.json", "smoke_summary.json"];

describe("the smoke test of an answer run, on a server that keeps the contract", () => {
  it("ends with 0 and keeps what it saw", async () => {
    const { code, lines, server, filesOf, read } = await smoke();
    expect(lines.at(-1)).toBe("smoke: the contract holds");
    expect(code).toBe(0);
    expect(server.keys).toEqual(new Set([key]));
    expect(server.bodies).toEqual([{ question }, { question, run_id: "demo_1" }]);
    expect(server.calls).toEqual({ start: 1, output: 2, status: 4, context: 1, again: 1, unknown: 1 });
    expect(filesOf("demo_1")).toEqual(allFiles);
    expect(read("demo_1", "start")).toMatchObject({ http_status: 202, payload: accepted });
    const history: { time: string; http_status: number; payload: unknown }[] = read("demo_1", "status_history");
    expect(history.map(({ http_status, payload }) => [http_status, payload])).toEqual([
      [200, queued],
      [200, running],
      [200, running],
      [200, completed],
    ]);
    expect(history.every(({ time }) => /^\d{4}-\d\d-\d\dT.*Z$/.test(time))).toBe(true);
    expect(read("demo_1", "output").payload).toEqual(output);
    expect(read("demo_1", "context").payload).toEqual(context);
    expect(read("demo_1", "summary")).toMatchObject({
      passed: true,
      problem: null,
      base_url: server.url,
      request: { question },
      run_id: "demo_1",
      status: "completed",
      finish_reason: "completed (write)",
      polls: 4,
    });
  });

  it("sends what it is told to", async () => {
    const flags = ["--run-id", "demo_1", "--markdown-path", "documents/a", "--enable-sql", "--log-llm-payload"];
    const { code, server } = await smoke({}, ...flags);
    expect(code).toBe(0);
    expect(server.bodies[0]).toEqual({
      question,
      run_id: "demo_1",
      markdown_path: "documents/a",
      enable_sql: true,
      log_llm_payload: true,
    });
  });

  it("ends with 0 where the run is finished at once, and where the errors have an envelope", async () => {
    const { code, lines } = await smoke({
      output: () => [200, output],
      status: () => [200, completed],
      again: () => [409, { error: { code: "DUPLICATE_RUN_ID", message: "It is taken." } }],
    });
    expect([code, lines.at(-1)]).toEqual([0, "smoke: the contract holds"]);
  });

  it("ends with 0 where the end of a failed run is accepted, which has no answer", async () => {
    const change: Change = { status: () => [200, failed], output: () => fault("RUN_NOT_SUCCESSFUL") };
    change.context = () => fault("RUN_NOT_SUCCESSFUL");
    const { code, lines } = await smoke(change, "--accepted-terminal-statuses", "failed,stopped");
    expect([code, lines.at(-1)]).toEqual([0, "smoke: the contract holds"]);
  });
});

describe("the smoke test of an answer run ends with 1", () => {
  const withField = (body: object) => [200, { ...body, extra: 1 }] as [number, unknown];
  it.each<[what: string, change: Change, problem: RegExp, files: string[]]>([
    [
      "a status without one of its fields",
      { status: () => [200, { ...running, error: undefined }] },
      /not what was promised/,
      upToPolling,
    ],
    ["a status with a field of its own", { status: () => withField(running) }, /not what was promised/, upToPolling],
    [
      "a status of another run",
      { status: () => [200, { ...running, run_id: "demo_2" }] },
      /it is of the run demo_2/,
      upToPolling,
    ],
    [
      "a running run that has ended",
      { status: () => [200, { ...running, completed_at: "2026-02-09T12:02:00Z" }] },
      /running with completed_at 2026/,
      upToPolling,
    ],
    [
      "an end without a reason",
      { status: () => [200, { ...completed, finish_reason: null }] },
      /completed with finish_reason null/,
      upToPolling,
    ],
    [
      "an end before the start",
      { status: () => [200, { ...completed, completed_at: "2026-02-09T12:01:10Z" }] },
      /over before it had started/,
      upToPolling,
    ],
    [
      "a failed run without its error",
      { status: () => [200, { ...failed, error: null }] },
      /failed and error do not go together/,
      upToPolling,
    ],
    [
      "a start that moves",
      { status: (call) => [200, { ...running, started_at: `2026-02-09T12:01:1${call}Z` }] },
      /started_at changed from 2026-02-09T12:01:11Z to 2026-02-09T12:01:12Z/,
      upToPolling,
    ],
    [
      "a run that goes back into the queue",
      { status: (call) => [200, call === 1 ? running : queued] },
      /the status went from running to queued/,
      upToPolling,
    ],
    [
      "a run that is unfinished after its answer",
      { output: () => [200, output] },
      /the status went from completed to queued/,
      upToPolling,
    ],
    [
      "an empty answer",
      { output: (call) => (call === 1 ? fault("RUN_NOT_FINISHED") : [200, { ...output, content: " \n" }]) },
      /the answer is empty/,
      allFiles,
    ],
    [
      "an answer of another status",
      {
        output: (call) =>
          call === 1 ? fault("RUN_NOT_FINISHED") : [200, { ...output, status: "completed_with_gaps" }],
      },
      /its status is completed_with_gaps, not completed/,
      allFiles,
    ],
    [
      "an answer that is lost",
      {
        output: (call) =>
          call === 1 ? fault("RUN_NOT_FINISHED") : [500, { code: "ARTIFACT_MISSING", message: "Gone." }],
      },
      /expected 200, got 500/,
      allFiles,
    ],
    [
      "a context that is no object",
      { context: () => [200, { ...context, context_bundle: [] }] },
      /not what was promised/,
      allFiles,
    ],
    [
      "an id that is given twice",
      { again: () => [202, accepted] },
      /with the same run_id: expected 409, got 202/,
      allFiles,
    ],
    [
      "a conflict of another kind",
      { again: () => fault("RUN_NOT_FINISHED") },
      /the code is RUN_NOT_FINISHED instead of DUPLICATE_RUN_ID/,
      allFiles,
    ],
    ["a run that nobody started", { unknown: () => [200, queued] }, /not there: expected 404, got 200/, allFiles],
    ["an error without a code", { unknown: () => [404, "nothing"] }, /not what was promised/, allFiles],
    [
      "a run that fails",
      { status: () => [200, failed] },
      /the run ended failed \(api_key_error\): API_KEY_ERROR The model refused/,
      upToPolling,
    ],
  ])("at %s", async (_what, change, problem, files) => {
    const { code, lines, filesOf, read } = await smoke(change);
    expect(lines.at(-1)).toMatch(problem);
    expect(code).toBe(1);
    expect(filesOf("demo_1")).toEqual(files);
    expect(read("demo_1", "summary")).toMatchObject({ passed: false, problem: expect.stringMatching(problem) });
  });

  it.each<[what: string, start: Answer, problem: RegExp]>([
    ["200 instead of 202", [200, accepted], /expected 202, got 200/],
    [
      "a URL of another form",
      [202, { ...accepted, output_url: "/runs/demo_1" }],
      /output_url is \/runs\/demo_1 and not/,
    ],
    ["an id that is no name", [202, { ...accepted, run_id: "../demo_1" }], /not what was promised/],
    ["a refusal", [422, { code: "VALIDATION_ERROR", message: "question: must not be empty" }], /got 422/],
  ])("at %s for the POST, and asks nothing further", async (_what, start, problem) => {
    const { code, lines, server, filesOf } = await smoke({ start: () => start });
    expect([code, server.calls]).toEqual([1, { start: 1 }]);
    expect(lines.at(-1)).toMatch(problem);
    expect(filesOf("not_accepted")).toEqual(["smoke_start.json", "smoke_summary.json"]);
  });

  it("at another id than the one it asked for", async () => {
    const { code, lines } = await smoke({}, "--run-id", "mine");
    expect([code, lines.at(-1)]).toEqual([1, "smoke: the run is called demo_1 and not mine"]);
  });

  it("where the run has not ended in time", async () => {
    const { code, lines, filesOf, read } = await smoke({ status: () => [200, running] }, "--max-wait-seconds", "0.05");
    expect([code, lines.at(-1)]).toEqual([1, "smoke: the run has not ended within 0.05 s"]);
    expect(filesOf("demo_1")).toEqual(upToPolling);
    expect(read("demo_1", "summary")).toMatchObject({ status: "running", finish_reason: null });
  });

  it("where a request is not answered in time", async () => {
    const { code, lines, filesOf } = await smoke({ status: () => "none" }, "--request-timeout-seconds", "0.2");
    expect(lines.at(-1)).toMatch(/aborted due to timeout/);
    expect(code).toBe(1);
    expect(filesOf("demo_1")).toEqual(["smoke_start.json", "smoke_summary.json"]);
  });

  it("where nobody listens, and says so", async () => {
    const artifacts = await folderWith({});
    const lines: string[] = [];
    const args = ["--base-url", "http://127.0.0.1:1", "--question", question, "--artifacts-dir", artifacts];
    const code = await smokeAnswer(args, { API_KEY: key }, (line) => lines.push(line));
    expect([code, lines.length]).toEqual([1, 1]);
    expect(lines[0]).toMatch(/^smoke: fetch failed: /);
  });
});

describe("the smoke test of an answer run", () => {
  it("never shows or keeps the key, whoever repeats it", async () => {
    const { lines, kept } = await smoke({ status: () => [500, { code: "ERROR", message: `The key is ${key}.` }] });
    expect(lines.at(-1)).toMatch(/expected 200, got 500 .*The key is \*\*\*\./);
    expect(lines.join("\n") + kept()).not.toContain(key);
    expect(kept()).toContain("The key is ***.");
  });

  it("hands its exit code to the shell, and takes the key from API_KEY", async () => {
    const command = fileURLToPath(new URL("../../../../../localstack/commands/smoke.ts", import.meta.url));
    const server = await startAnswersServer({ status: () => [200, failed] });
    const artifacts = await folderWith({});
    const run = async (...args: string[]) => {
      const env = { PATH: process.env.PATH ?? "", API_KEY: key };
      const child = spawn(process.execPath, [command, ...args], { cwd: artifacts, env });
      const [stdout, code] = await Promise.all([
        text(child.stdout),
        new Promise((resolve) => child.once("exit", resolve)),
      ]);
      return { stdout, code };
    };
    const { stdout, code } = await run("--base-url", server.url, "--question", question);
    expect(code).toBe(1);
    expect(stdout).toContain("smoke: the run ended failed (api_key_error)");
    expect(server.keys).toEqual(new Set([key]));
    expect(existsSync(join(artifacts, "output/api_smoke_tests/demo_1/smoke_summary.json"))).toBe(true);
    expect((await run("--run-id", "demo_1")).code).toBe(2);
  });
});
