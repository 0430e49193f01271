import { describe, expect, it } from "vitest";
import { sweepRuns } from "../../lib/runs/sweep.ts";
import { runKinds } from "../../lib/system/run-kinds.ts";
import { useAnswers } from "../support/answers.ts";
import { type Fault, faultyStore } from "../support/faulty-store.ts";
import { aWhile } from "../support/waiting.ts";

/** Every how many-th write is tried, another one for each kind of fault; `npm run test:all` tries them all. */
const stride = Number(process.env.FAULT_STRIDE ?? 12);
const documents = { Munich: "Munich plans 500 charging points in its streets by 2030." };
const question = "How many charging points are planned?";
const artifacts = ["final.md", "context_bundle.json", "run.json"];
const answers = useAnswers();

interface Outcome {
  id: string;
  writes: number;
  status: string;
}
let runs = 0;

/** One answer run in a realm of its own, whatever its writes meet, until nothing of it goes on. */
async function runThrough(fault: Fault | undefined): Promise<Outcome> {
  const services = answers.begin(documents);
  const store = faultyStore(services.store.client);
  store.set(fault);
  // All realms share the machine, whose executions are told apart by the ids of runs.
  const id = `r${++runs}`;
  const body = { question, run_id: id };
  await answers.ask(body);
  const { answer } = services.executions;
  while ((await answer.describe(`${id}-1`))?.status === "RUNNING") await aWhile();
  const writes = store.count();
  store.set(undefined);
  // The process is back: what was lost is found, and the client asks again for what it may not have got.
  const { time } = answers.cloud;
  time.now = new Date(time.now.getTime() + 10 * 60_000);
  await sweepRuns(runKinds, services);
  const repeated = await answers.ask(body);
  expect([202, 409]).toContain(repeated.status);
  const { status } = await answers.over(id);
  await sweepRuns(runKinds, services);
  return { id, writes, status };
}

/** Whatever happened: an end, no place that is still taken, and of a success all that it promises. */
async function expectWhole({ id, status }: Outcome): Promise<void> {
  expect(["completed", "completed_with_gaps", "failed"]).toContain(status);
  expect(await answers.places()).toMatchObject({ taken: 0, waiting: 0 });
  const output = await answers.of("output", id);
  if (status === "failed") {
    expect(output).toMatchObject({ status: 409, body: { code: "RUN_NOT_SUCCESSFUL" } });
    return;
  }
  expect(output.status).toBe(200);
  expect(output.body.content).toContain("500 charging points");
  for (const name of artifacts) expect(answers.text(id, name).length).toBeGreaterThan(0);
  expect((await answers.of("context", id)).body.context_bundle.final).toBe(`output/${id}/final.md`);
}

describe("an answer run whose writes fail", () => {
  it("ends, and has all of its artifacts where it succeeds, whichever write it was", async () => {
    const faultFree = await runThrough(undefined);
    expect(faultFree.status).toBe("completed");
    await expectWhole(faultFree);
    let offset = 0;
    for (const kind of ["blip", "crash"] as const) {
      for (const moment of ["before", "after"] as const) {
        for (let call = offset++ % stride; call < faultFree.writes; call += stride) {
          const outcome = await runThrough({ call, moment, kind });
          await expectWhole(outcome).catch((error: unknown) => {
            throw new Error(`${kind} ${moment} write ${call}`, { cause: error });
          });
        }
      }
    }
  }, 300_000);
});
