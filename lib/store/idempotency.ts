import { createHash } from "node:crypto";
import * as z from "zod";
import { AppError } from "../runtime/errors.ts";
import { type Action, put, remove } from "./actions.ts";
import { ifAbsentOrExpired } from "./expressions.ts";
import type { Store } from "./table.ts";

/** A request that may be repeated: whose, under which key, and what it said. */
export interface IdempotentRequest {
  operation: string;
  /** Absent where the client sent no `Idempotency-Key`; then every request stands alone. */
  key: string | undefined;
  apiKeyId: string;
  body: unknown;
}

const recordSchema = z.object({ body_digest: z.string(), answer: z.record(z.string(), z.unknown()), ttl: z.number() });
const keptSeconds = 24 * 3_600;

/**
 * The first answer to this key, if there is one of the last 24 hours. Throws `IDEMPOTENCY_MISMATCH` where the request
 * was another one.
 */
export async function recall(
  store: Store,
  request: IdempotentRequest,
  now: Date,
): Promise<Record<string, unknown> | undefined> {
  const key = recordKey(store, request);
  if (!key) return undefined;
  const record = await store.get(key, recordSchema);
  // The table removes what has expired only some days later.
  if (!record || record.ttl <= seconds(now)) return undefined;
  if (record.body_digest !== digest(request.body)) {
    throw new AppError(
      "InvalidRequest",
      "IDEMPOTENCY_MISMATCH",
      "This Idempotency-Key was used before with another request.",
    );
  }
  return record.answer;
}

/** The actions that remember an answer, to go into the transaction that does what was asked; none without a key. */
export function remember(
  store: Store,
  request: IdempotentRequest,
  answer: Record<string, unknown>,
  now: Date,
): Action[] {
  const key = recordKey(store, request);
  if (!key) return [];
  const ttl = seconds(now) + keptSeconds;
  return [put({ ...key, body_digest: digest(request.body), answer, ttl }, ifAbsentOrExpired(seconds(now), "key used"))];
}

/** The actions that forget a remembered answer, for a request that turned out to have done nothing. */
export function forget(store: Store, request: IdempotentRequest): Action[] {
  const key = recordKey(store, request);
  return key ? [remove(key)] : [];
}

function recordKey(store: Store, { operation, key, apiKeyId }: IdempotentRequest) {
  return key === undefined ? undefined : store.keys.idempotency(operation, digest([apiKeyId, key]));
}

function seconds(instant: Date): number {
  return Math.floor(instant.getTime() / 1000);
}

function digest(value: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify(value ?? null))
    .digest("hex");
}
