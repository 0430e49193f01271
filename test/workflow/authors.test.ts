import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Author, authorSchema } from "../../lib/analysis/authors/author.ts";
import { readPopulation } from "../../lib/analysis/authors/stored-population.ts";
import { postsInput } from "../../lib/analysis/comments/annotated.ts";
import { commentSchema } from "../../lib/analysis/comments/comment.ts";
import type { Run } from "../../lib/analysis/run.ts";
import { analysisRun } from "../../lib/analysis/run.ts";
import { phase } from "../../lib/runs/phases/phase.ts";
import { loadServices, type Services } from "../../lib/services.ts";
import { put } from "../../lib/store/actions.ts";
import { newAuthor } from "../../lib/trading/authors/figures.ts";
import { readHistory } from "../../lib/trading/authors/history.ts";
import { saveAuthors } from "../../lib/trading/authors/stored.ts";
import { updateAuthors as updateTheirFigures } from "../../lib/trading/authors/update-authors.ts";
import { readCommentData } from "../../localstack/standins/openai/prompt-data.ts";
import type { OpenAiRequest, ScriptedAnswer } from "../../localstack/standins/openai/server.ts";
import { completion, readQuestion } from "../../localstack/standins/openai/wire.ts";
import type { StandInComment } from "../../localstack/standins/reddit/wire.ts";
import { call, idleSummaries, type PhaseHandler } from "../support/cloud.ts";
import { comment, post } from "../support/content.ts";
import { dump } from "../support/dump.ts";
import { type Fault, faultyStore } from "../support/faulty-store.ts";
import { startCloudWithProviders } from "../support/providers.ts";
import { resolve, seedResolved, seedTracked, trackedOf } from "../support/resolved.ts";
import { phaseSummary, predictionOf, totalOf } from "../support/stored.ts";
import { completedRun, settled } from "../support/waiting.ts";

let stage: Awaited<ReturnType<typeof startCloudWithProviders>>;
let realm = 0;
let updateAuthors = (handler: PhaseHandler, input: unknown): Promise<unknown> => handler(input);
/** Phases that would make or resolve predictions of their own. */
const idle = new Set(["createPredictions", "openPositions", "monitorPrices", "rollEvaluation"]);

beforeAll(async () => {
  stage = await startCloudWithProviders({
    around: async (state, handler, input) => {
      if (idle.has(state)) return idleSummaries[state];
      return state === "updateAuthors" ? updateAuthors(handler, input) : handler(input);
    },
  });
});
afterAll(() => stage.close());
beforeEach(() => {
  updateAuthors = (handler, input) => handler(input);
});

/** A model that takes comments at their word: "reasoned 0.8" has a reason and is understood with confidence 0.8. */
function wordForWord({ body }: OpenAiRequest): ScriptedAnswer {
  const question = readQuestion(body);
  if ("status" in question) return question;
  const said = readCommentData(question.userText).comment;
  const has_reasoning = said.startsWith("reasoned");
  const reply = {
    tickers: [],
    ticker_sentiments: [],
    sentiment: "neutral",
    sarcasm_detected: false,
    has_reasoning,
    confidence: Number(/0\.\d+|1/.exec(said)?.[0] ?? 0),
    reasoning_summary: has_reasoning ? "because" : null,
  };
  return completion(question, JSON.stringify(reply), 100);
}

function begin(comments: StandInComment[] = [], settings: Record<string, string> = {}): Services {
  realm++;
  const services = stage.begin(`authors-${realm}`, { posts: [post("p1")], comments }, settings);
  stage.scene.openAiFaults = wordForWord;
  return services;
}

