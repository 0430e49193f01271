import type { IndexName } from "./keys/key.ts";
import type { List } from "./lists.ts";

/** Filters as a list is read by them: by attribute. */
export type Filters = Readonly<Record<string, string | undefined>>;

/** What lies in the list's order under one key of an index. */
interface Partition {
  index: IndexName;
  pk: string;
}

/**
 * The list `name` under these filters, newest first. `partitions` holds the filters that have a key of their own, the
 * preferred first; where none of them is asked for, `whole` is read. Without a filter and for a single one a counter
 * has the total.
 */
export function filteredList(
  name: string,
  filters: Filters,
  partitions: readonly (Partition & { filter: string })[],
  whole: Partition,
): List {
  const given = Object.entries(filters).flatMap(([filter, value]) =>
    value === undefined ? [] : [[filter, value] as const],
  );
  const own = partitions.find(({ filter }) => filters[filter] !== undefined);
  const others = given.filter(([filter]) => filter !== own?.filter);
  const { index, pk } = own ?? whole;
  return {
    range: { index, pk, descending: true, ...(others.length > 0 && { filter: Object.fromEntries(others) }) },
    ...(given.length < 2 && { counter: [name, ...given.map(([filter, value]) => `${filter}=${value}`)].join("#") }),
  };
}
