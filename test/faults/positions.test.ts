import { beforeAll, describe, expect, it } from "vitest";
import { handler } from "../../functions/phases/open-positions.ts";
import { analysisRun, analysisStart } from "../../lib/analysis/run.ts";
import { startRun } from "../../lib/runs/start.ts";
import { AppError } from "../../lib/runtime/errors.ts";
import { type Services, useServices } from "../../lib/services.ts";
import { applyExit, exitOnRequest } from "../../lib/trading/positions/bookkeeping.ts";
import { createExits, readPosition, savePortfolio, savePosition } from "../../lib/trading/positions/stored.ts";
import { dump } from "../support/dump.ts";
import { faultyStore } from "../support/faulty-store.ts";
import { heldStock, heldTickers, useOpenings } from "../support/openings.ts";
import { unquoted } from "../support/trading.ts";
import { changePortfolio, optionOf, seedPositions } from "../support/trading-seeds.ts";

const desk = useOpenings("opening-faults", { loseEvents: true });
interface Event {
  runId: string;
  attempt: number;
}

/** A run that has come to Phase 5, and what its state is handed. */
async function reach(services: Services): Promise<Event> {
  const unstarted = {
    ...services,
    executions: { analysis: { ...services.executions.analysis, start: async () => "unknown" as const } },
  };
  const request = { operation: "analyze", key: undefined, apiKeyId: "key-1", body: {} };
  return { runId: (await startRun(analysisRun, analysisStart, unstarted, request)).run_id, attempt: 1 };
}

/**
 * Every kind of outcome: one signal fills the stock portfolio, one replaces a position, one finds it full; one is bearish, one has
 * too little cash, and the others buy options.
 */
async function arrange(): Promise<{ services: Services; event: Event }> {
  const services = await desk.begin([
    { ticker: "NVDA", confidence: 0.9 },
    { ticker: "GME", confidence: 0.8 },
    { ticker: "AMC", confidence: 0.65 },
    { ticker: "GME", signal_type: "consensus", prediction: "bearish", confidence: 0.55 },
  ]);
  await seedPositions(
    services,
    heldTickers.slice(1).map((ticker) => heldStock(ticker)),
  );
  await desk.drain("options_consensus", 100_000);
  return { services, event: await reach(services) };
}

const contents = ({ store, config }: Services, { runId }: Event) => dump(store, config.environment.REALM, [runId]);

