import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { sleep } from "../../../lib/runtime/clock.ts";
import { systemIds } from "../../../lib/runtime/ids.ts";
import { put, remove, update } from "../../../lib/store/actions.ts";
import { createStoreClient } from "../../../lib/store/client.ts";
import { type Report, readEvents, type StoredEvent, transactReporting } from "../../../lib/store/events.ts";
import { ifAbsent } from "../../../lib/store/expressions.ts";
import { keysOf } from "../../../lib/store/keys.ts";
import { createStore, type Store } from "../../../lib/store/table.ts";
import { createTableIfAbsent } from "../../../localstack/embedded/dynamodb/table.ts";
import { engines } from "../../support/engines.ts";
import { recordedLog } from "../../support/recorded-log.ts";
import { recordedMetrics } from "../../support/recorded-metrics.ts";

const tableName = "events-test";
const now = new Date("2026-03-02T15:30:00.250Z");
const numbered = z.object({ n: z.number() });

/** The report that a run has begun a phase. */
const begun = (phase: number, subject_id = "run-1"): Report => ({
  channel: "runs",
  type: "phase_begun",
  subject_id,
  data: { phase },
});
const idsOf = (events: readonly StoredEvent[]) => events.map(({ id }) => id);

describe.each(engines)("events on $name", ({ missing, start }) => {
  describe.skipIf(missing)(missing ?? "running", () => {
    let database: Awaited<ReturnType<typeof start>>;
    let client: DynamoDBDocumentClient;
    let store: Store;
    let pauses: number[];
    let realm = 0;

    beforeAll(async () => {
      database = await start();
      await createTableIfAbsent(database.endpoint, tableName);
      client = createStoreClient(database.endpoint);
    });
    afterAll(async () => {
      client?.destroy();
      await database?.close();
    });
    beforeEach(() => {
      pauses = [];
      client.middlewareStack.remove("interception");
      store = createStore({
        client,
        tableName,
        keys: keysOf(`realm-${realm++}`),
        sleep: async () => {},
        random: () => 0.5,
        log: recordedLog(),
        metrics: recordedMetrics(),
      });
    });

    const services = () => ({
      store,
      clock: { now: () => now },
      sleep: async (ms: number) => void pauses.push(ms),
      ids: { ulid: () => "", uuid: () => "", random: () => 0.5 },
    });
    /** With pauses as they are: some milliseconds. */
    const hurried = () => ({ ...services(), sleep, ids: systemIds() });
    const report = (...reports: Report[]) => transactReporting(services(), [], reports);
    const reportMany = async (count: number) => {
      for (let phase = 1; phase <= count; phase++) await report(begun(phase));
    };
    /** What the table does with expired events some time after they have expired. */
    const expire = (...ids: number[]) => store.transact(ids.map((id) => remove(store.keys.event(id))));
    const valueAt = async (sk: string) => (await store.get({ pk: `changes-${realm}`, sk }, numbered))?.n;
    const change = (sk: string, n: number) => put({ pk: `changes-${realm}`, sk, n });

    /** Does something once, right after the next call of this command was answered. */
    function rightAfter(command: string, interrupt: () => Promise<unknown>): void {
      let isDue = true;
      client.middlewareStack.add(
        (next, context) => async (args) => {
          const answer = await next(args);
          if (isDue && context.commandName === command) {
            isDue = false;
            await interrupt();
          }
          return answer;
        },
        { step: "initialize", name: "interception", override: true },
      );
    }

    it("say what happened to what and when, numbered from 1", async () => {
      expect(await transactReporting(services(), [change("a", 1)], [begun(1), begun(2, "run-2")])).toEqual({
        applied: true,
      });
      expect(await valueAt("a")).toBe(1);
      expect(await readEvents(store, 0, 10)).toEqual({
        events: [
          {
            id: 1,
            type: "phase_begun",
            at: "2026-03-02T15:30:00.250Z",
            channel: "runs",
            subject_id: "run-1",
            data: { phase: 1 },
          },
          {
            id: 2,
            type: "phase_begun",
            at: "2026-03-02T15:30:00.250Z",
            channel: "runs",
            subject_id: "run-2",
            data: { phase: 2 },
          },
        ],
        newest: 2,
        next: 2,
        missed: false,
      });
    });

    it("expire after 24 hours", async () => {
      await report(begun(1));
      const { ttl } = (await store.get(store.keys.event(1), z.object({ ttl: z.number() }))) ?? {};
      // 2026-03-03T15:30:00Z.
      expect(ttl).toBe(1_772_551_800);
    });

    it("are not written where the change is refused, whose refusals are answered and whose number the next one gets", async () => {
      const create = put({ pk: `changes-${realm}`, sk: "a", n: 1 }, ifAbsent("there already"));
      await transactReporting(services(), [create], [begun(1)]);
      expect(await transactReporting(services(), [create], [begun(2)])).toEqual({
        applied: false,
        refusals: ["there already"],
      });
      await report(begun(3));
      const { events } = await readEvents(store, 0, 10);
      expect(events.map(({ id, data }) => [id, data.phase])).toEqual([
        [1, 1],
        [2, 3],
      ]);
    });

    it("are none where nothing is reported", async () => {
      expect(await transactReporting(services(), [change("a", 1)], [])).toEqual({ applied: true });
      expect(await valueAt("a")).toBe(1);
      expect(await readEvents(store, 0, 10)).toEqual({ events: [], newest: 0, next: 0, missed: false });
    });

    it("take the next number where another one took theirs, and the change is made once", async () => {
      rightAfter("GetItemCommand", () => report(begun(1, "the faster one")));
      const add = update({ pk: `changes-${realm}`, sk: "sum" }, { add: { n: 5 } });
      expect(await transactReporting(services(), [add], [begun(2)])).toEqual({ applied: true });
      const { events } = await readEvents(store, 0, 10);
      expect(events.map(({ id, subject_id }) => [id, subject_id])).toEqual([
        [1, "the faster one"],
        [2, "run-1"],
      ]);
      expect(await valueAt("sum")).toBe(5);
      // Half of the first pause of 10 ms.
      expect(pauses).toEqual([5]);
    });

    it("give up where others keep coming between, and then nothing is changed", async () => {
      const isOvertaking = { now: false };
      client.middlewareStack.add(
        (next, context) => async (args) => {
          const answer = await next(args);
          if (context.commandName !== "GetItemCommand" || isOvertaking.now) return answer;
          isOvertaking.now = true;
          await store.transact([update(store.keys.newestEvent(), { add: { newest: 1 } })]);
          isOvertaking.now = false;
          return answer;
        },
        { step: "initialize", name: "interception", override: true },
      );
      await expect(transactReporting(services(), [change("a", 1)], [begun(1)])).rejects.toMatchObject({
        name: "StoreUnavailable",
        code: "DATABASE_ERROR",
        retryable: true,
      });
      expect(pauses).toHaveLength(100);
      expect(Math.max(...pauses)).toBe(250);
      client.middlewareStack.remove("interception");
      expect(await valueAt("a")).toBeUndefined();
    });

    it("are read from where a reader stands, as many as it asks for", async () => {
      await reportMany(7);
      expect(await readEvents(store, 2, 3)).toMatchObject({
        events: [{ id: 3 }, { id: 4 }, { id: 5 }],
        newest: 7,
        next: 5,
        missed: false,
      });
      expect(await readEvents(store, 5, 3)).toMatchObject({ events: [{ id: 6 }, { id: 7 }], next: 7, missed: false });
      expect(await readEvents(store, 7, 3)).toEqual({ events: [], newest: 7, next: 7, missed: false });
    });

    it("are in the order of their numbers beyond nine and beyond a million", async () => {
      await store.transact([update(store.keys.newestEvent(), { set: { newest: 999_998 } })]);
      await reportMany(4);
      const { events } = await readEvents(store, 999_998, 10);
      expect(idsOf(events)).toEqual([999_999, 1_000_000, 1_000_001, 1_000_002]);
    });

    it("that are no longer kept are missed, and said to be", async () => {
      await reportMany(6);
      await expire(1, 2, 3);
      expect(await readEvents(store, 3, 10)).toMatchObject({ missed: false, next: 6 });
      expect(await readEvents(store, 2, 10)).toMatchObject({ events: [{ id: 4 }, { id: 5 }, { id: 6 }], missed: true });
      // The table removes them in no order.
      await expire(5);
      expect(await readEvents(store, 3, 10)).toMatchObject({ events: [{ id: 4 }, { id: 6 }], missed: true, next: 6 });
      expect(await readEvents(store, 5, 10)).toMatchObject({ events: [{ id: 6 }], missed: false });
      await expire(4, 6);
      expect(await readEvents(store, 3, 10)).toEqual({ events: [], newest: 6, next: 6, missed: true });
    });

    it("that nobody can have seen yet are of another history: what came instead is missed", async () => {
      await reportMany(2);
      expect(await readEvents(store, 40, 10)).toEqual({ events: [], newest: 2, next: 2, missed: true });
    });

    it("whose items are damaged are missed, and those behind them are not", async () => {
      await reportMany(4);
      await store.transact([1, 2].map((id) => put({ ...store.keys.event(id), id: "damaged" })));
      expect(await readEvents(store, 0, 2)).toEqual({ events: [], newest: 4, next: 2, missed: true });
      expect(await readEvents(store, 2, 2)).toMatchObject({ events: [{ id: 3 }, { id: 4 }], missed: false });
    });

    it("that are committed while others are read wait for the next reading", async () => {
      await reportMany(2);
      rightAfter("GetItemCommand", () => reportMany(2));
      expect(await readEvents(store, 0, 10)).toMatchObject({ events: [{ id: 1 }, { id: 2 }], newest: 2, next: 2 });
      expect(await readEvents(store, 2, 10)).toMatchObject({ events: [{ id: 3 }, { id: 4 }], newest: 4, next: 4 });
    });

    it("of fifty who report at once are seen by a polling reader each once, in order, and with their changes", {
      timeout: 60_000,
    }, async () => {
      const writers = Array.from({ length: 50 }, (_, number) => number);
      let isWriting = true;
      const written = Promise.all(
        writers.map((n) => transactReporting(hurried(), [change(String(n), n)], [begun(n, String(n))])),
      ).finally(() => {
        isWriting = false;
      });
      const seen: StoredEvent[] = [];
      let [at, polls] = [0, 0];
      for (let isLast = false; !isLast; polls++) {
        isLast = !isWriting;
        // Fewer than there may be, so that it also stops in their midst.
        const page = await readEvents(store, at, 7);
        expect(page.missed).toBe(false);
        for (const { subject_id, data } of page.events) expect(await valueAt(subject_id)).toBe(data.phase);
        seen.push(...page.events);
        isLast &&= page.next === page.newest;
        at = page.next;
      }
      expect(await written).toEqual(writers.map(() => ({ applied: true })));
      expect(idsOf(seen)).toEqual(writers.map((n) => n + 1));
      expect(seen.map(({ subject_id }) => Number(subject_id)).toSorted((a, b) => a - b)).toEqual(writers);
      expect(polls).toBeGreaterThan(7);
    });
  });
});
