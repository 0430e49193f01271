import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { handler as updateAuthors } from "../../functions/phases/update-authors.ts";
import { type Author, authorSchema } from "../../lib/analysis/authors/author.ts";
import type { Services } from "../../lib/services.ts";
import { accuracyAfter } from "../../lib/trading/authors/figures.ts";
import { readHistory } from "../../lib/trading/authors/history.ts";
import { type FollowedPrediction, type Override, predictionSchema } from "../../lib/trading/predictions/record.ts";
import { appliedResult, isResolved } from "../../lib/trading/predictions/resolution.ts";
import { newPrediction } from "../../lib/trading/predictions/rules.ts";
import { call } from "../support/cloud.ts";
import { useEndpoints } from "../support/endpoints.ts";
import { resolve, seedResolved, seedTracked, trackedOf } from "../support/resolved.ts";
import { settings } from "../support/trading.ts";
import { seedPredictions } from "../support/trading-seeds.ts";

const api = useEndpoints();
const { data, refusal, contents, start, pass } = api;

/** Races tried; more on demand: RACE_ROUNDS=1000. */
const rounds = Number(process.env.RACE_ROUNDS ?? 10);
const words = { correct: true, incorrect: false, excluded: null } as const;
const name = "PATCH /predictions/{id}/override";
const requestOf = (id: string, override_result: unknown) => ({ params: { id }, body: { override_result } });
const override = (id: string, word: Override) => data(name, requestOf(id, word));
const shown = (id: string) => data("GET /predictions/{id}", { params: { id } });
const ofAuthor = async (author = "ape"): Promise<Author | undefined> =>
  api.services.store.get(api.services.store.keys.author(author), authorSchema);
/** UpdateAuthors of a new run, which is over then. */
async function apply(): Promise<void> {
  const runId = await start();
  await updateAuthors({ runId, attempt: 1, posts: [] });
  await api.complete(runId);
}
/** An expired prediction: there was no contract. */
const expired = newPrediction(
  { comment_id: "x", ticker: "BTC", author: "ape", sentiment: "bullish", analysis_run_id: "run" },
  "no_valid_strike",
  { today: "2026-02-26", now: "2026-02-26T15:30:00.000Z" },
  settings,
);

describe("PATCH /predictions/{id}/override", () => {
  it.each(Object.entries(words))("%s is kept in every status, and shown by GET", async (word, is_correct) => {
    await seedTracked(api.services, [trackedOf("t", { author: "ape" })]);
    await seedPredictions(api.services, [expired]);
    const [resolved = ""] = await seedResolved(api.services, "ape", [3]);
    const [applied = ""] = await seedResolved(api.services, "bear", [3], { prefix: "q" });
    await apply();
    for (const [id, status] of [
      ["t.GME", "tracking"],
      ["x.BTC", "expired"],
      [resolved, "resolved"],
      [applied, "resolved"],
    ] as const) {
      const answer = await override(id, word as Override);
      const said = { hitl_override: word, hitl_override_at: "2026-03-02T15:30:00.000Z", is_correct };
      expect(answer).toMatchObject({ id, status, ...said });
      expect(await shown(id)).toMatchObject(answer);
    }
  });

  it("said again answers the same and writes nothing, even later", async () => {
    const [id = ""] = await seedResolved(api.services, "ape", [3]);
    const first = await override(id, "incorrect");
    const before = await contents();
    pass(3_600_000);
    expect(await override(id, "incorrect")).toEqual(first);
    expect(await contents()).toEqual(before);
    expect(await override(id, "correct")).toMatchObject({
      is_correct: true,
      hitl_override_at: "2026-03-02T16:30:00.000Z",
    });
  });

  it("of an expired prediction has no effect on anybody", async () => {
    await seedPredictions(api.services, [expired]);
    await override("x.BTC", "correct");
    await apply();
    expect(await ofAuthor()).toBeUndefined();
  });

  it("before the application leaves the author alone until then", async () => {
    const [id = ""] = await seedResolved(api.services, "ape", [1]);
    await override(id, "correct");
    expect(await ofAuthor()).toBeUndefined();
    await apply();
    expect(await ofAuthor()).toMatchObject({ avg_sentiment_accuracy: 1 });
  });

  it("after the application rebuilds accuracy and trust from the whole history", async () => {
    const ids = await seedResolved(api.services, "ape", [3, 3, 1, 3]);
    await apply();
    // 0.79 × 0.5: no comments, first seen today.
    expect(await ofAuthor()).toMatchObject({ avg_sentiment_accuracy: 0.79, trust_score: 0.395 });
    for (const [index, word, accuracy, trust] of [
      // 0, 0.3, 0.21, 0.447
      [0, "incorrect", 0.447, 0.224],
      // 1, 0.7, 0.79
      [0, "excluded", 0.79, 0.395],
      // 1, 1, 1
      [2, "correct", 1, 0.5],
      [0, "correct", 1, 0.5],
      // 1, 1, 1, 0.7
      [3, "incorrect", 0.7, 0.35],
      // 1, 1, 0.7
      [1, "excluded", 0.7, 0.35],
    ] as const) {
      await override(ids[index] ?? "", word);
      expect(await ofAuthor()).toMatchObject({ avg_sentiment_accuracy: accuracy, trust_score: trust });
      const { data: listed } = (await call("api/list-authors")).body;
      expect(listed).toMatchObject([{ username: "ape", avg_sentiment_accuracy: accuracy, trust_score: trust }]);
    }
    const history = await readHistory(api.services.store, "ape");
    expect(history.map(({ is_correct }) => is_correct)).toEqual([true, null, true, false]);
  });

  it("that leaves nothing counted leaves the accuracy unknown", async () => {
    const [id = ""] = await seedResolved(api.services, "ape", [3]);
    await apply();
    await override(id, "excluded");
    expect(await ofAuthor()).toMatchObject({ avg_sentiment_accuracy: null, trust_score: 0.25 });
  });

  it("with the realm's own weights", async () => {
    const { store } = api.services;
    const ids = await seedResolved(api.services, "ape", [3, 3]);
    await apply();
    await store.transact([
      { kind: "update", key: store.keys.configuration("accuracy_ema_weight"), changes: { set: { value: "0.5" } } },
    ]);
    await override(ids[1] ?? "", "incorrect");
    expect(await ofAuthor()).toMatchObject({ avg_sentiment_accuracy: 0.5 });
  });

  it.each([undefined, null, "", "Correct", "right", true, 1, ["correct"]])("refuses %j", async (word) => {
    const [id = ""] = await seedResolved(api.services, "ape", [3]);
    const before = await contents();
    expect(await refusal(name, requestOf(id, word))).toMatchObject({
      status: 422,
      code: "VALIDATION_ERROR",
      details: [{ field: "override_result", problem: expect.any(String) }],
    });
    expect(await contents()).toEqual(before);
  });

  it("refuses further fields, and does not know what is not there", async () => {
    const more = { params: { id: "p00.GME" }, body: { override_result: "correct", is_correct: true } };
    expect(await refusal(name, more)).toMatchObject({ status: 422, details: [{ field: "is_correct" }] });
    for (const id of ["p00.GME", "0", "%00", "x".repeat(300)]) {
      expect(await refusal(name, requestOf(id, "correct"))).toMatchObject({ status: 404, code: "NOT_FOUND" });
    }
  });
});