const ofAuthor = ({ store }: Services, name: string) => store.get(store.keys.author(name), authorSchema);
const accuracyOf = async (services: Services, name: string) => (await ofAuthor(services, name))?.avg_sentiment_accuracy;
const authorsCounted = async (services: Services) => (await totalOf(services, "AUTHORS")) ?? 0;
const unappliedOf = ({ store }: Services) => store.count({ pk: store.keys.unapplied("", "").pk });
const summaryOf = (services: Services, run: Run) => phaseSummary(services, run, "UpdateAuthors");
async function seedAuthor({ store }: Services, name: string, changes: Partial<Author>): Promise<void> {
  const after = { ...newAuthor(name, new Date("2026-03-02T15:30:00Z")), ...changes };
  await store.transact(saveAuthors(store.keys, [{ before: undefined, after }]));
}
const by = (author: string, id: string, body: string, score = 1) => comment(id, "p1", body, { author, score });

describe("an author's comments", () => {
  it("are counted when they are analysed, and not again when later runs see them", async () => {
    const first = [
      by("ape", "a1", "reasoned 0.8".padEnd(250, "."), 12),
      by("ape", "a2", "0.5".padEnd(100, "."), -2),
      by("bear", "b1", "0.5", 3),
    ];
    const services = begin(first, { MARKET_CLOCK: "scenario:2026-03-02" });
    const run = await completedRun(services);
    // 0.1 + 0.2 + 0.48 and 0.04 + 0.3; trust 0.5 × 0.4 + 0.5 × 0.5.
    expect(await ofAuthor(services, "ape")).toEqual({
      username: "ape",
      first_seen: "2026-03-02T15:30:00.000Z",
      last_active: "2026-03-02T15:30:00.000Z",
      total_comments: 2,
      high_quality_comments: 1,
      total_upvotes: 10,
      avg_conviction_score: 0.56,
      avg_sentiment_accuracy: null,
      flagged_comments: 0,
      counted_results: 0,
      correct_results: 0,
      early_correct: 0,
      late_correct: 0,
      ranked_skill: null,
      trust_score: 0.45,
      counted_run_id: run.id,
      version: 0,
    });
    expect(await summaryOf(services, run)).toEqual({ authors: 2, comments: 3, predictions: 0 });

    const again = first.map((each) => ({ ...each, score: 1_000 }));
    const content = [...again, by("ape", "a3", "reasoned 1.0".padEnd(600, "."), 5), by("newt", "n1", "0.5")];
    stage.scene.content = { posts: [post("p1")], comments: content };
    const next = await completedRun(services);
    // (2 × 0.56 + 1) / 3; trust 2/3 × 0.4 + 0.5 × 0.5 + 1/30 × 0.1.
    expect(await ofAuthor(services, "ape")).toMatchObject({
      first_seen: "2026-03-02T15:30:00.000Z",
      last_active: "2026-03-03T15:30:00.000Z",
      total_comments: 3,
      high_quality_comments: 2,
      total_upvotes: 15,
      avg_conviction_score: 0.706667,
      trust_score: 0.52,
      counted_run_id: next.id,
    });
    expect(await ofAuthor(services, "bear")).toMatchObject({
      total_comments: 1,
      total_upvotes: 3,
      last_active: "2026-03-02T15:30:00.000Z",
      counted_run_id: run.id,
    });
    expect(await summaryOf(services, next)).toEqual({ authors: 2, comments: 2, predictions: 0 });
    expect(await authorsCounted(services)).toBe(3);
  });

  it("of deleted accounts belong to nobody", async () => {
    const services = begin([by("[deleted]", "a1", "reasoned 0.8"), by("[deleted]", "a2", "[deleted]")]);
    expect(await summaryOf(services, await completedRun(services))).toEqual({
      authors: 0,
      comments: 0,
      predictions: 0,
    });
    expect(await ofAuthor(services, "[deleted]")).toBeUndefined();
    expect(await authorsCounted(services)).toBe(0);
  });

  it("that the model failed on are not counted", async () => {
    const services = begin([by("ape", "a1", "0.5"), by("ape", "a2", "0.5"), by("ape", "bad", "BADLY")]);
    stage.scene.openAiFaults = (request) =>
      request.body.includes("BADLY") ? { status: 500, body: "{}" } : wordForWord(request);
    await completedRun(services);
    expect(await ofAuthor(services, "ape")).toMatchObject({ total_comments: 2 });
  });

  it("are counted for more authors than one transaction holds", async () => {
    const services = begin();
    const posts = [post("p1"), post("p2"), post("p3")];
    const comments = posts.flatMap(({ id }) =>
      Array.from({ length: 50 }, (_, index) => comment(`${id}c${index}`, id, "0.5")),
    );
    stage.scene.content = { posts, comments };
    expect(await summaryOf(services, await completedRun(services))).toMatchObject({ authors: 150, comments: 150 });
    expect(await authorsCounted(services)).toBe(150);
    for (const name of ["author_p1c0", "author_p2c30", "author_p3c49"]) {
      expect(await ofAuthor(services, name)).toMatchObject({ total_comments: 1 });
    }
  });
});

