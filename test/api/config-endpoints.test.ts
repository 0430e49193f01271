import { beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { defaultConfiguration, readConfiguration } from "../../lib/configuration/keys.ts";
import type { Setting } from "../../lib/configuration/settings.ts";
import { openRealm, readSettings } from "../../lib/realm/state.ts";
import { useServices } from "../../lib/services.ts";
import { put, remove, update } from "../../lib/store/actions.ts";
import { useEndpoints } from "../support/endpoints.ts";
import { activePeriod, completedPeriods, seedEvidence, seedPeriods } from "../support/evaluation-periods.ts";

const api = useEndpoints();
const { ask, data, refusal, pass, start } = api;

const set = (key: string, value: unknown, also?: Record<string, unknown>) =>
  ask("PUT /config/{key}", { params: { key }, body: { value, ...(also && { also }) } });
const refused = (key: string, body: unknown) => refusal("PUT /config/{key}", { params: { key }, body });
const settingOf = async (key: string): Promise<Setting | undefined> =>
  (await data("GET /config")).find((setting: Setting) => setting.key === key);
const stored = () => readSettings(api.services);

const now = "2026-03-02T15:30:00.000Z";
const weights = {
  confidence_weight_volume: 0.25,
  confidence_weight_alignment: 0.25,
  confidence_weight_ai_confidence: 0.3,
  confidence_weight_author_trust: 0.2,
};

/** For every key that can be set: another good value, and one that is refused. */
const values: Record<string, [good: unknown, bad: unknown]> = {
  phase: ["paper_trading", "testing"],
  quality_min_users: [3, 2.5],
  quality_min_confidence: [0.7, 1.1],
  consensus_min_comments: [40, 0],
  consensus_min_users: [9, "9"],
  consensus_min_alignment: [0.5, 0.49],
  trust_default_accuracy: [0.6, -0.1],
  trust_tenure_saturation_days: [45.5, 0.5],
  accuracy_ema_weight: [1, true],
  stock_stop_loss_pct: [-0.2, 0.2],
  stock_take_profit_pct: [0.3, -0.3],
  stock_trailing_stop_pct: [0.08, 2],
  stock_breakeven_trigger_pct: [0.06, 101],
  stock_breakeven_min_days: [0, -1],
  stock_time_stop_base_days: [6, 6.5],
  stock_time_stop_base_min_gain: [-0.01, -1.01],
  stock_time_stop_extended_days: [8, "eight"],
  stock_time_stop_max_days: [11, [11]],
  stock_take_profit_exit_pct: [0.4, 1.5],
  option_stop_loss_pct: [-0.4, -1.5],
  option_take_profit_pct: [2, -1],
  option_trailing_stop_pct: [0.2, 30],
  option_time_stop_days: [12, 1e9],
  option_expiration_protection_dte: [3, false],
  option_take_profit_exit_pct: [0.25, "0.25"],
  signal_min_confidence: [0.55, 55],
  stocks_long_only: [false, "false"],
  max_open_positions: [12, 46],
  replacement_min_confidence_delta: [0.2, 20],
  replacement_protect_gain_pct: [0.1, -0.1],
  sizing_base_divisor: [25, 0],
  sizing_tiers: [[[0.5, 1]], []],
  sizing_option_pct: [0.03, 3],
  sizing_min_pct: [0.01, -0.01],
  sizing_max_pct: [0.2, 20],
  prediction_notional: [2500, -1],
  commission_stock_usd: [1, -1],
  commission_option_usd: [0.7, "0.70"],
  slippage_stock_pct: [0.0000001, 1.1],
  slippage_option_pct: [0.02, -0.02],
  strike_dte_min: [10, 10.5],
  strike_dte_max: [30, "30"],
  strike_dte_target: [20, -20],
  strike_delta_target: [0.35, 35],
  strike_delta_min: [0.1, -0.1],
  strike_delta_max: [0.6, 1.6],
  emergence_prior_max: [4, 4.4],
  emergence_min_mentions: [20, -1],
  emergence_min_users: [10, "ten"],
  emergence_window_days: [14, 0],
  priority_weights: [
    [0.5, 0.3, 0.2],
    [0.5, 0.5],
  ],
  posts_limit: [20, 51],
  comments_per_post: [500, 0],
  more_comments_limit: [5, 6],
  selected_per_post: [60, 0],
  llm_batch_size: [4, 6],
  llm_monthly_warning_usd: [80, -80],
  desk_starting_equity_usd: [50_000, -1],
  desk_symbols: [["GME", "BRK.B"], ["gme"]],
  order_mode: ["semi_auto", "manual"],
  signal_order_min_confidence: [0.8, 1.2],
  order_approval_drift_pct: [0.01, 1.5],
  order_fill_seconds: [60, 601],
  bot_stop_loss_pct: [-1, 0.5],
  bot_profit_levels: [[[0.4, 0.5]], [[0.4]]],
  bot_roll_mode: ["off", "always"],
  bot_roll_days: [10, 0],
  bot_roll_to_days: [
    [30, 45, 60],
    [30, 21, 60],
  ],
  bot_roll_strike_move_usd: [5, -1],
  bot_roll_require_credit: [true, "yes"],
  order_queue_capacity: [500, 1001],
  order_max_contracts: [20, 0],
  order_max_shares: [500, 0.5],
  order_position_limit_pct: [0.5, -0.1],
  order_exposure_limit_pct: [2, -1],
  order_daily_loss_limit_pct: [0.05, 1.1],
  order_risk_per_trade_pct: [0.05, -0.02],
  order_value_max_usd: [100_000, -1],
  order_value_warning_usd: [50, -1],
  order_price_max_age_seconds: [10, 0],
  order_duplicate_seconds: [0, 1.5],
  order_min_volume: [0, -1],
  order_max_open_positions: [8, 8.5],
  orders_per_day: [100, -1],
  order_spacing_seconds: [0, -60],
  breaker_daily_loss_pct: [0.05, 0],
  breaker_drawdown_pct: [0.2, 1.1],
  breaker_consecutive_losses: [3, 0],
  breaker_position_limit_pct: [0.5, 0],
  breaker_cooldown_minutes: [0, -1],
  breaker_require_human_reset: [false, "false"],
  breaker_sentiment: [true, 1],
  breaker_sentiment_score: [-0.7, 0.7],
  breaker_sentiment_days: [5, 1],
  answer_files_max: [100, 0],
  answer_file_bytes_max: [1_000_000, 0],
  answer_chunk_tokens: [8_000, 10],
  answer_chunk_overlap_tokens: [0, -1],
  answer_batch_tokens: [20_000, 10],
  answer_sql_rounds: [1, 0],
  answer_sql_rows_max: [100, 0],
  answer_sql_tokens_max: [5_000, 1],
  answer_decisions_max: [2, 0],
  answer_writer_attempts: [1, 0],
  answer_context_tokens: [128_000, 10],
  answer_context_reserve_tokens: [0, -1],
  answer_budget_usd: [0.5, -1],
  answer_retention_days: [30, 0],
};
const weightKeys = [...Object.keys(weights), "trust_weight_quality", "trust_weight_accuracy", "trust_weight_tenure"];

describe("GET /config", () => {
  it("shows every key with its default, in order, before the first run", async () => {
    const settings: Setting[] = await data("GET /config");
    expect(settings.map(({ key }) => key)).toEqual(["system_start_date", ...Object.keys(defaultConfiguration())]);
    expect(settings.slice(0, 4)).toEqual([
      { key: "system_start_date", value: null, default: null, updated_at: null },
      { key: "phase", value: "paper_trading", default: "paper_trading", updated_at: null },
      { key: "quality_min_users", value: 2, default: 2, updated_at: null },
      { key: "quality_min_confidence", value: 0.6, default: 0.6, updated_at: null },
    ]);
    const read: Record<string, unknown> = { ...readConfiguration(defaultConfiguration()) };
    for (const { key, value, default: initial } of settings) {
      expect({ key, value: read[key] }).toEqual({ key, value });
      expect({ key, initial }).toEqual({ key, initial: value });
    }
    expect(await stored()).toEqual({});
  });

  it("shows what is stored, and since when", async () => {
    await openRealm(api.services);
    pass(60_000);
    await set("stocks_long_only", false);
    const runId = await start();
    await api.complete(runId);
    expect(await settingOf("stocks_long_only")).toEqual({
      key: "stocks_long_only",
      value: false,
      default: true,
      updated_at: "2026-03-02T15:31:00.000Z",
    });
    expect(await settingOf("phase")).toMatchObject({ updated_at: now });
    expect(await settingOf("system_start_date")).toMatchObject({ value: "2026-03-02", default: null });
  });

  it("shows a value that cannot be read as it is stored, and null for one that is missing", async () => {
    await openRealm(api.services);
    const { keys, transact } = api.services.store;
    await transact([
      put({ ...keys.configuration("posts_limit"), value: "ten", updated_at: now }),
      remove(keys.configuration("quality_min_users")),
      remove(keys.configuration("llm_batch_size")),
      put({ ...keys.configuration("of_a_newer_version"), value: "1", updated_at: now }),
    ]);
    expect(await settingOf("posts_limit")).toMatchObject({ value: "ten", default: 10 });
    expect(await settingOf("quality_min_users")).toMatchObject({ value: null, default: 2, updated_at: null });
    expect(await settingOf("llm_batch_size")).toMatchObject({ value: 5, updated_at: null });
    expect(await settingOf("of_a_newer_version")).toBeUndefined();
  });
});

describe("PUT /config/{key}", () => {
  it("is tried here for every key", () => {
    expect([...Object.keys(values), ...weightKeys].toSorted()).toEqual(Object.keys(defaultConfiguration()).toSorted());
  });

  it("takes another value of every key, reads it back, and takes the default again", async () => {
    for (const [key, [good]] of Object.entries(values)) {
      const { status, body } = await set(key, good);
      expect({ key, status, value: body.data?.value }).toEqual({ key, status: 200, value: good });
      expect((readConfiguration(await stored()) as Record<string, unknown>)[key]).toEqual(good);
      expect((await set(key, body.data.default)).body.data.value).toEqual(body.data.default);
    }
    expect(readConfiguration(await stored())).toEqual(readConfiguration(defaultConfiguration()));
  });

  it("refuses a bad value of every key by its name, and changes nothing", async () => {
    await openRealm(api.services);
    const before = await api.contents();
    for (const [key, [, bad]] of Object.entries(values)) {
      const { status, code, message, details } = await refused(key, { value: bad });
      expect({ key, status, code }).toEqual({ key, status: 422, code: "VALIDATION_ERROR" });
      expect(details).toEqual([{ field: key, problem: expect.any(String) }]);
      expect(message).toContain(key);
    }
    expect(await api.contents()).toEqual(before);
  });

  it("opens the realm where nothing has been there yet", async () => {
    expect((await set("posts_limit", 20)).status).toBe(200);
    expect(await stored()).toEqual({ ...defaultConfiguration(), posts_limit: "20" });
  });

  it("says when a value was set, by the wall's clock", async () => {
    await openRealm(api.services);
    pass(5_000);
    expect((await set("posts_limit", 20)).body.data).toEqual({
      key: "posts_limit",
      value: 20,
      default: 10,
      updated_at: "2026-03-02T15:30:05.000Z",
    });
  });

  it.each([
    { value: "3", problem: "must be written as 3" },
    { value: 2.5, problem: "Invalid input: expected int, received number" },
    { value: -1, problem: "Too small: expected number to be >=1" },
    { value: "", problem: "not a number" },
    { value: "2e0", problem: "not a number" },
    { value: [3], problem: "not a number" },
    { value: true, problem: "not a number" },
  ])("tells what is wrong with $value users", async ({ value, problem }) => {
    expect(await refused("quality_min_users", { value })).toMatchObject({
      status: 422,
      details: [{ field: "quality_min_users", problem }],
    });
  });

  it.each<{ body: unknown; field: string }>([
    { body: {}, field: "value" },
    { body: { value: null }, field: "value" },
    { body: { value: { a: 1 } }, field: "value" },
    { body: { value: 3, force: true }, field: "force" },
    { body: { value: 3, also: 4 }, field: "also" },
    { body: { value: 3, also: { posts_limit: null } }, field: "also.posts_limit" },
    { body: { value: 3, also: { "Posts limit": 1 } }, field: "also.Posts limit" },
    { body: { value: 3, also: { pages_limit: 1 } }, field: "pages_limit" },
    { body: { value: 3, also: { constructor: 1 } }, field: "constructor" },
    { body: { value: 3, also: { quality_min_users: 4 } }, field: "quality_min_users" },
  ])("refuses $body because of $field", async ({ body, field }) => {
    expect(await refused("quality_min_users", body)).toMatchObject({ status: 422, details: [{ field }] });
    expect(await stored()).not.toHaveProperty("pages_limit");
  });

  it.each(["nope", "constructor", "__proto__", "Phase", "phase ", "a".repeat(51)])("does not know %j", async (key) => {
    expect(await refused(key, { value: 1 })).toMatchObject({ status: 404, code: "NOT_FOUND" });
    expect(await stored()).toEqual({});
  });

  it.each([
    { key: "system_start_date", body: { value: "2020-01-01" } },
    { key: "posts_limit", body: { value: 20, also: { system_start_date: "2020-01-01" } } },
  ])("does not set the start date by $key", async ({ key, body }) => {
    expect(await refused(key, body)).toMatchObject({
      status: 422,
      details: [{ field: "system_start_date", problem: "is the day of the first completed run; it stays" }],
    });
    expect(await stored()).toEqual(defaultConfiguration());
  });

  it("keeps what a run under way began with", async () => {
    const runId = await start();
    await set("posts_limit", 20);
    const { keys, get } = api.services.store;
    const snapshot = z.object({ settings: z.record(z.string(), z.string()) });
    expect((await get(keys.runConfiguration(runId), snapshot))?.settings).toEqual(defaultConfiguration());
    await api.complete(runId);
    const next = await start();
    expect((await get(keys.runConfiguration(next), snapshot))?.settings).toMatchObject({ posts_limit: "20" });
  });

  it("repairs a damaged configuration only as a whole", async () => {
    await openRealm(api.services);
    const { keys, transact } = api.services.store;
    await transact([
      update(keys.configuration("posts_limit"), { set: { value: "ten" } }),
      remove(keys.configuration("phase")),
    ]);
    expect(await refused("posts_limit", { value: 10 })).toMatchObject({
      status: 422,
      details: [{ field: "phase", problem: "is missing" }],
    });
    expect((await set("posts_limit", 10, { phase: "paper_trading" })).status).toBe(200);
    expect(await stored()).toEqual(defaultConfiguration());
  });
});

describe("weights that must sum to 1", () => {
  const sum = async () => {
    const read = readConfiguration(await stored()) as Record<string, unknown>;
    return Object.keys(weights).map((key) => read[key]);
  };

  it.each(weightKeys)("are not changed one alone: %s", async (key) => {
    const { status, details } = await refused(key, { value: 0.05 });
    expect([status, details]).toEqual([422, [{ field: key, problem: expect.stringMatching(/must sum to 1\.0 but/) }]]);
    expect(await stored()).toEqual(defaultConfiguration());
  });

  it("are changed together", async () => {
    const { status, body } = await set("confidence_weight_volume", 0.1, { confidence_weight_alignment: 0.4 });
    expect([status, body.data.value]).toEqual([200, 0.1]);
    expect(await sum()).toEqual([0.1, 0.4, 0.3, 0.2]);
    expect(await settingOf("confidence_weight_alignment")).toMatchObject({ value: 0.4, updated_at: now });
    await set("trust_weight_tenure", 0, { trust_weight_quality: 0, trust_weight_accuracy: 1 });
    expect(readConfiguration(await stored())).toMatchObject({ trust_weight_accuracy: 1 });
  });

  it("are not changed together to another sum, nor with something else that is wrong", async () => {
    const half = { confidence_weight_alignment: 0.3 };
    expect(await refused("confidence_weight_volume", { value: 0.25, also: half })).toMatchObject({
      message:
        "confidence_weight_volume: confidence_weight_volume, confidence_weight_alignment, " +
        "confidence_weight_ai_confidence, confidence_weight_author_trust must sum to 1.0 but sum to 1.05.",
      details: [{ field: "confidence_weight_volume" }],
    });
    const also = { confidence_weight_alignment: 0.4, posts_limit: 0 };
    expect(await refused("confidence_weight_volume", { value: 0.1, also })).toMatchObject({
      details: [{ field: "posts_limit" }],
    });
    expect(await stored()).toEqual(defaultConfiguration());
  });

  it.each([
    {
      what: "is stored where it fits what came between",
      between: { confidence_weight_ai_confidence: "0.1", confidence_weight_author_trust: "0.4" },
      status: 200,
      result: [0.35, 0.15, 0.1, 0.4],
    },
    {
      what: "is refused where it does not fit what came between",
      between: { confidence_weight_alignment: "0.35", confidence_weight_ai_confidence: "0.2" },
      status: 422,
      result: [0.25, 0.35, 0.2, 0.2],
    },
  ])("still do: a change $what", async ({ between, status, result }) => {
    await openRealm(api.services);
    const { store } = api.services;
    let interruptions = 1;
    const transact: typeof store.transact = async (actions) => {
      if (interruptions-- > 0) {
        const others = Object.entries(between);
        await store.transact(others.map(([key, value]) => update(store.keys.configuration(key), { set: { value } })));
      }
      return store.transact(actions);
    };
    useServices({ ...api.services, store: { ...store, transact } });
    expect((await set("confidence_weight_volume", 0.35, { confidence_weight_alignment: 0.15 })).status).toBe(status);
    expect(await sum()).toEqual(result);
  });

  it("always do, however many change parts of them at once", async () => {
    await openRealm(api.services);
    for (let round = 0; round < 5; round++) {
      const step = 0.01 * (round + 1);
      await Promise.all([
        set("confidence_weight_volume", 0.25 - step, { confidence_weight_alignment: 0.25 + step }),
        set("confidence_weight_alignment", 0.25 - step, { confidence_weight_ai_confidence: 0.3 + step }),
        set("confidence_weight_ai_confidence", 0.3 - step, { confidence_weight_author_trust: 0.2 + step }),
        set("confidence_weight_author_trust", 0.2 - step, { confidence_weight_volume: 0.25 + step }),
      ]);
      expect((await sum()).reduce((total: number, weight) => total + Number(weight), 0)).toBeCloseTo(1, 9);
      const [[first, value] = ["", 0], ...others] = Object.entries(weights);
      expect((await set(first, value, Object.fromEntries(others))).status).toBe(200);
    }
  });
});

describe("real trading", () => {
  const ready = [...completedPeriods("quality", [3, 2, 5]), ...completedPeriods("consensus", [1, -1, 2]), activePeriod];

  it("is not for a system without three periods", async () => {
    expect(await refused("phase", { value: "real_trading" })).toMatchObject({
      status: 422,
      code: "VALIDATION_ERROR",
      details: [{ field: "phase", problem: "Fewer than three consecutive periods are complete." }],
    });
    expect(await refused("posts_limit", { value: 20, also: { phase: "real_trading" } })).toMatchObject({
      details: [{ field: "phase" }],
    });
    expect(await settingOf("phase")).toMatchObject({ value: "paper_trading" });
    expect(await settingOf("posts_limit")).toMatchObject({ value: 10 });
  });

  it("is not for periods that have not proved enough, and every reason is told", async () => {
    await seedPeriods(api.services, [
      ...completedPeriods("quality", [-20, -1, 5]),
      ...completedPeriods("consensus", [-21, -2, 2]),
    ]);
    const { details } = await refused("phase", { value: "real_trading" });
    expect(details).toEqual([
      { field: "phase", problem: "Fewer than two of the three periods beat the benchmark." },
      { field: "phase", problem: "A period was more than 15 points worse than the benchmark." },
      { field: "phase", problem: "Only 0 independent trades are closed, of 20 that are needed." },
      {
        field: "phase",
        problem: "Only 0 of 60 trading days have the portfolio's and the index's value of one moment.",
      },
      { field: "phase", problem: "There are too few days to compare the mean daily return with the index's." },
    ]);
  });

  describe("once it is proved", () => {
    beforeEach(async () => {
      await seedPeriods(api.services, ready);
      await seedEvidence(api.services, "quality");
    });

    it("may be set by hand, and shows in the status", async () => {
      expect((await set("phase", "real_trading")).body.data).toMatchObject({ value: "real_trading" });
      expect(await data("GET /status")).toMatchObject({ phase: "real_trading" });
    });

    it("may be left again, whatever the periods say then", async () => {
      await set("phase", "real_trading");
      await seedPeriods(api.services, completedPeriods("quality", [1, -1, 2]));
      expect((await set("phase", "paper_trading")).status).toBe(200);
      expect((await set("phase", "real_trading")).status).toBe(422);
    });
  });
});
