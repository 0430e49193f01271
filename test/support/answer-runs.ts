import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect } from "vitest";
import { createSymbols } from "../../lib/providers/symbols/universe.ts";
import {
  type OpenAiRequest,
  type ScriptedAnswer,
  startOpenAiStandIn,
} from "../../localstack/standins/openai/server.ts";
import { completion, readQuestion } from "../../localstack/standins/openai/wire.ts";
import { type Cloud, call, startCloud } from "./cloud.ts";
import { openAiSettings } from "./providers.ts";
import { temporaryFolder } from "./stack.ts";
import { aWhile } from "./waiting.ts";

/** Answers of a model in place of the stand-in's, by the role that is asked. */
export type RoleFaults = (role: string, request: OpenAiRequest) => ScriptedAnswer | undefined;

/** Answer runs of the real machine over documents of the test, with the stand-in of the model. */
export function useAnswerRuns() {
  const folder = temporaryFolder();
  let cloud: Cloud;
  let openai: { url: string; close(): Promise<void> };
  let number = 0;
  const runs = {
    folder: folder.path,
    artifacts: join(folder.path, "artifacts"),
    /** As the stand-in answers, until a test says otherwise. */
    faults: (() => undefined) as RoleFaults,
    /** The roles in the order of their calls. */
    asked: [] as string[],
    count: (role: string) => runs.asked.filter((each) => each === role).length,
    logged: () => JSON.stringify(cloud.log.lines),
    answered,
  };

  beforeAll(async () => {
    openai = await startOpenAiStandIn({
      universe: await createSymbols({ files: [] }).load(),
      faults: (request) => {
        const role = /"json_schema":\{"name":"(\w+)"/.exec(request.body)?.[1] ?? "";
        runs.asked.push(role);
        return runs.faults(role, request);
      },
    });
    cloud = await startCloud();
  });
  afterAll(async () => {
    await cloud?.close();
    await openai?.close();
    folder.remove();
  });
  beforeEach(() => {
    runs.asked = [];
    runs.faults = () => undefined;
  });

  /** A run over these documents that is over, with its answer and its log. */
  async function answered(documents: Record<string, string>, body: object = {}, more: Record<string, string> = {}) {
    const name = `run${++number}`;
    const settings = { DOCUMENTS_DIR: join(folder.path, name), ARTIFACTS_DIR: runs.artifacts };
    mkdirSync(settings.DOCUMENTS_DIR);
    for (const [source, text] of Object.entries(documents))
      writeFileSync(join(settings.DOCUMENTS_DIR, `${source}.md`), text);
    cloud.enter("live", { ...settings, ...openAiSettings(openai.url), ...more });
    const question = "How many charging points do the cities plan?";
    const started = await call("answers/start-answer", { body: { question, run_id: name, ...body } });
    expect(started).toMatchObject({ status: 202 });
    const read = (what: string) => call(`answers/get-answer-${what}`, { params: { run_id: name } });
    let status = await read("status");
    for (; status.body.completed_at === null; status = await read("status")) await aWhile();
    const log = JSON.parse(readFileSync(join(runs.artifacts, "output", name, "run.json"), "utf8"));
    return { name, status: status.body, content: String((await read("output")).body.content), log };
  }

  return runs;
}

/** A reply of the model in these words. */
export function replied(request: OpenAiRequest, content: string): ScriptedAnswer {
  const question = readQuestion(request.body);
  return "status" in question ? question : completion(question, content, 100);
}

export function refused(status: number, code: string): ScriptedAnswer {
  return {
    status,
    body: JSON.stringify({ error: { message: "no", type: "invalid_request_error", param: null, code } }),
  };
}
