import type { Store } from "../../store/table.ts";
import { nobody, type Population, populationSchema } from "./population.ts";

/** The sums over all authors, read strongly. */
export async function readPopulation(store: Store): Promise<Population> {
  return (await store.get(store.keys.population(), populationSchema)) ?? nobody;
}
