import type { IndexName } from "./keys/key.ts";
import type { List } from "./lists.ts";

/** Filters as a list is read by them: by attribute. */
export type Filters = Readonly<Record<string, string | boolean | undefined>>;

/** What lies in the list's order under one key of an index. */
interface Partition {
  index: IndexName;
  pk: string;
}

/** The items with one value of a filter, which have a key of their own. */
interface FilterPartition extends Partition {
  filter: string;
  /** What counters call the filter, where that is not its attribute. */
  counted?: string;
}

/**
 * The list `name` under these filters, newest first. `partitions` holds the filters that have a key of their own, the
 * preferred first; where none of them is asked for, `whole` is read. Without a filter and for a single one a counter
 * has the total.
 */
export function filteredList(
  name: string,
  filters: Filters,
  partitions: readonly FilterPartition[],
  whole: Partition,
): List {
  const given = Object.entries(filters).flatMap(([filter, value]) =>
    value === undefined ? [] : [[filter, value] as const],
  );
  const own = partitions.find(({ filter }) => filters[filter] !== undefined);
  const others = given.filter(([filter]) => filter !== own?.filter);
  const { index, pk } = own ?? whole;
  const counted = given.map(([filter, value]) => `${own?.counted ?? filter}=${value}`);
  return {
    range: { index, pk, descending: true, ...(others.length > 0 && { filter: Object.fromEntries(others) }) },
    ...(given.length < 2 && { counter: [name, ...counted].join("#") }),
  };
}
