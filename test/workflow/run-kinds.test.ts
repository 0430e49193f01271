import { TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import { ListExecutionsCommand, SFNClient } from "@aws-sdk/client-sfn";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { analysisRun } from "../../lib/analysis/run.ts";
import type { StartOutcome } from "../../lib/providers/aws/executions.ts";
import { openRealm } from "../../lib/realm/state.ts";
import { executionEnded } from "../../lib/runs/reconcile.ts";
import type { RunRecord } from "../../lib/runs/run.ts";
import { sweepRuns } from "../../lib/runs/sweep.ts";
import { warningAction } from "../../lib/runs/warnings.ts";
import { useServices } from "../../lib/services.ts";
import { put, remove } from "../../lib/store/actions.ts";
import { readEvents } from "../../lib/store/events.ts";
import { type Cloud, idleSummaries, startCloud } from "../support/cloud.ts";
import { dump } from "../support/dump.ts";
import { faultyStore } from "../support/faulty-store.ts";
import { gate } from "../support/gate.ts";
import { analyses, type KindServices, kinds, type Lifecycle, trials } from "../support/run-kinds.ts";
import { trialHandlers, trialMachine, trialRun, withTrials } from "../support/trial-run.ts";
import { aWhile } from "../support/waiting.ts";

let cloud: Cloud;
let services: KindServices;
let realm = 0;
/** Errors that the next calls of a state end with, by state. */
let troubles: Record<string, string[]> = {};
let calls: string[] = [];
let gaps = 0;
const hold = gate();
const firstStates = [analyses.firstState, trials.firstState];

beforeAll(async () => {
  cloud = await startCloud({
    loseEvents: true,
    more: {
      machine: trialMachine,
      handlers: trialHandlers(
        () => services,
        () => gaps,
      ),
    },
    around: async (state, handler, input) => {
      calls.push(state);
      if (firstStates.includes(state)) await hold.passed();
      const name = troubles[state]?.shift();
      if (name !== undefined) throw Object.assign(new Error("a secret of the machine room"), { name });
      return idleSummaries[state] ?? handler(input);
    },
  });
});
afterAll(async () => {
  hold.open();
  await cloud.close();
});
beforeEach(() => {
  hold.open();
  troubles = {};
  calls = [];
  gaps = 0;
  services = withTrials(cloud.enter(`kinds-${realm++}`));
  useServices(services);
});

const pass = (seconds: number) => {
  cloud.time.now = new Date(cloud.time.now.getTime() + seconds * 1_000);
};
const killed = new Error("the process was killed here");
const codeOf = (error: unknown) => (error as { code: string }).code;
const tick = () => new Promise((resolve) => setImmediate(resolve));
const isOpen = ({ status }: RunRecord) => status === "queued" || status === "running";
const endsOf = (id: string) =>
  cloud.log.lines.filter(
    ({ fields, message }) => fields.runId === id && (message === "run failed" || message === "run completed"),
  );

describe.each([analyses, trials])("a run of the kind $name", (kind: Lifecycle) => {
  const executions = () => kind.executions(services);
  const read = (id: string) => kind.read(services, id);
  /** Services whose StartExecution goes another way; `really` is the true one. */
  const starting = (how: (really: () => Promise<StartOutcome>) => Promise<StartOutcome>) =>
    kind.withExecutions(services, { start: (name, input) => how(() => executions().start(name, input)) });
  const neverStarted = () =>
    kind.start(
      starting(async () => "unknown"),
      "k",
    );

  /** The run once neither it nor its execution goes on. */
  async function over(id: string): Promise<RunRecord> {
    for (;;) {
      const run = await read(id);
      const execution = await executions().describe(`${id}-${run.attempt}`);
      if (!isOpen(run) && execution?.status !== "RUNNING") return run;
      await aWhile();
    }
  }

  /** A run that failed because nobody ever started its execution. */
  async function failedRun(): Promise<string> {
    const id = await neverStarted();
    pass(61);
    await sweepRuns(kinds, services);
    return id;
  }

  async function executionOver(id: string): Promise<void> {
    while ((await executions().describe(`${id}-1`))?.status === "RUNNING") await aWhile();
  }

  /** What happens after the process is back: the sweep at its start, the client's repeated request, a resumption. */
  async function recovered(key: string): Promise<RunRecord> {
    pass(1);
    await sweepRuns(kinds, services);
    const id = await kind.start(services, key);
    const run = await over(id);
    return run.status === "failed" ? over(await kind.resume(services, id)) : run;
  }

  async function executionsOf(id: string): Promise<string[]> {
    const endpoint = services.config.environment.STATES_ENDPOINT ?? "";
    const credentials = { accessKeyId: "a", secretAccessKey: "b" };
    const client = new SFNClient({ endpoint, region: "us-east-1", credentials });
    const stateMachineArn = executions().machineArn;
    const answer = await client.send(new ListExecutionsCommand({ stateMachineArn, maxResults: 1_000 }));
    client.destroy();
    return (answer.executions ?? []).flatMap(({ name = "" }) => (name.startsWith(id) ? [name] : [])).toSorted();
  }

  const ended = (name: string, status: "RUNNING" | "FAILED" | "ABORTED" | "TIMED_OUT") =>
    executionEnded(kinds, services, { stateMachineArn: executions().machineArn, name, status });

  it("waits or runs in its first phase, runs, and completes", async () => {
    hold.close();
    const id = await kind.start(services);
    expect(await read(id)).toMatchObject({ status: kind.first, attempt: 1, current_phase: 1, completed_at: null });
    hold.open();
    expect(await over(id)).toMatchObject({ status: "completed", error_code: null, error_message: null });
    expect(await kind.list(services)).toEqual([id]);
    expect((await executions().describe(`${id}-1`))?.status).toBe("SUCCEEDED");
  });

  it("ends although it has more warnings than its item can hold", async () => {
    hold.close();
    const id = await kind.start(services);
    const warning = (subject: string) => ({
      ...kind.keysOf(services).warning(id, kind.warningType, subject),
      type: kind.warningType,
      message: `No suitable option of ${subject} was found for predictions about it, which therefore do not count.`,
      ticker: subject,
      phase: 1,
      timestamp: "2026-03-02T15:30:00.000Z",
      context: { expirations_checked: ["2026-03-20"], ticker: subject },
    });
    await services.store.putMany(Array.from({ length: 2_000 }, (_, index) => warning(`T${index}`)));
    hold.open();
    const run = await over(id);
    expect(run.status).toBe("completed");
    expect(run.warnings?.length).toBeGreaterThan(500);
    expect(run.warnings?.length).toBeLessThan(2_000);
    expect(cloud.log.lines.map(({ message }) => message)).toContain("a run has more warnings than it can show");
  });

  it("is started once for one Idempotency-Key, also when it is sent many times at once", async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, () => kind.start(services, "once")));
    expect(new Set(ids).size).toBe(1);
    await over(ids[0] ?? "");
    expect(await kind.start(services, "once")).toBe(ids[0]);
    expect(await kind.list(services)).toHaveLength(1);
    expect(await executionsOf(ids[0] ?? "")).toEqual([`${ids[0]}-1`]);
  });

  it("that the user stops is over at once, its execution aborted, and it is stopped only once", async () => {
    hold.close();
    const id = await kind.start(services);
    expect(await kind.stop(services, id, "s")).toMatchObject({
      status: kind.stopped,
      error_message: "Stopped by user",
    });
    expect((await executions().describe(`${id}-1`))?.status).toBe("ABORTED");
    await expect(kind.stop(services, id)).rejects.toMatchObject({
      code: "RUN_NOT_ACTIVE",
      details: { status: kind.stopped },
    });
    expect(await kind.stop(services, id, "s")).toMatchObject({ id, status: kind.stopped });
    hold.open();
    expect(endsOf(id)).toHaveLength(1);
  });

  it("that failed is resumed as attempt 2 and completes, and then is not resumed again", async () => {
    const id = await failedRun();
    expect(await kind.resume(services, id)).toBe(id);
    expect(await over(id)).toMatchObject({ status: "completed", attempt: 2, error_message: null });
    await expect(kind.resume(services, id)).rejects.toMatchObject({ code: "RUN_NOT_RESUMABLE" });
  });

  it("is resumed by one of ten requests, once", async () => {
    const id = await failedRun();
    hold.close();
    const answers = await Promise.allSettled(Array.from({ length: 10 }, () => kind.resume(services, id)));
    expect(answers.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect((await read(id)).attempt).toBe(2);
    hold.open();
    expect(await over(id)).toMatchObject({ status: "completed", attempt: 2 });
    expect(await executionsOf(id)).toEqual([`${id}-2`]);
  });

  it("that takes longer than 30 minutes is logged once", async () => {
    hold.close();
    const id = await kind.start(services);
    pass(31 * 60);
    await sweepRuns(kinds, services);
    await sweepRuns(kinds, services);
    const slow = cloud.log.lines.filter(({ fields, message }) => fields.runId === id && message.includes("30 minutes"));
    expect(slow).toHaveLength(1);
    hold.open();
    await over(id);
  });

  describe("whose client repeats its request after the process died", () => {
    it("between the table and StartExecution is healed", async () => {
      await expect(
        kind.start(
          starting(() => Promise.reject(killed)),
          "k",
        ),
      ).rejects.toBe(killed);
      const [id = ""] = await kind.list(services);
      expect(await executionsOf(id)).toEqual([]);
      expect(await kind.start(services, "k")).toBe(id);
      expect((await over(id)).status).toBe("completed");
      expect(await executionsOf(id)).toEqual([`${id}-1`]);
    });

    it("after StartExecution is the same run, with no second execution", async () => {
      const dying = starting(async (really) => {
        await really();
        throw killed;
      });
      await expect(kind.start(dying, "k")).rejects.toBe(killed);
      const id = await kind.start(services, "k");
      await over(id);
      expect(await kind.start(services, "k")).toBe(id);
      expect(await executionsOf(id)).toEqual([`${id}-1`]);
    });

    it("while it was resumed is healed in its own attempt", async () => {
      const id = await failedRun();
      const dying = starting(() => Promise.reject(killed));
      await expect(kind.resume(dying, id, "r")).rejects.toBe(killed);
      expect(await read(id)).toMatchObject({ status: kind.first, attempt: 2 });
      expect(await executionsOf(id)).toEqual([]);
      expect(await kind.resume(services, id, "r")).toBe(id);
      expect(await over(id)).toMatchObject({ status: "completed", attempt: 2 });
      expect(await executionsOf(id)).toEqual([`${id}-2`]);
    });

    it("is not ended by that, even where the start is refused now", async () => {
      const id = await neverStarted();
      expect(
        await kind.start(
          starting(async () => "refused"),
          "k",
        ),
      ).toBe(id);
      expect((await read(id)).status).toBe(kind.first);
    });

    it("is not brought back where it is over", async () => {
      const id = await neverStarted();
      await kind.stop(services, id);
      expect(await kind.start(services, "k")).toBe(id);
      expect((await read(id)).status).toBe(kind.stopped);
      expect(await executionsOf(id)).toEqual([]);
    });
  });

  describe("whose StartExecution", () => {
    it("does not answer but did start goes on", async () => {
      const lost = starting(async (really) => {
        await really();
        return "unknown";
      });
      expect((await over(await kind.start(lost))).status).toBe("completed");
    });

    it("does not answer and did not start is given up after 60 seconds, not before", async () => {
      const id = await neverStarted();
      pass(60);
      expect(await sweepRuns(kinds, services)).toEqual({ running: 1, ended: 0 });
      pass(1);
      expect(await sweepRuns(kinds, services)).toEqual({ running: 0, ended: 1 });
      expect(await read(id)).toMatchObject({
        status: "failed",
        error_message: "The run's execution was never started or is gone.",
      });
      expect((await over(await kind.start(services))).status).toBe("completed");
    });

    it("is refused for certain has failed, and the same request starts another one", async () => {
      const refusing = starting(async () => "refused");
      await expect(kind.start(refusing, "k")).rejects.toMatchObject({ code: "INTERNAL_ERROR" });
      const [failed = ""] = await kind.list(services);
      expect((await read(failed)).status).toBe("failed");
      pass(1);
      const id = await kind.start(services, "k");
      expect(id).not.toBe(failed);
      expect((await over(id)).status).toBe("completed");
    });

    it("is refused at a resumption is failed again and can be resumed once more", async () => {
      const id = await failedRun();
      const refusing = starting(async () => "refused");
      await expect(kind.resume(refusing, id, "r")).rejects.toMatchObject({ code: "INTERNAL_ERROR" });
      expect(await read(id)).toMatchObject({
        status: "failed",
        attempt: 2,
        error_message: "The run's execution could not be started.",
      });
      await kind.resume(services, id, "r");
      expect(await over(id)).toMatchObject({ status: "completed", attempt: 3 });
    });
  });

  describe("that ends unseen", () => {
    it("is ended by the sweep, and sweeping twice, or three at once, changes nothing more", async () => {
      hold.close();
      const id = await kind.start(services);
      await executions().stop(`${id}-1`, "console");
      const sweeps = await Promise.all(Array.from({ length: 3 }, () => sweepRuns(kinds, services)));
      expect(Math.max(...sweeps.map(({ ended: count }) => count))).toBe(1);
      expect(await sweepRuns(kinds, services)).toEqual({ running: 0, ended: 0 });
      expect(await read(id)).toMatchObject({
        status: "failed",
        error_message: "The run's execution was aborted before it ended.",
      });
      expect(endsOf(id)).toHaveLength(1);
    });

    it("is ended beside a damaged one that the sweep cannot read", async () => {
      const id = await neverStarted();
      const damaged = "00000000000000000000000000";
      const keys = kind.keysOf(services);
      const item = {
        ...keys.run(damaged),
        ...keys.runIndex({ id: damaged, started_at: "" }),
        ...keys.runningIndex(damaged),
      };
      await services.store.transact([put({ ...item, id: damaged, status: "odd" })]);
      pass(61);
      await sweepRuns(kinds, services);
      expect((await read(id)).status).toBe("failed");
      await expect(read(damaged)).rejects.toMatchObject({ code: "DATABASE_ERROR" });
    });

    const statuses = ["RUNNING", "FAILED", "ABORTED", "TIMED_OUT"] as const;
    const messages = {
      FAILED: "The run's execution ended without completing the run.",
      ABORTED: "The run's execution was aborted before it ended.",
      TIMED_OUT: `Run timed out after ${kind.limitMinutes} minutes`,
    };
    const orders = statuses.flatMap((a) =>
      statuses.flatMap((b) => statuses.filter((c) => a !== b && b !== c && a !== c).map((c) => [a, b, c] as const)),
    );

    it.each(orders)("by the events %s, %s, %s: the first that is an end is the end", async (...order) => {
      const id = await neverStarted();
      for (const status of order) await ended(`${id}-1`, status);
      const first = order.find((status) => status !== "RUNNING") ?? "FAILED";
      expect(await read(id)).toMatchObject({
        status: "failed",
        error_message: messages[first as keyof typeof messages],
      });
      expect(endsOf(id)).toHaveLength(1);
    });

    it("is left alone by events of another attempt, of nobody's run, and of other machines", async () => {
      hold.close();
      const id = await kind.start(services);
      await ended(`${id}-2`, "FAILED");
      await ended("somebody-elses", "FAILED");
      const other = kind === analyses ? trials : analyses;
      for (const stateMachineArn of [other.executions(services).machineArn, `${executions().machineArn}-of-others`]) {
        await executionEnded(kinds, services, { stateMachineArn, name: `${id}-1`, status: "FAILED" });
      }
      expect((await read(id)).status).toBe(kind.first);
      hold.open();
      expect((await over(id)).status).toBe("completed");
    });
  });

  describe("whose state", () => {
    it("fails three times with what passes is tried again, and it completes", async () => {
      const trouble = ["StoreUnavailable", "Lambda.Unknown", "StoreUnavailable"];
      troubles = { [kind.firstState]: trouble, [kind.lastState]: ["Lambda.Unknown"] };
      expect((await over(await kind.start(services))).status).toBe("completed");
      expect(calls.filter((state) => state === kind.firstState)).toHaveLength(4);
      expect(calls.filter((state) => state === kind.lastState)).toHaveLength(2);
    });

    it("fails for good is reported, and shows nothing internal", async () => {
      troubles = { [kind.firstState]: ["TypeError"] };
      const id = await kind.start(services);
      expect(await over(id)).toMatchObject({
        status: "failed",
        error_code: "INTERNAL_ERROR",
        error_message: "The run failed for an unexpected reason; the log has the details.",
      });
      expect(await executions().describe(`${id}-1`)).toEqual({ status: "FAILED", error: "RunFailed" });
    });

    it("fails and cannot even be reported is left to the other witnesses", async () => {
      const failing = kind === analyses ? "failRun" : "failTrial";
      troubles = { [kind.firstState]: ["TypeError"], [failing]: ["TypeError"] };
      const id = await kind.start(services);
      while ((await executions().describe(`${id}-1`))?.status === "RUNNING") await aWhile();
      expect(isOpen(await read(id))).toBe(true);
      expect(await sweepRuns(kinds, services)).toEqual({ running: 0, ended: 1 });
      expect((await read(id)).error_message).toBe("The run's execution ended without completing the run.");
    });

    it("is called anew for a run that is over changes nothing", async () => {
      const id = await kind.start(services);
      await over(id);
      const before = await dump(services.store, services.config.environment.REALM, []);
      await executions().start(`${id}-10`, { runId: id, attempt: 2 });
      while ((await executions().describe(`${id}-10`))?.status === "RUNNING") await aWhile();
      expect((await executions().describe(`${id}-10`))?.status).toBe("FAILED");
      expect(await dump(services.store, services.config.environment.REALM, [])).toEqual(before);
    });
  });

  describe("whose table", () => {
    /** Sends the store's calls another way: inside the SDK's own retries, where each attempt passes, or outside them. */
    function through(
      how: (command: string, send: () => Promise<unknown>) => Promise<unknown>,
      place: "of each attempt" | "of each call",
    ) {
      const middleware =
        (next: (args: never) => Promise<unknown>, context: { commandName?: string }) => (args: never) =>
          how(String(context.commandName), () => next(args));
      const step = place === "of each attempt" ? { step: "deserialize", priority: "low" } : { step: "initialize" };
      services.store.client.middlewareStack.add(
        middleware as never,
        { ...step, name: "through", override: true } as never,
      );
    }

    it("applies the start but loses the answer is asked again with the same token, and one run is started", async () => {
      let lost = 0;
      // The realm's first transaction is another one; the answer that is lost shall be that of the start.
      await openRealm(services);
      through(async (command, send) => {
        const answer = await send();
        if (command === "TransactWriteItemsCommand" && lost++ === 0) {
          throw Object.assign(new Error("socket hang up"), { name: "TimeoutError", code: "ECONNRESET" });
        }
        return answer;
      }, "of each attempt");
      const id = await kind.start(services);
      expect(lost).toBeGreaterThan(1);
      expect((await over(id)).status).toBe("completed");
      expect(await kind.list(services)).toEqual([id]);
    });

    it("reports conflicts again and again refuses the start after a bounded number of tries, and leaves no half state", async () => {
      await openRealm(services);
      const before = await dump(services.store, services.config.environment.REALM, []);
      let tries = 0;
      through((command, send) => {
        if (command !== "TransactWriteItemsCommand") return send();
        tries++;
        const conflict = { message: "", $metadata: {}, CancellationReasons: [{ Code: "TransactionConflict" }] };
        throw new TransactionCanceledException(conflict);
      }, "of each call");
      await expect(kind.start(services)).rejects.toMatchObject({ code: "DATABASE_ERROR" });
      expect(tries).toBe(7);
      expect(await dump(services.store, services.config.environment.REALM, [])).toEqual(before);
      through((_command, send) => send(), "of each call");
      expect((await over(await kind.start(services))).status).toBe("completed");
    });
  });

  it("is neither given up too early nor kept too long by clocks that disagree by five minutes", async () => {
    const id = await neverStarted();
    pass(-300);
    await sweepRuns(kinds, services);
    expect(isOpen(await read(id))).toBe(true);
    pass(300 + 61);
    await sweepRuns(kinds, services);
    expect((await read(id)).status).toBe("failed");
  });

  it("that is stopped while it completes has one end, and each is told the truth", async () => {
    const seen: string[] = [];
    for (let round = 0; round < 9; round++) {
      hold.close();
      pass(1);
      const id = await kind.start(services);
      const stop = () => kind.stop(services, id).then(({ status }) => status, codeOf);
      const complete = () =>
        kind
          .complete(() => services)({ runId: id, attempt: 1 })
          .then(({ status }) => status, codeOf);
      // Each has a head start in some of the rounds.
      const [stopped, completed] = await Promise.all([
        round % 3 === 1 ? tick().then(stop) : stop(),
        round % 3 === 2 ? tick().then(complete) : complete(),
      ]);
      const { status } = await read(id);
      seen.push(status);
      expect([stopped, completed]).toEqual(
        status === "completed" ? ["RUN_NOT_ACTIVE", "completed"] : [kind.stopped, "RUN_NOT_ACTIVE"],
      );
      expect(endsOf(id)).toHaveLength(1);
      await executions().stop(`${id}-1`, "the round is over");
      hold.open();
    }
    expect(seen).toHaveLength(9);
  });

  it("whose end is noticed by all at once is ended once, and the next one is left alone", async () => {
    for (let round = 0; round < 5; round++) {
      hold.close();
      pass(1);
      const id = await kind.start(services);
      await executions().stop(`${id}-1`, "console");
      const name = `${id}-1`;
      await Promise.allSettled([
        sweepRuns(kinds, services),
        ended(name, "RUNNING"),
        ended(name, "ABORTED"),
        ended(name, "ABORTED"),
        kind.stop(services, id),
      ]);
      expect(endsOf(id)).toHaveLength(1);
      const next = await kind.start(services);
      await Promise.all([sweepRuns(kinds, services), ended(name, "ABORTED"), ended(name, "FAILED")]);
      expect((await read(next)).status).toBe(kind.first);
      hold.open();
      expect((await over(next)).status).toBe("completed");
    }
  });

  it("killed before or after any write of it ends, and tells each end once", { timeout: 60_000 }, async () => {
    const store = faultyStore(services.store.client);
    store.set(undefined);
    await over(await kind.start(services, "fault-free"));
    const writes = store.count();
    expect(writes).toBeGreaterThan(2);
    const points = Array.from({ length: writes }, (_, point) => point);
    const faults = (["before", "after"] as const).flatMap((moment) => points.map((call) => ({ call, moment })));
    for (const fault of faults) {
      store.set({ ...fault, kind: "crash" });
      const key = `${fault.moment}-${fault.call}`;
      const id = await kind.start(services, key).catch(() => undefined);
      if (id) await executionOver(id);
      store.set(undefined);
      expect((await recovered(key)).status, key).toBe("completed");
    }
    const { events, missed } = await readEvents(services.store, 0, 10_000);
    expect(missed).toBe(false);
    const completed = events.filter(({ type, data }) => type === "run_ended" && data.status === "completed");
    expect(new Set(completed.map(({ subject_id }) => subject_id)).size).toBe(completed.length);
    expect(completed).toHaveLength(2 * writes + 1);
  });
});

