import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { openRealm } from "../../lib/realm/state.ts";
import { chunked } from "../../lib/runtime/chunked.ts";
import { addDays } from "../../lib/runtime/dates.ts";
import { update } from "../../lib/store/actions.ts";
import { portfolioNames } from "../../lib/trading/positions/accounts.ts";
import type { Position, PositionExit } from "../../lib/trading/positions/record.ts";
import { combinationsOf, everyPage } from "../support/combinations.ts";
import { useEndpoints } from "../support/endpoints.ts";
import { exitOf, optionOf, seedPositions, stockOf } from "../support/trading-seeds.ts";

const api = useEndpoints();
const { ask, data, refusal, enter } = api;

beforeEach(() => enter({ MARKET_CLOCK: "2026-03-02T15:30:00Z" }));
afterEach(() => vi.restoreAllMocks());

/** Everything that is shown of a position, and of an exit. */
const positionFields = [
  ..."id portfolio_id signal_id ticker instrument_type signal_type direction status confidence position_size".split(
    " ",
  ),
  ..."entry_date entry_price shares shares_remaining stop_loss_price take_profit_price peak_price".split(" "),
  ..."trailing_stop_active time_extension option_type strike_price expiration_date contracts".split(" "),
  ..."contracts_remaining premium_paid peak_premium underlying_price_at_entry exit_date exit_reason".split(" "),
  ..."realized_return_pct contract_symbol current_price unrealized_return_pct nearest_exit_distance_pct".split(" "),
  ..."hold_days dte premium_change_pct position_exits price_as_of days_without_price net splits deliverable_shares".split(
    " ",
  ),
  ..."needs_review review_reason review_since".split(" "),
];
const exitFields = [
  ..."id position_id exit_date exit_price exit_reason quantity_pct shares_exited contracts_exited".split(" "),
  ..."realized_pnl created_at notes net price_named".split(" "),
];

function closedOf(position: Position, exitCount: number): Position {
  const over = { status: "closed", exit_date: "2026-02-27", exit_reason: "manual", hold_days: 2 } as const;
  const closed = { ...over, exit_count: exitCount, realized_return_pct: 1, realized_pnl_cents: 100 * exitCount };
  return position.instrument_type === "stock"
    ? { ...position, ...closed, shares_remaining: 0 }
    : { ...position, ...closed, contracts_remaining: 0 };
}

/** 156 positions of three tickers and thirteen days in all portfolios: 40 open, a fourth of those with an exit. */
function manyPositions(): { positions: Position[]; exits: PositionExit[] } {
  const days = Array.from({ length: 13 }, (_, index) => addDays("2026-02-13", index));
  const facts = days.flatMap((entry_date) =>
    ["GME", "BRK.B", "AMC"].flatMap((ticker) =>
      portfolioNames.map((portfolio_id) => ({ entry_date, ticker, portfolio_id })),
    ),
  );
  const positions = facts.map((fact, index) => {
    const position = fact.portfolio_id.startsWith("stocks") ? stockOf(fact) : optionOf(fact);
    if ((index * 7) % 39 >= 10) return closedOf(position, 1 + (index % 3));
    return index % 4 === 0 ? { ...position, exit_count: 1 } : position;
  });
  const exits = positions.flatMap((position) =>
    Array.from({ length: position.exit_count }, (_, index) => exitOf(position, index + 1)),
  );
  return { positions, exits };
}

