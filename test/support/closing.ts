import { expect } from "vitest";
import { closeAnswerSchema } from "../../lib/trading/positions/close-position.ts";
import { call } from "./cloud.ts";

/** `POST /positions/{id}/close`, with the key of a request that may be repeated. */
export function ask(id: string, body: unknown, key?: string) {
  const headers = key === undefined ? {} : { "Idempotency-Key": key };
  return call("api/close-position", { params: { id }, body, headers });
}

/** What a close answers that goes well. */
export async function close(id: string, body: { reason: string; quantity_pct?: number; price?: number }) {
  const answer = await ask(id, body);
  expect(answer.status).toBe(200);
  return closeAnswerSchema.strict().parse(answer.body.data);
}

/** Status and code of a close that is refused. */
export async function refusal(id: string, body: unknown) {
  const { status, body: answer } = await ask(id, body);
  return [status, answer.error.code];
}