describe("trust", () => {
  it("is what the specification works out, and what the next run begins with", async () => {
    const services = begin([
      by("new", "a1", "reasoned 0.8"),
      by("good", "a2", "reasoned 0.8"),
      by("poor", "a3", "0.5"),
    ]);
    await seedAuthor(services, "good", {
      total_comments: 22,
      high_quality_comments: 17,
      avg_sentiment_accuracy: 0.68,
      first_seen: "2026-01-16T15:30:00.000Z",
    });
    await seedAuthor(services, "poor", {
      total_comments: 44,
      high_quality_comments: 5,
      avg_sentiment_accuracy: 0.32,
      first_seen: "2026-01-01T15:30:00.000Z",
    });
    await completedRun(services);
    // 1 of 1 today; 18 of 23, 0.68, 45 days; 5 of 45, 0.32, 60 days.
    const trusts = { new: 0.65, good: 0.753, poor: 0.304 };
    for (const [name, trust_score] of Object.entries(trusts)) {
      expect(await ofAuthor(services, name)).toMatchObject({ trust_score });
    }
    const { store } = services;
    expect(await store.get(store.keys.comment("a1"), commentSchema)).toMatchObject({ author_trust_score: 0.5 });

    const comments = [...Object.keys(trusts), "unknown"].map((name) => by(name, `next_${name}`, "0.5"));
    stage.scene.content = { posts: [post("p1")], comments };
    await completedRun(services);
    for (const [name, author_trust_score] of Object.entries({ ...trusts, unknown: 0.5 })) {
      const stored = await store.get(store.keys.comment(`next_${name}`), commentSchema);
      expect(stored).toMatchObject({ author_trust_score });
    }
  });
});

