import { openRealm } from "../../realm/state.ts";
import { iso } from "../../runtime/dates.ts";
import { invalidRequest } from "../../runtime/errors.ts";
import { answerOnce, type IdempotentRequest, refuseAnswered, remember } from "../../store/idempotency.ts";
import { changed, nextSlot } from "./lifecycle.ts";
import type { Template } from "./record.ts";
import { scheduleOf, type TemplateRequest } from "./request.ts";
import { newTemplateActions, type TemplateServices } from "./stored.ts";
import { type TemplateView, toTemplateView } from "./view.ts";

type CreateRequest = IdempotentRequest & { body: TemplateRequest };

/** Makes a template, active from now on. Throws `VALIDATION_ERROR`, `IDEMPOTENCY_MISMATCH`. */
export async function createTemplate(services: TemplateServices, request: CreateRequest): Promise<TemplateView> {
  const { answer } = await answerOnce(services, request, () => createNow(services, request));
  return answer;
}

async function createNow(services: TemplateServices, request: CreateRequest): Promise<TemplateView> {
  const { store, clock, log } = services;
  const now = clock.now();
  const template = newTemplate(services, request, now);
  if (template.expires_at !== null && template.expires_at <= iso(now)) {
    throw invalidRequest([{ field: "expires_at", problem: "must be in the future" }]);
  }
  await openRealm(services);
  const view = toTemplateView(template);
  const written = await store.transact([
    ...newTemplateActions(store.keys, template),
    ...remember(store, request, view, now),
  ]);
  if (!written.applied) {
    refuseAnswered(written);
    throw new Error("a template has the id of another one");
  }
  log.info("template created", { templateId: template.template_id, schedule: template.schedule_type });
  return view;
}

function newTemplate({ ids }: TemplateServices, { body, apiKeyId }: CreateRequest, now: Date): Template {
  const template: Template = {
    ...body,
    ...scheduleOf(body),
    expires_at: body.expires_at && iso(new Date(body.expires_at)),
    template_id: ids.ulid(now.getTime()),
    status: "active",
    created_at: iso(now),
    updated_at: iso(now),
    last_executed: null,
    execution_count: 0,
    next_slot: null,
    executions_begun: 0,
    version: 0,
    api_key_id: apiKeyId,
  };
  return changed(template, now, { next_slot: nextSlot(template, now) });
}
