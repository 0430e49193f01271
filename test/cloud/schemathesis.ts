import { execFile, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as z from "zod";
import { cacheFolder } from "./tools.ts";

const version = "4.32.5";
const document = fileURLToPath(new URL("../../lib/http/openapi.json", import.meta.url));
/** Per operation and kind of data; the same requests each time. */
const examples = 10;
const longestMs = 10 * 60_000;

/** Not asked: every request might start a run, and a run moves everything that the other operations answer. */
const startingRuns = ["startAnalysis", "resumeRun", "startAnswer"];
const checks = [
  "not_a_server_error",
  "status_code_conformance",
  "content_type_conformance",
  "response_schema_conformance",
];

const reportSchema = z.object({
  operations: z.object({ selected: z.number(), tested: z.number() }),
  test_cases: z.object({ generated: z.number() }),
  failures: z.array(z.unknown()),
  errors: z.array(z.unknown()),
});

export interface SchemathesisResult {
  operations: number;
  cases: number;
  /** What does not hold, one text per finding. */
  findings: string[];
}

/**
 * Asks every operation of the document that starts no run, with data that fits it and data that does not, and answers
 * what was a 5xx or not as documented (status, content type, schema). It takes ids from answers that it has seen: it
 * may close a paper position or override a prediction, so whatever looks at these comes before. Throws where the
 * pass could not be made.
 */
export async function runSchemathesis({ url, apiKey }: { url: string; apiKey?: string }): Promise<SchemathesisResult> {
  const program = install();
  const folder = mkdtempSync(join(tmpdir(), "schemathesis-"));
  const report = join(folder, "report.json");
  const args = [
    // One worker: with more of them Python 3.11 now and then fails in its own parser, which threads share.
    ...["run", document, "--url", url, "--no-color", "--workers", "1"],
    ...["--phases", "coverage,fuzzing", "--checks", checks.join(","), "--continue-on-failure"],
    ...["--generation-deterministic", "--max-examples", String(examples), "--request-timeout", "35"],
    ...startingRuns.flatMap((operation) => ["--exclude-operation-id", operation]),
    ...["--report", "json", "--report-json-path", report],
    ...(apiKey === undefined ? [] : ["--header", `x-api-key:${apiKey}`]),
  ];
  try {
    // Exit code 1 says that there are findings; they are in the report.
    const said = await promisify(execFile)(program, args, { cwd: folder, timeout: longestMs, maxBuffer: 2 ** 26 }).then(
      ({ stdout }) => stdout,
      (error: { stdout: string; stderr: string }) => error.stdout + error.stderr,
    );
    if (!existsSync(report)) throw new Error(`schemathesis ended without a report: ${said.slice(-2_000)}`);
    const { operations, test_cases, failures, errors } = reportSchema.parse(JSON.parse(readFileSync(report, "utf8")));
    const untested = operations.selected - operations.tested;
    const findings = [
      ...(untested === 0 ? [] : [`${untested} operations were not tested`]),
      ...[...failures, ...errors].map((finding) => JSON.stringify(finding)),
    ];
    // The report only counts; requests and answers are in what the program says.
    if (findings.length > 0) findings.push(said);
    return { operations: operations.tested, cases: test_cases.generated, findings };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Installs the program once, and answers its path. */
function install(): string {
  const folder = join(cacheFolder("schemathesis"), version);
  const program = join(folder, "bin/schemathesis");
  if (spawnSync(program, ["--version"], { encoding: "utf8" }).stdout?.includes(version)) return program;
  rmSync(folder, { recursive: true, force: true });
  must(findPython(), "-m", "venv", folder);
  must(join(folder, "bin/pip"), "install", "--quiet", "--disable-pip-version-check", `schemathesis==${version}`);
  return program;
}

function findPython(): string {
  const candidates = [process.env.PYTHON ?? "", "python3", "python3.13", "python3.12", "python3.11", "python3.10"];
  const isNewEnough = "import sys, venv; sys.exit(sys.version_info < (3, 10))";
  const found = candidates.find((python) => python !== "" && spawnSync(python, ["-c", isNewEnough]).status === 0);
  if (found === undefined) throw new Error("schemathesis needs Python 3.10 or newer (PYTHON names it)");
  return found;
}

function must(program: string, ...args: string[]): void {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} failed: ${stdout}${stderr}`);
}

/** By hand: `node test/cloud/schemathesis.ts URL [KEY]`. */
const [, file, url, apiKey] = process.argv;
if (file === fileURLToPath(import.meta.url) && url !== undefined) {
  const { operations, cases, findings } = await runSchemathesis({ url, ...(apiKey !== undefined && { apiKey }) });
  console.log(`schemathesis: ${operations} operations, ${cases} requests, ${findings.length} findings`);
  for (const finding of findings) console.error(finding);
  process.exitCode = findings.length === 0 ? 0 : 1;
}
