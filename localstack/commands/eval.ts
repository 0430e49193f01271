import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createOpenAi } from "../../lib/providers/openai/client.ts";
import type { Model } from "../../lib/providers/openai/model.ts";
import type { SymbolUniverse } from "../../lib/providers/symbols/source.ts";
import { createSymbols } from "../../lib/providers/symbols/universe.ts";
import { sleep, wallClock } from "../../lib/runtime/clock.ts";
import { isAppError } from "../../lib/runtime/errors.ts";
import { createLog } from "../../lib/runtime/logger.ts";
import { noMetrics } from "../../lib/runtime/metrics.ts";
import { readVariables } from "../embedded/settings.ts";
import { startOpenAiStandIn } from "../standins/openai/server.ts";
import { connect } from "./client.ts";
import { evaluateAnswers } from "./evaluation/answers/evaluate.ts";
import { layout } from "./evaluation/answers/questions.ts";
import { Complaint } from "./evaluation/complaint.ts";
import { type Example, readLabelledFile } from "./evaluation/labelled-files.ts";
import { measure } from "./evaluation/measure.ts";
import { describe, type Measurement, together } from "./evaluation/report.ts";

// npm run eval -- <directory> [--limit N]: scores the configured model on every labelled file of a directory; with --answers it
// asks a running deployment the questions of one, and scores what its answers cite.

/** What `npm start` would use: the environment and `.env`. */
const variables = readVariables(process.cwd());

const usage = `Usage: npm run eval -- <directory with labelled files> [--limit N]
       npm run eval -- --answers DIR [--base-url URL] [--limit N]
${layout}`;

async function main(): Promise<void> {
  const { directory, limit, ofAnswers, baseUrl } = readArguments();
  if (!ofAnswers) return evaluateModel(directory, limit);
  const api = connect({ ...variables, ...(baseUrl && { BASE_URL: baseUrl }) });
  if (!(await evaluateAnswers(api, directory, limit, console.log))) process.exitCode = 1;
}

async function evaluateModel(directory: string, limit: number): Promise<void> {
  const files = await labelledFiles(directory);
  if (files.length === 0) throw new Complaint(`There is no labelled file of a known format in ${directory}.`);
  const universe = await createSymbols({ files: variables.SYMBOLS_FILE?.split(",") ?? [] }).load();
  const { model, name, close } = await chooseModel(universe);
  try {
    console.log(`model: ${name}\n`);
    const parts: Measurement[] = [];
    for (const { name: file, examples } of files) {
      const window = Number(variables.LLM_WINDOW) || 5;
      const measured = await measure(examples.slice(0, limit), { model, universe, window, marketTime: new Date() });
      parts.push(measured);
      console.log(`${describe(file, measured)}\n`);
    }
    console.log(describe("all files", together(parts)));
  } finally {
    await close();
  }
}

function readArguments() {
  try {
    const text = { type: "string" } as const;
    const options = { limit: text, answers: text, "base-url": text };
    const { positionals, values } = parseArgs({ allowPositionals: true, options });
    const limit = values.limit === undefined ? Number.POSITIVE_INFINITY : Number(values.limit);
    const [directory, ...more] = values.answers === undefined ? positionals : [values.answers, ...positionals];
    const ofAnswers = values.answers !== undefined;
    const baseUrl = values["base-url"];
    if (directory && more.length === 0 && limit > 0 && (ofAnswers || baseUrl === undefined)) {
      return { directory, limit, ofAnswers, baseUrl };
    }
  } catch {
    // An unknown option is answered with the usage, as everything else that cannot be understood.
  }
  throw new Complaint(usage);
}

async function labelledFiles(directory: string): Promise<{ name: string; examples: Example[] }[]> {
  const names = await readdir(directory).catch(() => {
    throw new Complaint(`The directory ${directory} cannot be read.`);
  });
  const files: { name: string; examples: Example[] }[] = [];
  for (const name of names.toSorted()) {
    if (!/\.(?:csv|jsonl)$/.test(name)) continue;
    try {
      const examples = readLabelledFile(name, await readFile(join(directory, name), "utf8"));
      if (examples) files.push({ name, examples });
    } catch {
      throw new Complaint(`The file ${join(directory, name)} cannot be read.`);
    }
  }
  return files;
}

/** The model of OPENAI_API_KEY or OPENAI_BASE_URL; without either the offline annotator, over the wire like any other. */
async function chooseModel(universe: SymbolUniverse): Promise<{ model: Model; name: string; close(): Promise<void> }> {
  const { OPENAI_API_KEY, OPENAI_BASE_URL, OPENAI_MODEL = "gpt-4o-mini" } = variables;
  const settings = {
    model: OPENAI_MODEL,
    timeoutMs: 20_000,
    temperature: 0.3,
    topP: 1,
    maxOutputTokens: 500,
    maxImageTokens: 300,
  };
  const tools = { sleep, clock: wallClock, random: Math.random, log: createLog("SILENT"), metrics: noMetrics };
  if (OPENAI_API_KEY || OPENAI_BASE_URL) {
    const baseUrl = OPENAI_BASE_URL ?? "https://api.openai.com/v1";
    const model = createOpenAi({ ...settings, baseUrl, apiKey: OPENAI_API_KEY ?? "none", standIn: false }, tools);
    return { model, name: `${OPENAI_MODEL} at ${new URL(baseUrl).host}`, close: async () => {} };
  }
  const standIn = await startOpenAiStandIn({ universe });
  const model = createOpenAi({ ...settings, baseUrl: standIn.url, apiKey: "stand-in", standIn: true }, tools);
  return { model, name: "the offline annotator (no OPENAI_API_KEY)", close: standIn.close };
}

try {
  await main();
} catch (error) {
  if (!(error instanceof Complaint) && !isAppError(error)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
