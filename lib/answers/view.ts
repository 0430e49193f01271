import * as z from "zod";
import { type AnswerRun, answerStatuses } from "./run.ts";

/** `POST /api/v1/runs`. Paths are relative to the API's host. */
export const acceptedSchema = z
  .object({
    run_id: z.string(),
    status: z.literal("queued"),
    status_url: z.string(),
    output_url: z.string(),
    context_url: z.string(),
  })
  .meta({ id: "AcceptedAnswer" });
export type AcceptedAnswer = z.infer<typeof acceptedSchema>;

export function urlsOf(runId: string) {
  const url = `/api/v1/runs/${runId}`;
  return { status_url: `${url}/status`, output_url: `${url}/output`, context_url: `${url}/context` };
}

export function toAccepted(runId: string): AcceptedAnswer {
  return { run_id: runId, status: "queued", ...urlsOf(runId) };
}

/** The answer of the endpoint, which says in a header too where to go on. */
export function withLocation(data: AcceptedAnswer) {
  return { data, headers: { location: data.status_url } };
}

/** `GET /api/v1/runs/{run_id}/status`: all six, always. */
export const answerStatusSchema = z
  .object({
    run_id: z.string(),
    status: z.enum(answerStatuses),
    started_at: z.string(),
    completed_at: z.string().nullable(),
    finish_reason: z.string().nullable(),
    error: z.object({ code: z.string(), message: z.string() }).nullable(),
  })
  .meta({ id: "AnswerStatus" });
export type AnswerStatus = z.infer<typeof answerStatusSchema>;

export function toAnswerStatus(run: AnswerRun): AnswerStatus {
  const { error_code: code, error_message: message } = run;
  return {
    run_id: run.id,
    status: run.status,
    started_at: inSeconds(run.started_at),
    completed_at: run.completed_at && inSeconds(run.completed_at),
    finish_reason: run.finish_reason,
    error: code === null || message === null ? null : { code, message },
  };
}

/** One entry of `GET /api/v1/runs`. */
export const answerItemSchema = answerStatusSchema
  .omit({ error: true })
  .extend({ question: z.string() })
  .meta({ id: "AnswerItem" });

export function toAnswerItem(run: AnswerRun): z.infer<typeof answerItemSchema> {
  const { error: _, ...status } = toAnswerStatus(run);
  return { ...status, question: run.question };
}

/** The contract's times have no fractions of a second. */
function inSeconds(time: string): string {
  return time.replace(/\.\d+Z$/, "Z");
}
