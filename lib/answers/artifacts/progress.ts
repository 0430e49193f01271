import type { AnswerRun } from "../run.ts";
import { readUsage } from "../spend.ts";
import { bundleOf, gapsOf, runLogOf } from "./compose.ts";
import type { Kept } from "./kept.ts";
import { artifacts } from "./names.ts";
import { type Parts, readParts } from "./parts.ts";
import { sealRunLog } from "./seal.ts";

/** Writes the run log and the bundle as they are after a step. Answers what the run has come to. */
export async function recordProgress(
  { run, services }: { run: AnswerRun; services: Parameters<typeof sealRunLog>[0] },
  kept: Kept,
): Promise<Parts> {
  const { store } = services;
  const [parts, usage] = await Promise.all([readParts(kept), readUsage({ store }, run.id)]);
  const gaps = gapsOf(parts);
  await kept.write(artifacts.context_bundle, bundleOf(run, parts, gaps, false));
  await kept.write(artifacts.run_log, runLogOf(run, parts, { gaps, usage }));
  // A state that still worked when its run was ended has just written over the log's end.
  await sealRunLog(services, run.id);
  return parts;
}
