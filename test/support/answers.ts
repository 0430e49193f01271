import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import * as z from "zod";
import { createSymbols } from "../../lib/providers/symbols/universe.ts";
import {
  type OpenAiRequest,
  type ScriptedAnswer,
  startOpenAiStandIn,
} from "../../localstack/standins/openai/server.ts";
import { completion, readQuestion } from "../../localstack/standins/openai/wire.ts";
import { type Cloud, type CloudOptions, call, startCloud } from "./cloud.ts";
import { openAiSettings } from "./providers.ts";
import { temporaryFolder } from "./stack.ts";
import { aWhile } from "./waiting.ts";

type Script = (role: string, request: OpenAiRequest) => ScriptedAnswer | undefined;

/** A reply of the model with this content. */
export function replied(request: OpenAiRequest, content: object): ScriptedAnswer {
  const read = readQuestion(request.body);
  return "status" in read ? read : completion(read, JSON.stringify(content), 100);
}

/** The machine of answer runs with the stand-in for the model, for one test file. */
export function useAnswers(options: Pick<CloudOptions, "around" | "loseEvents"> = {}) {
  const folder = temporaryFolder();
  let openai: Awaited<ReturnType<typeof startOpenAiStandIn>>;
  let begun = 0;
  let place = "";
  const answers = {
    cloud: undefined as unknown as Cloud,
    /** What the model says instead of what the stand-in would. */
    script: (() => undefined) as Script,
    /** A realm and folders of its own, with these documents and nothing scripted. */
    begin(documents: Record<string, string>, settings: Record<string, string> = {}) {
      const realm = `answers-${++begun}`;
      place = join(folder.path, realm);
      const documentsFolder = join(place, "documents");
      mkdirSync(documentsFolder, { recursive: true });
      for (const [name, text] of Object.entries(documents)) writeFileSync(join(documentsFolder, `${name}.md`), text);
      answers.script = () => undefined;
      const folders = { DOCUMENTS_DIR: documentsFolder, ARTIFACTS_DIR: join(place, "artifacts") };
      return answers.cloud.enter(realm, { ...folders, ...openAiSettings(openai.url), ...settings });
    },
    /** A file beside the folders of all tests of the file. */
    file: (name: string) => join(folder.path, name),
    ask: (body: { question: string; run_id: string; [field: string]: unknown }) =>
      call("answers/start-answer", { body }),
    of: (what: "status" | "output" | "context", run_id: string) =>
      call(`answers/get-answer-${what}`, { params: { run_id } }),
    /** An artifact of a run as it lies in the store; throws where there is none. */
    text: (runId: string, name: string) => readFileSync(join(place, "artifacts", "output", runId, name), "utf8"),
    log: (runId: string) => JSON.parse(answers.text(runId, "run.json")),
    /** The status of a run once it is over, and its machine with it. */
    async over(runId: string) {
      for (;;) {
        const execution = await answers.cloud.services.executions.answer.describe(`${runId}-1`);
        const { body } = await answers.of("status", runId);
        if (body.completed_at !== null && execution?.status !== "RUNNING") return body;
        await aWhile();
      }
    },
    /** How many go on and how many wait. */
    places() {
      const { store } = answers.cloud.services;
      return store.get(store.keys.answers.places(), z.object({ taken: z.number(), waiting: z.number() }));
    },
  };
  beforeAll(async () => {
    openai = await startOpenAiStandIn({
      universe: await createSymbols({ files: [] }).load(),
      faults: (request) => answers.script(/"json_schema":\{"name":"(\w+)"/.exec(request.body)?.[1] ?? "", request),
    });
    answers.cloud = await startCloud(options);
  });
  afterAll(async () => {
    await answers.cloud?.close();
    await openai?.close();
    folder.remove();
  });
  return answers;
}
