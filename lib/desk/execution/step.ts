import type * as z from "zod";
import { AppError } from "../../runtime/errors.ts";
import { inInvocation } from "../../runtime/invocation.ts";
import { inLogContext } from "../../runtime/logger.ts";
import type { DeskServices } from "../services.ts";

/** The handler of one state of an order's machine: what it is given is checked, and what it does is logged by its order. */
export function orderStep<I extends { orderId: string }, R>(
  input: z.ZodType<I>,
  load: () => DeskServices,
  work: (services: DeskServices, input: I) => Promise<R>,
): (event: unknown) => Promise<R> {
  return async (event) => {
    const services = load();
    const parsed = input.safeParse(event);
    if (!parsed.success) {
      throw new AppError("InvalidPhaseInput", "INTERNAL_ERROR", `bad input: ${parsed.error.issues[0]?.message}`);
    }
    const { orderId } = parsed.data;
    return inInvocation(services, { orderId }, () => inLogContext({ orderId }, () => work(services, parsed.data)));
  };
}
