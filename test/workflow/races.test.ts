import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { analysisRun, completeAnalysis, type Run, runSchema } from "../../lib/analysis/run.ts";
import { completeRun } from "../../lib/runs/complete.ts";
import { executionEnded } from "../../lib/runs/reconcile.ts";
import { sweepRuns } from "../../lib/runs/sweep.ts";
import type { Services } from "../../lib/services.ts";
import { runKinds } from "../../lib/system/run-kinds.ts";
import { type Answer, type Cloud, call, idleSummaries, startCloud } from "../support/cloud.ts";
import { gate } from "../support/gate.ts";
import { settled } from "../support/waiting.ts";

/** More rounds on demand: RACE_ROUNDS=1000. */
const rounds = Number(process.env.RACE_ROUNDS ?? 10);
const timeout = 40_000 + rounds * 1_000;

let cloud: Cloud;
let services: Services;
let realm = 0;
let starts: string[];
const hold = gate();

beforeAll(async () => {
  // The phases have nothing to do, so that a round costs what the lifecycle costs.
  cloud = await startCloud({
    loseEvents: true,
    around: async (state, handler, input) => {
      if (state !== "listPosts") return idleSummaries[state] ?? handler(input);
      starts.push((input as { runId: string }).runId);
      await hold.passed();
      return idleSummaries[state];
    },
  });
});
afterAll(async () => {
  hold.open();
  await cloud.close();
});
beforeEach(() => {
  hold.open();
  starts = [];
  services = cloud.enter(`races-${realm++}`);
});

const start = (key?: string) =>
  call("api/start-analysis", key === undefined ? {} : { headers: { "Idempotency-Key": key } });
const stop = (id: string, key?: string) =>
  call("api/stop-run", { params: { id }, ...(key !== undefined && { headers: { "Idempotency-Key": key } }) });
const resume = (id: string, key?: string) =>
  call("api/resume-run", { params: { id }, ...(key !== undefined && { headers: { "Idempotency-Key": key } }) });
const times = <T>(count: number, ask: () => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, ask));
const runOf = async (id: string): Promise<Run> => {
  const run = await services.store.get(services.store.keys.run(id), runSchema);
  if (!run) throw new Error(`no run ${id}`);
  return run;
};
const winners = (answers: readonly Answer[]) => answers.filter((answer) => answer.status === 202);
const losers = (answers: readonly Answer[]) => answers.filter((answer) => answer.status !== 202);
const activeRun = async () => (await call("api/get-status")).body.data.active_run_id;
/** The run has ended in one way, is in nobody's way, and its end was written once. */
const expectOver = async (id: string) => {
  expect((await runOf(id)).status).not.toBe("running");
  expect(await activeRun()).toBeNull();
  const ends = cloud.log.lines.filter(
    (line) => line.fields.runId === id && (line.message === "run failed" || line.message === "run completed"),
  );
  expect(ends).toHaveLength(1);
};

describe("fifty starts at once, while the run that wins is held open", () => {
  it(
    `have one winner, and all others are told its id (${rounds} rounds)`,
    async () => {
      for (let round = 1; round <= rounds; round++) {
        hold.close();
        const answers = await times(50, () => start());
        const [winner, ...more] = winners(answers);
        expect(more).toEqual([]);
        const runId = winner?.body.data.run_id;
        expect(
          losers(answers).map(({ status, body }) => [status, body.error.code, body.error.details.active_run_id]),
        ).toEqual(Array.from({ length: 49 }, () => [409, "ANALYSIS_ALREADY_RUNNING", runId]));
        expect((await start()).body.error.details).toEqual({ active_run_id: runId });
        hold.open();
        expect((await settled(services, runId))?.status).toBe("completed");
        expect(starts).toHaveLength(round);
        expect(starts.at(-1)).toBe(runId);
      }
      // Every round began with a start that was accepted after the round before; so is the one after the last.
      const next = await start();
      expect(next.status).toBe(202);
      await settled(services, next.body.data.run_id);
      expect((await call("api/list-runs")).body.meta.total).toBe(rounds + 1);
    },
    timeout,
  );

  it("have one winner too where a dead run holds the lock", async () => {
    for (let round = 0; round < 5; round++) {
      hold.close();
      const dead = (await start()).body.data.run_id;
      await services.executions.analysis.stop(`${dead}-1`, "console");
      const answers = await times(20, () => start());
      expect(winners(answers)).toHaveLength(1);
      const runId = winners(answers)[0]?.body.data.run_id;
      expect(new Set(losers(answers).map(({ body }) => body.error.details.active_run_id))).toEqual(new Set([runId]));
      expect((await runOf(dead)).status).toBe("failed");
      hold.open();
      await settled(services, runId);
    }
  });
});

describe("one Idempotency-Key sent many times at once", () => {
  it("starts one run, and everybody is told its id", async () => {
    for (let round = 0; round < 5; round++) {
      hold.close();
      const answers = await times(20, () => start(`key-${round}`));
      expect(new Set(answers.map(({ status, body }) => `${status} ${body.data.run_id}`)).size).toBe(1);
      expect(answers[0]?.status).toBe(202);
      hold.open();
      await settled(services, answers[0]?.body.data.run_id);
      expect(starts).toHaveLength(round + 1);
    }
    expect((await call("api/list-runs")).body.meta.total).toBe(5);
  });

  it("resumes once, and stops once", async () => {
    hold.close();
    const runId = (await start()).body.data.run_id;
    const stops = await times(10, () => stop(runId, "stop"));
    expect(stops.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200));
    expect(new Set(stops.map(({ body }) => JSON.stringify(body.data))).size).toBe(1);
    const resumes = await times(10, () => resume(runId, "resume"));
    expect(resumes.map(({ status, body }) => [status, body.data])).toEqual(
      Array.from({ length: 10 }, () => [202, { run_id: runId }]),
    );
    expect((await runOf(runId)).attempt).toBe(2);
    hold.open();
    expect((await settled(services, runId))?.status).toBe("completed");
  });
});

