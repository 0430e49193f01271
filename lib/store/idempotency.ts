import { createHash } from "node:crypto";
import * as z from "zod";
import type { Clock } from "../runtime/clock.ts";
import { AppError, isAppError } from "../runtime/errors.ts";
import { type Action, put, remove } from "./actions.ts";
import { ifAbsentOrExpired } from "./expressions.ts";
import type { Store, TransactionOutcome } from "./table.ts";

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
/** What a transaction with `remember` is refused as where an equal request was first. */
const keyUsed = "key used";

/**
 * What an equal request of the last 24 hours was answered, else what `work` answers, which remembers it. Where `work` is
 * refused, an equal request may have been first after its answer was looked for: then that is the answer here too.
 * Throws what `work` throws, and `IDEMPOTENCY_MISMATCH`.
 */
export async function answerOnce<A extends Record<string, unknown>>(
  { store, clock }: { store: Store; clock: Clock },
  request: IdempotentRequest,
  work: () => Promise<A>,
): Promise<{ answer: A; repeated: boolean }> {
  const recalled = async () => {
    const answer = await recall(store, request, clock.now());
    // Remembered by `work` of an equal request.
    return answer && { answer: answer as A, repeated: true };
  };
  try {
    return (await recalled()) ?? { answer: await work(), repeated: false };
  } catch (error) {
    const meanwhile = isAppError(error) && error.name === "Conflict" ? await recalled() : undefined;
    if (meanwhile) return meanwhile;
    throw error;
  }
}

/** Throws where the transaction was refused because an equal request was first: `answerOnce` then answers as that did. */
export function refuseAnswered({ refusals }: TransactionOutcome & { applied: false }): undefined {
  if (refusals.includes(keyUsed)) throw new AppError("Conflict", "INTERNAL_ERROR", "An equal request was first.");
}

/**
 * The first answer to this key, if there is one of the last 24 hours. Throws `IDEMPOTENCY_MISMATCH` where the request
 * was another one.
 */
async function recall(
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
  return [put({ ...key, body_digest: digest(request.body), answer, ttl }, ifAbsentOrExpired(seconds(now), keyUsed))];
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
