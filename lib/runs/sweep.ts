import * as z from "zod";
import { iso } from "../runtime/dates.ts";
import { update } from "../store/actions.ts";
import { ensureCursorSecret } from "../store/cursors.ts";
import { ifRunActive } from "../store/expressions.ts";
import type { RunKind } from "./kind.ts";
import { callRuns } from "./queue/call.ts";
import { reconcileRun } from "./reconcile.ts";
import type { RunRecord } from "./run.ts";
import type { RunServices } from "./services.ts";

const slowAfterMs = 30 * 60_000;

/**
 * The third witness: every active run of these kinds is compared with its execution; one that is slow is logged, once.
 * `onEnded` is told of each that is over.
 */
export async function sweepRuns<S extends RunServices>(
  kinds: readonly RunKind<RunRecord, S>[],
  services: S,
  onEnded: (kind: string, runId: string) => Promise<void> = async () => {},
): Promise<{ running: number; ended: number }> {
  const { store, log } = services;
  const swept = { running: 0, ended: 0 };
  for (const kind of kinds) {
    for (const id of await activeRuns(kind, services)) {
      const outcome = await sweepRun(kind, services, id).catch((error: unknown) => {
        // One run that cannot be read or asked for must not keep the others from their end.
        log.error("a run was not swept", { kind: kind.name, runId: id, error });
        return "running" as const;
      });
      swept[outcome === "over" ? "ended" : "running"] += 1;
      if (outcome === "over") await onEnded(kind.name, id);
    }
    // Also where nobody else could: the process that was to call them may have died.
    await callRuns(kind, services);
  }
  // A realm that is older than this secret has none, and its lists may only read.
  await ensureCursorSecret(store);
  return swept;
}

async function activeRuns(kind: Pick<RunKind, "keys">, { store }: RunServices): Promise<string[]> {
  const { gsi2pk } = kind.keys(store.keys).runningIndex("");
  const listed = await store.queryAll({ index: "gsi2", pk: gsi2pk ?? "" }, z.object({ id: z.string() }));
  return listed.map(({ id }) => id);
}

async function sweepRun<S extends RunServices>(
  kind: RunKind<RunRecord, S>,
  services: S,
  id: string,
): Promise<"running" | "over"> {
  const { store, clock, log } = services;
  const key = kind.keys(store.keys).run(id);
  const run = await store.get(key, kind.record);
  if (run === undefined || (await reconcileRun(kind, services, run)) === "over") return "over";
  if (run.slow_since === null && clock.now().getTime() - Date.parse(run.attempt_started_at) > slowAfterMs) {
    const marked = await store.transact([
      update(key, { set: { slow_since: iso(clock.now()) } }, ifRunActive(run.attempt)),
    ]);
    if (marked.applied) log.warn("a run has been running for more than 30 minutes", { kind: kind.name, runId: id });
  }
  return "running";
}