describe("trials, which have no lock", () => {
  it("go on side by side, beside an analysis", async () => {
    hold.close();
    const analysis = await analyses.start(services);
    const ids = await Promise.all(Array.from({ length: 10 }, () => trials.start(services)));
    expect(new Set(ids).size).toBe(10);
    expect(await sweepRuns(kinds, services)).toEqual({ running: 11, ended: 0 });
    hold.open();
    for (const id of ids) {
      while (isOpen(await trials.read(services, id))) await tick();
      expect((await trials.read(services, id)).status).toBe("completed");
    }
    while (isOpen(await analyses.read(services, analysis))) await tick();
    const total = await services.store.get(services.store.keys.counter("TRIALS_COMPLETED"), totalSchema);
    expect(total).toEqual({ total: 10 });
  });

  it("complete with gaps where their own record says so", async () => {
    gaps = 2;
    const id = await trials.start(services);
    while (isOpen(await trials.read(services, id))) await tick();
    expect(await trials.read(services, id)).toMatchObject({ status: "completed_with_gaps", gaps: 2 });
    const { completeTrial } = trialHandlers(
      () => services,
      () => gaps,
    );
    expect(await completeTrial?.({ runId: id, attempt: 1 })).toEqual({ status: "completed_with_gaps" });
    await expect(trials.stop(services, id)).rejects.toMatchObject({ details: { status: "completed_with_gaps" } });
    await expect(trials.resume(services, id)).rejects.toMatchObject({ code: "RUN_NOT_RESUMABLE" });
  });

  it("wait until their first phase begins, and show each of their two phases", async () => {
    const id = await trials.start(services);
    while (isOpen(await trials.read(services, id))) await tick();
    const { events } = await readEvents(services.store, 0, 100);
    const shown = events.filter(({ type }) => type === "run_started" || type === "phase_begun");
    expect(shown.map(({ data }) => data)).toMatchObject([
      { status: "queued", current_phase: 1, current_phase_label: "Gathering", progress_total: 2 },
      { status: "running", current_phase: 1, current_phase_label: "Gathering", progress_total: 2 },
      { status: "running", current_phase: 2, current_phase_label: "Writing", progress_total: 2 },
    ]);
  });

  it("that are stopped while they wait never begin, and are not resumed", async () => {
    hold.close();
    const id = await trials.start(services);
    await trials.stop(services, id);
    hold.open();
    while ((await trials.executions(services).describe(`${id}-1`))?.status === "RUNNING") await aWhile();
    expect(await trials.read(services, id)).toMatchObject({ status: "stopped", current_phase_label: "Gathering" });
    const { events } = await readEvents(services.store, 0, 100);
    expect(events.map(({ type, data }) => [type, data.status])).toEqual([
      ["run_started", "queued"],
      ["run_ended", "stopped"],
    ]);
    await expect(trials.resume(services, id)).rejects.toMatchObject({ code: "RUN_NOT_RESUMABLE" });
  });

  it("are swept together with analyses, each by its own machine", async () => {
    hold.close();
    const ids = [await analyses.start(services), await trials.start(services), await trials.start(services)];
    await analyses.executions(services).stop(`${ids[0]}-1`, "console");
    await trials.executions(services).stop(`${ids[1]}-1`, "console");
    expect(await sweepRuns(kinds, services)).toEqual({ running: 1, ended: 2 });
    expect((await trials.read(services, ids[2] ?? "")).status).toBe("queued");
    hold.open();
    while (isOpen(await trials.read(services, ids[2] ?? ""))) await tick();
  });
});

