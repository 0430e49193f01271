import * as z from "zod";
import { type Order, orderSchema, orderStatuses } from "../orders/record.ts";
import { isTerminal } from "../orders/transitions.ts";
import { type Execution, executionSchema } from "./record.ts";
import { readTemplate, type TemplateServices } from "./stored.ts";

/** An execution as it is shown: with the end of its order once there is one. */
export const executionViewSchema = executionSchema
  .omit({ claimed_at: true, api_key_id: true })
  .extend({
    status: z
      .enum([...executionSchema.shape.status.options, ...orderStatuses.filter(isTerminal)])
      .describe("That of its order once that is over. `failed` without an `order_id`: no order could be made."),
    fill_price: z.number().nullable(),
  })
  .meta({ id: "TemplateExecution" });

export const executionListSchema = z
  .object({ executions: executionViewSchema.array(), count: z.number().int() })
  .meta({ id: "TemplateExecutionList" });

/** What came of a template's slots and of what was asked for, newest first. Throws `NOT_FOUND`. */
export async function listExecutions(
  services: Pick<TemplateServices, "store">,
  templateId: string,
  limit: number,
): Promise<z.infer<typeof executionListSchema>> {
  const { store } = services;
  await readTemplate(services, templateId);
  const { pk, sk: prefix } = store.keys.templateExecution(templateId, "");
  const { items } = await store.query({ pk, prefix, descending: true, limit }, executionSchema);
  const made = items.flatMap(({ order_id }) => (order_id === null ? [] : [store.keys.order(order_id)]));
  const orders = new Map((await store.getMany(made, orderSchema)).map((order) => [order.order_id, order]));
  const executions = items.map((execution) => toExecutionView(execution, orders.get(execution.order_id ?? "")));
  return { executions, count: executions.length };
}

/** The order is the one truth about its end; nothing of it is copied, so nothing can lag behind it. */
function toExecutionView(execution: Execution, order: Order | undefined): z.infer<typeof executionViewSchema> {
  const status = order && isTerminal(order.status) ? order.status : execution.status;
  return executionViewSchema.parse({ ...execution, status, fill_price: order?.fill_price ?? null });
}