describe("an author's accuracy", () => {
  it("goes 1.0, 1.0, 0.70, 0.79 as predictions turn out right, right, wrong, right", async () => {
    const services = begin();
    const seen = [];
    for (const [index, premium] of [2.5, 3, 1, 2.1].entries()) {
      await seedResolved(services, "ape", [premium], {
        prefix: `p${index}`,
        from: `2026-02-2${index + 1}T16:00:00.000Z`,
      });
      expect(await summaryOf(services, await completedRun(services))).toEqual({
        authors: 0,
        comments: 0,
        predictions: 1,
      });
      seen.push(await accuracyOf(services, "ape"));
    }
    expect(seen).toEqual([1, 1, 0.7, 0.79]);
    // Nobody had heard of the author before: no comments, first seen today, 0.79 × 0.5.
    expect(await ofAuthor(services, "ape")).toMatchObject({ total_comments: 0, trust_score: 0.395, last_active: null });
    expect(await authorsCounted(services)).toBe(1);
    expect((await unappliedOf(services)).total).toBe(0);
  });

  it("takes several at once in the order of their resolution, whatever their ids", async () => {
    const services = begin();
    const names = Array.from({ length: 22 }, (_, index) => `p${String(21 - index).padStart(2, "0")}`);
    await seedTracked(
      services,
      names.map((name) => trackedOf(name, { author: "ape" })),
    );
    // Twenty are right; the two wrong ones come last, and into another transaction.
    for (const [index, name] of names.entries()) {
      const at = `2026-02-27T16:${String(index).padStart(2, "0")}:00.000Z`;
      await resolve(services, `${name}.GME`, index < 20 ? 3 : 1, at);
    }
    expect(await summaryOf(services, await completedRun(services))).toMatchObject({ predictions: 22 });
    expect(await accuracyOf(services, "ape")).toBe(0.49);
    const history = await readHistory(services.store, "ape");
    expect(history.map(({ prediction_id }) => prediction_id)).toEqual(names.map((name) => `${name}.GME`));
  });

  it("is replayed where a result belongs before those that it holds", async () => {
    const services = begin();
    await seedResolved(services, "ape", [3], { prefix: "late", from: "2026-02-27T16:00:00.000Z" });
    await completedRun(services);
    await seedResolved(services, "ape", [1], { prefix: "early", from: "2026-02-26T16:00:00.000Z" });
    await completedRun(services);
    // Wrong, then right; the other way round it would be 0.7.
    expect(await accuracyOf(services, "ape")).toBe(0.3);
  });

  it("counts as wrong what gained no more than its costs, and ten cents beyond them as right", async () => {
    const services = begin();
    // Ten calls of 2,000 dollars, sold 1 % lower: at 2.0065 for 2,006.50, and at 2.0066 for 2,006.60; 6.50 of commission.
    await seedResolved(services, "flat", [2.0268], { prefix: "f" });
    await seedResolved(services, "dime", [2.0269], { prefix: "d" });
    await completedRun(services);
    expect(await predictionOf(services, "f00.GME")).toMatchObject({ simulated_return_pct: 0.0134, is_correct: false });
    expect(await predictionOf(services, "d00.GME")).toMatchObject({ simulated_return_pct: 0.01345, is_correct: true });
    expect([await accuracyOf(services, "flat"), await accuracyOf(services, "dime")]).toEqual([0, 1]);
  });

  it("follows what a person said before the resolution, and leaves out what they excluded", async () => {
    const services = begin();
    const override = async (id: string, override_result: string) =>
      (await call("api/override-prediction", { params: { id }, body: { override_result } })).body.data.is_correct;
    await seedTracked(
      services,
      ["right", "wrong", "none"].map((name) => trackedOf(name, { author: name })),
    );
    expect(await override("right.GME", "correct")).toBe(true);
    expect(await override("wrong.GME", "incorrect")).toBe(false);
    expect(await override("none.GME", "excluded")).toBeNull();
    for (const [id, premium] of [
      ["right.GME", 1],
      ["wrong.GME", 3],
      ["none.GME", 3],
    ] as const) {
      await resolve(services, id, premium, "2026-02-27T16:00:00.000Z");
    }
    expect(await summaryOf(services, await completedRun(services))).toMatchObject({ predictions: 3 });
    expect(await accuracyOf(services, "right")).toBe(1);
    expect(await accuracyOf(services, "wrong")).toBe(0);
    expect(await accuracyOf(services, "none")).toBeNull();
    expect(await predictionOf(services, "none.GME")).toMatchObject({
      is_correct: null,
      accuracy_applied_at: "2026-03-02T15:30:00.000Z",
    });
    expect((await unappliedOf(services)).total).toBe(0);
  });

  it("is nobody's for a deleted account, whatever a person says later", async () => {
    const services = begin();
    await seedResolved(services, "[deleted]", [3]);
    await seedResolved(services, "ape", [3], { prefix: "q" });
    expect(await summaryOf(services, await completedRun(services))).toMatchObject({ predictions: 2 });
    expect((await unappliedOf(services)).total).toBe(0);
    const request = { params: { id: "p00.GME" }, body: { override_result: "incorrect" } };
    expect(await call("api/override-prediction", request)).toMatchObject({ status: 200 });
    expect(await ofAuthor(services, "[deleted]")).toBeUndefined();
    expect(await authorsCounted(services)).toBe(1);
  });

  it("keeps a history with what each prediction gained and cost", async () => {
    const services = begin();
    await seedResolved(services, "ape", [3]);
    await completedRun(services);
    // Ten calls from 2 to 3; sold 1 % lower, 30 dollars less, and 6.50 of commission.
    expect(await readHistory(services.store, "ape")).toEqual([
      {
        prediction_id: "p00.GME",
        author: "ape",
        ticker: "GME",
        resolved_at: "2026-02-27T16:00:00.000Z",
        is_correct: true,
        simulated_pnl_cents: 100_000,
        trading_costs_cents: 3_650,
        contract_symbol: "GME   p00",
        entry_date: "2021-01-04",
        paid_cents: 200_000,
      },
    ]);
  });
});

