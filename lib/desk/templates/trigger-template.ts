import { iso } from "../../runtime/dates.ts";
import { AppError } from "../../runtime/errors.ts";
import { decideAnew } from "../../store/decide-anew.ts";
import { ifAbsent } from "../../store/expressions.ts";
import { answerOnce, forget, type IdempotentRequest, refuseAnswered, remember } from "../../store/idempotency.ts";
import { readOrder } from "../orders/stored.ts";
import { type OrderView, toOrderView } from "../orders/view.ts";
import { claimedExecution } from "./claim.ts";
import { changed, isUsedUp } from "./lifecycle.ts";
import { perform } from "./perform.ts";
import type { Execution, Template } from "./record.ts";
import {
  executionId,
  findExecution,
  putExecution,
  readTemplate,
  refused,
  refuseExpired,
  saveTemplate,
  type TemplateServices,
} from "./stored.ts";

/**
 * Makes the template's order now, beside its schedule; it counts as one of the orders that the template may make. Throws
 * `NOT_FOUND`, `TEMPLATE_EXPIRED`, `TEMPLATE_NOT_ACTIVE`, and what a submitted order is refused with.
 */
export async function triggerTemplate(
  services: TemplateServices,
  id: string,
  request: IdempotentRequest,
): Promise<OrderView> {
  const { answer, repeated } = await answerOnce(services, request, () => claimNow(services, id, request));
  const claimed = await findExecution(services, { template_id: id, execution_id: executionId(id, answer.time) });
  if (!claimed) throw new Error("an execution is gone");
  // Refused, the request may be sent again.
  const otherwise = forget(services.store, request);
  const { execution, refusal } = repeated
    ? { execution: claimed, refusal: undefined }
    : await perform(services, claimed, { otherwise });
  if (execution.order_id !== null) return toOrderView(await readOrder(services, execution.order_id));
  throw refusal ?? withoutOrder(execution);
}

async function claimNow(services: TemplateServices, id: string, request: IdempotentRequest): Promise<{ time: string }> {
  const { store, clock, ids } = services;
  return decideAnew(services, async () => {
    const before = await readTemplate(services, id);
    const now = clock.now();
    refuseInactive(before, now);
    // Two that ask in the same millisecond are two.
    const time = `${iso(now)}.${ids.ulid(now.getTime()).slice(-10)}`;
    const execution = claimedExecution(before, { time, scheduled_for: null, api_key_id: request.apiKeyId }, now);
    const after = changed(before, now, { executions_begun: before.executions_begun + 1 });
    const written = await saveTemplate(
      services,
      { before, after },
      {
        actions: [
          putExecution(store.keys, execution, ifAbsent(refused.slot)),
          ...remember(store, request, { time }, now),
        ],
      },
    );
    if (written.applied) return { time };
    return refuseAnswered(written);
  });
}

function refuseInactive(template: Template, now: Date): void {
  refuseExpired(template, now);
  if (template.status !== "active") throw notActive("The template is paused. Resume it first.");
  if (isUsedUp(template)) throw notActive("The last orders that the template may make are being made.");
}

function notActive(problem: string): AppError {
  return new AppError("Conflict", "TEMPLATE_NOT_ACTIVE", problem);
}

/** Why an execution has no order that nobody refused. */
function withoutOrder({ status, error_message }: Execution): AppError {
  if (status === "skipped") return notActive(error_message ?? "");
  const isComing = { retryable: true, retryAfterSeconds: 1 };
  if (status === "claimed")
    return new AppError("NotReady", "NOT_READY", "The order is being made. Ask again.", isComing);
  return new AppError("NotReady", "NOT_READY", `${error_message} Ask with another Idempotency-Key.`);
}
