import { AppError } from "../runtime/errors.ts";
import { type ListPage, type PageRequest, readPage } from "../store/lists.ts";
import { type Run, runSchema } from "./run.ts";
import type { RunServices } from "./services.ts";
import { type RunItem, runItemSchema } from "./views.ts";

/** One run, read strongly. Throws `NOT_FOUND`. */
export async function readRun({ store }: Pick<RunServices, "store">, id: string): Promise<Run> {
  const run = await store.get(store.keys.run(id), runSchema);
  if (!run) throw new AppError("NotFound", "NOT_FOUND", `There is no run ${id}.`);
  return run;
}

/** Runs, newest first. */
export async function listRuns({ store }: Pick<RunServices, "store">, page: PageRequest): Promise<ListPage<RunItem>> {
  const { gsi1pk } = store.keys.runIndex("");
  const list = { range: { index: "gsi1" as const, pk: gsi1pk ?? "", descending: true }, counter: "RUNS" };
  return readPage(store, list, page, runItemSchema);
}