describe("Phase 5", () => {
  const summary = { qualified: 4, opened: 5, skipped: 3 };
  let faultFree: string[];
  beforeAll(async () => {
    const { services, event } = await arrange();
    const store = faultyStore(services.store.client);
    store.set(undefined);
    expect(await handler(event)).toEqual(summary);
    // It begins, decides eight openings, and ends.
    expect(store.count()).toBe(10);
    faultFree = await contents(services, event);
  });

  it("leaves one outcome for each signal in each portfolio, one warning, and the exact number of openings", () => {
    const holding = (text: string) => faultFree.filter((item) => item.includes(text));
    expect(holding('"sk":"OUTCOME#')).toHaveLength(8);
    expect(holding('"sk":"WARNING#')).toHaveLength(1);
    expect(holding('"positions_opened":5')).toHaveLength(1);
    expect(holding('"exit_reason":"replaced"')).toHaveLength(2);
  });

  it("leaves the same table when it is delivered twice, one after the other", async () => {
    const { services, event } = await arrange();
    expect(await handler(event)).toEqual(summary);
    expect(await handler(event)).toEqual(summary);
    expect(await contents(services, event)).toEqual(faultFree);
  });

  it("leaves the same table when it is delivered twice at once", async () => {
    for (let round = 0; round < 5; round++) {
      const { services, event } = await arrange();
      expect(await Promise.all([handler(event), handler(event)])).toEqual([summary, summary]);
      expect(await contents(services, event)).toEqual(faultFree);
    }
  });

  it.each(["before", "after"] as const)(
    "leaves the same table when it is killed %s any of its writes",
    async (moment) => {
      for (let call = 0; call < 10; call++) {
        const { services, event } = await arrange();
        const store = faultyStore(services.store.client);
        store.set({ call, moment, kind: "crash" });
        await expect(handler(event)).rejects.toMatchObject({ name: "StoreUnavailable" });
        store.set(undefined);
        expect(await handler(event), `write ${call}`).toEqual(summary);
        expect(await contents(services, event), `write ${call}`).toEqual(faultFree);
      }
    },
  );

  it("fails where a portfolio never stands still, and opens nothing in it", async () => {
    const services = await desk.begin([{}]);
    const event = await reach(services);
    const { transact } = services.store;
    const restless: typeof transact = async (actions) => {
      await changePortfolio(services, "stocks_quality", {});
      return transact(actions);
    };
    useServices({ ...services, store: { ...services.store, transact: restless } });
    await expect(handler(event)).rejects.toMatchObject({ name: "StoreUnavailable", retryable: true });
    useServices(services);
    expect(await desk.positions()).toEqual([]);
    expect(await handler(event)).toEqual({ qualified: 1, opened: 2, skipped: 0 });
  });

  it("keeps what another delivery has opened, where this one has found no price meanwhile", async () => {
    const services = await desk.begin([{}]);
    const event = await reach(services);
    const other = desk.stage.cloud.enter(services.config.environment.REALM);
    const store = faultyStore(other.store.client);
    const broker = await services.broker();
    // While this one waits for the chain, the other buys the option and dies before its end.
    const chain: typeof broker.chain = async () => {
      useServices(other);
      store.set({ call: 1, moment: "before", kind: "crash" });
      await expect(handler(event)).rejects.toMatchObject({ name: "StoreUnavailable" });
      throw new AppError("BrokerUnavailable", "PRICE_UNAVAILABLE", "It is down.", { retryable: true });
    };
    useServices({ ...services, broker: async () => ({ ...broker, chain }) });
    expect(await handler(event)).toEqual({ qualified: 1, opened: 2, skipped: 0 });
    useServices(services);
    expect(await desk.inPortfolio("options_quality")).toMatchObject({ position_opened: true, skip_reason: null });
  });

  it("decides anew where the position to replace is closed by hand before its write: it takes the room", async () => {
    const services = await desk.begin([{ confidence: 0.9, prediction: "bearish" }]);
    const held = heldTickers.map((ticker) => optionOf({ ticker, entry_date: "2026-02-27", confidence: 0.5 }));
    await seedPositions(services, held);
    const event = await reach(services);
    const broker = await services.broker();
    // The chain is asked for once the position to replace has been chosen.
    const chain: typeof broker.chain = async (request) => {
      await closeByHand(services, held[0]?.id ?? "");
      return broker.chain(request);
    };
    useServices({ ...services, broker: async () => ({ ...broker, chain }) });
    expect(await handler(event)).toEqual({ qualified: 1, opened: 1, skipped: 1 });
    const { open_position_ids } = await desk.portfolio("options_quality");
    expect(open_position_ids).toEqual([...held.slice(1).map(({ id }) => id), "2026-03-02.GME.quality.options_quality"]);
    expect(await desk.positions({ status: "closed" })).toMatchObject([{ ticker: "KA", exit_reason: "manual" }]);
  });
});

async function closeByHand(services: Services, id: string): Promise<void> {
  const { keys, transact } = services.store;
  const position = await readPosition(services, id);
  const portfolio = await desk.portfolio(position.portfolio_id);
  const exit = exitOnRequest(position, { reason: "manual", fraction: 1, price: 5, today: "2026-03-02" });
  const now = "2026-03-02T15:30:00.000Z";
  const after = applyExit({ portfolio, position }, exit, { ...unquoted, runId: null, notes: "by hand", now });
  const actions = [savePortfolio(keys, after.portfolio), savePosition(keys, after.position)];
  expect(await transact([...actions, ...createExits(keys, [after.record])])).toEqual({ applied: true });
}