describe("overrides while authors are updated", () => {
  const authors = ["ape", "bear"];

  /** Holds every answer of the table until its turn comes, which chance decides. */
  function takeTurns({ store }: Services, turns: { current: fc.Scheduler | undefined }): void {
    store.client.middlewareStack.add(
      (next) => async (args) => {
        const answer = next(args);
        const settled = answer.then(
          () => undefined,
          () => undefined,
        );
        await turns.current?.schedule(settled);
        return answer;
      },
      { step: "initialize", name: "takeTurns" },
    );
  }

  /** Of each author's four predictions two have been applied by an earlier run. */
  async function seedRound(): Promise<string[]> {
    const early = [];
    for (const author of authors)
      early.push(...(await seedResolved(api.services, author, [3, 1], { prefix: `${author}-` })));
    await apply();
    const late = [];
    const from = "2026-02-28T16:00:00.000Z";
    for (const author of authors)
      late.push(...(await seedResolved(api.services, author, [3, 1], { prefix: `${author}+`, from })));
    return [...early, ...late];
  }

  /** What every author's accuracy must be: that of all their predictions as they are stored in the end. */
  async function expectReplayed(ids: readonly string[]): Promise<void> {
    const { store } = api.services;
    const stored = await store.getMany(
      ids.map((id) => store.keys.prediction(id)),
      predictionSchema,
    );
    for (const author of authors) {
      const ofThem = stored.filter((each) => each.author === author).filter(isResolved);
      expect(ofThem).toHaveLength(4);
      expect(ofThem.every(({ accuracy_applied_at }) => accuracy_applied_at !== null)).toBe(true);
      expect((await ofAuthor(author))?.avg_sentiment_accuracy).toBe(
        accuracyAfter(null, ofThem.map(appliedResult), settings),
      );
      const history = await readHistory(store, author);
      const byId = new Map(ofThem.map((each) => [each.id, each.is_correct]));
      expect(new Map(history.map((each) => [each.prediction_id, each.is_correct]))).toEqual(byId);
    }
  }

  it("come to the same accuracy in whatever order the table is read and written", {
    timeout: 30_000 + rounds * 1_000,
  }, async () => {
    const wish = fc.record({ index: fc.nat(7), word: fc.constantFrom(...(Object.keys(words) as Override[])) });
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(wish, { minLength: 1, maxLength: 4 }), async (scheduler, wishes) => {
        api.enter();
        const turns: { current: fc.Scheduler | undefined } = { current: undefined };
        takeTurns(api.services, turns);
        const ids = await seedRound();
        const runId = await start();
        turns.current = scheduler;
        // The phase is delivered twice.
        const phase = { runId, attempt: 1, posts: [] };
        const all = Promise.all([
          updateAuthors(phase),
          updateAuthors(phase),
          ...wishes.map(({ index, word }) => call("api/override-prediction", requestOf(ids[index] ?? "", word))),
        ]);
        const [summary, same, ...answers] = await scheduler.waitFor(all);
        turns.current = undefined;
        expect(summary).toEqual({ authors: 0, comments: 0, predictions: 4 });
        expect(same).toEqual(summary);
        expect(answers.map((answer) => (answer as { status: number }).status)).toEqual(wishes.map(() => 200));
        await expectReplayed(ids);
      }),
      { numRuns: rounds },
    );
  });

  it("and while monitoring resolves the prediction, lose neither", async () => {
    const tracked: FollowedPrediction = trackedOf("t", { author: "ape" });
    await seedTracked(api.services, [tracked]);
    await override("t.GME", "incorrect");
    await resolve(api.services, "t.GME", 3, "2026-02-27T16:00:00.000Z");
    expect(await shown("t.GME")).toMatchObject({ status: "resolved", is_correct: false, hitl_override: "incorrect" });
  });
});
