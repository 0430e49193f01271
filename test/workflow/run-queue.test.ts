import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import type { RunKind } from "../../lib/runs/kind.ts";
import { executionEnded } from "../../lib/runs/reconcile.ts";
import { startRun } from "../../lib/runs/start.ts";
import { stopRun } from "../../lib/runs/stop.ts";
import { sweepRuns } from "../../lib/runs/sweep.ts";
import { AppError } from "../../lib/runtime/errors.ts";
import { type Cloud, startCloud } from "../support/cloud.ts";
import { gate } from "../support/gate.ts";
import type { KindServices } from "../support/run-kinds.ts";
import { type Trial, trialHandlers, trialMachine, trialRun, trialStart, withTrials } from "../support/trial-run.ts";
import { aWhile } from "../support/waiting.ts";

/** Trials of which two go on at once, and three may wait. */
const queued: RunKind<Trial, KindServices, { pace: string }, "trial_gap"> = {
  ...trialRun,
  queue: {
    places: () => 2,
    mostWaiting: 3,
    full: () => new AppError("NotReady", "QUEUE_FULL", "Three wait already.", { retryable: true }),
  },
};
const kinds = [queued];

let cloud: Cloud;
let services: KindServices;
let realm = 0;
const hold = gate();

beforeAll(async () => {
  cloud = await startCloud({
    loseEvents: true,
    more: {
      machine: trialMachine,
      handlers: trialHandlers(
        () => services,
        () => 0,
      ),
    },
    around: async (_state, handler, input) => {
      await hold.passed();
      return handler(input);
    },
  });
});
afterAll(async () => {
  hold.open();
  await cloud.close();
});
beforeEach(() => {
  hold.close();
  services = withTrials(cloud.enter(`queue-${realm++}`));
});

const start = async (with_: KindServices = services) => {
  cloud.time.now = new Date(cloud.time.now.getTime() + 1);
  const request = { operation: "try", key: undefined, apiKeyId: "key-1", body: {} };
  return (await startRun(queued, trialStart, with_, request)).run_id;
};
const stop = (id: string) =>
  stopRun(queued, services, id, { operation: `stop#${id}`, key: undefined, apiKeyId: "k", body: {} }, ({ status }) => ({
    status,
  }));
const read = async (id: string) => {
  const run = await services.store.get(queued.keys(services.store.keys).run(id), queued.record);
  if (!run) throw new Error(`there is no run ${id}`);
  return run;
};
const placesOf = async (ids: readonly string[]) => Promise.all(ids.map(async (id) => (await read(id)).place));
const counted = () =>
  services.store.get(
    queued.keys(services.store.keys).places(),
    z.object({ taken: z.number().default(0), waiting: z.number() }),
  );
const hasExecution = async (id: string) => (await services.executions.trial.describe(`${id}-1`)) !== undefined;
const ended = (id: string) =>
  executionEnded(kinds, services, {
    stateMachineArn: services.executions.trial.machineArn,
    name: `${id}-1`,
    status: "ABORTED",
  });
const codeOf = (error: unknown) => (error as { code: string }).code;

describe("runs of a kind of which two go on at once", () => {
  it("are executed up to two, and the third waits without an execution", async () => {
    const ids = [await start(), await start(), await start()];
    expect(await placesOf(ids)).toEqual(["taken", "taken", "waiting"]);
    expect(await Promise.all(ids.map(hasExecution))).toEqual([true, true, false]);
    expect(await counted()).toEqual({ taken: 2, waiting: 1 });
  });

  it("come in the order of their starts, one with each that ends", async () => {
    const [first = "", second = "", third = "", fourth = ""] = [
      await start(),
      await start(),
      await start(),
      await start(),
    ];
    await ended(second);
    expect(await placesOf([first, second, third, fourth])).toEqual(["taken", null, "taken", "waiting"]);
    await ended(first);
    expect(await placesOf([third, fourth])).toEqual(["taken", "taken"]);
    expect(await counted()).toEqual({ taken: 2, waiting: 0 });
  });

  it("are refused while three wait, and the refused one leaves nothing", async () => {
    for (let number = 0; number < 5; number++) await start();
    await expect(start()).rejects.toSatisfy((error) => codeOf(error) === "QUEUE_FULL");
    expect(await counted()).toEqual({ taken: 2, waiting: 3 });
  });

  it("give way when they are stopped, waiting or at work", async () => {
    const ids = [await start(), await start(), await start(), await start()];
    const [first = "", , third = "", fourth = ""] = ids;
    expect(await stop(third)).toEqual({ status: "stopped" });
    expect(await counted()).toEqual({ taken: 2, waiting: 1 });
    await stop(first);
    await ended(first);
    expect((await read(fourth)).place).toBe("taken");
    expect(await counted()).toEqual({ taken: 2, waiting: 0 });
    expect(await hasExecution(third)).toBe(false);
  });

  it("are not lost where nobody called the next: the sweep does", async () => {
    const ids = [await start(), await start(), await start()];
    // Its process died after the end was written and before anybody was called.
    await stop(ids[0] ?? "");
    expect(await placesOf(ids)).toEqual([null, "taken", "waiting"]);
    await sweepRuns(kinds, services);
    expect(await placesOf(ids)).toEqual([null, "taken", "taken"]);
  });

  it("are not taken for lost while they wait, however long that is", async () => {
    const ids = [await start(), await start(), await start()];
    cloud.time.now = new Date(cloud.time.now.getTime() + 50 * 60_000);
    await sweepRuns(kinds, services);
    expect((await read(ids[2] ?? "")).status).toBe("queued");
  });

  it("fail where their start is refused, and the one behind them is called", async () => {
    const [first = "", second = "", third = "", fourth = ""] = [
      await start(),
      await start(),
      await start(),
      await start(),
    ];
    const trial = services.executions.trial;
    const refusing = {
      ...services,
      executions: {
        ...services.executions,
        trial: {
          ...trial,
          start: async (name: string, input: unknown) =>
            name.startsWith(third) ? ("refused" as const) : trial.start(name, input),
        },
      },
    };
    await executionEnded(kinds, refusing, {
      stateMachineArn: trial.machineArn,
      name: `${first}-1`,
      status: "ABORTED",
    });
    expect((await read(third)).status).toBe("failed");
    expect(await placesOf([second, third, fourth])).toEqual(["taken", null, "taken"]);
  });

  it("never go on in a greater number, and all come to their turn, with many starts and ends at once", async () => {
    const many: RunKind<Trial, KindServices, { pace: string }, "trial_gap"> = {
      ...queued,
      queue: { places: () => 2, mostWaiting: 100, full: () => new AppError("NotReady", "QUEUE_FULL", "Full.") },
    };
    hold.open();
    const request = (key: number) => ({ operation: "try", key: String(key), apiKeyId: "key-1", body: {} });
    const started = await Promise.all(
      Array.from({ length: 30 }, (_, key) => startRun(many, trialStart, services, request(key))),
    );
    const most: number[] = [];
    for (;;) {
      const runs = await Promise.all(started.map(({ run_id }) => read(run_id)));
      most.push(runs.filter(({ place }) => place === "taken").length);
      if (runs.every(({ status }) => status === "completed")) break;
      await sweepRuns([many], services);
      await aWhile();
    }
    expect(Math.max(...most)).toBeLessThanOrEqual(2);
    expect(await counted()).toEqual({ taken: 0, waiting: 0 });
  });
});
