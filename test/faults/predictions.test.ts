import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { handler } from "../../functions/phases/create-predictions.ts";
import { analysisRun, analysisStart } from "../../lib/analysis/run.ts";
import { startRun } from "../../lib/runs/start.ts";
import { type Services, useServices } from "../../lib/services.ts";
import { type Action, put } from "../../lib/store/actions.ts";
import { counterActions } from "../../lib/store/counters.ts";
import { predictionSchema } from "../../lib/trading/predictions/record.ts";
import { createPrediction, creationCounts } from "../../lib/trading/predictions/stored.ts";
import { dump } from "../support/dump.ts";
import { faultyStore } from "../support/faulty-store.ts";
import { marketOf } from "../support/market.ts";
import { startCloudWithProviders } from "../support/providers.ts";
import { commentOf, seedComments } from "../support/seeds.ts";

let stage: Awaited<ReturnType<typeof startCloudWithProviders>>;
beforeAll(async () => {
  stage = await startCloudWithProviders({ loseEvents: true });
});
afterAll(() => stage.close());

/** Thirty-five comments on GME make two transactions; one more speaks of three others, one of them without options. */
const comments = [
  ...Array.from({ length: 35 }, (_, number) =>
    commentOf(`g${String(number).padStart(2, "0")}`, {
      author: `author_${number % 7}`,
      ticker_sentiments: [{ ticker: "GME", sentiment: number % 3 === 0 ? "bearish" : "bullish" }],
    }),
  ),
  commentOf("other", {
    ticker_sentiments: [
      { ticker: "AMD", sentiment: "bullish" },
      { ticker: "BTC", sentiment: "bearish" },
      { ticker: "KO", sentiment: "neutral" },
    ],
  }),
];

interface Event {
  runId: string;
  attempt: number;
  posts: string[];
}

/** A realm with a run that has just analysed these comments, and the state's input. */
async function begin(realm: string): Promise<{ services: Services; event: Event }> {
  const services = stage.begin(realm, undefined);
  stage.scene.market = marketOf({ GME: 20, AMD: 100 });
  const unstarted = {
    ...services,
    executions: { analysis: { ...services.executions.analysis, start: async () => "unknown" as const } },
  };
  const request = { operation: "analyze", key: undefined, apiKeyId: "key-1", body: {} };
  const { run_id: runId } = await startRun(analysisRun, analysisStart, unstarted, request);
  await seedComments(services, comments);
  const members = comments.map(({ id }, rank) => ({
    comment_id: id,
    post_id: "p1",
    is_new: true,
    state: "analyzed",
    rank,
  }));
  const { keys } = services.store;
  await services.store.putMany(
    members.map((member) => ({ ...keys.runComment(runId, "p1", member.comment_id), ...member })),
  );
  return { services, event: { runId, attempt: 1, posts: ["p1"] } };
}

const summary = { tickers: 3, created: 36, expired: 1 };
let faultFree: string[];
let writes: number;
beforeAll(async () => {
  const { services, event } = await begin("fault-free");
  const store = faultyStore(services.store.client);
  store.set(undefined);
  expect(await handler(event)).toEqual(summary);
  writes = store.count();
  faultFree = await dump(services.store, "fault-free", [event.runId]);
});

describe("the predictions of a run", () => {
  it("are written ticker by ticker, thirty at a time", () => {
    // The phase's begin and end, and between them AMD, BTC and twice GME.
    expect(writes).toBe(6);
    expect(faultFree.filter((item) => item.includes('"sk":"PREDICTION"'))).toHaveLength(37);
    expect(faultFree.filter((item) => item.includes('"pk":"#TRACKING"'))).toHaveLength(36);
    expect(faultFree.filter((item) => item.includes('"sk":"WARNING#'))).toHaveLength(1);
  });

  it.each(["before", "after"] as const)("are the same where any write fails %s it takes effect", async (moment) => {
    for (let point = 0; point < writes; point++) {
      const realm = `${moment}-${point}`;
      const { services, event } = await begin(realm);
      const store = faultyStore(services.store.client);
      store.set({ call: point, moment, kind: "crash" });
      await expect(handler(event), `write ${point}`).rejects.toMatchObject({ name: "StoreUnavailable" });
      store.set(undefined);
      expect(await handler(event), `write ${point}`).toEqual(summary);
      expect(await dump(services.store, realm, [event.runId]), `write ${point}`).toEqual(faultFree);
    }
  });

  it.each<[string, (event: Event) => Promise<unknown[]>]>([
    ["one after the other", async (event) => [await handler(event), await handler(event)]],
    ["all at once", (event) => Promise.all([handler(event), handler(event), handler(event)])],
  ])("are the same where the phase is delivered again, %s", async (how, deliver) => {
    const realm = `again-${how.replaceAll(" ", "-")}`;
    const { services, event } = await begin(realm);
    for (const answer of await deliver(event)) expect(answer).toEqual(summary);
    expect(await dump(services.store, realm, [event.runId])).toEqual(faultFree);
  });

  it("are the same where another invocation was faster with one of them", async () => {
    const { services, event } = await begin("overtaken");
    const { store } = services;
    let overtaken = false;
    const transact: typeof store.transact = async (actions) => {
      const one = predictionIn(actions);
      if (one && !overtaken) {
        overtaken = true;
        const counts = counterActions(store.keys, [creationCounts(one)]);
        await store.transact([...createPrediction(store.keys, one), ...counts]);
      }
      return store.transact(actions);
    };
    useServices({ ...services, store: { ...store, transact } });
    expect(await handler(event)).toEqual(summary);
    expect(overtaken).toBe(true);
    expect(await dump(store, "overtaken", [event.runId])).toEqual(faultFree);
  });

  it("are made around a stored one that cannot be read any more, which stays as it is", async () => {
    const { services, event } = await begin("damaged");
    const { keys } = services.store;
    await services.store.transact([put({ ...keys.prediction("g05.GME"), status: 7 })]);
    expect(await handler(event)).toEqual({ ...summary, created: 35 });
    expect(await services.store.get(keys.prediction("g05.GME"), z.unknown())).toEqual({
      ...keys.prediction("g05.GME"),
      status: 7,
    });
  });
});

/** The fifth prediction that these actions create. */
function predictionIn(actions: readonly Action[]) {
  const items = actions.flatMap((action) =>
    action.kind === "put" ? [predictionSchema.safeParse(action.item).data] : [],
  );
  return items.filter((item) => item !== undefined)[4];
}