describe("skill", () => {
  const populationIn = ({ store }: Services) => readPopulation(store);

  it("is ranked anew at the end of each run, the base rate that of all results", async () => {
    const services = begin();
    await seedResolved(services, "good", Array(30).fill(3));
    await seedResolved(services, "poor", Array(30).fill(1), { prefix: "q" });
    await completedRun(services);
    expect(await populationIn(services)).toEqual({
      authors: 2,
      results: 60,
      correct: 30,
      results_squared: 1_800,
      square_millionths: 30_000_000,
      halves_authors: 2,
      halves_correlation: null,
    });
    // As far apart as can be, the base rate weighs two results: 30/32 × 0.5.
    expect(await ofAuthor(services, "good")).toMatchObject({ counted_results: 30, ranked_skill: 0.469 });
    expect(await ofAuthor(services, "poor")).toMatchObject({ counted_results: 30, ranked_skill: -0.469 });

    // A person's word counts at once; the places follow with the next run.
    const request = { params: { id: "p00.GME" }, body: { override_result: "excluded" } };
    expect(await call("api/override-prediction", request)).toMatchObject({ status: 200 });
    expect(await populationIn(services)).toMatchObject({ results: 59, correct: 29, results_squared: 1_741 });
    expect(await ofAuthor(services, "poor")).toMatchObject({ ranked_skill: -0.469 });
    await completedRun(services);
    // 30/32 × 29/59 and 29/31 × 30/59.
    expect(await ofAuthor(services, "poor")).toMatchObject({ ranked_skill: -0.461 });
    expect(await ofAuthor(services, "good")).toMatchObject({ ranked_skill: 0.476 });
  });

  it("of authors from before it was kept is ranked at the end of the first run", async () => {
    const services = begin();
    const { store } = services;
    const { ranked_skill, counted_results, correct_results, early_correct, late_correct, ...former } = newAuthor(
      "old",
      new Date("2026-02-01T15:30:00Z"),
    );
    const { gsi1pk, gsi1sk } = store.keys.authorIndex(former);
    await store.transact([put({ ...store.keys.author("old"), gsi1pk, gsi1sk, ...former })]);
    await completedRun(services);
    const ranked = await store.query({ index: "gsi2", pk: gsi1pk }, authorSchema);
    expect(ranked.items).toMatchObject([{ username: "old", ranked_skill: null, counted_results: 0 }]);
  });

  it("of all others is what an author without results is trusted by", async () => {
    const services = begin();
    await seedResolved(services, "poor", Array(40).fill(1));
    await seedResolved(services, "good", Array(10).fill(3), { prefix: "q" });
    await completedRun(services);
    stage.scene.content = { posts: [post("p1")], comments: [by("new", "a1", "reasoned 0.8")] };
    await completedRun(services);
    // 1 × 0.4 + 0.2 × 0.5; with 0.5 as the neutral accuracy it would be 0.65.
    expect(await ofAuthor(services, "new")).toMatchObject({ trust_score: 0.5 });
  });
});

