import { readRealm } from "../../realm/state.ts";
import type { RunServices } from "../../runs/services.ts";
import { iso } from "../../runtime/dates.ts";
import { AppError } from "../../runtime/errors.ts";
import { type Action, put } from "../../store/actions.ts";
import type { CounterChanges } from "../../store/counters.ts";
import { ifAbsent, ifUnchanged, ifUnchangedOrAbsent } from "../../store/expressions.ts";
import type { Key } from "../../store/keys/key.ts";
import type { Keys } from "../../store/keys.ts";
import type { Days } from "../../store/ranges.ts";
import { exitNumber } from "../instruments/terms.ts";
import { initialPortfolios, portfolioNames } from "./accounts.ts";
import {
  type Portfolio,
  type PortfolioValue,
  type Position,
  type PositionExit,
  portfolioSchema,
  portfolioValueSchema,
  positionExitSchema,
  positionSchema,
} from "./record.ts";

type StoreServices = Pick<RunServices, "store">;

/**
 * The four portfolios in their fixed order, read strongly. Those that are not stored are as they will begin: before the
 * realm's first use, and in one that is older than paper trading, where they began with the realm.
 */
export async function readPortfolios(services: Pick<RunServices, "store" | "clock">): Promise<Portfolio[]> {
  const { store, clock } = services;
  const stored = await store.queryAll({ pk: store.keys.portfolio("").pk }, portfolioSchema);
  const known = new Map(stored.map((portfolio) => [portfolio.id, portfolio]));
  const isWhole = portfolioNames.every((name) => known.has(name));
  const realm = isWhole ? undefined : await readRealm(services);
  const initial = initialPortfolios(realm?.initialized_at ?? iso(clock.now()));
  return initial.map((portfolio) => known.get(portfolio.id) ?? portfolio);
}

/** One portfolio, read strongly. Throws `NOT_FOUND`. */
export async function readPortfolio(services: Pick<RunServices, "store" | "clock">, id: string): Promise<Portfolio> {
  const portfolio = (await readPortfolios(services)).find((each) => each.id === id);
  if (!portfolio) throw new AppError("NotFound", "NOT_FOUND", "There is no such portfolio.");
  return portfolio;
}

/** What a portfolio was worth on the days of a range that it was valued on, oldest first. */
export async function readValues({ store }: StoreServices, id: string, days: Days): Promise<PortfolioValue[]> {
  return store.queryAll({ pk: store.keys.portfolioValue(id, "").pk, ...days }, portfolioValueSchema);
}

/** One position, read strongly. Throws `NOT_FOUND`. */
export async function readPosition({ store }: StoreServices, id: string): Promise<Position> {
  const position = await store.get(store.keys.position(id), positionSchema);
  if (!position) throw new AppError("NotFound", "NOT_FOUND", "There is no such position.");
  return position;
}

/** The open positions of these portfolios, read strongly, in the order of their opening. */
export async function readOpenPositions(
  { store }: StoreServices,
  portfolios: readonly Portfolio[],
): Promise<Position[]> {
  const ids = portfolios.flatMap(({ open_position_ids }) => open_position_ids);
  const found = await store.getMany(
    ids.map((id) => store.keys.position(id)),
    positionSchema,
  );
  const known = new Map(found.map((position) => [position.id, position]));
  return ids.flatMap((id) => known.get(id) ?? []);
}

/** All exits of these positions by position, in the order in which they happened, read strongly with one batch. */
export async function readExits(
  { store }: StoreServices,
  positions: readonly Position[],
): Promise<Map<string, PositionExit[]>> {
  const keys = positions.flatMap((position) => exitKeys(store.keys, position));
  const exits = await store.getMany(keys, positionExitSchema);
  const inOrder = exits.toSorted((a, b) => exitNumber(a.id) - exitNumber(b.id));
  return Map.groupBy(inOrder, ({ position_id }) => position_id);
}

/** Where a position's exits are: they are numbered from 1 without a gap. */
function exitKeys(keys: Keys, { id, exit_count }: Position): Key[] {
  return Array.from({ length: exit_count }, (_, index) => keys.positionExit(id, index + 1));
}

/** Replaces a portfolio that is still as it was read: stored, or still not. */
export function savePortfolio(keys: Keys, after: Portfolio): Action {
  const next = { ...after, version: after.version + 1 };
  const unchanged = after.version === 0 ? ifUnchangedOrAbsent : ifUnchanged;
  return put({ ...keys.portfolio(after.id), ...next }, unchanged("version", after.version));
}

/** Stores a position that is new. */
export function createPosition(keys: Keys, position: Position): Action {
  return put(positionItem(keys, position), ifAbsent());
}

/** Replaces a position that is still as it was read. */
export function savePosition(keys: Keys, after: Position): Action {
  const next = { ...after, version: after.version + 1 };
  return put(positionItem(keys, next), ifUnchanged("version", after.version));
}

export function createExits(keys: Keys, records: readonly PositionExit[]): Action[] {
  return records.map((record) =>
    put({ ...keys.positionExit(record.position_id, exitNumber(record.id)), ...record }, ifAbsent()),
  );
}

/** How opening a position changes the totals of the lists. */
export function openingCounts(position: Position): CounterChanges {
  return {
    POSITIONS: 1,
    "POSITIONS#status=open": 1,
    [`POSITIONS#ticker=${position.ticker}`]: 1,
    [`POSITIONS#portfolio_id=${position.portfolio_id}`]: 1,
    [`POSITIONS#instrument_type=${position.instrument_type}`]: 1,
    [`POSITIONS#signal_type=${position.signal_type}`]: 1,
  };
}

/** How a write changes the totals of the lists: not at all, unless it closes the position. */
export function closingCounts(before: Position, after: Position): CounterChanges {
  if (before.status === after.status) return {};
  return { "POSITIONS#status=open": -1, "POSITIONS#status=closed": 1 };
}

function positionItem(keys: Keys, position: Position) {
  return { ...keys.position(position.id), ...keys.positionIndex(position), ...position };
}
