import { type Author, authorSchema } from "../../analysis/authors/author.ts";
import type { Population } from "../../analysis/authors/population.ts";
import { readPopulation } from "../../analysis/authors/stored-population.ts";
import type { PhaseContext } from "../../analysis/run.ts";
import { chunked } from "../../runtime/chunked.ts";
import { update } from "../../store/actions.ts";
import { decideAnew } from "../../store/decide-anew.ts";
import type { TradingServices } from "../services.ts";
import { halvesOf, skillOf } from "./skill.ts";
import { type AuthorChange, readAuthors, saveAuthors } from "./stored.ts";

type Context = PhaseContext<{ posts: string[] }, TradingServices>;

/** One item each, the fence and room to spare must fit into one transaction. */
const authorsPerWrite = 90;

/**
 * Puts the authors in the order of their skill as all results now say it, and notes whether skill lasts. One author's
 * results move the base rate of all, so places are written here, once a run, and only those that have changed.
 */
export async function rankAuthors(context: Context): Promise<void> {
  const { services, commit } = context;
  const { store } = services;
  const population = await readPopulation(store);
  const { gsi1pk: pk } = store.keys.authorIndex({ username: "", trust_score: 0 });
  const listed = await store.queryAll({ index: "gsi1", pk }, authorSchema);
  const halves = halvesOf(listed, population);
  const { halves_authors, halves_correlation } = population;
  if (halves.halves_authors !== halves_authors || halves.halves_correlation !== halves_correlation) {
    await commit([update(store.keys.population(), { set: { ...halves } })]);
  }
  const moved = listed.filter((author) => changeOf(author, population).length > 0).map(({ username }) => username);
  for (const names of chunked(moved.toSorted(), authorsPerWrite)) {
    await decideAnew(services, async () => {
      const known = await readAuthors(store, names);
      const changes = [...known.values()].flatMap((author) => changeOf(author, population));
      return changes.length === 0 || (await commit(saveAuthors(store.keys, changes))).applied || undefined;
    });
  }
}

function changeOf(before: Author, population: Population): AuthorChange[] {
  const ranked_skill = skillOf(before, population)?.skill ?? null;
  return ranked_skill === before.ranked_skill ? [] : [{ before, after: { ...before, ranked_skill } }];
}
