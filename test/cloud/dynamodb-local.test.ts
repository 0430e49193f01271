import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { startLocalStack, temporaryFolder } from "../support/stack.ts";
import { installDynamoDbLocal, startDynamoDbLocal } from "./dynamodb-local.ts";
import { findTools } from "./tools.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const tools = findTools();
const missing = "missing" in tools ? `needs ${tools.missing.join(", ")}` : undefined;
const longestMs = 180_000;

const reportSchema = z.object({
  testResults: z.array(
    z.object({ name: z.string(), assertionResults: z.array(z.object({ status: z.string(), fullName: z.string() })) }),
  ),
});

describe("on DynamoDB Local", () => {
  describe.skipIf(missing)(missing ?? "which is Amazon's own code,", () => {
    let database: Awaited<ReturnType<typeof startDynamoDbLocal>>;

    beforeAll(async () => {
      if ("missing" in tools) return;
      database = await startDynamoDbLocal(tools, await installDynamoDbLocal(tools));
    }, longestMs);
    const folder = temporaryFolder();
    afterAll(async () => {
      folder.remove();
      await database?.close();
    });

    it.each(["unit/store/store", "engines/localstack/dynamodb", "unit/localstack/dynamodb-limits"])(
      "the tests of %s hold",
      async (name) => {
        const report = join(folder.path, `${basename(name)}.json`);
        await node(
          ["node_modules/vitest/vitest.mjs", "run", "--config", "test/config/vitest.config.ts"],
          [`test/${name}.test.ts`, "-t", "DynamoDB Local", "--reporter=json", `--outputFile=${report}`],
          { DYNAMODB_LOCAL: database.endpoint },
        );
        const { testResults } = reportSchema.parse(JSON.parse(readFileSync(report, "utf8")));
        const results = testResults.flatMap((file) => file.assertionResults);
        const passed = results.filter(({ status }) => status === "passed");
        expect(results.filter(({ status }) => status === "failed")).toEqual([]);
        expect(passed.length).toBeGreaterThanOrEqual(6);
        expect(passed.filter(({ fullName }) => !fullName.includes("DynamoDB Local"))).toEqual([]);
      },
      longestMs,
    );

    it(
      "a run of the whole stack keeps the contract",
      async () => {
        const stack = await startLocalStack(folder.path, { DYNAMODB_ENDPOINT: database.endpoint });
        try {
          const said = await node(["localstack/commands/smoke.ts"], [], {
            BASE_URL: stack.url,
            API_KEY: stack.apiKey,
          });
          expect(said).toContain("smoke: the contract holds");
        } finally {
          expect(await stack.end()).toEqual({ code: 0, left: [] });
        }
      },
      longestMs,
    );
  });
});

/** What a program of the project prints; a failure is thrown with it. */
async function node(program: string[], options: string[], variables: Record<string, string>): Promise<string> {
  const { PATH = "", HOME = "" } = process.env;
  const limits = { cwd: root, env: { PATH, HOME, ...variables }, maxBuffer: 64 * 1024 * 1024, timeout: longestMs };
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [...program, ...options], limits);
    return stdout;
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new Error(`${program.join(" ")} failed:\n${stdout.slice(-4_000)}${stderr.slice(-4_000)}`, { cause: error });
  }
}
