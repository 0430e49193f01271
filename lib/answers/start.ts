import { openRealm, readSettings } from "../realm/state.ts";
import type { RunStart } from "../runs/kind.ts";
import { startRun } from "../runs/start.ts";
import { AppError, invalidRequest, isAppError } from "../runtime/errors.ts";
import type { Ids } from "../runtime/ids.ts";
import type { IdempotentRequest } from "../store/idempotency.ts";
import { artifactKey } from "./artifacts/names.ts";
import type { AnswerRequest } from "./request.ts";
import { type AnswerRun, answerRun } from "./run.ts";
import type { AnswerServices } from "./services.ts";
import { type AcceptedAnswer, toAccepted, urlsOf } from "./view.ts";

type StartServices = Pick<AnswerServices, "artifacts" | "hasSqlSource"> & Parameters<typeof answerRun.executions>[0];

/** As many ids of one minute as are made in order, and then some more by chance. */
const tries = 150;

/**
 * Accepts a question. Throws `DUPLICATE_RUN_ID` where the id is taken, `VALIDATION_ERROR` where SQL is asked for and
 * there is none, `QUEUE_FULL`, and `RUN_START_FAILED` where the run was recorded and has failed at once.
 */
export async function startAnswer(
  services: StartServices,
  request: IdempotentRequest & { body: AnswerRequest },
): Promise<AcceptedAnswer> {
  const { body } = request;
  if (body.enable_sql && !(await services.hasSqlSource())) {
    throw invalidRequest([{ field: "enable_sql", problem: "no SQL source is configured" }]);
  }
  try {
    const { run_id } = await startRun(answerRun, startOf(body), services, request);
    return toAccepted(run_id);
  } catch (error) {
    // What the lifecycle says of a start that was refused for certain.
    if (isAppError(error) && error.name === "Conflict" && error.code === "INTERNAL_ERROR") {
      throw new AppError("Conflict", "RUN_START_FAILED", "The run was recorded but could not be started.");
    }
    throw error;
  }
}

function startOf(body: AnswerRequest): RunStart<AnswerRun, StartServices> {
  return {
    tries,
    snapshot: readSettings,
    async onStart(services, tried) {
      const now = services.clock.now();
      const id = body.run_id ?? idOf(now, tried, services.ids);
      await openRealm(services);
      if (body.run_id !== null) await refuseTaken(services, body.run_id);
      const { question, enable_sql, log_llm_payload } = body;
      const asked = { question, enable_sql, log_llm_payload, markdown_path: body.markdown_path ?? "documents" };
      return { own: { id, ...asked, ...untouched }, actions: () => [] };
    },
  };
}

const untouched = {
  finish_reason: null,
  stop_reason: null,
  gap_codes: [],
};

/** The UTC minute, then numbered to 99, then with six characters of chance. */
function idOf(now: Date, tried: number, ids: Ids): string {
  const minute = now.toISOString().slice(0, 16).replaceAll("-", "").replace("T", "_").replace(":", "");
  if (tried === 0) return minute;
  if (tried <= 99) return `${minute}_${String(tried).padStart(2, "0")}`;
  const letters = Array.from({ length: 6 }, () => Math.floor(ids.random() * 36).toString(36));
  return `${minute}_${letters.join("")}`;
}

/** An id is taken from its acceptance on and for ever, and also where only its artifacts are left. */
async function refuseTaken({ store, artifacts }: StartServices, id: string): Promise<void> {
  const artifactStore = await artifacts();
  const [run, hasLog] = await Promise.all([
    store.get(store.keys.answers.run(id), answerRun.record),
    artifactStore.exists(artifactKey(id, "run.json")),
  ]);
  if (!run && !hasLog) return;
  throw new AppError("Conflict", "DUPLICATE_RUN_ID", `There is a run ${id} already.`, {
    details: [{ field: "run_id", problem: "exists", status_url: urlsOf(id).status_url }],
  });
}
