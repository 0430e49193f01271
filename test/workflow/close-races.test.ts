import { describe, expect, it } from "vitest";
import * as z from "zod";
import type { Services } from "../../lib/services.ts";
import { openCostCents } from "../../lib/trading/positions/bookkeeping.ts";
import { readOpenPositions } from "../../lib/trading/positions/stored.ts";
import { call } from "../support/cloud.ts";
import { onDay, shares, useMonitoring } from "../support/monitoring.ts";
import { seedPositions } from "../support/trading-seeds.ts";

/** More rounds on demand: RACE_ROUNDS=1000. */
const rounds = Math.min(500, Number(process.env.RACE_ROUNDS ?? 10));
const timeout = 20_000 + rounds * 2_000;

const desk = useMonitoring("close-races");
const id = "2026-03-02.GME.quality.stocks_quality";
const startingCents = 10_000_000;

const close = (position: string, quantity_pct: number, key?: string) =>
  call("api/close-position", {
    params: { id: position },
    body: { reason: "race", quantity_pct },
    ...(key !== undefined && { headers: { "Idempotency-Key": key } }),
  });

/** The same numbers in every run of the tests, so that a round can be repeated. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

/** Calls `reached` when the table is asked for the `command`-th time, and lets all commands take turns at random. */
function whenAsked({ store }: Services, command: number, random: () => number, reached: () => void): void {
  let asked = 0;
  store.client.middlewareStack.add(
    (next) => async (args) => {
      if (asked++ === command) reached();
      for (let turns = Math.floor(random() * 4); turns > 0; turns--) await new Promise(setImmediate);
      return next(args);
    },
    { step: "initialize", name: "whenAsked", override: true },
  );
}

/** A run whose monitoring is joined by `act` when it asks the table for the `command`-th time, or after its end. */
async function joined<T>(command: number, random: () => number, act: () => Promise<T>) {
  let acting: Promise<T> | undefined;
  desk.setAround(async (handler, input) => {
    whenAsked(desk.cloud.services, command, random, () => {
      acting ??= act();
    });
    return handler(input);
  });
  const run = await desk.runAt("2026-03-03");
  return { run, answer: await (acting ?? act()) };
}

/** Nothing is lost or made: cash and what is open is what there was and what was gained. */
async function expectWhole(): Promise<void> {
  const portfolio = await desk.portfolioOf("stocks_quality");
  const open = await readOpenPositions(desk.services, [portfolio]);
  const cost = open.reduce((sum, position) => sum + openCostCents(position), 0);
  expect(portfolio.cash_available_cents + cost - portfolio.realized_pnl_cents).toBe(startingCents);
  const counter = desk.services.store.keys.counter("POSITIONS#status=open");
  const counted = await desk.services.store.get(counter, z.object({ total: z.number() }));
  expect(counted?.total).toBe(open.length);
}

describe("a close by hand against the monitoring that stops the same stock out", () => {
  it(`sells every share once (${rounds} rounds)`, { timeout }, async () => {
    const seen = new Set<string>();
    for (let round = 0; round < rounds; round++) {
      const random = numbers(round + 1);
      random();
      const services = await desk.begin({ GME: onDay("2026-03-03", { 6: 89 }) });
      await seedPositions(services, [shares()]);
      const { run, answer } = await joined(Math.floor(random() * 22), random, () => close(id, 0.6));

      const exits = (await desk.exitsOf(id)).map((exit) => `${exit.exit_reason} ${exit.shares_exited}`);
      const manualFirst = answer.status === 200;
      if (!manualFirst) expect([answer.status, answer.body.error.code]).toEqual([409, "POSITION_ALREADY_CLOSED"]);
      expect(exits, `round ${round}`).toEqual(manualFirst ? ["manual 30", "stop_loss 20"] : ["stop_loss 50"]);
      expect(run).toMatchObject({ exits_triggered: 1 });
      expect(await desk.positionOf(id)).toMatchObject({ status: "closed", shares_remaining: 0 });
      await expectWhole();
      seen.add(exits.join());
    }
    expect(seen.size).toBe(2);
  });

  it("is done, whatever the monitoring writes of other positions in the portfolio", { timeout }, async () => {
    const tickers = ["GME", "AMC", "AMD", "TSLA", "PLTR"];
    const prices = Object.fromEntries(tickers.map((ticker) => [ticker, onDay("2026-03-03", { 6: 89 })]));
    for (let round = 0; round < Math.ceil(rounds / 5); round++) {
      const random = numbers(1_000 + round);
      const services = await desk.begin({ ...prices, SOFI: 101 });
      await seedPositions(
        services,
        [...tickers, "SOFI"].map((ticker) => shares({ ticker })),
      );
      const sofi = "2026-03-02.SOFI.quality.stocks_quality";
      const { run, answer } = await joined(Math.floor(random() * 50), random, () => close(sofi, 1));
      expect(answer.status).toBe(200);
      expect(run).toMatchObject({ exits_triggered: 5 });
      expect((await desk.portfolioOf("stocks_quality")).open_position_ids).toEqual([]);
      await expectWhole();
    }
  });
});

describe("two closes of 60 % at once", () => {
  it("both succeed, each with its part of what remained", async () => {
    for (let round = 0; round < 10; round++) {
      const services = await desk.begin({ GME: 100 });
      await seedPositions(services, [shares()]);
      const moved = desk.moveTo("2026-03-03");
      whenAsked(moved, -1, numbers(round), () => undefined);
      const answers = await Promise.all([close(id, 0.6), close(id, 0.6)]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      const exits = await desk.exitsOf(id);
      expect(exits.map(({ shares_exited, quantity_pct }) => [shares_exited, quantity_pct])).toEqual([
        [30, 0.6],
        [12, 0.6],
      ]);
      expect(answers.map(({ body }) => body.data.exit.shares_exited).toSorted()).toEqual([12, 30]);
      expect(await desk.positionOf(id)).toMatchObject({ status: "open", shares_remaining: 8 });
      await expectWhole();
    }
  });

  it("are one where they have the same Idempotency-Key, and so are closes of everything", async () => {
    for (let round = 0; round < 10; round++) {
      const services = await desk.begin({ GME: 100 });
      await seedPositions(services, [shares()]);
      whenAsked(desk.moveTo("2026-03-03"), -1, numbers(round), () => undefined);
      const part = round % 2 === 0 ? 0.6 : 1;
      const answers = await Promise.all([1, 2, 3].map(() => close(id, part, "key")));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
      expect(new Set(answers.map(({ body }) => JSON.stringify(body.data))).size).toBe(1);
      expect(await desk.exitsOf(id)).toHaveLength(1);
      await expectWhole();
    }
  });

  it("and a refresh of the prices are all done", async () => {
    for (let round = 0; round < 5; round++) {
      const services = await desk.begin({ GME: onDay("2026-03-03", { 0: 102 }) });
      await seedPositions(services, [shares()]);
      whenAsked(desk.moveTo("2026-03-03"), -1, numbers(round), () => undefined);
      const refresh = call("api/refresh-prices", { params: { id: "stocks_quality" }, body: {} });
      const answers = await Promise.all([close(id, 0.6), refresh, close(id, 0.6)]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
      // 95,000 + 42 × 102 in cash, and 8 shares at 102
      expect(await desk.portfolioOf("stocks_quality")).toMatchObject({
        cash_available_cents: 9_928_400,
        current_value_cents: 10_010_000,
      });
      await expectWhole();
    }
  });
});