describe("GET /positions", () => {
  it("shows both kinds of instrument with the same names, and every exit", async () => {
    await openRealm(api.services);
    const call = closedOf(optionOf({ entry_date: "2026-02-24" }), 2);
    await seedPositions(api.services, [stockOf(), call], [exitOf(call, 1), exitOf(call, 2, { notes: "enough" })]);
    const [share, option] = await data("GET /positions");
    expect(share).toMatchObject({ status: "open", hold_days: 5, nearest_exit_distance_pct: 0.105, position_exits: [] });
    expect(option).toMatchObject({ status: "closed", hold_days: 2, unrealized_return_pct: null });
    expect(option.position_exits.map((exit: { id: string }) => exit.id)).toEqual([`${call.id}.2`, `${call.id}.1`]);
    for (const position of [share, option]) expect(Object.keys(position).toSorted()).toEqual(positionFields.toSorted());
    expect(Object.keys(option.position_exits[0]).toSorted()).toEqual(exitFields.toSorted());
  });

  it("answers every combination of filters like a plain filter over the same rows, on every page", async () => {
    const { positions, exits } = manyPositions();
    await seedPositions(api.services, positions, exits);
    const ordered = positions.toSorted((a, b) =>
      a.entry_date === b.entry_date ? (a.id < b.id ? 1 : -1) : a.entry_date < b.entry_date ? 1 : -1,
    );
    const shown = ({ id, ticker, status, portfolio_id, entry_date, exit_count }: Position) => ({
      ...{ id, ticker, status, portfolio_id, entry_date },
      // Newest first.
      position_exits: Array.from({ length: exit_count }, (_, index) => ({ id: `${id}.${exit_count - index}` })),
    });
    const combinations = combinationsOf({
      portfolio_id: ["stocks_quality", "options_consensus"],
      status: ["open", "closed"],
      ticker: ["brk.b"],
      // A portfolio above is of each type, so that some combinations contradict themselves.
      instrument_type: ["option"],
      signal_type: ["consensus"],
    });
    expect(combinations).toHaveLength(3 ** 2 * 2 ** 3);
    const check = async (query: Record<string, string>) => {
      const expected = ordered.filter(
        (row) =>
          (!query.portfolio_id || row.portfolio_id === query.portfolio_id) &&
          (!query.status || row.status === query.status) &&
          (!query.ticker || row.ticker === query.ticker.toUpperCase()) &&
          (!query.instrument_type || row.instrument_type === query.instrument_type) &&
          (!query.signal_type || row.signal_type === query.signal_type),
      );
      await everyPage("api/list-positions", query, expected.map(shown));
    };
    for (const some of chunked(combinations, 8)) await Promise.all(some.map(check));
  }, 120_000);

  it("is 200 and empty where nothing matches or fits together, and beyond the end", async () => {
    await seedPositions(api.services, [stockOf()]);
    const empty = (total: number) => ({ status: 200, body: { data: [], meta: { total, next_cursor: null } } });
    expect(await ask("GET /positions", { query: { ticker: "AMC" } })).toMatchObject(empty(0));
    const contradiction = { portfolio_id: "stocks_quality", instrument_type: "option" };
    expect(await ask("GET /positions", { query: contradiction })).toMatchObject(empty(0));
    expect(await ask("GET /positions", { query: { offset: "1" } })).toMatchObject(empty(1));
    expect(await ask("GET /positions", { query: { offset: "9007199254740991" } })).toMatchObject(empty(1));
  });

  it("asks the table no more often for a long page with exits than for a short one, and not at all for filters that contradict each other", async () => {
    const { positions, exits } = manyPositions();
    const open = positions.filter(({ status }) => status === "open");
    expect(open).toHaveLength(40);
    await seedPositions(api.services, open, exits);
    // The first page with a cursor reads what cursors are signed with.
    await data("GET /positions", { query: { status: "open", limit: "1" } });
    const sent = vi.spyOn(api.services.store.client, "send");
    const callsFor = async (length: number) => {
      sent.mockClear();
      const query = { status: "open", limit: String(length) };
      expect(await data("GET /positions", { query })).toHaveLength(length);
      return sent.mock.calls.length;
    };
    expect(await callsFor(36)).toBe(await callsFor(9));
    sent.mockClear();
    await data("GET /positions", { query: { portfolio_id: "stocks_quality", signal_type: "consensus" } });
    expect(sent).not.toHaveBeenCalled();
  });

  it("takes the total of one portfolio from its counter, however the portfolio is named", async () => {
    await seedPositions(api.services, [stockOf()]);
    const { keys, transact } = api.services.store;
    // A total that counting would not find shows where it comes from.
    await transact([update(keys.counter("POSITIONS#portfolio_id=stocks_quality"), { add: { total: 41 } })]);
    const totalOf = async (query: Record<string, string>) => (await ask("GET /positions", { query })).body.meta.total;
    expect(await totalOf({ portfolio_id: "stocks_quality" })).toBe(42);
    expect(await totalOf({ portfolio_id: "stocks_quality", instrument_type: "stock" })).toBe(42);
    expect(await totalOf({ instrument_type: "stock", signal_type: "quality" })).toBe(42);
    expect(await totalOf({ portfolio_id: "stocks_quality", status: "open" })).toBe(1);
  });

  it.each([
    ["limit", "0"],
    ["limit", "101"],
    ["limit", ""],
    ["offset", "-1"],
    ["status", "opened"],
    ["status", "OPEN"],
    ["instrument_type", "options"],
    ["signal_type", "both"],
    ["portfolio_id", "1"],
    ["portfolio_id", ""],
    ["ticker", ""],
    ["ticker", "ABCDEFGHIJK"],
    ["ticker", "A B"],
    ["cursor", "x"],
    ["book", "paper"],
  ])("refuses %s=%s and names the parameter", async (name, value) => {
    expect(await refusal("GET /positions", { query: { [name]: value } })).toMatchObject({
      status: 422,
      code: "VALIDATION_ERROR",
      message: expect.stringContaining(name),
      details: [{ field: name, problem: expect.any(String) }],
    });
  });

  it("refuses a parameter given twice, and a cursor of another list", async () => {
    await seedPositions(api.services, [stockOf(), optionOf()]);
    const twice: Record<string, string[]> = {
      status: ["open", "closed"],
      ticker: ["GME", "GME"],
      portfolio_id: ["stocks_quality", "options_quality"],
      limit: ["1", "2"],
    };
    for (const [name, values] of Object.entries(twice)) {
      const refused = await refusal("GET /positions", { query: { [name]: values } });
      expect(refused).toMatchObject({ status: 422, details: [{ field: name }] });
    }
    const { next_cursor } = (await ask("GET /positions", { query: { limit: "1" } })).body.meta;
    const elsewhere = await refusal("GET /positions", { query: { ticker: "GME", cursor: next_cursor } });
    expect(elsewhere).toMatchObject({ status: 422, details: [{ field: "cursor" }] });
  });

  it("measures by the stored configuration, and days by the market's day in New York", async () => {
    // 21:30 on March 1 in New York
    enter({ MARKET_CLOCK: "2026-03-02T02:30:00Z" });
    await openRealm(api.services);
    const { keys, transact } = api.services.store;
    await transact([update(keys.configuration("option_take_profit_pct"), { set: { value: "0.40" } })]);
    await seedPositions(api.services, [optionOf()]);
    // The target is 4.90 then, 0.10 away.
    expect(await data("GET /positions")).toMatchObject([{ hold_days: 4, dte: 19, nearest_exit_distance_pct: 0.0208 }]);
  });
});