describe.each([
  { gone: analyses, other: trials },
  { gone: trials, other: analyses },
])("the end of a run of the kind $gone.name", ({ gone, other }) => {
  it.each(["sweep", "event"])("that the %s notices leaves its namesake of the other kind alone", async (witness) => {
    hold.close();
    const namesakes = { ...services, ids: { ...services.ids, ulid: () => `namesake-${realm}` } };
    const id = await gone.start(namesakes);
    expect(await other.start(namesakes)).toBe(id);
    const { machineArn: stateMachineArn, stop } = gone.executions(services);
    await stop(`${id}-1`, "console");
    if (witness === "sweep") expect(await sweepRuns(kinds, services)).toEqual({ running: 1, ended: 1 });
    else await executionEnded(kinds, services, { stateMachineArn, name: `${id}-1`, status: "ABORTED" });
    expect(await gone.read(services, id)).toMatchObject({ id, attempt: 1, status: "failed" });
    expect(await other.read(services, id)).toMatchObject({ id, attempt: 1, status: other.first });
    hold.open();
    while (isOpen(await other.read(services, id))) await tick();
    expect((await other.read(services, id)).status).toBe("completed");
    expect((await gone.read(services, id)).status).toBe("failed");
  });

  it("has none of the other kind's warnings", () => {
    const facts = { subject: "s", message: "m", ticker: null, context: {} };
    const warn = (type: string) => () =>
      warningAction(kindOf(gone), services, { id: "r", phase: 1 }, { ...facts, type });
    expect(warn(gone.warningType)).not.toThrow();
    expect(warn(other.warningType)).toThrow(/"code": "invalid_value"/);
  });
});

it("the sweep makes the cursors' secret of a table whose runs are older than that rule", async () => {
  const { store } = services;
  const secret = store.keys.cursorSecret();
  await store.transact([remove(secret)]);
  await sweepRuns(kinds, services);
  expect(await store.get(secret, z.object({ secret: z.string().length(43) }))).toBeDefined();
});

const kindOf = ({ name }: Lifecycle) => (name === "analysis" ? analysisRun : trialRun);
const totalSchema = z.object({ total: z.number() });
