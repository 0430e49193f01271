import * as z from "zod";
import { AppError } from "../../runtime/errors.ts";
import { dollars } from "../../runtime/money.ts";
import { type Action, put, remove, update } from "../../store/actions.ts";
import type { Report } from "../../store/events.ts";
import { ifAbsent, ifUnchanged } from "../../store/expressions.ts";
import type { Keys } from "../../store/keys.ts";
import type { Origin } from "../orders/record.ts";
import type { DeskServices } from "../services.ts";
import type { Booked } from "./book-fill.ts";
import { type Account, accountSchema, type DeskPosition, deskPositionSchema, isOpen } from "./record.ts";
import { averageCost, unrealizedCents } from "./value.ts";

type Reading = Pick<DeskServices, "store">;

export async function findDeskPosition({ store }: Reading, id: string): Promise<DeskPosition | undefined> {
  return store.get(store.keys.deskPosition(id), deskPositionSchema);
}

/** One that may be closed. Throws `NOT_FOUND`, `POSITION_ALREADY_CLOSED`. */
export async function readToClose(services: Reading, id: string): Promise<DeskPosition> {
  const position = await findDeskPosition(services, id);
  if (!position) {
    const problem = "There is no such position of the desk; a paper position is closed at /positions/{id}/close.";
    throw new AppError("NotFound", "NOT_FOUND", problem);
  }
  return stillOpen(position);
}

/** Throws `POSITION_ALREADY_CLOSED`. */
export function stillOpen(position: DeskPosition): DeskPosition {
  if (isOpen(position)) return position;
  throw new AppError("Conflict", "POSITION_ALREADY_CLOSED", "The position is closed already.");
}

const openSchema = z.object({ position_id: z.string() });

/** All open positions, the oldest first. They are named where they can be read strongly, and are few. */
export async function readOpenPositions({ store }: Reading): Promise<DeskPosition[]> {
  const { pk, sk: prefix } = store.keys.openDeskPosition("");
  const named = await store.queryAll({ pk, prefix }, openSchema);
  const keys = named.map(({ position_id }) => store.keys.deskPosition(position_id));
  const positions = await store.getMany(keys, deskPositionSchema);
  return positions.filter(isOpen).toSorted((a, b) => (a.position_id < b.position_id ? -1 : 1));
}

export async function readAccount({ store }: Reading): Promise<Account> {
  return (await store.get(store.keys.deskAccount(), accountSchema)) ?? accountSchema.parse({});
}

/** The writes of a fill: its positions, each only as it was read, and the account. `held` is the one that was traded in. */
export function bookActions(keys: Keys, held: DeskPosition | null, booked: Booked, origin: Origin): Action[] {
  const realized = booked.realized_cents ?? 0;
  const source = held?.source ?? origin;
  return [
    ...booked.positions.flatMap((position) =>
      savePosition(keys, held?.position_id === position.position_id ? held : null, position),
    ),
    update(keys.deskAccount(), {
      add: {
        flows_cents: booked.flow_cents,
        realized_cents: realized,
        [`realized_${source}_cents`]: realized,
      },
    }),
  ];
}

/** Stores a position as it has become since it was read as `before`; null where it is new. */
export function savePosition(keys: Keys, before: DeskPosition | null, after: DeskPosition): Action[] {
  const { position_id } = after;
  const item = { ...keys.deskPosition(position_id), ...keys.deskPositionIndex(position_id), ...after };
  const condition = before ? ifUnchanged("version", before.version) : ifAbsent();
  const name = keys.openDeskPosition(position_id);
  return [
    put(item, condition),
    ...(before ? [] : [put({ ...name, position_id })]),
    ...(before && isOpen(before) && !isOpen(after) ? [remove(name)] : []),
  ];
}

/** What the feed says of the positions of a fill (spec orders 7.4). */
export function bookReports(held: DeskPosition | null, booked: Booked): Report[] {
  return booked.positions.map((position) => {
    const { position_id, symbol, quantity, current_price, source } = position;
    const of = (type: string, more: object): Report => ({
      channel: "positions",
      type,
      subject_id: position_id,
      data: { symbol, position_id, ...more },
    });
    if (!isOpen(position)) return of("position_closed", { realized_pnl: dollars(position.realized_cents) });
    if (held?.position_id !== position_id) {
      return of("position_opened", { quantity, avg_cost: averageCost(position), source });
    }
    return of("position_updated", { quantity, current_price, unrealized_pnl: dollars(unrealizedCents(position)) });
  });
}