describe("GET /positions/{id}", () => {
  it("shows the position as the list does, with its full history", async () => {
    const position = stockOf({ shares: 200, shares_remaining: 80, exit_count: 120 });
    const exits = Array.from({ length: 120 }, (_, index) => exitOf(position, index + 1));
    await seedPositions(api.services, [position, stockOf({ ticker: "AMC" })], exits);
    const shown = await data("GET /positions/{id}", { params: { id: position.id } });
    const id = "2026-02-25.GME.quality.stocks_quality";
    expect(shown).toEqual({
      ...{ id, portfolio_id: "stocks_quality", signal_id: "2026-02-25.GME.quality", ticker: "GME" },
      ...{ instrument_type: "stock", signal_type: "quality", direction: "long", status: "open", confidence: 0.75 },
      ...{ needs_review: false, review_reason: null, review_since: null },
      ...{ entry_date: "2026-02-25", entry_price: 142.5, position_size: 1425, shares: 200, shares_remaining: 80 },
      ...{ stop_loss_price: 128.25, take_profit_price: 163.875, peak_price: 150, trailing_stop_active: false },
      ...{ time_extension: "base", current_price: 148.3, price_as_of: "2026-03-02T15:30:00.000Z", hold_days: 5 },
      days_without_price: 0,
      // 148.30 is 4.0702 % above 142.50, and 15.575 below the target.
      ...{ unrealized_return_pct: 4.07, nearest_exit_distance_pct: 0.105, realized_return_pct: null },
      ...{ exit_date: null, exit_reason: null },
      ...{ option_type: null, contract_symbol: null, strike_price: null, expiration_date: null, contracts: null },
      ...{ contracts_remaining: null, premium_paid: null, peak_premium: null, underlying_price_at_entry: null },
      ...{ dte: null, premium_change_pct: null },
      net: { entry_price: null, bid: null, ask: null, trading_costs: 0, realized_pnl: 0, current_value: 11_864 },
      splits: [],
      deliverable_shares: null,
      position_exits: Array.from({ length: 120 }, (_, index) => ({
        ...{ id: `${id}.${120 - index}`, position_id: id, exit_date: "2026-02-27", exit_price: 142.5 },
        ...{ exit_reason: "manual", quantity_pct: 0.5, shares_exited: 1, contracts_exited: null, realized_pnl: 1 },
        ...{ notes: null, created_at: "2026-02-27T15:30:00.000Z", price_named: false, net: null },
      })),
    });
    expect(await data("GET /positions", { query: { ticker: "GME" } })).toEqual([shown]);
  });

  it("is 404 for a signal, a portfolio or an exit", async () => {
    const position = stockOf({ exit_count: 1 });
    await seedPositions(api.services, [position], [exitOf(position, 1)]);
    for (const id of [position.signal_id, position.portfolio_id, `${position.id}.1`, position.id.toLowerCase()]) {
      const refused = await refusal("GET /positions/{id}", { params: { id } });
      expect(refused).toMatchObject({ status: 404, code: "NOT_FOUND" });
    }
  });
});
