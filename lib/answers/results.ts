import * as z from "zod";
import { readRun } from "../runs/read.ts";
import { iso } from "../runtime/dates.ts";
import { AppError } from "../runtime/errors.ts";
import { artifactKey } from "./artifacts/names.ts";
import { referenceListSchema } from "./artifacts/record.ts";
import { type AnswerRun, type AnswerRunServices, answerRun } from "./run.ts";
import type { AnswerServices } from "./services.ts";

type ReadServices = AnswerRunServices & Pick<AnswerServices, "artifacts">;

/** What may stand in the way of an artifact. */
export const artifactErrors = [
  "NOT_FOUND",
  "RUN_NOT_FINISHED",
  "RUN_NOT_SUCCESSFUL",
  "ARTIFACT_EXPIRED",
  "ARTIFACT_MISSING",
  "ARTIFACT_UNREADABLE",
] as const;

const successSchema = z.enum(["completed", "completed_with_gaps"]);

/** `GET /api/v1/runs/{run_id}/output`. */
export const outputSchema = z
  .object({ run_id: z.string(), status: successSchema, content: z.string(), final_output_path: z.string() })
  .meta({ id: "AnswerOutput" });

/** `GET /api/v1/runs/{run_id}/context`. */
export const contextSchema = z
  .object({
    run_id: z.string(),
    status: successSchema,
    context_bundle: z.record(z.string(), z.unknown()),
    context_bundle_path: z.string(),
  })
  .meta({ id: "AnswerContext" });

/** `GET /api/v1/runs/{run_id}/references`. */
export const referencesSchema = referenceListSchema.meta({ id: "AnswerReferences" });

/** The answer. Throws as `readArtifact` does. */
export async function readOutput(services: ReadServices, runId: string): Promise<z.infer<typeof outputSchema>> {
  const { run, key, content } = await readArtifact(services, runId, "final.md");
  if (content.trim() === "") throw unreadable("final.md", runId);
  return { run_id: runId, status: successSchema.parse(run.status), content, final_output_path: key };
}

/** What the answer rests on. Throws as `readArtifact` does. */
export async function readContext(services: ReadServices, runId: string): Promise<z.infer<typeof contextSchema>> {
  const name = "context_bundle.json";
  const { run, key, content } = await readArtifact(services, runId, name);
  const context_bundle = parsed(z.record(z.string(), z.unknown()), content, name, runId);
  return { run_id: runId, status: successSchema.parse(run.status), context_bundle, context_bundle_path: key };
}

/**
 * The citations of an answer, or the one with this id; the words of the documents only where they are asked for. Throws
 * `NOT_FOUND` for an id that the answer does not have, and as `readArtifact` does.
 */
export async function readReferences(
  services: ReadServices,
  runId: string,
  { refId, includeQuote }: { refId: string | undefined; includeQuote: boolean },
): Promise<z.infer<typeof referencesSchema>> {
  const name = "markdown/references.json";
  const { content } = await readArtifact(services, runId, name);
  const all = parsed(referenceListSchema, content, name, runId);
  const found = all.references.filter(({ ref_id }) => refId === undefined || ref_id === refId);
  if (refId !== undefined && found.length === 0) {
    throw new AppError("NotFound", "NOT_FOUND", `The run ${runId} has no reference ${refId}.`);
  }
  const references = includeQuote ? found : found.map(({ quote: _, ...rest }) => rest);
  return { run_id: runId, reference_count: references.length, references };
}

/**
 * An artifact of a run that succeeded. Throws `NOT_FOUND`, `RUN_NOT_FINISHED` while it goes on, `RUN_NOT_SUCCESSFUL`
 * where it never will have one, `ARTIFACT_EXPIRED`, and `ARTIFACT_MISSING`, which is a loss.
 */
async function readArtifact(
  services: ReadServices,
  runId: string,
  name: string,
): Promise<{ run: AnswerRun; key: string; content: string }> {
  const run = await readRun(answerRun, services, runId);
  refuseWithoutSuccess(run);
  await refuseExpired(services, run);
  const key = artifactKey(runId, name);
  const artifactStore = await services.artifacts();
  const content = await artifactStore.get(key);
  if (content !== undefined) return { run, key, content };
  throw new AppError("NotFound", "ARTIFACT_MISSING", `The artifact ${key} of run ${runId} is missing.`);
}

function refuseWithoutSuccess({ id, status, finish_reason }: AnswerRun): void {
  if (status === "queued" || status === "running") {
    throw new AppError("Conflict", "RUN_NOT_FINISHED", `The run ${id} is ${status}.`, { details: { status } });
  }
  if (status === "failed" || status === "stopped") {
    const message = `The run ${id} ended as ${status} (${finish_reason}) and has no answer.`;
    throw new AppError("Conflict", "RUN_NOT_SUCCESSFUL", message, { details: { status, finish_reason } });
  }
}

const settingSchema = z.object({ value: z.string() });

/** Where a retention is set, nothing is answered after it, whether it is still there or not. */
async function refuseExpired({ store, clock }: ReadServices, { id, completed_at }: AnswerRun): Promise<void> {
  const setting = await store.get(store.keys.configuration("answer_retention_days"), settingSchema);
  const days = Number.parseInt(setting?.value ?? "off", 10);
  if (Number.isNaN(days) || completed_at === null) return;
  const until = Date.parse(completed_at) + days * 86_400_000;
  if (clock.now().getTime() <= until) return;
  const message = `The artifacts of run ${id} were kept for ${days} days, until ${iso(new Date(until))}.`;
  throw new AppError("NotFound", "ARTIFACT_EXPIRED", message);
}

function parsed<T>(schema: z.ZodType<T>, content: string, name: string, runId: string): T {
  try {
    const result = schema.safeParse(JSON.parse(content));
    if (result.success) return result.data;
  } catch {
    // Not JSON.
  }
  throw unreadable(name, runId);
}

function unreadable(name: string, runId: string): AppError {
  const key = artifactKey(runId, name);
  return new AppError("NotFound", "ARTIFACT_UNREADABLE", `The artifact ${key} of run ${runId} cannot be read.`);
}