describe("two at once", () => {
  it("sweeps end a dead run once", async () => {
    for (let round = 0; round < 5; round++) {
      hold.close();
      const runId = (await start()).body.data.run_id;
      await services.executions.analysis.stop(`${runId}-1`, "console");
      await times(3, () => sweepRuns(runKinds, services));
      await expectOver(runId);
      expect((await runOf(runId)).error_message).toBe("The run's execution was aborted before it ended.");
    }
  });

  it("a stop and the completion leave one end, and each is told the truth", async () => {
    const seen = new Set<string>();
    for (let round = 0; round < 15; round++) {
      hold.close();
      const runId = (await start()).body.data.run_id;
      const complete = () =>
        completeRun(
          analysisRun,
          completeAnalysis,
          () => services,
        )({ runId, attempt: 1 }).then(
          ({ status }) => status,
          (error: Error) => error.name,
        );
      const pause = new Promise((resolve) => setImmediate(resolve));
      // Each has a head start in some of the rounds.
      const [answer, completed] = await Promise.all([
        round % 3 === 1 ? pause.then(() => stop(runId)) : stop(runId),
        round % 3 === 2 ? pause.then(complete) : complete(),
      ]);
      const run = await runOf(runId);
      seen.add(run.status);
      if (run.status === "failed") {
        expect(answer).toMatchObject({ status: 200, body: { data: { status: "failed" } } });
        expect([run.error_message, completed]).toEqual(["Stopped by user", "RunNotActive"]);
      } else {
        expect(answer).toMatchObject({ status: 409, body: { error: { code: "RUN_NOT_ACTIVE" } } });
        expect(completed).toBe("completed");
      }
      await expectOver(runId);
      await services.executions.analysis.stop(`${runId}-1`, "the round is over");
    }
    expect(seen.size).toBeGreaterThan(0);
  });

  it("a resume and a start: one of them runs, the other is refused with its id", async () => {
    for (let round = 0; round < 10; round++) {
      hold.close();
      const failed = (await start()).body.data.run_id;
      await stop(failed);
      const answers = await Promise.all(round % 2 ? [start(), resume(failed)] : [resume(failed), start()]);
      expect(winners(answers)).toHaveLength(1);
      const runId = winners(answers)[0]?.body.data.run_id;
      const [loser] = losers(answers);
      expect(loser?.status).toBe(409);
      expect(["ANALYSIS_ALREADY_RUNNING", "RUN_NOT_RESUMABLE"]).toContain(loser?.body.error.code);
      expect(await activeRun()).toBe(runId);
      hold.open();
      expect((await settled(services, runId))?.status).toBe("completed");
    }
  });

  it("resumes make one further attempt", async () => {
    hold.close();
    const runId = (await start()).body.data.run_id;
    await stop(runId);
    const answers = await times(10, () => resume(runId));
    expect(winners(answers)).toHaveLength(1);
    expect((await runOf(runId)).attempt).toBe(2);
    hold.open();
    expect(await settled(services, runId)).toMatchObject({ status: "completed", attempt: 2 });
    expect(starts.filter((id) => id === runId)).toHaveLength(2);
  });

  it("all who notice the end of a run write it once, and none touches the next run", async () => {
    for (let round = 0; round < 5; round++) {
      hold.close();
      const runId = (await start()).body.data.run_id;
      await services.executions.analysis.stop(`${runId}-1`, "console");
      const event = (status: "ABORTED" | "RUNNING" | "FAILED") =>
        executionEnded(runKinds, services, {
          stateMachineArn: services.executions.analysis.machineArn,
          name: `${runId}-1`,
          status,
        });
      await Promise.all([
        sweepRuns(runKinds, services),
        event("RUNNING"),
        event("ABORTED"),
        event("ABORTED"),
        stop(runId),
      ]);
      await expectOver(runId);
      const next = (await start()).body.data.run_id;
      await Promise.all([sweepRuns(runKinds, services), event("ABORTED"), event("FAILED"), event("RUNNING")]);
      expect(await activeRun()).toBe(next);
      hold.open();
      await settled(services, next);
    }
  });
});

describe("twenty readers while a run goes on", () => {
  it("never get a 5xx, and never see it go back", async () => {
    hold.close();
    const runId = (await start()).body.data.run_id;
    const readOnce = async () => {
      const status = await call("api/get-run-status", { params: { id: runId } });
      for (const file of ["list-runs", "list-signals", "get-status"]) {
        expect((await call(`api/${file}`)).status).toBe(200);
      }
      return status.body.data.status === "running" ? 0 : 1;
    };
    const read = async () => {
      const mine = [await readOnce()];
      hold.open();
      while (mine.at(-1) === 0) mine.push(await readOnce());
      mine.push(await readOnce());
      return mine;
    };
    for (const mine of await times(20, read)) {
      expect(mine[0]).toBe(0);
      expect(mine).toEqual(mine.toSorted());
    }
    expect((await runOf(runId)).status).toBe("completed");
  });
});