describe("the phase", () => {
  const headers = { "Idempotency-Key": "one-run" };
  /** A run with new and known authors, and more predictions than one transaction takes; answers its table. */
  async function runThrough(around: typeof updateAuthors): Promise<{ table: string[]; summary: unknown }> {
    const services = begin([
      by("ape", "a1", "reasoned 0.8"),
      by("ape", "a2", "0.5"),
      by("bear", "b1", "reasoned 0.9"),
      by("[deleted]", "d1", "0.5"),
    ]);
    await seedAuthor(services, "bear", { total_comments: 3, avg_sentiment_accuracy: 0.5 });
    await seedResolved(services, "ape", [3, 1, 3]);
    await seedResolved(services, "bear", Array(22).fill(1).concat(3), { prefix: "q" });
    await seedResolved(services, "newt", [...Array(20).fill(3), ...Array(6).fill(1)], { prefix: "r" });
    store = faultyStore(services.store.client);
    updateAuthors = around;
    const { body } = await call("api/start-analysis", { headers });
    const run = (await settled(services, body.data.run_id)) as Run;
    expect(run.status).toBe("completed");
    const table = await dump(services.store, `authors-${realm}`, [run.id]);
    return { table, summary: await summaryOf(services, run) };
  }
  let store: ReturnType<typeof faultyStore>;
  let plain: Awaited<ReturnType<typeof runThrough>>;
  let writes = 0;
  beforeAll(async () => {
    plain = await runThrough(async (handler, input) => {
      store.set(undefined);
      const summary = await handler(input);
      writes = store.count();
      return summary;
    });
  });

  it("sums up what belongs to the run", async () => {
    expect(plain.summary).toEqual({ authors: 2, comments: 3, predictions: 52 });
    // Begun, two authors, twenty, twenty and twelve predictions, whether skill lasts, three places, and the marker.
    expect(writes).toBe(8);
  });

  it("delivered twice leaves the same table, one after the other and at once", async () => {
    const after = await runThrough(async (handler, input) => {
      const summary = await handler(input);
      expect(await handler(input)).toEqual(summary);
      return summary;
    });
    expect(after).toEqual(plain);
    const atOnce = await runThrough(async (handler, input) => {
      const [one, other] = await Promise.all([handler(input), handler(input)]);
      expect(one).toEqual(other);
      return one;
    });
    expect(atOnce).toEqual(plain);
  });

  it.each([0, 1, 2, 3, 4, 5])(
    "overtaken by another invocation before its commit %i applies nothing again",
    async (point) => {
      const overtaken = phase(
        analysisRun,
        { state: "UpdateAuthors", number: 7, input: postsInput },
        loadServices,
        (context) => {
          let commits = 0;
          const commit: typeof context.commit = async (actions, runChanges) => {
            if (commits++ === point) await updateTheirFigures(context);
            return context.commit(actions, runChanges);
          };
          return updateTheirFigures({ ...context, commit });
        },
      );
      expect(await runThrough((_handler, input) => overtaken(input))).toEqual(plain);
    },
  );

  it("killed before or after any of its writes and tried again leaves the same table", {
    timeout: 120_000,
  }, async () => {
    for (const moment of ["before", "after"] as const) {
      for (let point = 0; point < writes; point++) {
        const fault: Fault = { call: point, moment, kind: "crash" };
        const result = await runThrough(async (handler, input) => {
          store.set(fault);
          await expect(handler(input), `write ${point}`).rejects.toMatchObject({ name: "StoreUnavailable" });
          store.set(undefined);
          return handler(input);
        });
        expect(result, `${moment} write ${point}`).toEqual(plain);
      }
    }
  });
});
