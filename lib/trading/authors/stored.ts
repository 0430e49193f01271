import { type Author, authorSchema } from "../../analysis/authors/author.ts";
import { type Action, put, update } from "../../store/actions.ts";
import { counterActions } from "../../store/counters.ts";
import { ifAbsent, ifUnchanged } from "../../store/expressions.ts";
import type { Keys } from "../../store/keys.ts";
import type { Store } from "../../store/table.ts";
import { populationChange } from "./skill.ts";

/** The known ones of these authors by name, read strongly. */
export async function readAuthors(store: Store, names: readonly string[]): Promise<Map<string, Author>> {
  const found = await store.getMany(
    names.map((name) => store.keys.author(name)),
    authorSchema,
  );
  return new Map(found.map((author) => [author.username, author]));
}

/** An author as read, undefined for a new one, and as they are to be stored. */
export interface AuthorChange {
  before: Author | undefined;
  after: Author;
}

/** Stores authors that are new or still as they were read, counts the new ones, and keeps the sums over all. */
export function saveAuthors(keys: Keys, changes: readonly AuthorChange[]): Action[] {
  const puts = changes.map(({ before, after }) => {
    const version = before ? before.version + 1 : 0;
    const asRead = before ? ifUnchanged("version", before.version) : ifAbsent();
    const item = { ...after, ranked_skill: after.ranked_skill ?? null, version };
    return put({ ...keys.author(after.username), ...keys.authorIndex(after), ...item }, asRead);
  });
  const added = changes.filter(({ before }) => before === undefined).length;
  return [...puts, ...counterActions(keys, [{ AUTHORS: added }]), ...populationActions(keys, changes)];
}

function populationActions(keys: Keys, changes: readonly AuthorChange[]): Action[] {
  const add = populationChange(changes);
  return Object.values(add).some((change) => change !== 0) ? [update(keys.population(), { add })] : [];
}
