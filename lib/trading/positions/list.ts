import { readMoment } from "../../realm/moment.ts";
import type { RunServices } from "../../runs/services.ts";
import { filteredList } from "../../store/filtered-list.ts";
import type { Keys } from "../../store/keys.ts";
import { type List, type ListPage, type PageRequest, readPage } from "../../store/lists.ts";
import { type PositionFilters, withoutRedundancy } from "./filters.ts";
import { type Position, positionSchema } from "./record.ts";
import { readExits } from "./stored.ts";
import { type PositionView, toPositionView } from "./view.ts";

type ReadServices = Pick<RunServices, "store" | "config" | "clock">;

/** Positions by entry date descending, then id descending, with any combination of filters (spec api 6). */
export async function listPositions(
  services: ReadServices,
  filters: PositionFilters,
  page: PageRequest,
): Promise<ListPage<PositionView>> {
  const { store } = services;
  const fewest = withoutRedundancy(filters);
  if (fewest === "none") return { items: [], total: 0, totalIsAtLeast: false, nextCursor: null };
  const found = await readPage(store, positionList(store.keys, fewest), page, positionSchema);
  return { ...found, items: await showPositions(services, found.items) };
}

function positionList(keys: Keys, filters: Exclude<ReturnType<typeof withoutRedundancy>, "none">): List {
  const { ticker = "", portfolio_id = "", status } = filters;
  const place = keys.positionIndex({ id: "", ticker, portfolio_id, status: "open", entry_date: "", exit_date: null });
  return filteredList(
    "POSITIONS",
    filters,
    [
      // The open ones are few, `max_open_positions` in each portfolio. The closed ones have no key of their own: nearly all are.
      ...(status === "open" ? [{ filter: "status", index: "gsi4" as const, pk: place.gsi4pk }] : []),
      { filter: "ticker", index: "gsi2", pk: place.gsi2pk },
      { filter: "portfolio_id", index: "gsi3", pk: place.gsi3pk },
    ],
    { index: "gsi1", pk: place.gsi1pk },
  );
}

/** The position with this id as it is shown; undefined where there is none. */
export async function findShown(services: ReadServices, id: string): Promise<PositionView | undefined> {
  const position = await services.store.get(services.store.keys.position(id), positionSchema);
  return position && showPosition(services, position);
}

/** A position as it is shown, with all its exits. */
export async function showPosition(services: ReadServices, position: Position): Promise<PositionView> {
  const [exits, viewpoint] = await Promise.all([readExits(services, [position]), readMoment(services)]);
  return toPositionView(position, exits.get(position.id) ?? [], viewpoint);
}

/** Positions as they are shown, in their order, each with all its exits. */
export async function showPositions(services: ReadServices, positions: readonly Position[]): Promise<PositionView[]> {
  const [exits, viewpoint] = await Promise.all([readExits(services, positions), readMoment(services)]);
  return positions.map((position) => toPositionView(position, exits.get(position.id) ?? [], viewpoint));
}
