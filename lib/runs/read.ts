import type * as z from "zod";
import { AppError } from "../runtime/errors.ts";
import { type ListPage, type PageRequest, readPage } from "../store/lists.ts";
import type { RunKind } from "./kind.ts";
import type { RunRecord } from "./run.ts";
import type { RunServices } from "./services.ts";

type Kind<R extends RunRecord> = Pick<RunKind<R>, "keys" | "record">;

/** One run, read strongly. Throws `NOT_FOUND`. */
export async function readRun<R extends RunRecord>(
  kind: Kind<R>,
  { store }: Pick<RunServices, "store">,
  id: string,
): Promise<R> {
  const run = await store.get(kind.keys(store.keys).run(id), kind.record);
  if (!run) throw new AppError("NotFound", "NOT_FOUND", `There is no run ${id}.`);
  return run;
}

/** A kind's runs as `item` reads them, newest first; `filter` names attributes with the values that are asked for. */
export async function listRuns<T>(
  kind: Pick<RunKind, "keys">,
  { store }: Pick<RunServices, "store">,
  page: PageRequest,
  item: z.ZodType<T>,
  filter?: Record<string, string>,
): Promise<ListPage<T>> {
  const keys = kind.keys(store.keys);
  const { gsi1pk } = keys.runIndex({ id: "", started_at: "" });
  const range = { index: "gsi1" as const, pk: gsi1pk ?? "", descending: true, ...(filter && { filter }) };
  return readPage(store, { range, ...(!filter && { counter: keys.runCounter }) }, page, item);
}
